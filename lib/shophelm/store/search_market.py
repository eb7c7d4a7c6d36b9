"""How a category moves at rivals, where only an index of their sales is known, and beside it we."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
from scipy import special

from shophelm.shop.calendar import Period, last_days
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.promotion_days import promotion_days
from shophelm.shop.ratios import as_floats
from shophelm.shop.sales import paid_orders
from shophelm.shop.spans import inside
from shophelm.shop.tables import Tables
from shophelm.words import Sentence, change, listing, plural, sentence

MONTH = 28
FEWEST_UNITS = 10
_LEVEL = 0.95
COLUMNS = [
    *("category", "rivals", "rivals_by", "rivals_change", "units_before", "units", "units_change"),
    *("share_change", "share_low", "share_high"),
]


@question(
    "Does our share of each category grow, beside rivals?",
    "rivals.sales_index|rivals.monthly_sales",
    "order_lines",
    "products",
)
def share_trend(shop: Tables, *, days: int = MONTH) -> pd.DataFrame:
    """Hold our units against the rivals' index, category by category.

    An index has no level, so that no share of the market can be told from it; its change can. Days
    of a campaign's burst are left out, and both sides counted per day.

    Parameters
    ----------
    shop
        Needs rivals with an index or sales, order_lines and products.
    days
        Length of the period that ends on as_of, and of the one before.

    Returns
    -------
    DataFrame
        One row per category with rivals in both periods: rivals (products watched), rivals_by
        (`sales_index`, or `monthly_sales` where there is no index), rivals_change (geometric mean
        of each rival's change), units_before, units and units_change (ours), share_change (ours
        over theirs, less 1) with share_low and share_high (95 %: our counting error, and how
        unlike the rivals moved). Null below 10 units on either side.

    Notes
    -----
    Rivals watched are a choice, not a sample. Sales of a month, as platforms show them, lag.
    """
    now = last_days(shop.as_of, days=days)
    both = Period(now.before.first, now.last)
    index, measure = rival_series(shop, both)
    sides = {"before": now.before.every_day, "now": now.every_day}
    ordinary = {name: _ordinary(shop, side) for name, side in sides.items()}
    level = {name: np.log(index[side].mean(axis=1)) for name, side in ordinary.items()}
    moved = (level["now"] - level["before"]).replace([np.inf, -np.inf], np.nan).dropna()
    by = moved.groupby(level="category")
    frame = pd.DataFrame({"rivals": by.size(), "log": by.mean(), "spread": by.var()})
    sold = [_units(shop, ordinary[side]) for side in ("now", "before")]
    units = pd.concat([sold[0], sold[1].add_suffix("_before")], axis=1)
    frame = frame.join(units).fillna(dict.fromkeys(units, 0))
    enough = frame[["units", "units_before"]].min(axis=1) >= FEWEST_UNITS
    ours = np.log(frame["units"].where(enough) / frame["units_before"].where(enough))
    ours -= np.log(len(ordinary["now"]) / len(ordinary["before"]))
    spread = frame["spread"].fillna(frame["spread"].mean()).fillna(0)
    error = np.sqrt(spread / frame["rivals"] + _chance(frame, "") + _chance(frame, "_before"))
    half = special.ndtri(0.5 + _LEVEL / 2) * error
    found = frame.assign(
        rivals_by=measure,
        rivals_change=np.expm1(frame["log"]),
        units_change=np.expm1(ours),
        share_change=np.expm1(ours - frame["log"]),
        share_low=np.expm1(ours - frame["log"] - half),
        share_high=np.expm1(ours - frame["log"] + half),
    )
    return found.rename_axis("category").reset_index()[COLUMNS]


@carries_missing
def find_share_trend(frame: pd.DataFrame) -> Sentence:
    """Say where our share beside rivals moved beyond chance."""
    known = frame.dropna(subset="share_change")
    if known.empty:
        return sentence("Too little is sold, or no rival was watched for long enough, to compare.")
    sure = known[(known["share_low"] > 0) | (known["share_high"] < 0)]
    which = [
        f"{r.category} {change(r.share_change)} ({change(r.units_change)} where rivals moved by "
        f"{change(r.rivals_change)})"
        for r in sure.itertuples()
    ]
    if not which:
        return sentence(
            "Beside rivals our units moved no further than chance in {n}.",
            n=plural(len(known), "category", "categories"),
        )
    return sentence(
        "Beside the rivals watched, our share of units moved in {which}, against the period "
        "before.",
        which=listing(which),
    )


def rival_series(shop: Tables, period: Period) -> tuple[pd.DataFrame, str]:
    """Lay out each rival product's sales day by day, in times its own mean of the period.

    Returns
    -------
    tuple
        A frame indexed by (category, rival_id), one column per day, gaps filled from the day
        before, rivals without a value at the beginning left out; and the measure's name.
    """
    measure = "sales_index" if shop.filled("rivals.sales_index") else "monthly_sales"
    rivals = shop["rivals"]
    rows = rivals.filter(inside(rivals.day, period.every_day), rivals[measure].notnull())
    rows = rows.select("category", "rival_id", "day", value=rows[measure].cast("float64"))
    frame = shop.frame(rows.order_by("rival_id", "day"))
    wide = frame.pivot_table(index=["category", "rival_id"], columns="day", values="value")
    wide = wide.reindex(columns=period.every_day).astype("float64").ffill(axis=1, limit=7)
    wide = wide.dropna()
    return wide.div(wide.mean(axis=1).where(lambda m: m > 0), axis=0).dropna(), measure


def rival_demand(shop: Tables, period: Period) -> pd.DataFrame:
    """Give each category's index of rivals' sales by day: the mean of its rivals' own."""
    if not (shop.filled("rivals.sales_index") or shop.filled("rivals.monthly_sales")):
        return pd.DataFrame(columns=period.every_day)
    index, _ = rival_series(shop, period)
    return index.groupby(level="category").mean()


def _ordinary(shop: Tables, days: list[date]) -> list[date]:
    """Leave out the days of a campaign's burst, unless little would be left."""
    kinds = promotion_days(shop, days)
    left = [d for d, (kind, _) in zip(days, kinds, strict=True) if not kind.endswith(": burst")]
    return left if len(left) >= len(days) / 2 else days


def _chance(frame: pd.DataFrame, side: str) -> pd.Series:
    """Give the variance of the log of units: lines of several units come and go together."""
    return frame[f"squares{side}"] / frame[f"units{side}"].where(frame[f"units{side}"] > 0) ** 2


def _units(shop: Tables, days: list[date]) -> pd.DataFrame:
    """Sum the units of paid lines, and their squares, by category."""
    orders = paid_orders(shop)
    orders = orders.filter(inside(orders.day, days)).select("order_id")
    lines = shop["order_lines"].semi_join(orders, "order_id")
    lines = lines.inner_join(shop["products"].select("product_id", "category"), "product_id")
    sums = lines.group_by("category").aggregate(
        units=lambda t: t.quantity.sum(), squares=lambda t: (t.quantity * t.quantity).sum()
    )
    return shop.frame(sums).set_index("category").apply(as_floats)
