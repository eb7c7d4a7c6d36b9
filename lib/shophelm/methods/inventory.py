"""How much stock a promise to customers takes: newsvendor, safety stock, reorder points.

Demand is either normal, by its mean and standard deviation, or a grid: products × equally likely
amounts, which hold any shape and any mixture of lead times.
"""

from __future__ import annotations

import numpy as np
from scipy import optimize, special

Numbers = np.ndarray | float


def normal_loss(z: Numbers) -> np.ndarray:
    """Give the expected excess of a standard normal over z."""
    density = np.exp(-np.square(z) / 2) / np.sqrt(2 * np.pi)
    return density - z * special.ndtr(-np.asarray(z, dtype=float))


def newsvendor_normal(
    mean: Numbers, sd: Numbers, *, over: Numbers, under: Numbers
) -> tuple[np.ndarray, np.ndarray]:
    """Give the best single order for normal demand (Arrow, Harris & Marschak 1951).

    Parameters
    ----------
    mean, sd
        Of demand.
    over, under
        Cost of a unit too many, and of one too few.

    Returns
    -------
    (ndarray, ndarray)
        Quantity, and its expected cost.
    """
    z = special.ndtri(under / (np.asarray(over, dtype=float) + under))
    cost = over * z + (np.asarray(over) + under) * normal_loss(z)
    return mean + z * sd, cost * sd


def newsvendor_grid(
    demand: np.ndarray, *, over: Numbers, under: Numbers
) -> tuple[np.ndarray, np.ndarray]:
    """Give the best single order for demand given as a grid.

    Parameters
    ----------
    demand
        Products × equally likely amounts.
    over, under
        Cost of a unit too many, and of one too few: for all, or for each product.

    Returns
    -------
    (ndarray, ndarray)
        Quantity: the least amount that demand does not exceed with a probability of under /
        (over + under) or more; and its expected cost.
    """
    over, under = (np.broadcast_to(np.asarray(c, float), len(demand)) for c in (over, under))
    quantity = quantile(demand, under / (over + under))
    gap = quantity[:, None] - demand
    cost = np.where(gap > 0, over[:, None] * gap, -under[:, None] * gap)
    return quantity, cost.mean(axis=1)


def lead_time_sd(mean: Numbers, sd: Numbers, *, lead: Numbers, lead_sd: Numbers = 0.0) -> Numbers:
    """Give the standard deviation of demand over a lead time that varies itself.

    Parameters
    ----------
    mean, sd
        Of demand in one unit of time; independent between them.
    lead, lead_sd
        Mean and standard deviation of the lead time, which does not depend on demand.
    """
    return np.sqrt(lead * np.square(sd) + np.square(mean) * np.square(lead_sd))


def reorder_point_normal(
    mean: float, sd: float, *, service: str, level: float, quantity: float = np.nan
) -> float:
    """Give the stock at which to order again; what it holds above the mean is the safety stock.

    Parameters
    ----------
    mean, sd
        Of demand over the lead time.
    service
        "cycle": the probability that a delivery comes before the shelf is empty. "fill": the share
        of demand served from the shelf.
    level
        What it is to be.
    quantity
        Ordered at a time; only for "fill".

    Notes
    -----
    For "fill", units short per order are (1 − level) × quantity (type 2 service: Brown 1959,
    Silver & Peterson), as if customers waited; where they walk away the share served is a little
    higher. What is short after the order arrived is not counted twice: negligible unless the
    quantity is small against sd.
    """
    if service == "cycle":
        return mean + special.ndtri(level) * sd
    short = (1 - level) * quantity / sd
    # below this z hardly any demand is met from stock: the loss is as good as −z
    low = -max(40.0, short + 1)
    return mean + sd * optimize.brentq(lambda z: normal_loss(z) - short, low, 40)


def reorder_point_grid(
    demand: np.ndarray, *, service: str, level: float, quantity: np.ndarray | float = np.nan
) -> np.ndarray:
    """Give the stock at which to order again where demand over the lead time is a grid.

    Parameters
    ----------
    demand
        Products × equally likely amounts over the lead time.
    service, level, quantity
        As `reorder_point_normal` takes them; quantity for all, or for each product.

    Returns
    -------
    ndarray
        Never negative.
    """
    if service == "cycle":
        return quantile(demand, np.full(len(demand), level))
    return _least_stock(demand, (1 - level) * np.broadcast_to(quantity, len(demand)))


def quantile(demand: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Give each row's least amount that is not exceeded with a probability of `share` or more."""
    ordered = np.sort(demand, axis=1)
    size = ordered.shape[1]
    at = np.clip(np.ceil(np.asarray(share) * size - 1e-9).astype(np.int64) - 1, 0, size - 1)
    return ordered[np.arange(len(ordered)), at]


def _least_stock(demand: np.ndarray, short: np.ndarray) -> np.ndarray:
    """Give each row's least stock of which demand exceeds no more than `short` on the mean."""
    size = demand.shape[1]
    # from the largest amount down: what is short if the stock were that amount
    down = -np.sort(-demand, axis=1)
    at_amount = (np.cumsum(down, axis=1) - down * np.arange(1, size + 1)) / size
    more = (at_amount <= short[:, None]).sum(axis=1)
    rows = np.arange(len(demand))
    # between two amounts the shortage rises by the share of demand above them
    amount = down[rows, more - 1] - (short - at_amount[rows, more - 1]) * size / more
    return np.maximum(amount, 0.0)
