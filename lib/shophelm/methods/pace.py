"""How fast something runs beside its usual shape, and how far a total to come can be known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

YEAR = 364.0
BLOCK = 7
"""Days that are held against their shape together: a week has every week day once."""
LAGS = 26
"""Weeks apart up to which weeks are held against each other."""
FEWEST_BLOCKS = 8
"""Weeks below which nothing is said of what is to come."""
GROWTH_SD = 0.004
"""What is assumed of growth by the week before it is seen: a fifth in a year, give or take."""
MEMORY = 52
"""Weeks that growth is learnt from."""


@dataclass(frozen=True, slots=True)
class Pace:
    """What is known of a series beside its shape, on the logarithm, by the week.

    Attributes
    ----------
    level, level_variance
        How it ran in the last weeks: 0 is as the shape says.
    noise, drift
        Variance of a single week about its level, and by which the level moves from week to week.
    growth, growth_variance
        Of the level, a week.
    """

    level: float
    level_variance: float
    noise: float
    drift: float
    growth: float
    growth_variance: float

    def ahead(
        self,
        weights: np.ndarray,
        *,
        kinds: Sequence[str] = (),
        unsure: np.ndarray | None = None,
        season_unsure: float = 0.0,
    ) -> tuple[float, float]:
        """Give the median of a total to come, and the deviation of its logarithm.

        Parameters
        ----------
        weights
            The shape of the days to come, from the first one on.
        kinds, unsure
            Of each of these days, what recurs on it, and the deviation of the logarithm of its
            factor, which all days of a kind share.
        season_unsure
            Deviation of the logarithm of a season that is not in the weights.
        """
        total = weights.sum()
        if not total > 0:
            return 0.0, 0.0
        share = weights / total
        weeks = (np.arange(len(weights)) + 0.5) / BLOCK
        grown = self.level + self.growth * weeks
        median = float((weights * np.exp(grown)).sum())
        share = weights * np.exp(grown) / median
        # what happens to the level in a week stays with every day after it
        after = np.cumsum(share[::-1])[::-1]
        variance = (
            self.level_variance
            + self.growth_variance * float(share @ weeks) ** 2
            + self.drift / BLOCK * float((after**2).sum())
            + self.noise * BLOCK * float((share**2).sum())
            + _of_kinds(share, kinds, unsure)
            + season_unsure**2 * _turned(float(share @ weeks) * BLOCK)
        )
        return median, float(np.sqrt(variance))


def pace(values: np.ndarray, weights: np.ndarray) -> Pace | None:
    """Learn how a series runs beside its shape.

    Parameters
    ----------
    values, weights
        By day, up to the last known one: what was, and what the shape says.

    Returns
    -------
    Pace or None
        None where fewer than eight weeks are known, or one of them had nothing.

    Notes
    -----
    The level is a random walk seen with noise; both variances are told apart by how squared
    differences of weeks grow with the time between them (a variogram). The level is then
    the exponentially weighted mean that is best for such a walk (Muth 1960, "Optimal properties of
    exponentially weighted forecasts"). Growth is drawn to none (a normal prior).
    """
    blocks = len(values) // BLOCK
    if blocks < FEWEST_BLOCKS:
        return None
    seen, due = (
        np.asarray(a, dtype=float)[len(a) - blocks * BLOCK :].reshape(blocks, BLOCK).sum(axis=1)
        for a in (values, weights)
    )
    if (seen <= 0).any() or (due <= 0).any():
        return None
    log = np.log(seen / due)[-MEMORY:]
    growth, growth_variance = _growth(log)
    noise, drift = _variogram(log - growth * np.arange(len(log)))
    gain = _gain(drift / noise)
    weight = gain * (1 - gain) ** np.arange(len(log))[::-1]
    weight[0] += (1 - gain) ** len(log)
    # weeks ago, the level was lower by what it has grown since
    since = np.arange(len(log))[::-1]
    level = float((weight * (log + growth * since)).sum() / weight.sum())
    level_variance = max(gain * noise, noise / len(log))
    return Pace(level, level_variance, noise, drift, growth, growth_variance)


def chance_of(target: float, so_far: float, median: float, deviation: float) -> float:
    """Give the chance that what was so far and a total to come reach a target."""
    missing = target - so_far
    if missing <= 0:
        return 1.0
    if median <= 0:
        return 0.0
    if deviation <= 0:
        return float(median >= missing)
    return float(stats.norm.sf(np.log(missing / median) / deviation))


def _of_kinds(share: np.ndarray, kinds: Sequence[str], unsure: np.ndarray | None) -> float:
    """Give the variance of a total because factors of kinds of days are not known."""
    if unsure is None:
        return 0.0
    by_kind: dict[str, float] = {}
    for name, part, off in zip(kinds, share, unsure, strict=True):
        by_kind[name] = by_kind.get(name, 0.0) + part * off
    return sum(v**2 for v in by_kind.values())


def _turned(days: float) -> float:
    """Give how much of a season's variance, twice, lies between now and so many days ahead."""
    return float(2 * (1 - np.cos(2 * np.pi * min(days, YEAR / 2) / YEAR)))


def _growth(log: np.ndarray) -> tuple[float, float]:
    """Give the growth of a week and its variance: the slope, drawn to 0 by what it tells."""
    at = np.arange(len(log)) - (len(log) - 1) / 2
    spread = float(at @ at)
    slope = float(at @ log) / spread
    left = log - log.mean() - slope * at
    # neighbouring weeks run alike: they tell less of a slope than as many that do not
    alike = np.clip(float(left[1:] @ left[:-1]) / max(float(left @ left), 1e-12), 0.0, 0.9)
    error = float(left @ left) / max(len(log) - 2, 1) / spread * (1 + alike) / (1 - alike)
    prior = GROWTH_SD**2
    return slope * prior / (prior + error), prior * error / (prior + error)


def _variogram(log: np.ndarray) -> tuple[float, float]:
    """Tell the noise of single weeks from the drift of their level."""
    lags = np.arange(1, min(LAGS, len(log) // 2) + 1)
    squares = np.array([np.mean((log[k:] - log[:-k]) ** 2) for k in lags])
    design = np.column_stack([2 * np.ones(len(lags)), lags])
    noise, drift = np.linalg.lstsq(design, squares, rcond=None)[0]
    whole = max(float(squares[0]) / 2, 1e-8)
    if drift < 0:
        return max(float(squares.mean()) / 2, 1e-8), 1e-4 * whole
    # a level that only walks would have no noise at all
    return max(float(noise), 0.1 * whole), float(drift)


def _gain(ratio: float) -> float:
    """Give the best weight of the last week, for a drift of so many times the noise."""
    return float((np.sqrt(ratio**2 + 4 * ratio) - ratio) / 2) if ratio > 0 else 0.02
