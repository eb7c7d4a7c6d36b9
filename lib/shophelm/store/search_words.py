"""Search words added up by word and product, with what they brought and what they cost."""

from __future__ import annotations

import unicodedata

import ibis
import numpy as np
import pandas as pd

from shophelm.shop.calendar import Period
from shophelm.shop.ratios import as_floats
from shophelm.shop.spans import inside
from shophelm.shop.tables import Tables
from shophelm.shop.titles import products_of

SUMS = ["impressions", "clicks", "visitors", "buyers", "gmv", "cost"]


def word_sums(shop: Tables, period: Period) -> pd.DataFrame:
    """Add up each word and product over a period.

    Returns
    -------
    DataFrame
        One row per keyword × product_id (null: the shop as a whole), floats: impressions, clicks,
        visitors (clicks where the export has none), buyers, gmv, cost (null where not known),
        position (mean, by impressions), and product (title), category. Impressions of a shop that
        exports none (all 0) are null. Sorted by keyword and product.
    """
    words = shop["keywords"]
    words = words.filter(inside(words.day, period.every_day))
    # a day on which it was not shown has no place, but tells one where nothing else does
    weight = words.impressions.cast("float64") + 1e-6
    placed = words.position.notnull().ifelse(weight, ibis.null("float64"))
    sums = words.group_by("keyword", "product_id").aggregate(
        impressions=words.impressions.sum(),
        clicks=words.clicks.sum(),
        visitors=words.visitors.sum(),
        buyers=words.buyers.sum(),
        gmv=words.paid_amount.sum(),
        cost=words.cost.sum(),
        position=(words.position * weight).sum() / placed.sum(),
    )
    frame = shop.frame(sums.order_by("keyword", "product_id"))
    for name in [*SUMS, "position"]:
        frame[name] = as_floats(frame[name])
    if not (frame["impressions"] > 0).any():
        frame["impressions"] = np.nan
    frame["visitors"] = frame["visitors"].fillna(frame["clicks"])
    names = products_of(shop)
    titles, categories = names["title"].to_dict(), names["category"].to_dict()
    ids = [p if isinstance(p, str) else None for p in frame["product_id"]]
    frame["product"] = pd.Series([titles.get(p, p) for p in ids], dtype="str")
    frame["category"] = pd.Series([categories.get(p) for p in ids], dtype="str")
    return frame


def plain(text: str | None) -> str:
    """Give a text as words are compared: full width as half width, small letters."""
    return unicodedata.normalize("NFKC", text or "").casefold().strip()


def brands_of(shop: Tables) -> dict[str, str]:
    """Give each product's brand as words are compared; products without one are absent."""
    if not shop.has("products.brand"):
        return {}
    products = shop["products"].filter(lambda t: t.brand.notnull())
    frame = shop.frame(products.select("product_id", "brand"))
    brands = {p: plain(b) for p, b in zip(frame["product_id"], frame["brand"], strict=True)}
    return {p: b for p, b in brands.items() if b}
