"""What each day of a year weighs, by the shop's own season, week days, campaigns and holidays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from shophelm.methods.year_shape import year_shape
from shophelm.shop.calendar import YEAR_OF_WEEKS, Period, campaign_kinds, public_holidays
from shophelm.shop.campaigns import campaigns_with_next_year
from shophelm.shop.tables import Tables
from shophelm.strategy.daily_facts import DailyFacts, totals

LONG_HOLIDAY = 3
"""Public holidays of so many days are days of a kind of their own."""
AROUND = 7
"""Days before and after one, too: before and after Spring Festival nobody delivers."""
SEEN, UNSEEN = 0.2, 0.4
"""What is assumed of how far a campaign's, or holiday's, factor stands off when it comes again,
and when it comes for the first time (deviations of its logarithm)."""
NO_SEASON, ONE_SEASON = 0.2, 0.1
"""The same of the season that is not known yet, before a whole year is and after."""


@dataclass(frozen=True, slots=True)
class ExpectedShape:
    """Weights of days, in units of the present level.

    Attributes
    ----------
    days
        From the shop's first day to the last one asked for.
    visits, buyers, gmv, by_category
        Days × names, as in `DailyFacts`; None where that is.
    kinds, unsure
        What recurs on each day ("" on an ordinary one), and how far its factor is known: the
        deviation of its logarithm, which all days of a kind share.
    season_from
        "the shop" where a year of it is known, else "the market" or "" for none.
    season_unsure
        Deviation of the logarithm of the part of the season that is not in the weights.
    """

    days: list[date]
    visits: pd.DataFrame | None
    buyers: pd.DataFrame
    gmv: pd.DataFrame
    by_category: pd.DataFrame | None
    kinds: list[str]
    unsure: np.ndarray
    season_from: str
    season_unsure: float

    @property
    def totals(self) -> pd.DataFrame:
        """Weights of visits (0 where nobody counts them), buyers and gmv of all channels."""
        return totals(self.visits, self.buyers, self.gmv)


def expected_shape(
    shop: Tables, facts: DailyFacts, until: date, *, country: str = "CN"
) -> ExpectedShape:
    """Weigh every day from the shop's first to one to come.

    Parameters
    ----------
    shop
        Its campaigns say which days are campaigns', those to come where they are listed, or else on
        the dates of the last of their kind; its rivals' sales indices give the season where less
        than a year of the shop is known.
    facts
        What adds up by day.
    until
        The last day.
    country
        Whose public holidays of three days or more count as days of a kind.
    """
    days = Period(facts.period.first, max(until, facts.period.last)).every_day
    names = _kinds(shop, days, country)
    known = facts.period.days
    season, source = None, "the shop"
    if known < YEAR_OF_WEEKS.days:
        season, source = _market(shop, days)
    seen = set(names[:known])
    new = np.array([n not in seen for n in names])
    phases = [n.partition(": ")[2] for n in names]
    tables = {}
    for name in ("visits", "buyers", "gmv", "by_category"):
        frame = getattr(facts, name)
        if frame is None:
            tables[name] = None
            continue
        weights = year_shape(
            frame.to_numpy(), kind=_numbered(names), like=_numbered(phases), season=season
        )
        tables[name] = pd.DataFrame(weights, index=days, columns=frame.columns)
    unsure = np.where(new, UNSEEN, np.where([bool(n) for n in names], SEEN, 0.0))
    return ExpectedShape(
        days, **tables, kinds=names, unsure=unsure, season_from=source,
        season_unsure=NO_SEASON if known < YEAR_OF_WEEKS.days else ONE_SEASON,
    )  # fmt: skip


def _numbered(names: list[str]) -> np.ndarray:
    order = {n: i for i, n in enumerate(["", *sorted(set(names) - {""})])}
    return np.array([order[n] for n in names])


def _kinds(shop: Tables, days: list[date], country: str) -> list[str]:
    """Name each day's kind: a campaign's phase, or else a long holiday; "" for none."""
    names = [""] * len(days)
    period = Period(days[0], days[-1])
    for name, first, last in public_holidays(period, country=country):
        if (last - first).days + 1 < LONG_HOLIDAY:
            continue
        for at in range((first - days[0]).days - AROUND, (last - days[0]).days + AROUND + 1):
            if 0 <= at < len(days):
                side = "before " if days[at] < first else "after " if days[at] > last else ""
                names[at] = f"{side}{name}"
    if shop.filled("campaigns"):
        rows = campaigns_with_next_year(shop, until=days[-1])
        for at, (kind, _) in enumerate(campaign_kinds(days, rows)):
            names[at] = kind or names[at]
    return names


def _market(shop: Tables, days: list[date]) -> tuple[np.ndarray | None, str]:
    """Give the season of the rivals' sales indices, by month, where they know a year."""
    if not shop.filled("rivals.sales_index"):
        return np.ones(len(days)), ""
    rivals = shop["rivals"].filter(lambda t: t.sales_index.notnull())
    sums = rivals.group_by("day").aggregate(value=rivals.sales_index.cast("float64").mean())
    index = shop.frame(sums.order_by("day")).set_index("day")["value"].astype(float)
    if len(index) < 330 or not index.mean() > 0:
        return np.ones(len(days)), ""
    by_month = index.groupby([d.month for d in index.index]).mean() / index.mean()
    return np.array([float(by_month.get(d.month, 1.0)) for d in days]), "the market"
