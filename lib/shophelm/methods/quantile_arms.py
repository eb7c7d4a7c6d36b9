"""The median, or any other quantile, of an arm of a trial, with its error, from three ranks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from shophelm.methods.two_sample import Arm, Numbers

_Z = special.ndtri(0.975)


@dataclass(frozen=True, slots=True)
class Ranks:
    """Which of an arm's values, sorted, are needed: ranks from 1; null where there are too few.

    Attributes
    ----------
    low, middle, high
        One entry per arm.
    """

    low: np.ndarray
    middle: np.ndarray
    high: np.ndarray


def ranks(n: Numbers, share: float) -> Ranks:
    """Give the ranks of a quantile and of the ends of its 95% interval (Woodruff 1952).

    Whatever the values' distribution, the number of them below the true quantile is binomial, so
    the values at share · n ± z √(n share (1 − share)) hold the quantile.

    Parameters
    ----------
    n
        Values in each arm.
    share
        The quantile: .5 for the median.
    """
    n = np.atleast_1d(np.asarray(n, dtype="float64"))
    spread = _Z * np.sqrt(n * share * (1 - share))
    low, high = np.floor(n * share - spread), np.ceil(n * share + spread) + 1
    enough = (low >= 1) & (high <= n)
    return Ranks(
        np.where(enough, low, np.nan),
        np.where(enough, np.maximum(np.ceil(n * share), 1), np.nan),
        np.where(enough, high, np.nan),
    )


def arm_of_ranks(n: Numbers, low: Numbers, middle: Numbers, high: Numbers) -> Arm:
    """Give arms whose "mean" is the quantile, from the values at the ranks of `ranks`.

    Parameters
    ----------
    n
        Values in each arm.
    low, middle, high
        The values at those ranks; null where the arm has too few.

    Returns
    -------
    Arm
        For `two_sample.difference` and `lift`: the width of the interval stands for 2 × 1.96
        standard errors, so that no density need be guessed. An arm whose interval has no width
        has no variance: its error is not known.

    Notes
    -----
    Poor where many values are the same (a shop with two prices), as quantiles then jump.
    """
    n, low, middle, high = (
        np.atleast_1d(np.asarray(a, dtype="float64")) for a in (n, low, middle, high)
    )
    error = (high - low) / (2 * _Z)
    return Arm(n, middle, np.where(error > 0, n * error**2, np.nan))
