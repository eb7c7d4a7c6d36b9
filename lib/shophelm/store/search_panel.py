"""The panel a change is judged on: weeks before and after it, and the demand each product met."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from shophelm.shop.calendar import Period
from shophelm.shop.promotion_days import promotion_days
from shophelm.shop.tables import Tables
from shophelm.store.search_market import rival_demand
from shophelm.store.search_visits import SearchDays, search_days

WEEK = 7
FEWEST_VISITS = 12
"""Search visits before a change below which a product can neither be judged nor be a donor."""
FEWEST_DEMAND = 50
"""Visits of the rest of a category below which they do not tell its demand."""
BY_CATEGORY, BY_RIVALS, BY_SHOP = "the category's other products", "rivals' index", "the shop"


@dataclass(frozen=True, slots=True)
class Panel:
    """Products × weeks around a day.

    Attributes
    ----------
    products
        Ids of all products with enough search visits before.
    weeks
        Days of each week, in order; the last one before and after may be longer.
    before
        Weeks before the change.
    visits, buyers
        Products × weeks.
    demand
        The same shape: what each product had to share (see `net_of`).
    net_of
        By product, what its demand was told from.
    after
        Of the day-by-day counts, the days after the change (campaign days among them).
    days
        The counts by day.
    """

    products: pd.Index
    weeks: list[list[date]]
    before: int
    visits: np.ndarray
    buyers: np.ndarray
    demand: np.ndarray
    net_of: list[str]
    after: Period
    days: SearchDays


def panel(
    shop: Tables,
    *,
    day: date,
    before_days: int,
    after_days: int,
    touched: Sequence[str],
    source: str,
    channels: Sequence[str],
    category: pd.Series,
) -> Panel:
    """Lay out the weeks around a change.

    Days of a campaign's burst are left out, since a campaign does not lift all products alike,
    unless that would leave less than half of the days after, or of those before.

    Parameters
    ----------
    shop
        Needs the source.
    day
        First day of the change.
    before_days, after_days
        How many days; after, no more than there are.
    touched
        Products that were changed around then, and tell no demand.
    source, channels
        See `search_visits.search_days`.
    category
        By product_id.
    """
    after = Period(day, min(shop.as_of, day + timedelta(days=after_days - 1)))
    whole = Period(day - timedelta(days=before_days), after.last)
    counted = search_days(shop, whole, source=source, channels=channels)
    weeks, before = _weeks(shop, whole, day)
    fold = _fold(whole, weeks)
    visits = counted.visits @ fold
    kept = visits[:, :before].sum(axis=1) >= FEWEST_VISITS
    products = counted.products[kept]
    demand, net_of = _demand(
        shop, counted, whole, fold, products=products, touched=touched, category=category,
        channels=channels, before=before,
    )  # fmt: skip
    return Panel(
        products, weeks, before, visits[kept], (counted.buyers @ fold)[kept], demand, net_of,
        after, counted,
    )  # fmt: skip


def _weeks(shop: Tables, whole: Period, day: date) -> tuple[list[list[date]], int]:
    """Deal the ordinary days to weeks, those before the change apart."""
    days = whole.every_day
    burst = {d for d, (kind, _) in zip(days, promotion_days(shop, days), strict=True)
             if kind.endswith(": burst")}  # fmt: skip
    sides = ([d for d in days if d < day], [d for d in days if d >= day])
    dealt = []
    for side in sides:
        ordinary = [d for d in side if d not in burst]
        chosen = ordinary if len(ordinary) >= len(side) / 2 else side
        n = max(1, len(chosen) // WEEK)
        dealt.append([chosen[i * WEEK : (i + 1) * WEEK] for i in range(n - 1)])
        dealt[-1].append(chosen[(n - 1) * WEEK :])
    return dealt[0] + dealt[1], len(dealt[0])


def _fold(whole: Period, weeks: list[list[date]]) -> np.ndarray:
    """Give a days × weeks table of ones, by which days are added up to weeks."""
    fold = np.zeros((whole.days, len(weeks)))
    for i, week in enumerate(weeks):
        fold[[(d - whole.first).days for d in week], i] = 1
    return fold


def _demand(
    shop: Tables,
    counted: SearchDays,
    whole: Period,
    fold: np.ndarray,
    *,
    products: pd.Index,
    touched: Sequence[str],
    category: pd.Series,
    channels: Sequence[str],
    before: int,
) -> tuple[np.ndarray, list[str]]:
    """Tell each product's demand by the untouched rest of its category, or by what there is."""
    wide = counted
    if counted.source == "keywords" and shop.filled("traffic.product_id"):
        # search words are exported for some products only; the category is better told by all
        traffic = search_days(shop, whole, source="traffic", channels=channels)
        wide = traffic if traffic.visits.sum() > counted.visits.sum() else counted
    calm = (wide.visits @ fold) * ~wide.products.isin(list(touched))[:, None]
    group = pd.Series(category.reindex(wide.products).to_numpy(dtype=object), dtype=object)
    of_group = pd.DataFrame(calm).groupby(group).sum()
    rivals = rival_demand(shop, whole)
    demand, net_of = np.empty((len(products), fold.shape[1])), []
    for i, at in enumerate(wide.products.get_indexer(products)):
        mine, own = calm[at] if at >= 0 else 0.0, category.get(products[i])
        told = {BY_SHOP: calm.sum(axis=0) - mine}
        if own in of_group.index:
            told[BY_CATEGORY] = of_group.loc[own].to_numpy() - mine
        if own in rivals.index:
            told[BY_RIVALS] = rivals.loc[own].to_numpy(dtype=float) @ fold
        name = _most_telling(told, before)
        demand[i] = told[name] if name else fold.sum(axis=0)
        net_of.append(name)
    return demand, net_of


def _most_telling(told: dict[str, np.ndarray], before: int) -> str:
    """Name what tells demand best of what has enough of it; "" for nothing."""
    for name in (BY_CATEGORY, BY_RIVALS, BY_SHOP):
        found = told.get(name)
        fewest = 0 if name == BY_RIVALS else FEWEST_DEMAND
        if found is not None and (found > 0).all() and found[:before].sum() >= fewest:
            return name
    return ""
