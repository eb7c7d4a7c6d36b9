"""A clock that runs faster when customers buy more: by which their pace is steady."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from shophelm.shop.buyers import purchases
from shophelm.shop.calendar import YEAR_OF_WEEKS, Period
from shophelm.shop.promotion_days import promotion_days
from shophelm.shop.tables import Tables

AHEAD = 2 * YEAR_OF_WEEKS.days
"""Days after as_of for which the clock is known."""
AROUND = 28
"""Ordinary days are sought up to so many days before and after a campaign's day."""
DOUBT = 20
"""Purchases at the usual pace that are added to what a phase showed, against chance."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Time as customers live it.

    Attributes
    ----------
    first
        The shop's first day.
    as_of
        Today.
    ticks
        Time passed by the end of each day from the first; an ordinary day takes 1.
    pace
        One row per kind of campaign and phase: kind, pace (ticks a day).
    """

    first: date
    as_of: date
    ticks: np.ndarray
    pace: pd.Series

    @property
    def now(self) -> float:
        """The time at the end of today."""
        return float(self.ticks[(self.as_of - self.first).days])

    def at(self, days: pd.Series) -> np.ndarray:
        """Give the time at the end of each day."""
        return self.ticks[(pd.to_datetime(days) - pd.Timestamp(self.first)).dt.days.to_numpy()]

    def ahead(self, days: int) -> float:
        """Give the time that the next days will take."""
        return float(self.ticks[(self.as_of - self.first).days + days] - self.now)


def clock(shop: Tables) -> Clock:
    """Set the clock by how many customers come back on the days of each kind of campaign.

    Parameters
    ----------
    shop
        Needs orders with customers; without campaigns every day takes 1.

    Notes
    -----
    A phase's pace is the days' repeat purchases over those of the ordinary days within four
    weeks of each, all years of its kind together. A campaign that is listed for no day after
    as_of is expected again 52 weeks after the last time. Seasons are not in it.
    """
    period = Period(shop.first_day, shop.as_of + timedelta(days=AHEAD))
    days = period.every_day
    kinds = pd.Series([kind for kind, _ in promotion_days(shop, days)], dtype=object)
    if shop.has("campaigns"):
        campaigns = shop.frame(shop["campaigns"])
        kinds = _again(kinds, campaigns, shop.as_of, known=(shop.as_of - period.first).days + 1)
    pace = _pace(_came_back(shop, period), kinds)
    return Clock(period.first, shop.as_of, kinds.map(pace).fillna(1.0).cumsum().to_numpy(), pace)


def _came_back(shop: Tables, period: Period) -> np.ndarray:
    """Count the purchases of each day up to as_of that were not a customer's first."""
    bought = purchases(shop)
    bought = bought.filter(bought.nth > 0)
    counts = shop.frame(bought.group_by("day").aggregate(n=bought.count()))
    known = np.zeros((shop.as_of - period.first).days + 1)
    known[[(d - period.first).days for d in counts["day"]]] = counts["n"]
    return known


def _again(kinds: pd.Series, campaigns: pd.DataFrame, as_of: date, *, known: int) -> pd.Series:
    """Expect each kind that is listed for no day to come again 52 weeks after the last time."""
    listed = set(campaigns.loc[[d > as_of for d in campaigns["ends_on"]], "kind"])
    kinds = kinds.copy()
    for day in range(known, len(kinds)):
        earlier = kinds[day - YEAR_OF_WEEKS.days] if day >= YEAR_OF_WEEKS.days else ""
        if not kinds[day] and earlier and earlier.split(": ")[0] not in listed:
            kinds[day] = earlier
    return kinds


def _pace(came_back: np.ndarray, kinds: pd.Series) -> pd.Series:
    """Give each phase's purchases over those of the ordinary days around it."""
    kinds = kinds[: len(came_back)]
    ordinary = pd.Series(came_back).where(kinds == "")
    usual = ordinary.rolling(2 * AROUND + 1, center=True, min_periods=1).mean()
    frame = pd.DataFrame({"kind": kinds, "came": came_back, "usual": usual})
    sums = frame[frame["kind"] != ""].dropna().groupby("kind").sum()
    return (sums["came"] + DOUBT) / (sums["usual"] + DOUBT)
