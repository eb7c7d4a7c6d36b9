"""P-values of several tests, corrected for being several."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import stats


def holm(p_values: Sequence[float]) -> np.ndarray:
    """Correct p-values so that the chance of any false finding among them is kept (Holm 1979).

    Returns
    -------
    ndarray
        Corrected p-values, in the order given. Null ones stay null and do not count as tests.
    """
    p = np.asarray(p_values, dtype="float64")
    out = np.full(len(p), np.nan)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    steps = np.arange(len(order), 0, -1)
    out[order] = np.minimum(np.maximum.accumulate(steps * p[order]), 1)
    return out


def false_discoveries(p_values: Sequence[float]) -> np.ndarray:
    """Correct p-values so that the share of false ones among the findings is kept.

    Benjamini & Hochberg 1995. Holds for metrics that rise and fall together, too.

    Returns
    -------
    ndarray
        Corrected p-values, in the order given. Null ones stay null and do not count as tests.
    """
    p = np.asarray(p_values, dtype="float64")
    out = np.full(len(p), np.nan)
    known = ~np.isnan(p)
    if known.any():
        out[known] = stats.false_discovery_control(p[known])
    return out
