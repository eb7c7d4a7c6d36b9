"""Will what is there be sold before it must be written off?"""

from __future__ import annotations

import numpy as np


def left_over(wanted: np.ndarray, units: np.ndarray, owner: np.ndarray, owners: int) -> np.ndarray:
    """Give what is written off of a stock of several ages, at each level of demand.

    Parameters
    ----------
    wanted
        Batches × levels: units of the owner's demand until the batch's own write-off date.
    units
        Of each batch.
    owner
        Whose batch it is (0 … owners − 1); an owner's rows stand together, the first to be
        written off first.

    Returns
    -------
    ndarray
        Owners × levels, units.

    Notes
    -----
    First in, first out: what is lost by the j-th date is the most by which, at any date up to
    then, the batches so far exceed what was wanted. A level stands for demand that is high, or
    low, on all dates alike.
    """
    lost = np.zeros((owners, wanted.shape[1]))
    if not len(units):
        return lost
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    running = np.cumsum(units)
    so_far = running - np.repeat((running - units)[starts], np.diff([*starts, len(units)]))
    worst = np.maximum.reduceat(so_far[:, None] - wanted, starts, axis=0)
    lost[owner[starts]] = np.maximum(worst, 0)
    return lost
