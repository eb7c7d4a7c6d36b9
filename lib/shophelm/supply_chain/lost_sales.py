"""What the empty shelves cost: units and money not sold, product by product."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from shophelm.actions import HORIZON_DAYS
from shophelm.methods.censored_counts import interval_of
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.product_days import product_days
from shophelm.shop.ratios import as_floats
from shophelm.shop.tables import Tables
from shophelm.shop.titles import titled
from shophelm.supply_chain.hidden_demand import INTERVAL, demanded
from shophelm.words import Sentence, count, listing, money, plural, rate, sentence


@question(
    "What did empty shelves cost?",
    "stock",
    "order_lines",
    events="visitors of the days on which a shelf was empty",
    campaigns="what is usual in each phase of a promotion",
    products="margins, where unit costs are known",
)
def lost_sales(shop: Tables, *, days: int | None = HORIZON_DAYS) -> pd.DataFrame:
    """Add up what was not sold because the shelf was empty, in units and money.

    Parameters
    ----------
    shop
        Needs stock and order_lines.
    days
        The last so many days; None for the whole period.

    Returns
    -------
    DataFrame
        One row per product with an empty shelf in those days, by money lost, then by id:
        product_id, title, empty_days (that ended with an empty shelf), still_empty, sold, lost
        with _low and _high (units; 80 %), lost_share (of what was wanted), lost_gmv (at what a
        unit brought in those days, or else ever), lost_margin (of it; null where the cost is not
        known), worth with _low and _high (80 %; the margin, or the GMV, over 28 days at the same
        pace), worth_in.

    Notes
    -----
    See `hidden_demand`. Who could not buy is taken not to have bought another product or another
    day: where many do, too much. The interval carries the units', not the price's; returns are
    not taken off.
    """
    wanted = demanded(shop)
    frame = wanted.lost(days=days).drop(columns="lost_variance")
    last = slice(None if days is None else -days, None)
    frame["sold"] = wanted.sold[:, last].sum(axis=1)
    frame["still_empty"] = wanted.hidden[:, -1]
    frame = frame[frame["empty_days"] > 0]
    frame["lost_share"] = (frame["lost"] / (frame["lost"] + frame["sold"])).fillna(0.0)
    unit = unit_money(shop, days=days).reindex(frame.index)
    frame["lost_gmv"] = frame["lost"] * unit["gmv"]
    frame["lost_margin"] = frame["lost"] * unit["margin"]
    each = unit["margin"].fillna(unit["gmv"]) * HORIZON_DAYS / wanted.sold[:, last].shape[1]
    for end in ("", "_low", "_high"):
        frame[f"worth{end}"] = frame[f"lost{end}"] * each
    known = np.where(unit["margin"].notna(), "margin", "gmv")
    frame["worth_in"] = np.where(each.isna(), "unknown", known)
    frame.insert(0, "title", titled(shop, frame.index))
    ranked = frame.reset_index().sort_values(["worth", "product_id"], ascending=[False, True])
    return ranked.reset_index(drop=True)


def unit_money(shop: Tables, *, days: int | None = None) -> pd.DataFrame:
    """Give what one unit of each product brings: as paid over the last days, or else ever.

    Returns
    -------
    DataFrame
        By product_id: gmv (paid for a unit, without freight; the price on its page where none
        was ever sold), margin (of it, less the unit's cost; null where that is not known).
    """
    sold = product_days(shop)
    last = slice(None if days is None else -days, None)
    gmv = pd.Series(np.nan, index=sold.products)
    for part in (last, slice(None)):
        units, paid = sold.units[:, part].sum(axis=1), sold.money[:, part].sum(axis=1)
        gmv = gmv.fillna(pd.Series(np.divide(paid, units, where=units > 0, out=paid * np.nan),
                                   index=sold.products))  # fmt: skip
    page = pd.Series(sold.price[:, -1], index=sold.products)
    gmv = gmv.fillna(page)
    cost = pd.Series(np.nan, index=sold.products)
    if shop.has("products.unit_cost"):
        listed = shop.frame(shop["products"].select("product_id", "unit_cost"))
        cost = as_floats(listed.set_index("product_id")["unit_cost"]).reindex(sold.products)
    return pd.DataFrame({"gmv": gmv, "margin": gmv - cost})


NOTHING = "No shelf was empty in these days."
TOTAL = (
    "Empty shelves hid {lost} units of demand in {days} (80% interval {low} to {high}), "
    "{share} of what was wanted; that is about {money} in {what}."
)
MOST = "Most was lost on {which}."
NOW = "Still empty: {which}."


@carries_missing
def shown(frame: pd.DataFrame) -> pd.DataFrame:
    """Lay out, for people, what was lost on each product."""
    empty = frame["still_empty"].map({True: "yes", False: "no"})
    columns = ["title", "empty_days", "still_empty", "sold", "lost", "lost_low", "lost_high"]
    return frame.assign(still_empty=empty)[[*columns, "lost_gmv", "lost_margin"]]


@carries_missing
def find_lost_sales(
    shop: Tables, frame: pd.DataFrame, *, currency: str, days: int | None = HORIZON_DAYS
) -> list[Sentence]:
    """Say what was lost in all, on which products most, and which shelves are still empty."""
    if frame.empty:
        return [sentence(NOTHING)]
    wanted = demanded(shop)
    lost = wanted.lost(days=days)
    low, high = map(float, interval_of(lost["lost"].sum(), lost["lost_variance"].sum(), INTERVAL))
    last = slice(None if days is None else -days, None)
    total = lost["lost"].sum()
    share = total / max(total + wanted.sold[:, last].sum(), 1e-12)
    in_margin = frame["lost_margin"].notna().all()
    said = [
        sentence(
            TOTAL,
            lost=count(total),
            days="the whole period" if days is None else f"the last {plural(days, 'day')}",
            low=count(low),
            high=count(high),
            share=rate(share, digits=1),
            money=money(frame["lost_margin" if in_margin else "lost_gmv"].sum(), currency=currency),
            what="margin" if in_margin else "GMV",
        )
    ]
    top = frame[frame["lost"] >= 0.5]
    if len(top):
        which = [_one(row, currency) for row in top.head(3).itertuples()]
        said.append(sentence(MOST, which=listing(which)))
    empty = frame[frame["still_empty"]]
    if len(empty):
        said.append(sentence(NOW, which=listing(list(empty["title"]))))
    return said


def _one(row: Any, currency: str) -> str:
    return (
        f"{row.title} ({count(row.lost)} units, {money(row.lost_gmv, currency=currency)} of GMV; "
        f"empty on {plural(int(row.empty_days), 'day')})"
    )
