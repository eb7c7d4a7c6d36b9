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
"""Placebos side by side below which no interval is given."""


@dataclass(frozen=True, slots=True)
class DaysWithout:
    """What special days brought beyond what was to be expected.

    Attributes
    ----------
    effects
        One row per part: observed, expected, effect (observed − expected), low, high (its
        interval), error (half its width in standard errors) and drift (the standard deviation, as
        a share of the expected, by which ordinary stretches as long stand off what is expected of
        them, beyond chance). All null but observed where too few ordinary days are known; low,
        high, error and drift are also where fewer than three such stretches lie side by side.
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
    placebos stand off beyond that chance. Few placebos side by side widen it (Student's t). Of
    series with amounts below 0 the chance is that of their net, which is too little.

    Misleads where the days are special for more than one reason (season and a promotion always
    fall together), where orders are drawn from beyond the ordinary days around them, or where
    demand jumps while they last. With ordinary days on one side only, growth is taken to go on as
    it did: the share by which placebos stood off on average is added.
    """
    days, known = np.flatnonzero(special), np.flatnonzero(ordinary)
    cells = np.array([(c & special[:, None])[days] for c in parts.values()], dtype=float)
    effects = pd.DataFrame(np.nan, index=list(parts), columns=COLUMNS)
    effects["observed"] = (cells * values[days]).sum(axis=(1, 2))
    expected = np.full(values.shape, np.nan)
    if len(known) < FEWEST_DAYS or not len(days):
        return DaysWithout(effects, expected, np.nan, (0, 0))
    past = _Past(values, squares, _week_days(values, known, np.asarray(week_day)))
    starts = _placebo_starts(known, len(days))
    apart = len(starts) and 1 + (len(starts) - 1) // len(days)
    sides = bool(known.min() < days.min()), bool(known.max() > days.max())
    fits = {r: _placebos(past, known, starts, cells, r, sides=sides) for r in REACHES}
    reach = min(fits, key=lambda r: (fits[r].total, r))
    grown = 1 + fits[reach].lean
    expected[days] = grown * past.expected(days, known, reach)
    usual, learnt = past.held(cells, days, known, reach)
    usual, learnt = grown * usual, grown**2 * learnt
    effects["expected"], effects["effect"] = usual, effects["observed"] - usual
    if apart >= FEWEST_APART:
        # how far growth itself is known is part of it
        growth = 0.0 if all(sides) else fits[reach].total / apart
        effects["drift"] = np.sqrt(fits[reach].drift ** 2 + growth)
        size = past.size(cells, np.union1d(days, known))
        ends = _ends(effects, learnt, size, apart, confidence)
        effects["low"], effects["high"], effects["error"] = ends
    return DaysWithout(effects, expected, reach, (len(starts), int(apart)))


COLUMNS = ["observed", "expected", "effect", "low", "high", "error", "drift"]


@dataclass(frozen=True, slots=True)
class _Fit:
    """How far off placebos are: the whole's squared relative error, and each part's drift.

    `lean` is by what share the whole of placebos stands above what is expected of it, on average.
    """

    total: float
    lean: float
    drift: np.ndarray


@dataclass(frozen=True, slots=True)
class _Past:
    """Days × series: what was seen, its squares, and each day's factor of the week."""

    values: np.ndarray
    squares: np.ndarray
    factor: np.ndarray

    def expected(self, days: np.ndarray, known: np.ndarray, reach: float) -> np.ndarray:
        """Give what known days lead to expect of some days."""
        level = self.values[known] / self.factor[known]
        return self.factor[days] * (_near(days, known, reach) @ level)

    def held(
        self, cells: np.ndarray, days: np.ndarray, known: np.ndarray, reach: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """Give what is expected of each part (parts × days × series), and its variance."""
        weighted = cells * self.factor[days]
        learnt = np.matmul(_near(days, known, reach).T, weighted) / self.factor[known]
        usual = (learnt * self.values[known]).sum(axis=(1, 2))
        return usual, (learnt**2 * self.squares[known]).sum(axis=(1, 2))

    def size(self, cells: np.ndarray, days: np.ndarray) -> np.ndarray:
        """Give by part the mean of single amounts weighted by themselves: variance over mean."""
        series = cells.any(axis=1)
        squares, sums = (series @ table[days].sum(axis=0) for table in (self.squares, self.values))
        return np.divide(squares, np.abs(sums), out=np.zeros_like(squares), where=sums != 0)


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


def _placebo_starts(known: np.ndarray, length: int) -> np.ndarray:
    """Give where so many ordinary days in a row begin, in a stretch hardly longer than they."""
    if len(known) < length + FEWEST_DAYS:
        return np.array([], dtype=int)
    span = known[length - 1 :] - known[: len(known) - length + 1] + 1
    return np.flatnonzero(span <= 1.5 * length)


def _placebos(
    past: _Past,
    known: np.ndarray,
    starts: np.ndarray,
    cells: np.ndarray,
    reach: float,
    *,
    sides: tuple[bool, bool],
) -> _Fit:
    """Estimate every placebo as the special days are, and say how far off it is."""
    every = np.concatenate([np.ones_like(cells[:1]), cells])
    gaps, chances, squares, cross = np.zeros((4, len(every)))
    off, sums = 0.0, 0.0
    for start in starts:
        end = start + cells.shape[1]
        mine = known[start:end]
        both = known[:start], known[end:]
        others = np.concatenate(
            [side[: len(side) * there] for side, there in zip(both, sides, strict=True)]
        )
        if len(others) >= FEWEST_DAYS:
            usual, learnt = past.held(every, mine, others, reach)
            seen = (every * past.values[mine]).sum(axis=(1, 2))
            own = (every * past.squares[mine]).sum(axis=(1, 2))
            gaps, squares = gaps + (seen - usual) ** 2, squares + usual**2
            chances, cross = chances + own + learnt, cross + (seen - usual) * usual
            off, sums = off + seen[0] - usual[0], sums + usual[0]
    # with days on both sides, growth before and after cancels
    lean = 0.0 if all(sides) or not sums else off / sums
    gaps = gaps - 2 * lean * cross + lean**2 * squares
    beyond = np.maximum(gaps - chances, 0.0)
    share = np.divide(beyond, squares, out=np.zeros_like(beyond), where=squares > 0)
    total = gaps[0] / squares[0] if squares[0] > 0 else np.inf if gaps[0] > 0 else 0.0
    return _Fit(float(total), float(lean), np.sqrt(share[1:]))


def _ends(
    effects: pd.DataFrame, learnt: np.ndarray, size: np.ndarray, apart: int, confidence: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give the ends of the effects' intervals, and half their width in standard errors.

    What was observed may be that of any mean it lies within chance of, whose variance is its own
    (a score interval: where nothing was sold, more might have been). That interval and the one of
    what is expected are put together by the squares of their widths (Zou and Donner 2008,
    Statistics in Medicine 27:1693).
    """
    seen, usual = effects["observed"].to_numpy(), effects["expected"].to_numpy()
    drift = (effects["drift"].to_numpy() * usual) ** 2
    own = size * np.maximum(np.abs(seen), np.abs(usual))
    with np.errstate(divide="ignore", invalid="ignore"):
        freedom = np.where(drift > 0, (own + learnt + drift) ** 2 / (drift**2 / apart), np.inf)
    z = stats.t.ppf(0.5 + confidence / 2, np.maximum(freedom, 1.0))
    middle, root = z**2 * size / 2, z * np.sqrt(size * np.abs(seen) + (z * size / 2) ** 2)
    down, up = root - middle, root + middle
    base = z**2 * (learnt + drift)
    low = effects["effect"].to_numpy() - np.sqrt(down**2 + base)
    high = effects["effect"].to_numpy() + np.sqrt(up**2 + base)
    return low, high, (high - low) / 2 / stats.norm.ppf(0.5 + confidence / 2)
