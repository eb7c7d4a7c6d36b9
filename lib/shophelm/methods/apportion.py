"""Whole numbers shared out in proportion to weights, so that they add up to the unit."""

from __future__ import annotations

import numpy as np


def apportion(total: int, weights: np.ndarray) -> np.ndarray:
    """Share a whole number out in proportion to weights.

    Parameters
    ----------
    total
        What is shared, in its smallest unit (cents, say); not negative.
    weights
        Of any shape, none negative. Where all are 0, every cell has the same share.

    Returns
    -------
    ndarray
        Whole numbers of the weights' shape that add up to `total`, none further than one unit from
        its proportion. A cell of weight 0 gets nothing, unless all are.

    Raises
    ------
    ValueError
        If total or a weight is negative or not finite, or there is nothing to share it among.

    Notes
    -----
    By largest remainders (Hamilton); of equal ones the first in order gets the unit.
    """
    weights = np.asarray(weights, dtype=float)
    flat = weights.ravel()
    if total < 0 or not len(flat) or not np.isfinite(flat).all() or (flat < 0).any():
        raise ValueError("Only what is not negative can be shared out, by finite weights.")
    if not flat.any():
        flat = np.ones_like(flat)
    # of the largest weight, so that sums neither overflow nor vanish
    flat = flat / flat.max()
    quota = total * (flat / flat.sum())
    shares = np.floor(quota).astype(np.int64)
    rest = int(total - shares.sum())
    order = np.lexsort((np.arange(len(flat)), -(quota - shares)))
    order = order[flat[order] > 0]
    # rounding of very large totals may leave more, or less, than one unit a cell
    while rest:
        step = 1 if rest > 0 else -1
        turn = order[: abs(rest)] if rest > 0 else order[::-1][: abs(rest)]
        turn = turn if rest > 0 else turn[shares[turn] > 0]
        shares[turn] += step
        rest -= step * len(turn)
    return shares.reshape(weights.shape)
