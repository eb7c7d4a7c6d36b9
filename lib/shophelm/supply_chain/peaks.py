"""What the next big sale will ask for, product by product and phase by phase."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd

from shophelm.methods.peak_multiples import combined, count_levels, peak_multiples
from shophelm.shop.needs import Missing, carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.shop.titles import titled
from shophelm.supply_chain.hidden_demand import categories_of, demanded
from shophelm.supply_chain.peak_calendar import Peak, next_peak
from shophelm.supply_chain.peak_days import PeakDays, peak_days
from shophelm.supply_chain.peak_repeats import Repeats, repeats
from shophelm.supply_chain.presale_deposits import deposit_units
from shophelm.words import Sentence, count, listing, plural, rate, sentence

PHASES = ("warmup", "burst", "afterglow")
_LEVELS = [0.1, 0.9]


@dataclass(frozen=True, slots=True)
class PeakPlan:
    """A campaign's demand to come.

    Attributes
    ----------
    peak
        Which campaign, and which it is held against.
    units
        By product_id: title, category, level (units on a usual day now), and for each phase
        (warmup, burst, afterglow: the days of it after `as_of`) and the total: units with _low
        and _high (80 %), last_year (what was wanted in the same phase then), and deposits (units
        with a deposit paid by now) with their kept (those whose balance is to be expected).
    spread
        Variance / mean of counts; `units.doubt` is the variance of the logarithm of the total.
    again
        How well the shop's campaigns repeat.
    """

    peak: Peak
    units: pd.DataFrame
    spread: float
    again: Repeats

    def whole(self, phase: str) -> tuple[float, float, float]:
        """Give all products' units of a phase, and the ends of an 80% interval."""
        units = float(self.units[phase].sum())
        low, high = count_levels(units, self.again.off**2, self.spread, _LEVELS)
        return units, float(low), float(high)


@question(
    "What will the next big sale ask for?",
    "order_lines",
    "campaigns",
    presales="deposits paid so far say what the burst will bring",
    stock="demand that empty shelves hid in the last one",
)
def peak_plan(shop: Tables, *, campaign_id: str = "") -> PeakPlan | Missing:
    """Expect each product's units in each phase of a campaign, from last year's.

    Parameters
    ----------
    shop
        Needs order_lines and campaigns; a campaign of the same kind must lie within its days.
    campaign_id
        The campaign; empty for the next Double 11 or 618, as listed, or where none is, last
        year's moved by a year.

    Notes
    -----
    Units of last year's phase (repaired, see `hidden_demand`) as a multiple of what four ordinary
    weeks before it brought, drawn to the category's, times what ordinary weeks bring now. All are
    taken at comparable prices (`price_response`): the burst's price is last year's, other phases'
    are the usual ones. Where deposits are paid, the burst is also expected from them: last year's
    units per deposit unit paid by the same day; both are combined by their precision. Intervals
    allow for chance, and for a peak that stands off what last year's says as far as the shop's
    other campaigns did (`peak_repeats`). Misleads where the mechanic or the prices differ from last
    year's; a checkout that breaks on the day is in nobody's plan.
    """
    peak = next_peak(shop, campaign_id)
    if isinstance(peak, Missing):
        return peak
    days, wanted = peak_days(shop), demanded(shop)
    category = categories_of(shop, wanted.products)
    group = pd.factorize(category, sort=True)[0]
    spread = days.spread
    again = repeats(shop, days, peak, spread=spread)
    then = _last_year(days, peak, group)
    level, doubt = _level_now(shop, days, peak, group, then["warmup"], spread)
    common = doubt + again.off**2
    deposits = deposit_units(shop, peak, wanted, group, again.off)
    frame = pd.DataFrame(
        {"title": titled(shop, wanted.products), "category": category, "level": level},
        index=wanted.products,
    )
    variances = []
    for phase in PHASES:
        ahead = sum(d > shop.as_of for d in peak.now.days_of(phase))
        price = days.burst_price(peak.before.days_of(phase)) if phase == "burst" else 1.0
        mean, variance = level * ahead * price * then[phase].multiple, then[phase].variance + common
        if phase == "burst" and ahead:
            mean, variance = combined(mean, variance, deposits["burst"], deposits["variance"])
            mean = np.maximum(mean, deposits["kept"])
        frame = _with_interval(frame, phase, np.asarray(mean), np.asarray(variance), spread)
        frame[f"{phase}_last_year"] = then[phase].units
        variances.append(np.asarray(variance))
    total = frame[list(PHASES)].sum(axis=1).to_numpy()
    # phases err together: they rest on the same level
    share = frame[list(PHASES)].to_numpy() / np.maximum(total, 1e-12)[:, None]
    frame["doubt"] = (share * np.sqrt(variances).T).sum(axis=1) ** 2
    frame = _with_interval(frame, "total", total, frame["doubt"].to_numpy(), spread)
    frame = frame.assign(deposits=deposits["units"], kept=deposits["kept"])
    return PeakPlan(peak, frame[~np.isnan(wanted.demand[:, -1])], spread, again)


@carries_missing
def find_peak_plan(plan: PeakPlan) -> list[Sentence]:
    """Say what the campaign asks for, against last year, and what the deposits say."""
    units, now, before = plan.units, plan.peak.now, plan.peak.before
    said = []
    if plan.peak.moved:
        said.append(
            sentence(
                "No big sale to come is listed in campaigns: this is {before}, a year later.",
                before=before.name,
            )
        )
    burst, low, high = plan.whole("burst")
    said.append(
        sentence(
            "{name} (burst from {day}) is expected to ask for {warm} units in what is left of the "
            "warm-up, {burst} in the burst (80% interval {low} to {high}) and {after} in the "
            "afterglow; last year's burst asked for {then}.",
            name=now.name,
            day=str(now.burst_from),
            warm=count(units["warmup"].sum()),
            burst=count(burst),
            low=count(low),
            high=count(high),
            after=count(units["afterglow"].sum()),
            then=count(units["burst_last_year"].sum()),
        )
    )
    if units["deposits"].sum() > 0:
        said.append(
            sentence(
                "Deposits are paid for {units} units; {kept} of them should be balanced.",
                units=count(units["deposits"].sum()),
                kept=count(units["kept"].sum()),
            )
        )
    if plan.again.pairs:
        said.append(
            sentence(
                "{n} held twice came to within about {off} of what the year before said; the "
                "intervals allow for it.",
                n=plural(plan.again.pairs, "campaign"),
                off=rate(plan.again.off, digits=0),
            )
        )
    top = units.sort_values(["burst", "title"], ascending=[False, True]).head(3)
    which = [
        f"{r.title} ({count(r.burst_low)} to {count(r.burst_high)} units)" for r in top.itertuples()
    ]
    if which:
        said.append(
            sentence("In the burst most is wanted of {which}; 80% intervals.", which=listing(which))
        )
    return said


@dataclass(frozen=True, slots=True)
class _Then:
    """Last year's phase: units wanted, as a multiple of usual, with its logarithm's variance."""

    units: np.ndarray
    multiple: np.ndarray
    variance: np.ndarray


def _last_year(days: PeakDays, peak: Peak, group: np.ndarray) -> dict[str, _Then]:
    base, usual = days.usual(peak.before.warmup_from)
    phases = {}
    for phase in PHASES:
        units, worth = days.on(peak.before.days_of(phase))
        known = usual > 0
        of_known = np.where(known, units, 0.0)
        multiple = peak_multiples(of_known, usual * worth, base, group=group)
        phases[phase] = _Then(units, *multiple)
    return phases


def _level_now(
    shop: Tables, days: PeakDays, peak: Peak, group: np.ndarray, warm: _Then, spread: float
) -> tuple[np.ndarray, np.ndarray]:
    """Give units on a usual day now, and the variance of the logarithm of all that rests on it.

    What the warm-up has brought so far counts, too.
    """
    until = min(peak.now.warmup_from, shop.as_of + timedelta(days=1))
    units, worth = days.before(until)
    # drawn to the category's usual level by one unit's worth
    usual = (np.bincount(group, units) + 1e-9) / np.maximum(np.bincount(group, worth), 1)
    level = (1 + units) / (1 / usual[group] + worth)
    sold, warm_days = days.on(peak.now.days_of("warmup"))
    due = warm_days * warm.multiple
    seen = np.divide(sold, due, where=due > 0, out=np.zeros_like(sold))
    level, variance = combined(
        level, spread / (1 + units), seen, spread / np.maximum(sold, 1e-9) + warm.variance
    )
    return level, variance


def _with_interval(
    frame: pd.DataFrame, name: str, mean: np.ndarray, variance: np.ndarray, spread: float
) -> pd.DataFrame:
    low, high = count_levels(mean, variance, spread, _LEVELS)
    return frame.assign(**{name: mean, f"{name}_low": low, f"{name}_high": high})
