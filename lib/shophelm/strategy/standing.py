"""Where the year stands: each driver to the day, the chance of the target, and what remains."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from shophelm.methods.pace import chance_of
from shophelm.shop.calendar import Period
from shophelm.shop.needs import Missing, carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.strategy.cascade import (
    CENTS,
    DRIVERS,
    PARTS,
    SPOKEN,
    UNITS,
    Cascade,
    chain_of,
    from_first_visit,
)
from shophelm.strategy.daily_facts import DailyFacts, daily_facts
from shophelm.strategy.expected_shape import ExpectedShape, expected_shape
from shophelm.words import Sentence, change, listing, money, rate, sentence

TITLE = "Will we make the year's target?"
LIKELY = 0.8


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a span of days will come to.

    Attributes
    ----------
    so_far
        Paid in it up to as_of.
    to_come, low, high
        The rest: its median and the ends of its 80 % interval; NaN where the past is too short.
    deviation
        Of the logarithm of the rest.
    """

    so_far: float
    to_come: float
    low: float
    high: float
    deviation: float

    def chance(self, target: float) -> float:
        """Give the chance to reach a target; NaN where it cannot be known."""
        if not np.isfinite(self.to_come) and self.so_far < target:
            return np.nan
        return chance_of(target, self.so_far, self.to_come, self.deviation)


@dataclass(frozen=True, slots=True)
class Standing:
    """How the running year does.

    Attributes
    ----------
    plan
        The year's plan.
    drivers
        One row per driver and for gmv: driver, actual and planned (to date; visits and conversion
        and spend as in the plan), attainment, remaining (what the days to come must do; visits a
        day) and remaining_now (what they do at the present pace).
    months
        One row per month still to come, the running one included: month, days (to come), planned
        (money), asked (what it must bring now for the target), times (asked / planned).
    outlook, chance
        Of the year; and the chance that it reaches its target.
    """

    plan: Cascade
    drivers: pd.DataFrame
    months: pd.DataFrame
    outlook: Outlook
    chance: float

    @property
    def short(self) -> float:
        """What is missing to the target at the present pace; below 0 where nothing is."""
        return self.plan.target / CENTS - self.outlook.so_far - self.outlook.to_come


@question(TITLE, "orders", events="where each driver stands", traffic="where each driver stands")
@carries_missing
def standing(shop: Tables, plan: Cascade, *, country: str = "CN") -> Standing | Missing:
    """Hold the running year against its plan, to the day, and say whether it will do.

    Parameters
    ----------
    shop
        The shop.
    plan
        As `cascade.cascade` gives it.
    country
        As there.

    Notes
    -----
    The rest of the year is its shape at the present pace (`methods.pace`), whose level may drift
    and grow. What is missing to the target is laid on the days to come in proportion to the plan.
    """
    if not plan.period.first <= shop.as_of <= plan.period.last:
        return Missing(TITLE, "orders", f"{shop.as_of} lies outside the year of the plan.")
    facts = daily_facts(shop)
    shape = expected_shape(shop, facts, plan.period.last, country=country)
    ahead = outlook(facts, shape, plan.period)
    return Standing(
        plan,
        _drivers(plan, facts, shape, ahead.so_far),
        _months(plan, facts, ahead.so_far),
        ahead,
        ahead.chance(plan.target / CENTS),
    )


def outlook(facts: DailyFacts, shape: ExpectedShape, period: Period) -> Outlook:
    """Say what a span of days, begun or to come, will bring.

    Parameters
    ----------
    facts, shape
        What was, and what each day weighs.
    period
        The span; its shape must be known to its last day.
    """
    paid = facts.gmv.sum(axis=1)
    inside = [d for d in period.every_day if d in paid.index]
    so_far = float(paid.loc[inside].sum())
    coming = [d for d in period.every_day if d > facts.period.last]
    if not coming:
        return Outlook(so_far, 0.0, 0.0, 0.0, 0.0)
    if shape.pace is None:
        return Outlook(so_far, np.nan, np.nan, np.nan, np.nan)
    first, last = ((d - shape.days[0]).days for d in (coming[0], coming[-1]))
    there = slice(facts.period.days, last + 1)
    # days before a span that has not begun only let time pass
    weights = shape.steady[there].copy()
    weights[: first - facts.period.days] = 0.0
    median, deviation = shape.pace.ahead(weights, risks=shape.risks[:, there])
    z = stats.norm.ppf((1 + LIKELY) / 2)
    low, high = (median * np.exp(k * z * deviation) for k in (-1, 1))
    return Outlook(so_far, median, low, high, deviation)


@carries_missing
def shown(found: Standing) -> pd.DataFrame:
    """Lay out each driver to the day, and what the days to come must do."""
    rows = found.drivers.dropna(subset="actual")
    return pd.DataFrame(
        {
            "driver": rows["driver"].map(SPOKEN),
            "unit": rows["driver"].map(UNITS),
            "so_far": rows["actual"],
            "planned_so_far": rows["planned"],
            "attainment": rows["attainment"],
            "must_do": rows["remaining"],
            "as_it_runs": rows["remaining_now"],
        }
    )


@carries_missing
def ahead(found: Standing) -> pd.DataFrame:
    """Lay out what each month still to come must bring."""
    names = {"month": "in_month", "days": "days_left", "asked": "must_bring", "times": "of_plan"}
    return found.months.rename(columns=names)


@carries_missing
def year_so_far(shop: Tables, found: Standing) -> pd.DataFrame:
    """Give the year day by day: day, planned and paid, added up (paid null after as_of).

    The last row has expected, low and high (80 %) of the year, that of as_of what was paid.
    """
    days = found.plan.period.every_day
    cents = found.plan.cells.groupby("day")["gmv"].sum()
    paid = daily_facts(shop).gmv.sum(axis=1)
    frame = pd.DataFrame(
        {
            "day": days,
            "planned": cents.reindex(days).cumsum().to_numpy() / CENTS,
            "paid": paid.reindex([d for d in days if d <= shop.as_of], fill_value=0.0)
            .cumsum().reindex(days).to_numpy(),
        }
    )  # fmt: skip
    so_far = found.outlook.so_far
    for name, value in (("expected", "to_come"), ("low", "low"), ("high", "high")):
        frame[name] = np.nan
        frame.loc[frame["day"] == shop.as_of, name] = so_far
        frame.loc[frame.index[-1], name] = so_far + getattr(found.outlook, value)
    return frame


def _drivers(plan: Cascade, facts: DailyFacts, shape: ExpectedShape, so_far: float) -> pd.DataFrame:
    """Hold each driver's days so far against the plan's, and say what the others must do."""
    cells = plan.cells.groupby("day")[["gmv", "buyers", "visits"]].sum()
    done = cells.index <= facts.period.last
    # drivers from the first day with visits on, money from the year's first
    counted = from_first_visit(facts.totals).index
    begun = [d for d in cells.index[done] if d in counted]
    actual, now = facts.totals.loc[begun], shape.totals
    coming = cells.index[~done]
    was, should = _of(actual), _of(_in_units(cells.loc[begun]))
    was["gmv"], should["gmv"] = so_far, cells.loc[done, "gmv"].sum() / CENTS
    then, present = _of(_in_units(cells[~done])), _of(now.loc[now.index.isin(coming)])
    missing = max(plan.target / CENTS - so_far, 0.0)
    times = missing / then["gmv"] if then["gmv"] > 0 else np.nan
    rows = []
    for name in ("gmv", *DRIVERS):
        # each driver bears of what is missing what the plan lays on it
        share = 1.0 if name == "gmv" else plan.split[name]
        rows.append(
            {
                "driver": name,
                "actual": was[name],
                "planned": should[name],
                "attainment": was[name] / should[name] if should[name] > 0 else np.nan,
                "remaining": then[name] * times**share if np.isfinite(times) else np.nan,
                "remaining_now": present[name],
            }
        )
    return pd.DataFrame(rows)


def _in_units(cells: pd.DataFrame) -> pd.DataFrame:
    return cells / pd.Series({"gmv": CENTS, "buyers": PARTS, "visits": PARTS})


def _of(rows: pd.DataFrame) -> pd.Series:
    """Give the money and drivers of some days together."""
    sums = rows.sum().to_frame().T
    row = chain_of(sums["visits"], sums["buyers"], sums["gmv"], pd.Series([float(len(rows))]))
    return row.assign(gmv=sums["gmv"]).iloc[0]


def _months(plan: Cascade, facts: DailyFacts, so_far: float) -> pd.DataFrame:
    """Lay what is missing on the months to come."""
    cells = plan.cells[plan.cells["day"] > facts.period.last]
    month = [d.strftime("%Y-%m") for d in cells["day"]]
    frame = cells.groupby(month).agg(days=("day", "nunique"), planned=("gmv", "sum"))
    frame["planned"] = frame["planned"] / CENTS
    missing = max(plan.target / CENTS - so_far, 0.0)
    total = frame["planned"].sum()
    frame["asked"] = frame["planned"] * (missing / total if total > 0 else np.nan)
    frame["times"] = frame["asked"] / frame["planned"].where(frame["planned"] > 0)
    return frame.rename_axis("month").reset_index()


@carries_missing
def find_standing(found: Standing, *, currency: str) -> list[Sentence]:
    """Say where the year stands, which driver lags, and how likely the target is."""
    rows = found.drivers.set_index("driver")
    gmv = rows.loc["gmv"]
    said = [
        sentence(
            "Of {target} for the year {so_far} are paid, {attainment} of what was planned by now.",
            target=money(found.plan.target / CENTS, currency=currency),
            so_far=money(gmv["actual"], currency=currency),
            attainment=rate(gmv["attainment"], digits=0),
        )
    ]
    behind = rows.drop("gmv")["attainment"].dropna()
    behind = behind[behind < 1].sort_values()
    if len(behind):
        each = [f"{SPOKEN[d]} ({change(v - 1)})" for d, v in behind.items()]
        said.append(sentence("Behind their plan: {drivers}.", drivers=listing(each)))
    return [*said, _chance(found, currency)]


@carries_missing
def find_headline(found: Standing, *, currency: str) -> Sentence:
    """Say in one sentence how likely the target is."""
    return _chance(found, currency)


def _chance(found: Standing, currency: str) -> Sentence:
    ahead = found.outlook
    if not np.isfinite(found.chance):
        text = "How likely the target is cannot be known from fewer than eight weeks with sales."
        return sentence(text)
    low, high = (ahead.so_far + end for end in (ahead.low, ahead.high))
    return sentence(
        "At its present pace the year comes to {total} (80% interval {low} to {high}); the chance "
        "of its target is {chance}.",
        total=money(ahead.so_far + ahead.to_come, currency=currency),
        low=money(low, currency=currency),
        high=money(high, currency=currency),
        chance=rate(found.chance, digits=0),
    )
