"""The daily figures that are watched, and what was to be expected of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from shophelm.data.chain import ANY_CHAIN
from shophelm.methods.anomaly import Expected, Kinds, beyond_budget, chance, expect
from shophelm.shop.calendar import Period, public_holidays
from shophelm.shop.measures import measure
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.promotion_days import promotion_days
from shophelm.shop.ratios import as_floats
from shophelm.shop.tables import Tables

HISTORY_DAYS = 460
"""Days the monitor learns from: last year's like of every promotion is among them."""
MOST_SLICES = 12
SHOP = ""
CHAIN = ("visitors", "cart_visitors", "paying_visitors", "orders", "gmv_paid")
"""The whole shop's figures; each is held against the one before it that the shop has."""
SLICED = (("visitors", "paying_visitors"), ("orders",))
"""The figures of a channel or a category: visits where they are known, orders otherwise."""
MONEY = ("gmv_paid", "refunded")


@dataclass(frozen=True)
class Watched:
    """Daily figures and what was to be expected of them.

    Attributes
    ----------
    days
        The days, in order.
    series
        One row per figure: term, of (what it is held against, "" for the day), by and slice
        (empty for the whole shop).
    values, exposure, mean, chances
        Days × series: the figure, what it is held against, what was to be expected, and the
        chance of a value as far out.
    """

    days: list[date]
    series: pd.DataFrame
    values: np.ndarray
    exposure: np.ndarray
    mean: np.ndarray
    chances: np.ndarray

    def at(self, term: str, of: str, by: str = "", name: str = "") -> int | None:
        """Give the number of a figure; None where the shop does not have it."""
        s = self.series
        hit = (s["term"] == term) & (s["of"] == of) & (s["by"] == by) & (s["slice"] == name)
        return int(np.flatnonzero(hit)[0]) if hit.any() else None

    def alarms(self, *, alerts_per_month: float) -> np.ndarray:
        """Say which figures of which days are alarms; half of the false ones borne are of days."""
        return beyond_budget(self.chances, false_alarms=alerts_per_month / 2)


@question(
    "What was to be expected of each day?",
    ANY_CHAIN,
    campaigns="promotion days held against their like of last year",
    stock="products out of stock among the reasons of an alert",
    keywords="search words among the reasons of an alert",
    spend="media money among the reasons of an alert",
)
def watch(shop: Tables, period: Period, *, country: str = "CN") -> Watched:
    """Count the watched figures day by day, and work out what was to be expected of each.

    Parameters
    ----------
    shop
        The shop.
    period
        The last day is the last one watched; the days before it are what is learned from.
    country
        Two-letter code of the country whose public holidays count; "" for none.
    """
    last = period.last
    first = max(shop.first_day, last - timedelta(days=HISTORY_DAYS - 1))
    days = Period(first, last).every_day
    rows = [row for by in ("", "channel", "category") for row in _figures(shop, days, by)]
    series = pd.DataFrame([r[0] for r in rows], columns=["term", "of", "by", "slice"])
    none = np.zeros((len(days), 0))
    values, exposure = (np.column_stack([none, *(r[i] for r in rows)]) for i in (1, 2))
    mean, chances = _expected(series, values, exposure, days, kinds_of_days(shop, days, country))
    return Watched(days, series, values, exposure, mean, chances)


@carries_missing
def lines(watched: Watched, *, days: int = 56, alerts_per_month: float = 2.0) -> pd.DataFrame:
    """Give the whole shop's figures of the last days beside what was to be expected.

    Returns
    -------
    DataFrame
        One row per day and figure: day, term, of, now and expected (ratios where the figure is
        held against another), alarm.
    """
    alarms = watched.alarms(alerts_per_month=alerts_per_month)
    rows = [pd.DataFrame(columns=["day", "term", "of", "now", "expected", "alarm"])]
    for n, figure in watched.series[watched.series["by"] == ""].iterrows():
        base = watched.exposure[-days:, n]
        base = np.where(base > 0, base, np.nan)
        rows.append(
            pd.DataFrame(
                {
                    "day": pd.to_datetime(watched.days[-days:]),
                    "term": figure["term"],
                    "of": figure["of"],
                    "now": watched.values[-days:, n] / base,
                    "expected": watched.mean[-days:, n] / base,
                    "alarm": alarms[-days:, n],
                }
            )
        )
    return pd.concat(rows[1:] or rows, ignore_index=True)


def _expected(
    series: pd.DataFrame, values: np.ndarray, exposure: np.ndarray, days: list[date], kinds: Kinds
) -> tuple[np.ndarray, np.ndarray]:
    mean, chances = np.full((2, *values.shape), np.nan)
    week_day = [d.weekday() for d in days]
    for counts in (True, False):
        some = np.flatnonzero(~series["term"].isin(MONEY) == counts)
        if len(some):
            found: Expected = expect(
                values[:, some], exposure[:, some], week_day=week_day, kinds=kinds, counts=counts
            )
            mean[:, some] = found.mean
            chances[:, some] = chance(values[:, some], found, counts=counts)
    # days without a refund are many, and no gamma distribution knows them
    chances[:, series["term"] == "refunded"] = np.nan
    return mean, chances


def _figures(
    shop: Tables, days: list[date], by: str
) -> list[tuple[list[str], np.ndarray, np.ndarray]]:
    counted = measure(shop, {"": days}, by=["day", by] if by else ["day"])
    if counted.empty or (by and counted.index.get_level_values(by).isna().all()):
        return []
    counted = counted.droplevel("span")
    if by:
        terms = next((list(ts) for ts in SLICED if set(ts) <= set(counted)), [])
    else:
        terms = [t for t in CHAIN if t in counted]
    pairs = [*zip(terms, ["", *terms[:-1]], strict=True)]
    if not by and "gmv_cash" in counted:
        counted["refunded"] = counted["gmv_paid"] - counted["gmv_cash"]
        pairs.append(("refunded", ""))
    wide = counted[[t for t, _ in pairs]].apply(as_floats)
    return [
        ([term, of, by, name], group[term].to_numpy(), group[of].to_numpy())
        for name, group in _slices(wide, by, days)
        for term, of in pairs
    ]


def _slices(wide: pd.DataFrame, by: str, days: list[date]) -> list[tuple[str, pd.DataFrame]]:
    if not by:
        return [(SHOP, wide.reindex(days).fillna(0).assign(**{"": 1.0}))]
    size = wide.iloc[:, 0].groupby(level=by).sum().sort_index()
    largest = size.sort_values(ascending=False, kind="stable").index[:MOST_SLICES]
    return [
        (n, wide.xs(n, level=by).reindex(days).fillna(0).assign(**{"": 1.0}))
        for n in sorted(largest)
    ]


def kinds_of_days(shop: Tables, days: list[date], country: str) -> Kinds:
    """Say of each day whether it is unlike others: a promotion's phase, a public holiday."""
    found = {}
    for name, first, last in public_holidays(Period(days[0], days[-1]), country=country):
        for day in Period(first, last).every_day:
            found[day] = (f"holiday: {name}", (day - first).days)
    promoted = zip(days, promotion_days(shop, days), strict=True)
    found |= {d: kind for d, kind in promoted if kind[0]}
    pairs = [found.get(d, ("", 0)) for d in days]
    return Kinds([k for k, _ in pairs], [p for _, p in pairs])
