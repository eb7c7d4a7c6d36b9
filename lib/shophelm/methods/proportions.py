"""Shares with their intervals, and whether two of them differ beyond chance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import special, stats


def wilson(yes: Sequence[int], trials: Sequence[int], *, level: float = 0.95) -> pd.DataFrame:
    """Give shares with Wilson's score interval (Wilson 1927).

    Returns
    -------
    DataFrame
        rate, low, high; null where there were no trials.
    """
    k, n = np.asarray(yes, dtype=float), np.asarray(trials, dtype=float)
    n = np.where(n > 0, n, np.nan)
    z = special.ndtri(0.5 + level / 2)
    middle = (k + z**2 / 2) / (n + z**2)
    half = z / (n + z**2) * np.sqrt(k * (n - k) / n + z**2 / 4)
    # at none or all, rounding may put an end past the rate itself
    low, high = np.clip(middle - half, 0, k / n), np.clip(middle + half, k / n, 1)
    return pd.DataFrame({"rate": k / n, "low": low, "high": high})


def by_chance(
    yes: Sequence[int],
    trials: Sequence[int],
    other_yes: Sequence[int],
    other_trials: Sequence[int],
) -> np.ndarray:
    """Give the probability of so different a pair of shares by chance (Fisher's exact test).

    Two-sided, exact at any size; cautious where counts are small. For many pairs, and where only
    a larger share matters, `more_by_chance` is much faster.

    Returns
    -------
    ndarray
        p-values; null where either side had no trials.
    """
    rows = zip(yes, trials, other_yes, other_trials, strict=True)
    return np.array(
        [
            stats.fisher_exact([[k, n - k], [j, m - j]]).pvalue if n and m else np.nan
            for k, n, j, m in rows
        ],
        dtype=float,
    )


def more_by_chance(
    yes: Sequence[int],
    trials: Sequence[int],
    other_yes: Sequence[int],
    other_trials: Sequence[int],
) -> np.ndarray:
    """Give the probability of so much larger a share by chance (Fisher's exact test, one-sided).

    Returns
    -------
    ndarray
        p-values; null where either side had no trials.

    Notes
    -----
    The tail of the hypergeometric distribution, term by term from the value outwards for all
    pairs at once.
    """
    k, n, j, m = (np.asarray(a, dtype=float) for a in (yes, trials, other_yes, other_trials))
    known = (n > 0) & (m > 0)
    k, n, j, m = (np.where(known, a, 1.0) for a in (k, n, j, m))
    drawn = k + j
    above = k > n * drawn / (n + m)
    # from the value up where it is large, from the one below it down where it is small
    tail = _tail(np.where(above, k, k - 1), np.where(above, 1, -1), n, drawn, n + m)
    return np.where(known, np.clip(np.where(above, tail, 1 - tail), 0, 1), np.nan)


def _tail(
    start: np.ndarray, side: np.ndarray, n: np.ndarray, drawn: np.ndarray, total: np.ndarray
) -> np.ndarray:
    """Sum the hypergeometric chances from a value outwards, until they no longer matter."""
    summed = np.zeros(len(start))
    at = np.flatnonzero(start >= np.maximum(0, n + drawn - total))
    i, step = start[at], side[at]
    a, b, c = n[at], drawn[at], total[at]
    term = np.exp(_choose(b, i) + _choose(c - b, a - i) - _choose(c, a))
    while len(at):
        summed[at] += term
        up = (b - i) * (a - i) / ((i + 1) * np.maximum(c - b - a + i + 1, 1))
        down = i * np.maximum(c - b - a + i, 0) / np.maximum((b - i + 1) * (a - i + 1), 1)
        term, i = term * np.where(step > 0, up, down), i + step
        on = term > 1e-16 * summed[at]
        at, i, step, term, a, b, c = (x[on] for x in (at, i, step, term, a, b, c))
    return summed


def _choose(n: np.ndarray, k: np.ndarray) -> np.ndarray:
    return special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1)


def beyond_chance(p_values: Sequence[float], *, tests: int = 0, rate: float = 0.05) -> np.ndarray:
    """Tell which p-values stand at a false-discovery rate (Benjamini & Hochberg 1995).

    Parameters
    ----------
    p_values
        Null ones do not stand, and do not count as tests.
    tests
        How many tests there were, where only those that came out large enough to look at are
        given: the others count as what chance gave.
    rate
        Share of false discoveries to expect at most.
    """
    p = np.asarray(p_values, dtype=float)
    known = ~np.isnan(p)
    found = np.zeros(len(p), dtype=bool)
    if n := known.sum():
        among = np.minimum(p[known] * max(tests, n) / n, 1)
        found[known] = stats.false_discovery_control(among) <= rate
    return found
