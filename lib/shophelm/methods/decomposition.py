"""Which factor of a product moved it: exact, symmetric decompositions of a change."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal

import numpy as np


def shapley(then: Sequence[float], now: Sequence[float]) -> np.ndarray:
    """Split the change of a product among its factors, each order of change weighing the same.

    Parameters
    ----------
    then, now
        The factors of the product, in the same order; zeros are allowed. 2^n products are made,
        so that a dozen factors is the most that is sensible.

    Returns
    -------
    ndarray
        One part per factor, in the product's own unit; they add up to Π now − Π then.

    Notes
    -----
    The Shapley value of the game in which a coalition of factors has moved and the others have
    not (Shorrocks 2013, Journal of Economic Inequality 11). For two factors it is the change of
    one times the mean of the other.
    """
    then, now = np.asarray(then, dtype=float), np.asarray(now, dtype=float)
    n = len(then)
    parts = np.zeros(n)
    for moved in itertools.product((False, True), repeat=n):
        mask = np.array(moved)
        factors = np.where(mask, now, then)
        size = int(mask.sum())
        for i in np.flatnonzero(~mask):
            weight = math.factorial(size) * math.factorial(n - size - 1) / math.factorial(n)
            parts[i] += weight * (now[i] - then[i]) * np.prod(np.delete(factors, i))
    return parts


def log_mean_divisia(then: Sequence[float], now: Sequence[float]) -> np.ndarray:
    """Split the change of a product among its factors by their growth rates (LMDI-I).

    Parameters
    ----------
    then, now
        The factors, in the same order; none negative. Where the product is 0 on one side, the
        factors that are 0 there share the whole change: the limit of ever smaller values in their
        place.

    Returns
    -------
    ndarray
        One part per factor, in the product's own unit; they add up to Π now − Π then.

    Notes
    -----
    Ang 2005, Energy Policy 33; zeros: Ang and Liu 2007, Energy Policy 35. A factor that did not
    move gets nothing, and two factors that grew alike get the same.
    """
    then, now = np.asarray(then, dtype=float), np.asarray(now, dtype=float)
    before, after = float(np.prod(then)), float(np.prod(now))
    if before == after == 0:
        return np.zeros(len(then))
    if before == 0 or after == 0:
        nought = (then if before == 0 else now) == 0
        return np.where(nought, (after - before) / nought.sum(), 0.0)
    return log_mean(after, before) * np.log(now / then)


def log_mean(a: float, b: float) -> float:
    """Give the logarithmic mean of two positive numbers, which lies between them."""
    if math.isclose(a, b, rel_tol=1e-9):
        return (a + b) / 2
    return (a - b) / (math.log(a) - math.log(b))


def to_the_cent(parts: Sequence[float], total: Decimal) -> list[Decimal]:
    """Round parts to cents so that they add up to a total exactly.

    Every part is rounded down, and the cents that are left go to the largest remainders; a part
    moves by less than a cent.

    Raises
    ------
    ValueError
        If the parts are further from the total than rounding explains.
    """
    cent = Decimal("0.01")
    exact = [Decimal(repr(float(p))) for p in parts]
    floors = [e.quantize(cent, rounding=ROUND_FLOOR) for e in exact]
    left = int(((total - sum(floors)) / cent).to_integral_value(rounding=ROUND_FLOOR))
    if not 0 <= left <= len(floors):
        raise ValueError(f"the parts add up to {sum(exact)}, not to {total}")
    by_remainder = sorted(range(len(exact)), key=lambda i: (floors[i] - exact[i], i))
    for i in by_remainder[:left]:
        floors[i] += cent
    # what is below a cent in the total itself
    floors[by_remainder[0]] += total - sum(floors)
    return floors
