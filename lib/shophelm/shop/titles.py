"""Products by the titles and categories people know them by."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from shophelm.shop.listed import listed
from shophelm.shop.tables import Tables

_IDS = {"product_id": "string"}


def products_of(shop: Tables) -> pd.DataFrame:
    """Give each product's title and category by its id; no rows where the shop has no products."""
    if not shop.has("products"):
        return pd.DataFrame({"title": [], "category": []}, index=pd.Index([], name="product_id"))
    products = shop["products"].select("product_id", "title", "category")
    return shop.frame(products.order_by("product_id")).set_index("product_id")


def titled(shop: Tables, ids: Iterable[str | None]) -> list[str | None]:
    """Give the title of each product; an id stands for itself where the shop has no title."""
    ids = list(ids)
    if not shop.has("products"):
        return ids
    # a table, since thousands of ids written into a query take longer than what they ask for
    wanted = listed(shop, pd.DataFrame({"product_id": sorted({i for i in ids if i})}), _IDS)
    products = shop["products"].semi_join(wanted, "product_id")
    found = shop.frame(products.select("product_id", "title"))
    titles = found.set_index("product_id")["title"].to_dict()
    return [titles.get(i, i) for i in ids]
