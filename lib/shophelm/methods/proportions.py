"""Shares with their intervals, and whether two of them differ beyond chance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats


def wilson(yes: Sequence[int], trials: Sequence[int], *, level: float = 0.95) -> pd.DataFrame:
    """Give shares with Wilson's score interval (Wilson 1927).

    Returns
    -------
    DataFrame
        rate, low, high; null where there were no trials.
    """
    rows = [_wilson(int(k), int(n), level) for k, n in zip(yes, trials, strict=True)]
    return pd.DataFrame(rows, columns=["rate", "low", "high"], dtype="float64")


def by_chance(
    yes: Sequence[int],
    trials: Sequence[int],
    other_yes: Sequence[int],
    other_trials: Sequence[int],
    *,
    alternative: str = "two-sided",
) -> np.ndarray:
    """Give the probability of so different a pair of shares by chance (Fisher's exact test).

    Exact at any size; cautious where counts are small.

    Returns
    -------
    ndarray
        p-values; null where either side had no trials.
    """
    rows = zip(yes, trials, other_yes, other_trials, strict=True)
    return np.array(
        [
            stats.fisher_exact([[k, n - k], [j, m - j]], alternative=alternative).pvalue
            if n and m
            else np.nan
            for k, n, j, m in rows
        ],
        dtype=float,
    )


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


def _wilson(yes: int, trials: int, level: float) -> tuple[float, float, float]:
    if not trials:
        return np.nan, np.nan, np.nan
    interval = stats.binomtest(yes, trials).proportion_ci(level, method="wilson")
    return yes / trials, interval.low, interval.high
