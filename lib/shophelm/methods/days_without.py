"""What some days would have been without what made them special, told from the days around them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

REACHES = (7.0, 14.0, 28.0, 56.0)
"""Days over which a day's weight falls to a third; the one that tells placebos best is used."""
FEWEST_DAYS = 28
"""Ordinary days below which nothing is said."""
FEWEST_APART = 3
"""Placebos side by side below which an interval is not said to be calibrated by them."""


@dataclass(frozen=True, slots=True)
class DaysWithout:
    """What special days brought beyond what was to be expected.

    Attributes
    ----------
    effects
        One row per part: observed, expected, effect (observed − expected), low, high (its
        interval), error (its standard error) and drift (the standard deviation, as a share of the
        expected, by which ordinary stretches as long stand off what is expected of them, beyond
        chance). All null but observed where too few ordinary days are known.
    expected
        Days × series: what was to be expected on every special day; NaN on the others.
    reach
        The reach that was used, in days; NaN where nothing is said.
    placebos
        Ordinary stretches the intervals were calibrated by, and how many of them lie side by side.
    """

    effects: pd.DataFrame
    expected: np.ndarray
    reach: float
    placebos: tuple[int, int]


def days_without(
    values: np.ndarray,
    *,
    squares: np.ndarray,
    week_day: Sequence[int],
    special: np.ndarray,
    ordinary: np.ndarray,
    parts: Mapping[str, np.ndarray],
    confidence: float = 0.95,
) -> DaysWithout:
    """Estimate what special days brought beyond what ordinary days around them lead to expect.

    Parameters
    ----------
    values
        Days × series without gaps, such as money a day by category.
    squares
        Of the same shape: the sum of the squares of the single amounts behind each value (of a
        count, the count itself). Their chance is what these say.
    week_day
        0 to 6 for each day.
    special
        The days asked about.
    ordinary
        The days that teach what is usual: none of `special`, and none that anything else made
        unusual.
    parts
        Name → days × series, true for the cells that are summed; they may overlap. Cells on days
        that are not special count nothing.
    confidence
        Of the intervals.

    Returns
    -------
    DaysWithout
        A part's expected is the sum of its cells', so that parts which do not overlap add up.

    Notes
    -----
    A day's expected value is the mean of the ordinary days, each divided by its week day's factor,
    with weights that fall exponentially with the distance, times its own week day's factor. The
    same is estimated for every stretch of as many ordinary days (placebos), seen from as far and
    from the same sides, and the reach that is least off on them is taken. An interval holds three
    things: the chance of the days themselves and of the ordinary days that taught what is usual
    (sums of squares of single amounts, as those of a compound Poisson), and the drift by which
    placebos stand off beyond that chance. Few placebos side by side widen it (Student's t).

    Misleads where the days are special for more than one reason (season and a promotion always
    fall together), where orders are drawn from beyond the ordinary days around them, or where
    demand jumps while they last. With ordinary days on one side only, growth is not known to go
    on, and the placebos say how much that matters.
    """
    days = np.flatnonzero(special)
    known = np.flatnonzero(ordinary)
    cells = {name: (cells & special[:, None])[days].astype(float) for name, cells in parts.items()}
    observed = {name: float((c * values[days]).sum()) for name, c in cells.items()}
    empty = np.full(values.shape, np.nan)
    if len(known) < FEWEST_DAYS or not len(days):
        return DaysWithout(_unsaid(observed), empty, np.nan, (0, 0))
    factor = _week_days(values, known, np.asarray(week_day))
    both_sides = known.max() > days.max()
    starts = _placebo_starts(known, len(days))
    apart = len(starts) and 1 + (len(known[starts]) - 1) // len(days)
    fits = {
        reach: _placebos(values, squares, factor, known, starts, cells, days, reach, both_sides)
        for reach in REACHES
    }
    reach = min(fits, key=lambda r: (fits[r].total, r))
    near = _near(days, known, reach)
    expected = empty.copy()
    expected[days] = factor[days] * (near @ (values[known] / factor[known]))
    found = {}
    for name, part in cells.items():
        usual = float((part * expected[days]).sum())
        chance = _chance(part, squares, factor, near, days, known)
        drift = fits[reach].drift[name]
        error = np.sqrt(chance + (drift * usual) ** 2)
        far = error * _quantile(chance, (drift * usual) ** 2, apart, confidence)
        effect = observed[name] - usual
        found[name] = (observed[name], usual, effect, effect - far, effect + far, error, drift)
    effects = pd.DataFrame.from_dict(found, orient="index", columns=COLUMNS)
    return DaysWithout(effects, expected, reach, (len(starts), int(apart)))


COLUMNS = ["observed", "expected", "effect", "low", "high", "error", "drift"]


@dataclass(frozen=True, slots=True)
class _Fit:
    """How far off placebos are: squared relative errors of the whole, and each part's drift."""

    total: float
    drift: dict[str, float]


def _unsaid(observed: Mapping[str, float]) -> pd.DataFrame:
    frame = pd.DataFrame(np.nan, index=list(observed), columns=COLUMNS)
    return frame.assign(observed=pd.Series(observed))


def _week_days(values: np.ndarray, known: np.ndarray, week_day: np.ndarray) -> np.ndarray:
    """Give each day's factor by series; 1 on average over the week.

    A series is drawn to all of them together, the more the less it sells: as if that had been
    seen for four weeks more.
    """
    rows = values[known]
    shared = np.array([rows[week_day[known] == d].sum() for d in range(7)])
    counts = np.bincount(week_day[known], minlength=7)
    usual = shared.sum() / max(len(known), 1)
    shared = np.where((counts > 0) & (usual > 0), shared / np.maximum(counts * usual, 1e-12), 1.0)
    own = np.array([rows[week_day[known] == d].sum(axis=0) for d in range(7)])
    level = rows.mean(axis=0)
    prior = 4.0 * level
    factors = (own + prior * shared[:, None]) / np.maximum(counts[:, None] * level + prior, 1e-12)
    factors = np.where(level > 0, np.maximum(factors, 0.05), 1.0)
    return (factors / factors.mean(axis=0))[week_day]


def _near(days: np.ndarray, known: np.ndarray, reach: float) -> np.ndarray:
    """Give what each known day counts for in each day's level: days × known, rows add up to 1."""
    near = np.exp(-np.abs(days[:, None] - known[None, :]) / reach)
    return near / near.sum(axis=1, keepdims=True)


def _chance(
    part: np.ndarray,
    squares: np.ndarray,
    factor: np.ndarray,
    near: np.ndarray,
    days: np.ndarray,
    known: np.ndarray,
) -> float:
    """Give the variance by chance of a part's effect: of its days, and of those it is held to."""
    learnt = (near.T @ (part * factor[days])) / factor[known]
    return float((part * squares[days]).sum() + (learnt**2 * squares[known]).sum())


def _placebo_starts(known: np.ndarray, length: int) -> np.ndarray:
    """Give where so many ordinary days in a row begin, in a stretch hardly longer than they."""
    if len(known) < length + FEWEST_DAYS:
        return np.array([], dtype=int)
    span = known[length - 1 :] - known[: len(known) - length + 1] + 1
    return np.flatnonzero(span <= 1.5 * length)


def _placebos(
    values: np.ndarray,
    squares: np.ndarray,
    factor: np.ndarray,
    known: np.ndarray,
    starts: np.ndarray,
    cells: Mapping[str, np.ndarray],
    days: np.ndarray,
    reach: float,
    both_sides: bool,
) -> _Fit:
    """Estimate every placebo as the special days are, and say how far off it is."""
    every = {"": np.ones_like(next(iter(cells.values()))), **cells}
    off = {name: [] for name in every}
    for start in starts:
        mine = known[start : start + len(days)]
        after = known[start + len(days) :] if both_sides else known[:0]
        others = np.concatenate([known[:start], after])
        if len(others) < FEWEST_DAYS:
            continue
        near = _near(mine, others, reach)
        usual = factor[mine] * (near @ (values[others] / factor[others]))
        for name, part in every.items():
            chance = _chance(part, squares, factor, near, mine, others)
            gap = (part * (values[mine] - usual)).sum()
            off[name].append((gap**2, chance, (part * usual).sum() ** 2))
    sums = {name: np.array(rows).reshape(-1, 3).sum(axis=0) for name, rows in off.items()}
    drift = {name: _drift(*sums[name]) for name in cells}
    total = sums[""][0] / sums[""][2] if sums[""][2] > 0 else np.inf
    return _Fit(float(total), drift)


def _drift(gaps: float, chance: float, usual: float) -> float:
    return float(np.sqrt(max(0.0, gaps - chance) / usual)) if usual > 0 else 0.0


def _quantile(chance: float, drift: float, apart: int, confidence: float) -> float:
    """Give how many errors wide an interval is: Student's, as drift is learnt from few placebos."""
    if apart < 1 or not drift:
        return float(stats.norm.ppf(0.5 + confidence / 2))
    freedom = (chance + drift) ** 2 / (drift**2 / apart)
    return float(stats.t.ppf(0.5 + confidence / 2, max(freedom, 1.0)))
