"""What the next big sale will ask for, product by product and phase by phase."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from shophelm.methods.peak_multiples import REPEATS, combined, count_levels, peak_multiples
from shophelm.shop.calendar import Period
from shophelm.shop.needs import Missing, carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.shop.titles import products_of
from shophelm.supply_chain.hidden_demand import Demand, demanded, phases_of
from shophelm.supply_chain.peak_calendar import Peak, next_peak
from shophelm.supply_chain.presale_deposits import deposit_units
from shophelm.words import Sentence, count, listing, rate, sentence

PHASES = ("warmup", "burst", "afterglow")
BASE_WEEKS = 8
"""Ordinary weeks before a campaign that say what is usual."""
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
    doubt
        Products: variance of the logarithm of the total; `spread`: variance / mean of counts.
    """

    peak: Peak
    units: pd.DataFrame
    doubt: np.ndarray
    spread: float


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
    Units of last year's phase (repaired, see `hidden_demand`) as a multiple of what eight ordinary
    weeks before it brought, drawn to the category's, times what ordinary weeks bring now. Where
    deposits are paid, the burst is also expected from them: last year's units per deposit unit
    paid by the same day; both are combined by their precision. Intervals allow for a peak that is
    up to some 15 % off last year's, which is an assumption, and for chance. Misleads where the
    mechanic or the prices differ from last year's.
    """
    peak = next_peak(shop, campaign_id)
    if isinstance(peak, Missing):
        return peak
    wanted = demanded(shop)
    ordinary = phases_of(shop, wanted.period) == ""
    # days of other campaigns do not count among the ordinary ones
    then, then_days = _base(wanted, peak.before.warmup_from, ordinary)
    now, now_days = _base(wanted, min(peak.now.warmup_from, shop.as_of + timedelta(1)), ordinary)
    category = products_of(shop)["category"].reindex(wanted.products).fillna("")
    group = pd.factorize(category, sort=True)[0]
    level, level_variance = _level(now, now_days, group)
    spread = _spread(wanted, ordinary)
    columns: dict[str, np.ndarray] = {"level": level}
    doubts, means, shared = [], [], level_variance * spread + REPEATS**2
    multiples = {}
    for phase in PHASES:
        sold, days = _in_phase(wanted, peak.before.days_of(phase))
        due = np.divide(then, then_days, where=then_days > 0, out=np.zeros_like(then)) * days
        multiples[phase] = peak_multiples(
            np.where(due > 0, sold, 0.0), due, np.where(due > 0, then, 0.0), group=group
        )
        columns[f"{phase}_last_year"] = sold
    level, shared = _warmed(wanted, peak, level, shared, multiples["warmup"], spread)
    columns["level"] = level
    deposits = deposit_units(shop, peak, wanted, group)
    for phase in PHASES:
        multiple, variance = multiples[phase]
        ahead = sum(d > shop.as_of for d in peak.now.days_of(phase))
        mean, variance = level * ahead * multiple, variance + shared
        if phase == "burst" and ahead:
            mean, variance = combined(mean, variance, deposits["burst"], deposits["variance"])
            mean = np.maximum(mean, deposits["kept"])
        low, high = count_levels(mean, variance, spread, _LEVELS)
        columns |= {phase: mean, f"{phase}_low": low, f"{phase}_high": high}
        means.append(mean)
        doubts.append(variance)
    total = np.sum(means, axis=0)
    # phases err together: their levels are the same
    share = np.divide(means, total, where=total > 0, out=np.zeros((3, len(total))))
    doubt = (share * np.sqrt(doubts)).sum(axis=0) ** 2
    low, high = count_levels(total, doubt, spread, _LEVELS)
    columns |= {"total": total, "total_low": low, "total_high": high}
    columns |= {"deposits": deposits["units"], "kept": deposits["kept"]}
    frame = pd.DataFrame(columns, index=wanted.products)
    frame.insert(0, "category", category)
    frame.insert(0, "title", products_of(shop)["title"].reindex(frame.index))
    frame["title"] = frame["title"].fillna(pd.Series(frame.index, frame.index))
    alive = ~np.isnan(wanted.demand[:, -1])
    return PeakPlan(peak, frame[alive], doubt[alive], spread)


def _in_phase(wanted: Demand, days: list[date]) -> tuple[np.ndarray, np.ndarray]:
    """Give each product's units over some days, and the days of them on which it was on sale."""
    at = [(d - wanted.period.first).days for d in days if wanted.period.first <= d]
    at = [i for i in at if i < wanted.period.days]
    some = wanted.demand[:, at]
    return np.nansum(some, axis=1), (~np.isnan(some)).sum(axis=1)


def _base(wanted: Demand, until: date, ordinary: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give units and days of the ordinary weeks before a day."""
    end = (until - wanted.period.first).days
    at = np.arange(max(end - BASE_WEEKS * 7, 0), end)
    at = at[ordinary[at]]
    some = wanted.demand[:, at]
    return np.nansum(some, axis=1), (~np.isnan(some)).sum(axis=1)


def _level(units: np.ndarray, days: np.ndarray, group: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give units a day, drawn to the category's by one unit's worth, and their relative variance."""
    usual = (np.bincount(group, units) + 1e-9) / np.maximum(np.bincount(group, days), 1)
    return (1 + units) / (1 / usual[group] + days), 1 / (1 + units)


def _spread(wanted: Demand, ordinary: np.ndarray) -> float:
    """Measure variance / mean of ordinary days' demand around each product's own weeks."""
    some = pd.DataFrame(np.where(ordinary, wanted.demand, np.nan))
    weeks = some.T.groupby(np.arange(wanted.period.days) // 28).transform("mean").T.to_numpy()
    there = (weeks > 0) & ~np.isnan(some.to_numpy())
    off = (some.to_numpy()[there] - weeks[there]) ** 2
    return max(float(off.sum() / max(weeks[there].sum(), 1e-12) * 28 / 27), 1.0)


def _warmed(wanted, peak, level, variance, warm, spread) -> tuple[np.ndarray, np.ndarray]:
    """Let what the warm-up has brought so far correct the level."""
    sold, days = _in_phase(wanted, peak.now.days_of("warmup"))
    due = level * days * warm[0]
    seen = np.where(sold > 0, sold / np.maximum(due, 1e-12), np.nan) * level
    return combined(level, variance, seen, spread / np.maximum(sold, 1e-9) + warm[1])
