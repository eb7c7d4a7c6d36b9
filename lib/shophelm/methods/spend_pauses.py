"""Was the money for clicks ever switched off, and what did the clicks do then?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

FEWEST_DAYS = 7
_CHANCE = 0.01


@dataclass(frozen=True, slots=True)
class Paused:
    """Clicks with the spend on against off.

    Attributes
    ----------
    on, off
        Days of each.
    share, low, high
        Share of the clicks (of days with spend) that would not have come without it, and its
        interval; null where spend was never off.
    """

    on: int
    off: int
    share: float
    low: float
    high: float


def paused_days(cost: np.ndarray) -> np.ndarray:
    """Tell the days on which spend was off, not merely nil by chance.

    Cost follows clicks: who pays by the click pays nothing on a day without a click, so that days
    without cost are days without clicks by construction, and comparing them would praise any
    advertisement. Off are only stretches of seven or more days without cost, longer than chance
    would bring once in a hundred such periods at the pace of the other days.

    Parameters
    ----------
    cost
        By day, in order.

    Returns
    -------
    ndarray of bool
        True where off. Days before the first cost, and after the last, are judged alike.
    """
    nil = ~(cost > 0)
    starts = np.flatnonzero(np.diff(nil.astype(int), prepend=0) == 1)
    ends = np.flatnonzero(np.diff(nil.astype(int), append=0) == -1) + 1
    runs = sorted(zip(ends - starts, starts, strict=True), reverse=True)
    off = np.zeros(len(cost), dtype=bool)
    for length, start in runs:
        rest = ~off
        rest[start : start + length] = False
        paid = (~nil & rest).sum()
        # half a day each, so that a pace is never certain
        pace = (paid + 0.5) / (rest.sum() + 1)
        long = length >= FEWEST_DAYS and len(cost) * (1 - pace) ** length <= _CHANCE
        if not long or not paid:
            break
        off[start : start + length] = True
    return off


def clicks_without(
    clicks: np.ndarray, cost: np.ndarray, demand: np.ndarray, *, level: float = 0.8
) -> Paused:
    """Compare clicks with the spend on and off, at equal demand.

    Parameters
    ----------
    clicks, cost
        Of the word, by day.
    demand
        What the word's clicks would follow anyway: those of words not paid for.
    level
        Probability the interval holds.

    Returns
    -------
    Paused
        The share is 1 − (clicks per demand off) / (the same on). Its error is that of the four
        counts, in times the weekly dispersion of the ratio on days with spend (at least 1).

    Notes
    -----
    Misleads where spend was switched off because demand for this word alone was falling.
    """
    off = paused_days(cost)
    on = ~off
    sums = [(clicks[s].sum() + 0.5, demand[s].sum() + 0.5) for s in (on, off)]
    if not off.any() or not on.any() or min(demand[on].sum(), demand[off].sum()) <= 0:
        return Paused(int(on.sum()), int(off.sum()), np.nan, np.nan, np.nan)
    log = np.log(sums[1][0] / sums[1][1]) - np.log(sums[0][0] / sums[0][1])
    error = np.sqrt(sum(1 / c + 1 / d for c, d in sums) * _dispersion(clicks[on], demand[on]))
    half = stats.norm.ppf(0.5 + level / 2) * error
    ends = [float(1 - np.exp(log + side * half)) for side in (0, 1, -1)]
    return Paused(int(on.sum()), int(off.sum()), *ends)


def _dispersion(clicks: np.ndarray, demand: np.ndarray) -> float:
    weeks = len(clicks) // 7
    if weeks < 4:
        return 1.0
    seen, base = (a[: weeks * 7].reshape(weeks, 7).sum(axis=1) for a in (clicks, demand))
    usual = seen.sum() / max(base.sum(), 1e-9) * base
    kept = usual > 0
    if kept.sum() < 4:
        return 1.0
    chi = ((seen[kept] - usual[kept]) ** 2 / usual[kept]).sum()
    return max(1.0, float(chi / (kept.sum() - 1)))
