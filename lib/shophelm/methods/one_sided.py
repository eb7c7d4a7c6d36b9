"""Densities of what was measured of an effect whose direction is known."""

from __future__ import annotations

import numpy as np
from scipy import stats


def log_density(
    value: np.ndarray, error: np.ndarray, mean: float, spread: float | np.ndarray
) -> np.ndarray:
    """Give the log density of measured values of an effect that has the sign of `mean`.

    Parameters
    ----------
    value, error
        What was measured, and its standard error.
    mean, spread
        Of the true effect: normal, cut off at 0.

    Notes
    -----
    Without the cut a wide distribution explains anything far off better than a narrow one around
    zero does, on either side: a large rise would speak for a fall.
    """
    whole = np.hypot(error, spread)
    side = np.sign(mean)
    middle = (value * np.square(spread) + mean * np.square(error)) / whole**2
    width = error * spread / whole
    kept = stats.norm.logcdf(side * middle / width) - stats.norm.logcdf(side * mean / spread)
    return stats.norm.logpdf(value, mean, whole) + kept
