"""What each day of a year weighs, by the shop's own season, week days, campaigns and holidays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from shophelm.methods.pace import SWING, Pace, pace
from shophelm.methods.year_shape import RECENT, YearShape, year_shape
from shophelm.shop.calendar import YEAR_OF_WEEKS, Period, campaign_kinds, public_holidays
from shophelm.shop.campaigns import campaigns_with_next_year
from shophelm.shop.tables import Tables
from shophelm.strategy.daily_facts import DailyFacts, totals

LONG_HOLIDAY = 3
"""Public holidays of so many days are days of a kind of their own."""
AROUND = 7
"""Days before and after one, too: before and after Spring Festival nobody delivers."""
SEEN, UNSEEN_HOLIDAY = 0.2, 0.6
"""What is assumed of how far a campaign's, or holiday's, factor stands off when it comes again, and
when a long holiday comes for the first time (deviations of its logarithm)."""
MARKET_SWING = 0.1
"""What is assumed of the season where it is taken from the market: how far ours stands off it."""


@dataclass(frozen=True, slots=True)
class ExpectedShape:
    """Weights of days, in units of the present level.

    Attributes
    ----------
    days
        From the shop's first day to the last one asked for.
    visits, buyers, gmv, by_category
        Days × names, as in `DailyFacts`; None where that is.
    season_from
        What the season in the weights, a factor of about 1 over the last 91 known days, is taken
        from: "the shop" where a year of it is known, else "the market", or "" where there is none.
    pace
        How the money of all channels runs beside its weights without the season that `pace` learns;
        None where too little is known.
    steady
        By day: those weights.
    risks
        What is not known of campaigns and holidays to come, risks × days: what each, when it comes
        out by one deviation, adds to the logarithm of the days.
    """

    days: list[date]
    visits: pd.DataFrame | None
    buyers: pd.DataFrame
    gmv: pd.DataFrame
    by_category: pd.DataFrame | None
    season_from: str
    pace: Pace | None
    steady: np.ndarray
    risks: np.ndarray

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

    Notes
    -----
    The season is that of the money of all channels, as far as it can be told from growth and
    chance (`methods.pace`); before a whole year is known, none is told from the shop itself.
    """
    days = Period(facts.period.first, max(until, facts.period.last)).every_day
    names = _kinds(shop, days, country)
    kind, like = _numbered(names), _numbered([n.partition(": ")[2] for n in names])
    shapes = {
        name: year_shape(getattr(facts, name).to_numpy(), kind=kind, like=like)
        for name in ("visits", "buyers", "gmv", "by_category")
        if getattr(facts, name) is not None
    }
    known = facts.period.days
    market = None if known >= YEAR_OF_WEEKS.days else _market(shop, days)
    given = np.ones(len(days)) if market is None else market
    steady = shapes["gmv"].weights.sum(axis=1) * given
    paid = facts.gmv.sum(axis=1).to_numpy()
    swing = SWING if market is None else MARKET_SWING
    learnt = pace(paid, steady[:known], swing=swing)
    own = learnt is not None and market is None and learnt.years >= 1
    season = given * (np.exp(learnt.season(np.arange(len(days)) - known)) if own else 1.0)
    season = season / season[max(known - RECENT, 0) : known].mean()
    tables = dict.fromkeys(("visits", "by_category")) | {
        name: pd.DataFrame(
            s.weights * season[:, None], index=days, columns=getattr(facts, name).columns
        )
        for name, s in shapes.items()
    }
    source = "the shop" if own else "" if market is None else "the market"
    return ExpectedShape(
        days, **tables, season_from=source, pace=learnt, steady=steady,
        risks=_risks(names, like, known, shapes["gmv"]),
    )  # fmt: skip


def _risks(names: list[str], like: np.ndarray, known: int, shape: YearShape) -> np.ndarray:
    """Give what is not known of campaigns and holidays to come."""
    seen = set(names[:known])
    risks: dict[str, np.ndarray] = {}
    for at in range(known, len(names)):
        if not names[at]:
            continue
        # the days before and after a holiday are hit with it
        one = names[at].removeprefix("before ").removeprefix("after ")
        new = shape.like_sd.get(int(like[at]), UNSEEN_HOLIDAY)
        line = risks.setdefault(one, np.zeros(len(names)))
        line[at] = SEEN if names[at] in seen else new
    return np.array(list(risks.values())).reshape(-1, len(names))


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


def _market(shop: Tables, days: list[date]) -> np.ndarray | None:
    """Give the season of the rivals' sales indices, by month, where they know a year."""
    if not shop.filled("rivals.sales_index"):
        return None
    rivals = shop["rivals"].filter(lambda t: t.sales_index.notnull())
    sums = rivals.group_by("day").aggregate(value=rivals.sales_index.cast("float64").mean())
    index = shop.frame(sums.order_by("day")).set_index("day")["value"].astype(float)
    if len(index) < 330 or not index.mean() > 0:
        return None
    by_month = index.groupby([d.month for d in index.index]).mean() / index.mean()
    return np.array([float(by_month.get(d.month, 1.0)) for d in days])
