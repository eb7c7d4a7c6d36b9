"""Since when a product's share of its category is smaller, and what moved at the time."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from shophelm.methods.fall_point import FallPoint, fall_point
from shophelm.shop.calendar import YEAR_OF_WEEKS
from shophelm.shop.product_days import ProductDays

BACK = 240
"""Days over which a break is looked for."""
SETTLED = 14
"""Days that must have passed since a break."""
CUT = 0.05
"""A price that changed by so much has moved."""
SMOOTH, PRIOR_UNITS = 28, 100.0
"""Days on either side over which last year's share is smoothed, and how it is drawn to its mean."""
STAYS = 28
"""Days before and after a move over which a price is what it usually is."""
AROUND = 14
"""Days around a break in which a rival's move counts as its occasion."""


def break_of(days: ProductDays, category: pd.Series, product: str) -> FallPoint:
    """Look for the day from which a product's share of its category's units is smaller."""
    at = days.products.get_loc(product)
    same = (category == category.iloc[at]).to_numpy()
    window = slice(max(days.period.days - BACK, 0), days.period.days)
    yes, trials = days.units[at, window], days.units[same, window].sum(axis=0)
    there = (days.on_hand[at, window] != 0) & days.on_sale[at, window]
    yes, trials = np.where(there, yes, 0.0), np.where(there, trials, 0.0)
    share = _expected_share(days, same, at, window, (yes.sum() + 0.5) / (trials.sum() + 1.0))
    odds = special.logit(share)
    place = np.arange(len(yes))
    busy = trials > 0
    expected = trials * share
    off = (yes - expected)[busy] ** 2 / (expected * (1 - share))[busy]
    return fall_point(
        trials[busy], yes[busy], odds[busy], place[busy],
        last=len(yes) - SETTLED, dispersion=max(1.0, float(off.mean()) if busy.any() else 1.0),
    )  # fmt: skip


def _expected_share(
    days: ProductDays, same: np.ndarray, at: int, window: slice, mean: float
) -> np.ndarray:
    """Give the share to expect by day: its mean, moved as it moved in the year before.

    A product has a season of its own within its category.
    """
    flat = np.full(window.stop - window.start, mean)
    begin = window.start - YEAR_OF_WEEKS.days
    if begin < 0 or not days.on_sale[at, begin : begin + len(flat)].all():
        return flat
    reach = slice(max(begin - SMOOTH, 0), begin + len(flat) + SMOOTH)
    weights = np.ones(2 * SMOOTH + 1)
    own, every = (
        np.convolve(u[reach], weights, "same")[begin - reach.start :][: len(flat)]
        for u in (days.units[at], days.units[same].sum(axis=0))
    )
    usual = own.sum() / max(every.sum(), 1.0)
    # as if so many units more had been sold at the usual share
    then = (own + PRIOR_UNITS * usual) / (every + PRIOR_UNITS)
    moved = special.logit(np.clip(then, 1e-6, 1 - 1e-6))
    return special.expit(special.logit(mean) + moved - moved.mean())


def _day(days: ProductDays, at: int) -> date:
    return days.period.first + timedelta(days=max(days.period.days - BACK, 0) + at)


def dates_of(days: ProductDays, broke: FallPoint) -> dict[str, object]:
    """Give the day of a break, the ends of its interval, and the share that was lost."""
    names = {"broke_on": broke.at, "broke_from": broke.low, "broke_to": broke.high}
    return {n: _day(days, at) for n, at in names.items()} | {"fall": 1 - np.exp(broke.fall)}


def lasting_cuts(rivals: pd.DataFrame, product: str, nearest: str) -> pd.DataFrame:
    """Give every cut of a product's look-alikes that lasted: rival_id, day, price and cut."""
    mine = rivals[(rivals["matched_product_id"] == product) | (rivals["rival_id"] == nearest)]
    rows = []
    for rival, theirs in mine.groupby("rival_id", sort=True):
        price = theirs.set_index("day")["price"]
        # a price holds until it is seen to be another
        price.index = pd.to_datetime(price.index)
        price = price.resample("D").ffill()
        for at in range(STAYS, len(price) - SETTLED + 1):
            if not price.iloc[at] < price.iloc[at - 1]:
                continue
            # a sale that ends within weeks is no move
            before, after = (
                price.iloc[s].median() for s in (slice(at - STAYS, at), slice(at, at + STAYS))
            )
            if 1 - after / before >= CUT:
                rows.append((rival, price.index[at].date(), after, 1 - after / before))
    return pd.DataFrame(rows, columns=["rival_id", "day", "price", "cut"])


def deepest_cut(
    cuts: pd.DataFrame, days: ProductDays, low: int, high: int
) -> dict[str, Any] | None:
    """Give the deepest cut around the days from one place to another."""
    around = timedelta(days=AROUND)
    there = cuts[cuts["day"].between(_day(days, low) - around, _day(days, high) + around)]
    return None if there.empty else there.loc[there["cut"].idxmax()].to_dict()


def found_by_chance(cuts: pd.DataFrame, days: ProductDays, broke: FallPoint) -> float:
    """Give the share of days about which a cut would be found if the break had been then."""
    width = broke.high - broke.low
    places = range(min(BACK, days.period.days) - width)
    found = [deepest_cut(cuts, days, at, at + width) is not None for at in places]
    return float(np.mean(found))


def own_move(days: ProductDays, product: str, broke: FallPoint) -> float:
    """Give by what share our own price was higher after the break than before it."""
    price = days.last_price[days.products.get_loc(product)]
    first = max(days.period.days - BACK, 0)
    before = price[max(first + broke.low - STAYS, 0) : first + broke.low]
    after = price[first + broke.high : first + broke.high + STAYS]
    if np.isnan(before).all() or np.isnan(after).all():
        return 0.0
    return float(np.nanmedian(after) / np.nanmedian(before) - 1)
