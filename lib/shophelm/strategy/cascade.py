"""The year's target, down to the day, the channel and the category, and along the chain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from shophelm.errors import ParameterError
from shophelm.methods.year_shape import RECENT
from shophelm.shop.calendar import Period
from shophelm.shop.needs import Missing, carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.strategy.cascade_cells import CENTS, PARTS, categories_of, cells_of, fixed_tiles
from shophelm.strategy.daily_facts import DailyFacts, daily_facts
from shophelm.strategy.expected_shape import ExpectedShape, expected_shape
from shophelm.words import Sentence, change, listing, money, number, rate, sentence

TITLE = "What must each month, channel and driver bring?"
LEVELS = {"year": "YE", "quarter": "QE", "month": "ME", "week": "W-SUN", "day": "D"}
DRIVERS = ("visits", "pay_conversion", "spend_per_buyer")
SPOKEN = {
    "gmv": "GMV", "visits": "visits a day", "pay_conversion": "pay conversion",
    "spend_per_buyer": "spend per buyer",
}  # fmt: skip
UNITS = {
    "gmv": "money", "visits": "count", "pay_conversion": "rate", "spend_per_buyer": "money",
}  # fmt: skip
SPLIT = {"visits": 0.6, "pay_conversion": 0.2, "spend_per_buyer": 0.2}
"""How growth that is asked for is laid on the drivers, on the logarithm, if not said otherwise."""
BLOCK = 28
"""Days over which a driver must have reached a level for it to count as reached."""
IMPOSSIBLE = 1.1
"""A driver asked for so many times the best it ever reached is asked for the impossible."""


@dataclass(frozen=True, slots=True)
class Cascade:
    """A year's plan.

    Attributes
    ----------
    period
        The year.
    target
        Money paid in it, in cents.
    cells
        One row per day and channel: day, channel, gmv (cents), buyers and visits (thousandths;
        visits are 0 where nobody counts them). Whole numbers: every sum is exact, and money is
        visits × (buyers / visits) × (gmv / buyers) at every level.
    categories
        One row per day and category: day, category, gmv (cents); a day's are those of its cells.
    drivers
        One row per month still to come (of a year that is over, of every month) and driver: month,
        driver, asked, now (as it runs now, in that month's
        season), best (in 28 days, ever), times (asked / best).
    grown
        By what the year must outgrow one at the level it began with.
    split
        What share of that, on the logarithm, is laid on each driver.
    season_from
        What the season was taken from.
    """

    period: Period
    target: int
    cells: pd.DataFrame
    categories: pd.DataFrame
    drivers: pd.DataFrame
    grown: float
    split: dict[str, float]
    season_from: str


@question(
    TITLE,
    "orders",
    events="traffic and conversion along the chain",
    traffic="traffic and conversion along the chain",
    campaigns="the days of campaigns",
    products="the plan by category",
    targets="the year's target",
)
def cascade(
    shop: Tables,
    *,
    year: int = 0,
    first_month: int = 1,
    annual_target: float = 0.0,
    split: dict[str, float] | None = None,
    country: str = "CN",
) -> Cascade | Missing:
    """Share a year's target out to days, channels, categories and drivers.

    Parameters
    ----------
    shop
        The shop.
    year
        Which, by its first day; that of as_of if 0.
    first_month
        The month (1 to 12) with which the shop's year begins.
    annual_target
        Money to be paid in it; if 0 the shop's own targets of its months (or quarters, or the
        year) are kept as they are, those of its channels and categories in proportion; or where
        there are none, what a year comes to at the level it began with.
    split
        By driver (visits, pay_conversion, spend_per_buyer), what share of the growth asked for, on
        the logarithm, is laid on it; they add up to 1.
    country
        Whose long public holidays count.

    Returns
    -------
    Cascade
        Days weigh as `expected_shape` says by all that is known by as_of, channels and categories
        as they stood when the year began; growth comes in evenly over it, unless months have
        targets of their own. A visit is a visitor's day, and a buyer a buyer's day, so that days
        add up to months.

    Raises
    ------
    ParameterError
        If the target is below 0, or the split does not add up to 1.
    """
    split = _split(split)
    facts = daily_facts(shop)
    if facts.gmv.empty:
        return Missing(TITLE, "orders", "Nothing has been paid up to as_of.")
    period = _year(shop.as_of, year, first_month)
    if period.last < facts.period.first:
        return Missing(
            TITLE, "orders", f"The tables begin on {facts.period.first}, after the year."
        )
    shape = expected_shape(shop, facts, period.last, country=country)
    weights = {
        name: _begun_with(facts, shape, name, period)
        for name in ("visits", "buyers", "gmv", "by_category")
        if getattr(shape, name) is not None
    }
    tiles = fixed_tiles(shop, period, annual_target, weights)
    target = sum(tile.cents for tile in tiles)
    present = float(weights["gmv"].to_numpy().sum())
    cells = pd.concat([cells_of(weights, tile, split) for tile in tiles], ignore_index=True)
    return Cascade(
        period,
        target,
        cells,
        categories_of(cells, weights.get("by_category"), tiles),
        _drivers(cells, facts, shape),
        target / CENTS / present if present > 0 else np.nan,
        split,
        shape.season_from,
    )


def year_name(period: Period) -> str:
    """Name a year: `2026`, or `2026/27` where it does not begin in January."""
    first, last = period.first.year, period.last.year
    return str(first) if first == last else f"{first}/{last % 100:02}"


@carries_missing
def planned(plan: Cascade, level: str, *, by: str = "") -> pd.DataFrame:
    """Add the plan up over years, quarters, months, weeks or days, and by channel or category.

    Returns
    -------
    DataFrame
        One row per period (and name): first (day), channel or category, gmv (money), and but for
        categories visits, buyers, pay_conversion and spend_per_buyer.
    """
    rows = plan.categories if by == "category" else plan.cells
    ends = pd.PeriodIndex(pd.to_datetime(rows["day"]), freq=LEVELS[level].replace("E", ""))
    first = ends.start_time.date
    keys = [pd.Series(first, index=rows.index, name="first"), *([rows[by]] if by else [])]
    numbers = [c for c in ("gmv", "buyers", "visits") if c in rows]
    sums = rows.groupby(keys, sort=True)[numbers].sum().reset_index()
    sums["gmv"] = sums["gmv"] / CENTS
    if by == "category":
        return sums
    sums[["buyers", "visits"]] = sums[["buyers", "visits"]] / PARTS
    sums["pay_conversion"] = sums["buyers"] / sums["visits"].where(sums["visits"] > 0)
    sums["spend_per_buyer"] = sums["gmv"] / sums["buyers"].where(sums["buyers"] > 0)
    return sums


@carries_missing
def shown(plan: Cascade) -> pd.DataFrame:
    """Lay the plan out by month, along the chain."""
    frame = planned(plan, "month")
    return pd.DataFrame(
        {
            "month": frame["first"],
            "planned": frame["gmv"],
            "of_year": frame["gmv"] / frame["gmv"].sum(),
            "plan_visits": frame["visits"].where(frame["visits"] > 0),
            "pay_conversion": frame["pay_conversion"],
            "spend_per_buyer": frame["spend_per_buyer"],
        }
    ).dropna(axis=1, how="all")


@carries_missing
def by_name(plan: Cascade, *, by: str) -> pd.DataFrame:
    """Lay the plan out by channel or category, for each quarter and the year, most money first."""
    frame = planned(plan, "month", by=by)
    begins = plan.period.first.month
    frame["quarter"] = [f"planned_q{(d.month - begins) % 12 // 3 + 1}" for d in frame["first"]]
    wide = frame.pivot_table(index=by, columns="quarter", values="gmv", aggfunc="sum")
    wide.columns.name = None
    wide["planned_year"] = wide.sum(axis=1)
    wide["of_year"] = wide["planned_year"] / wide["planned_year"].sum()
    return wide.sort_values("planned_year", ascending=False, kind="stable").reset_index()


@carries_missing
def asked(plan: Cascade) -> pd.DataFrame:
    """Lay out of each driver the month that asks most of it, beside the best it ever reached."""
    rows = plan.drivers.dropna(subset="times")
    worst = rows.loc[rows.groupby("driver", sort=False)["times"].idxmax()]
    return pd.DataFrame(
        {
            "driver": worst["driver"].map(SPOKEN),
            "unit": worst["driver"].map(UNITS),
            "in_month": worst["month"],
            "asked_then": worst["asked"],
            "as_it_runs": worst["now"],
            "best_ever": worst["best"],
            "of_best": worst["times"],
        }
    )


@carries_missing
def find_cascade(plan: Cascade, *, currency: str) -> list[Sentence]:
    """Say what the year asks for, of which months most, and which driver the impossible."""
    months = planned(plan, "month")
    most = months.loc[months["gmv"].idxmax()]
    said = [
        sentence(
            "{year} is to bring {target}, {grown} beside a year at the level it began with; "
            "most in {month}: {gmv} ({share} of it).",
            year=year_name(plan.period),
            target=money(plan.target / CENTS, currency=currency),
            grown=change(plan.grown - 1),
            month=most["first"].strftime("%Y-%m"),
            gmv=money(most["gmv"], currency=currency),
            share=rate(most["gmv"] / (plan.target / CENTS), digits=0),
        )
    ]
    if plan.season_from != "the shop":
        said.append(
            sentence(
                "The shop is less than a year old: its season is {source}.",
                source="that of the market" if plan.season_from else "not known, and not in it",
            )
        )
    asked = plan.drivers[plan.drivers["times"] > IMPOSSIBLE]
    if asked.empty:
        text = "No driver is asked for more than a tenth above the best it ever reached."
        if not (plan.drivers["times"] > 1).any():
            text = "No driver is asked for more than it has reached before."
        said.append(sentence(text))
        return said
    for driver, rows in asked.groupby("driver", sort=False):
        worst = rows.loc[rows["times"].idxmax()]
        said.append(
            sentence(
                "{driver} is asked for the impossible in {months}: {times} times its best 28 days "
                "in {month}.",
                driver=SPOKEN[driver].capitalize(),
                months=listing(rows["month"].tolist(), most=12),
                times=number(worst["times"], digits=2),
                month=worst["month"],
            )
        )
    return said


def _year(as_of: date, year: int, first_month: int) -> Period:
    """Give the twelve months that begin with one of a year; those of a day if it is 0."""
    if first_month not in range(1, 13):
        raise ParameterError(f"first_month is {first_month}. Give a month from 1 to 12.")
    year = year or as_of.year - (as_of.month < first_month)
    return Period(date(year, first_month, 1), date(year + 1, first_month, 1) - timedelta(days=1))


def _split(split: dict[str, float] | None) -> dict[str, float]:
    given = SPLIT if split is None else split
    if set(given) != set(DRIVERS) or abs(sum(given.values()) - 1) > 1e-6:
        raise ParameterError(
            f"split is {given}. Give {', '.join(DRIVERS)} each a share of the growth; they add up "
            "to 1."
        )
    return given


def _begun_with(facts: DailyFacts, shape: ExpectedShape, name: str, period: Period) -> pd.DataFrame:
    """Give a table's weights of the year, at the level each name had as the year began."""
    table, seen = getattr(shape, name), getattr(facts, name)
    days = [d for d in seen.index if d < period.first][-RECENT:]
    if len(days) < BLOCK:
        days = [d for d in seen.index if d >= period.first][:RECENT]
    sold, due = seen.loc[days].sum(), table.loc[days].sum()
    # what was not there yet, or is there no more, stands at its level of now
    level = (sold / due.where(due > 0)).where(sold > 0).fillna(1.0)
    wanted = [d for d in period.every_day if d >= shape.days[0]]
    return (table.loc[wanted] * level).reindex(period.every_day).bfill()


def _drivers(cells: pd.DataFrame, facts: DailyFacts, shape: ExpectedShape) -> pd.DataFrame:
    """Hold what each month asks of each driver against the best the shop ever reached."""
    month = pd.Series([d.strftime("%Y-%m") for d in cells["day"]], index=cells.index)
    sums = cells.groupby(month)[["gmv", "buyers", "visits"]].sum()
    days = cells.groupby(month)["day"].nunique()
    asked = chain_of(sums["visits"] / PARTS, sums["buyers"] / PARTS, sums["gmv"] / CENTS, days)
    best = _best(facts)
    frame = shape.totals
    running = facts.period.last.strftime("%Y-%m")
    coming = asked.index[asked.index >= running]
    name = [d.strftime("%Y-%m") for d in frame.index]
    totals, length = frame.groupby(name).sum(), frame.groupby(name).size()
    now = chain_of(totals["visits"], totals["buyers"], totals["gmv"], length)
    rows = [
        {
            "month": m,
            "driver": driver,
            "asked": asked.at[m, driver],
            "now": now[driver].get(m, np.nan),
            "best": best[driver],
            "times": asked.at[m, driver] / best[driver] if best[driver] > 0 else np.nan,
        }
        for m in (coming if len(coming) else asked.index)
        for driver in DRIVERS
        if np.isfinite(asked.at[m, driver])
    ]
    return pd.DataFrame(rows, columns=["month", "driver", "asked", "now", "best", "times"])


def chain_of(visits: pd.Series, buyers: pd.Series, gmv: pd.Series, days: pd.Series) -> pd.DataFrame:
    """Give visits a day, buyers / visits and money / buyers."""
    counted = visits.where(visits > 0)
    return pd.DataFrame(
        {
            "visits": counted / days,
            "pay_conversion": buyers / counted,
            "spend_per_buyer": gmv / buyers.where(buyers > 0),
        }
    )


def from_first_visit(totals: pd.DataFrame) -> pd.DataFrame:
    """Leave out the days before visits were counted: buyers then have no visits beside them."""
    counted = totals["visits"].to_numpy() > 0
    return totals.iloc[int(counted.argmax()) :] if counted.any() else totals


def _best(facts: DailyFacts) -> pd.Series:
    """Give the best 28 days of each driver, ever."""
    by_day = from_first_visit(facts.totals)
    block = min(BLOCK, len(by_day))
    sums = by_day.rolling(block).sum()
    days = pd.Series(float(block), index=sums.index)
    return chain_of(sums["visits"], sums["buyers"], sums["gmv"], days).max()
