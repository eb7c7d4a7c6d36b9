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
    return pd.DataFrame({"rate": k / n, "low": middle - half, "high": middle + half})


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
