"""Scores from quantiles that never part equals, with cuts that can be kept and applied again."""

from __future__ import annotations

from typing import Any

import numpy as np

SCORES = 5


def cuts(values: Any, counts: Any = None, *, scores: int = SCORES) -> tuple[Any, ...]:
    """Find the values from which each next score begins.

    Cut j is the value for which the share of customers below it comes nearest to j parts of
    `scores`; of two as near, the lower. Equals are never parted, so that with many of them scores
    are skipped, and groups are as uneven as the values make them: where 97 % bought once and the
    rest more often, every cut is 2, and there are only the lowest score and the highest.

    Parameters
    ----------
    values, counts
        Each value and how many have it; without counts, one each. Values may come in any order
        and more than once.
    scores
        How many scores there are.

    Returns
    -------
    tuple
        scores − 1 values, ascending, equal where scores are skipped; empty where all are equal.

    Notes
    -----
    Quantile cuts, snapped to the gaps between values. The usual way, parting ranks into equal
    groups, gives customers with the same history different scores by the order of the file.
    """
    values = np.asarray(values)
    counts = np.ones(len(values), dtype="int64") if counts is None else np.asarray(counts)
    distinct, place = np.unique(values, return_inverse=True)
    if len(distinct) < 2:
        return ()
    n = np.zeros(len(distinct), dtype="int64")
    np.add.at(n, place, counts)
    below = np.cumsum(n)[:-1] * scores
    wanted = np.arange(1, scores) * n.sum()
    above = np.searchsorted(below, wanted).clip(0, len(below) - 1)
    under = (above - 1).clip(0)
    nearest = np.where(wanted - below[under] <= np.abs(below[above] - wanted), under, above)
    return tuple(distinct[nearest + 1].tolist())
