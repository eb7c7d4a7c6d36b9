"""How many times the usual sales a peak brings, product by product, from one earlier peak."""

from __future__ import annotations

import numpy as np
from scipy import stats

_GROUP_WORTH = 10.0
"""Units that the multiple of all products is worth beside a group's own."""


def peak_multiples(
    sold: np.ndarray, due: np.ndarray, base: np.ndarray, *, group: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Estimate each product's multiple of its usual sales, drawn to its group's.

    Parameters
    ----------
    sold
        Units of each product in the earlier peak.
    due
        Units its usual level would have brought in as many days.
    base
        Units from which that level is known.
    group
        Number of each product's group.

    Returns
    -------
    (ndarray, ndarray)
        Multiples, and the variances of their logarithms: how far apart products of a group lie
        beyond chance is estimated over all groups by moments, and each product's own multiple
        counts by what it tells. A product without an earlier peak has its group's.
    """
    total = (sold.sum() + 1) / (due.sum() + 1)
    got, asked = (np.bincount(group, a) for a in (sold, due))
    by_group = (got + _GROUP_WORTH * total) / (asked + _GROUP_WORTH)
    usual = by_group[group]
    expected = usual * due
    noise = expected + expected**2 / np.maximum(base, 1)
    beyond = ((sold - expected) ** 2 - noise).sum() / max((expected**2).sum(), 1e-12)
    between = float(np.clip(beyond, 0.05**2, 1.0))
    own = 1 / np.maximum(expected, 1e-9) + 1 / np.maximum(base, 1)
    weight = between / (between + own)
    multiple = usual * ((sold + 0.5) / (expected + 0.5)) ** weight
    common = 1 / (np.bincount(group, sold) + 1) + 1 / (np.bincount(group, base) + 1)
    return multiple, between * (1 - weight) + common[group] * (1 - weight) ** 2


def combined(
    first: np.ndarray, first_variance: np.ndarray, second: np.ndarray, second_variance: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Combine two estimates of positive numbers by what each tells; a null second tells nothing.

    Variances are those of logarithms.
    """
    known = (second > 0) & np.isfinite(second_variance)
    weight = np.where(known, first_variance / (first_variance + second_variance), 0.0)
    log = np.log(np.maximum(first, 1e-12))
    log += weight * (np.log(np.where(known, second, 1.0)) - log)
    return np.exp(log), first_variance * (1 - weight)


def count_levels(
    mean: np.ndarray, log_variance: np.ndarray, spread: float, levels: list[float]
) -> list[np.ndarray]:
    """Give quantiles of counts whose mean is only known to within `log_variance`.

    `spread` is variance / mean of the counts themselves; negative binomial.
    """
    mean = np.maximum(mean, 1e-9)
    variance = np.maximum(spread * mean + mean**2 * np.expm1(log_variance), 1.001 * mean)
    chance = mean / variance
    return [stats.nbinom.ppf(q, mean * chance / (1 - chance), chance) for q in levels]
