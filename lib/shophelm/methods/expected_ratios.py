"""Counts against what was to be expected of them: which are truly above or below?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import special, stats

_SPREADS = np.linspace(0.02, 1.5, 75)
"""Of the members' true ratios, as 1 / √shape of their gamma distribution."""
_HALVINGS, _NEGLIGIBLE = 30, 1e-9


def shrink_ratios(
    observed: Sequence[float], expected: Sequence[float], *, interval: float = 0.8
) -> pd.DataFrame:
    """Pull each member's ratio of observed to expected towards 1, the more the less was expected.

    True ratios are taken as drawn from a gamma distribution of mean 1; how far apart they lie is
    what all members' counts allow, each possibility by its likelihood (uniform beforehand).
    Clayton and Kaldor (1987), Empirical Bayes Estimates of Age-standardized Relative Risks for
    Use in Disease Mapping, Biometrics 43:671, with the spread averaged instead of fitted.

    Parameters
    ----------
    observed, expected
        Counts, and their expectations; expected of 0 or unknown tells nothing.
    interval
        Probability the equal-tailed intervals hold.

    Returns
    -------
    DataFrame
        In order: ratio (posterior mean), low, high, above (probability that the true ratio is
        above 1). Null where nothing was expected.

    Notes
    -----
    Counts are taken as Poisson around their expectation. Misleads where an expectation leaves out
    something known.
    """
    seen, usual = (np.asarray(a, dtype=float) for a in (observed, expected))
    names = ("ratio", "low", "high", "above")
    known = usual > 0
    frame = pd.DataFrame(np.nan, index=range(len(seen)), columns=list(names))
    if not known.any():
        return frame
    y, e = seen[known, None], usual[known, None]
    shape = _SPREADS**-2.0
    log = (
        special.gammaln(shape + y)
        - special.gammaln(shape)
        + shape * np.log(shape / (shape + e))
        + y * np.log(e / (shape + e))
    ).sum(axis=0)
    weight = np.exp(log - log.max())
    weight /= weight.sum()
    likely = weight > _NEGLIGIBLE
    shape, weight = shape[likely], weight[likely]
    a, b = shape + y, shape + e

    def below(value: np.ndarray | float) -> np.ndarray:
        return special.gammainc(a, np.reshape(value, (-1, 1)) * b) @ weight

    ends = [_quantile(below, len(y), 0.5 + side * interval / 2) for side in (-1, 1)]
    frame.loc[known, list(names)] = np.column_stack([(a / b) @ weight, *ends, 1 - below(1.0)])
    return frame


def off_by_chance(
    observed: Sequence[float], expected: Sequence[float], behind: Sequence[float]
) -> np.ndarray:
    """Give the probability of a count so far off what others' counts make it expect, by chance.

    Parameters
    ----------
    observed, expected
        Counts, and their expectations.
    behind
        Counts of the others that the expectation was learnt from: it is no surer than they are.

    Returns
    -------
    ndarray
        Two-sided p-values; null where nothing was expected.

    Notes
    -----
    Given both counts, the own one is binomial (Przyborowski and Wilenski 1940): exact where the
    expectation is a multiple of the others' count.
    """
    y, e, k = (np.asarray(a, dtype=float) for a in (observed, expected, behind))
    known = (e > 0) & (k > 0)
    y, e, k = (np.where(known, a, 1.0) for a in (y, e, k))
    share, total = e / (e + k), np.round(y + k)
    tails = stats.binom.cdf(y, total, share), stats.binom.sf(y - 1, total, share)
    return np.where(known, np.minimum(2 * np.minimum(*tails), 1.0), np.nan)


def _quantile(below, size: int, share: float) -> np.ndarray:  # noqa: ANN001 - a function of a ratio
    """Halve the range (in logs) in which each quantile must lie until it is found."""
    low, high = np.full(size, -12.0), np.full(size, 6.0)
    for _ in range(_HALVINGS):
        half = (low + high) / 2
        under = below(np.exp(half)) < share
        low, high = np.where(under, half, low), np.where(under, high, half)
    return np.exp((low + high) / 2)
