"""A rate per cell from the margins of its dimensions, where cells are too small for their own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

ROUNDS = 50
TOLERANCE = 1e-9


def main_effects(
    cells: pd.DataFrame, dimensions: Sequence[str], *, yes: str, all_: str
) -> np.ndarray:
    """Fit rates that are a product of one factor per value of each dimension.

    Parameters
    ----------
    cells
        One row per cell: the dimensions, and the counts `yes` out of `all_`.
    dimensions
        Their columns.
    yes, all_
        Columns of successes and trials.

    Returns
    -------
    ndarray
        The rate of each cell. Along every value of every dimension the fitted successes come to
        the real ones, but for one success' worth of shrinking towards no effect, so that a value
        without a success keeps a small rate.

    Notes
    -----
    Iterative proportional fitting (Deming and Stephan 1940): the maximum-likelihood Poisson model
    of main effects. Where two dimensions interact, single cells are off; sums along a dimension
    are not.
    """
    n, d = cells[yes].to_numpy(dtype=float), cells[all_].to_numpy(dtype=float)
    rate = np.full(len(cells), n.sum() / d.sum() if d.sum() else 0.0)
    codes = [cells.groupby(name).ngroup().to_numpy() for name in dimensions]
    real = [np.bincount(c, n) for c in codes]
    for _ in range(ROUNDS):
        before = rate
        for code, wanted in zip(codes, real, strict=True):
            rate = rate * ((wanted + 1) / (np.bincount(code, d * rate) + 1))[code]
        if np.abs(rate - before).max(initial=0.0) < TOLERANCE:
            break
    return rate
