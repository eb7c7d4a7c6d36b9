"""Counts of which only a lower bound is known, and intervals of their sums."""

from __future__ import annotations

import numpy as np
from scipy import special, stats

_IMPOSSIBLE = 1e-12


def interval_of(total: np.ndarray, variance: np.ndarray, share: float) -> list[np.ndarray]:
    """Give the ends of an interval of positive totals: a gamma distribution's of that variance."""
    total, variance = np.broadcast_arrays(np.asarray(total, float), np.asarray(variance, float))
    known = (total > 0) & (variance > 0)
    scale = np.divide(variance, total, where=known, out=np.ones(total.shape))
    shape = np.divide(total, scale, where=known, out=np.ones(total.shape))
    ends = (0.5 - share / 2, 0.5 + share / 2)
    return [np.where(known, stats.gamma.ppf(e, shape, scale=scale), total) for e in ends]


def at_least(
    least: np.ndarray, mean: np.ndarray, spread: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Give mean and variance of a count that is known to have reached `least`.

    Parameters
    ----------
    least, mean
        Of the count, and of its distribution before anything is known of it.
    spread
        Variance / mean, above 1: a negative binomial of size mean / (spread − 1).
    """
    least, mean, spread = np.broadcast_arrays(least, np.maximum(mean, 0.0), spread)
    size, odds = mean / (spread - 1), spread - 1

    def reaches(count: np.ndarray, more: int) -> np.ndarray:
        """Give the chance of at least so many for a size larger by `more`."""
        larger = np.maximum(size + more, 1e-12)
        chance = special.betainc(np.maximum(count, 1), larger, 1 - 1 / spread)
        return np.where(count <= 0, 1.0, chance)

    there = reaches(least, 0)
    sure = there < _IMPOSSIBLE
    below = np.where(sure, 1.0, there)
    first = mean * reaches(least - 1, 1) / below
    second = size * (size + 1) * odds**2 * reaches(least - 2, 2) / below
    first = np.where(sure, least, first)
    variance = np.where(sure, 0.0, second + first - first**2)
    return first, np.maximum(variance, 0.0)
