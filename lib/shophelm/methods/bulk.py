"""A single order that no day like it will repeat."""

from __future__ import annotations

import numpy as np

TIMES = 20.0
_PRIOR_DAYS = 5.0


def tame_bulk(demand: np.ndarray) -> np.ndarray:
    """Cap each day's units at 20 times what the product's other selling days bring.

    One order of 80,000 units would otherwise be forecast for weeks. A promotion's peak, some ten
    times an ordinary day, stays.

    Parameters
    ----------
    demand
        Products × days, NaN where not known.

    Returns
    -------
    ndarray
        The same, capped. The usual day leaves the largest out, and is drawn to the middle of all
        products' by five days: a product whose first order is huge has no other days to be
        judged by.
    """
    units = np.nan_to_num(demand)
    sold = (units > 0).sum(axis=1)
    others = units.sum(axis=1) - units.max(axis=1, initial=0.0)
    days = np.maximum(sold - 1, 0)
    mean = others[days > 0] / days[days > 0]
    middle = np.median(mean) if len(mean) else np.inf
    usual = (others + _PRIOR_DAYS * middle) / (days + _PRIOR_DAYS)
    return np.minimum(demand, TIMES * np.maximum(usual, 1.0)[:, None])
