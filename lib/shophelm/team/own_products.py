"""The visits of each owner's products, and what each visit would have come to in other hands."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import numpy as np
import pandas as pd

from shophelm.methods.main_effects import main_effects
from shophelm.shop.calendar import Period
from shophelm.shop.product_days import product_days
from shophelm.shop.spans import inside
from shophelm.shop.tables import Tables
from shophelm.shop.visits import SEEN, count_visits, visit_source
from shophelm.team.ownership import joined, sole_owners

STEPS = ("traffic", "season", "dealt")
"""What is taken out, in this order; shelves come before."""
BANDS, MANY = 3, 4
_DIMENSIONS = {
    "traffic": ["channel", "looked"],
    "season": ["week"],
    "dealt": ["category", "band"],
}


@dataclass(frozen=True, slots=True)
class OwnProducts:
    """Products with one owner, and their visits on days on which they could be bought.

    Attributes
    ----------
    cells
        One row per product, channel, choice and week: person_id, product_id, category, band (of
        the list price among its category's), channel, looked (how many products the visitor looked
        at that day before the first was carted, `MANY` for more; 0 where not told), week, visitors
        and done (of them, who did it), both added up day by day, and what was to be expected of
        these visits: at the shop's rate (`plain`), and after each of `STEPS`.
    raw
        person_id → visitors and done on all days, empty shelves included.
    """

    cells: pd.DataFrame
    raw: pd.DataFrame


def own_products(shop: Tables, period: Period, *, done: str) -> OwnProducts | None:
    """Count the visits of products with one owner.

    Parameters
    ----------
    shop
        Needs people, products, and events or traffic.
    period
        The days.
    done
        The term that is counted: cart_visitors or paying_visitors.

    Returns
    -------
    OwnProducts, or None where visits are not told by product.

    Notes
    -----
    A product that a visitor first saw when another was carted already that day is an addition to
    an order, which owes little to its page: events of it do not count. Who looks at several
    products takes one, and best sellers are looked at alone more often: `looked` takes that out.
    Daily exports tell neither.

    Expectations are learnt from all products of the period, a factor each for channel, choice,
    week, category and band of price (`methods.main_effects`). Who owns a product now is taken to
    have owned it since they joined; days before that count for nobody.
    """
    found = _choices(shop, period, done) if visit_source(shop) == "events" else None
    found = _daily(shop, period, done) if found is None else found
    if found is None or found.empty:
        return None
    rows = _described(shop, found)
    rows["done"] = np.minimum(rows["done"], rows["visitors"]).astype(float)
    mine = rows["person_id"].notna() & rows["since"]
    raw = rows[mine].groupby("person_id")[["visitors", "done"]].sum()
    rows = rows[rows["buyable"]]
    keys = ["product_id", "category", "band", "channel", "looked", "week"]
    rows["person_id"] = rows["person_id"].where(mine.reindex(rows.index))
    cells = rows.groupby(["person_id", *keys], dropna=False)[["visitors", "done"]].sum()
    cells = _expected(cells.reset_index())
    return OwnProducts(cells[cells["person_id"].notna()].reset_index(drop=True), raw)


def _choices(shop: Tables, period: Period, done: str) -> pd.DataFrame | None:
    """Count a day's visitors of each product, by channel and by how many products they looked at.

    Parameters
    ----------
    shop, period, done
        As `own_products` takes them.

    Returns
    -------
    DataFrame: day, product_id, channel, looked, visitors, done; None where events name no product.
    """
    if not shop.filled("events.product_id"):
        return None
    events = shop["events"].mutate(day=lambda t: t.occurred_at.date())
    events = events.filter(inside(events.day, period.every_day), events.product_id.notnull())
    if not shop.has("events.channel"):
        events = events.mutate(channel=ibis.literal(""))
    seen = events.group_by(["day", "visitor_id", "product_id", "channel"]).aggregate(
        first=events.occurred_at.min(),
        carted=events.occurred_at.min(where=events.kind == "cart"),
        done=(events.kind == SEEN[done]).any(),
    )
    day = ibis.window(group_by=["day", "visitor_id"])
    seen = seen.mutate(chosen=seen.carted.min().over(day))
    seen = seen.filter(seen.chosen.isnull() | (seen.first <= seen.chosen))
    seen = seen.mutate(looked=ibis.least(seen.count().over(day), MANY))
    rows = seen.group_by(["day", "product_id", "channel", "looked"])
    return shop.frame(rows.aggregate(visitors=seen.count(), done=seen.done.sum()))


def _daily(shop: Tables, period: Period, done: str) -> pd.DataFrame | None:
    """Count the same without looking at who came."""
    by, spans = ["day", "product_id"], {"all": period.every_day}
    found = count_visits(shop, spans, (*by, "channel"))
    if found is None or found.empty:
        found = count_visits(shop, spans, by)
    if found is None or done not in found:
        return None
    rows = found.reset_index().rename(columns={done: "done"})
    rows = rows.assign(channel=rows.get("channel", ""), looked=0)
    return rows[["day", "product_id", "channel", "looked", "visitors", "done"]]


def _expected(cells: pd.DataFrame) -> pd.DataFrame:
    """Lay beside each cell what its visits come to at the shop's rate, and after each step."""
    cells["plain"] = cells["visitors"] * cells["done"].sum() / max(cells["visitors"].sum(), 1)
    taken: list[str] = []
    for step in STEPS:
        taken += _DIMENSIONS[step]
        rate = main_effects(cells, taken, yes="done", all_="visitors")
        cells[step] = cells["visitors"] * rate
    return cells


def _described(shop: Tables, rows: pd.DataFrame) -> pd.DataFrame:
    """Add week, category, band, owner, and whether the product could be bought on the day."""
    products = shop.frame(shop["products"].select("product_id", "category", "list_price"))
    products = products.set_index("product_id")
    price = products["list_price"].astype(float)
    rank = price.groupby(products["category"]).rank(pct=True, method="average")
    band = np.ceil(rank * BANDS).fillna(0).astype(int).rename("band")
    rows = rows.dropna(subset="product_id").join(products["category"], on="product_id")
    rows = rows.join(band, on="product_id").fillna({"band": 0, "category": "", "channel": ""})
    days = pd.to_datetime(rows["day"])
    rows["week"] = days.dt.to_period("W-SUN").astype(str)
    rows["person_id"] = rows["product_id"].map(sole_owners(shop))
    began = pd.to_datetime(rows["person_id"].map(joined(shop)))
    rows["since"] = began.isna() | (days >= began)
    rows["buyable"] = _buyable(shop, rows)
    return rows.reset_index(drop=True)


def _buyable(shop: Tables, rows: pd.DataFrame) -> np.ndarray:
    if not shop.filled("stock") or not shop.filled("orders") or not shop.filled("order_lines"):
        return np.ones(len(rows), dtype=bool)
    laid = product_days(shop)
    product = laid.products.get_indexer(rows["product_id"])
    day = np.array([(d - laid.period.first).days for d in rows["day"]])
    known = (product >= 0) & (day >= 0) & (day < laid.period.days)
    there = np.ones(len(rows), dtype=bool)
    there[known] = laid.can_be_bought[product[known], day[known]]
    return there
