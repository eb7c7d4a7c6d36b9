"""The stock policies that cost least in the long run where customers wait for what is missing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import special

from shophelm.methods.inventory import normal_loss


def holding_and_waiting(
    demand: Sequence[float], levels: np.ndarray, *, holding: float, waiting: float
) -> np.ndarray:
    """Give the expected cost of holding and of customers' waiting at levels of stock.

    Parameters
    ----------
    demand
        Probabilities of 0, 1, 2 … units.
    levels
        Whole units, on the shelf and on their way, before the demand; may be negative.
    holding, waiting
        Cost of one unit left over, and of one unit owed.
    """
    chance = np.asarray(demand, dtype=float)
    left = levels[:, None] - np.arange(len(chance))
    return (np.where(left > 0, holding * left, -waiting * left) * chance).sum(axis=1)


def best_r_q(
    lead_demand: Sequence[float], *, rate: float, order_cost: float, holding: float, waiting: float
) -> tuple[int, int, float]:
    """Give the best reorder point and order quantity under continuous review.

    Parameters
    ----------
    lead_demand
        Probabilities of 0, 1, 2 … units over the lead time; customers come for one unit each.
    rate
        Units a unit of time.
    order_cost, holding, waiting
        Of an order; of a unit held, and of a unit owed, for a unit of time.

    Returns
    -------
    (int, int, float)
        Reorder point, order quantity, cost per unit of time (Federgruen & Zheng 1992: the best
        quantity's levels of stock are the cheapest ones, added until the next one costs more than
        the mean).
    """
    # beyond these the cheapest levels do not reach
    up, down = (2 * np.sqrt(2 * order_cost * rate / c) for c in (holding, waiting))
    span = 2 * len(lead_demand)
    levels = np.arange(-span - int(down), span + int(up) + 1)
    cost = holding_and_waiting(lead_demand, levels, holding=holding, waiting=waiting)
    low = high = int(np.argmin(cost))
    total = order_cost * rate + cost[low]
    while min(cost[low - 1], cost[high + 1]) < total / (high - low + 1):
        if cost[low - 1] <= cost[high + 1]:
            low -= 1
            total += cost[low]
        else:
            high += 1
            total += cost[high]
    return int(levels[low]) - 1, high - low + 1, float(total / (high - low + 1))


def near_best_r_q(
    mean: float, sd: float, *, rate: float, order_cost: float, holding: float, short: float
) -> tuple[float, float, float]:
    """Give a near-best reorder point and order quantity for normal demand over the lead time.

    Parameters
    ----------
    mean, sd
        Of demand over the lead time.
    rate
        Units a unit of time.
    order_cost, holding, short
        Of an order; of a unit held for a unit of time; of a unit that was not there when asked
        for, however long it takes.

    Returns
    -------
    (float, float, float)
        Reorder point, order quantity, cost per unit of time: Hadley & Whitin's (1963) expected
        inventory level, found by turns; good where shortages are rare.
    """
    quantity = np.sqrt(2 * order_cost * rate / holding)
    while True:
        z = special.ndtri(1 - quantity * holding / (short * rate))
        lacking = sd * float(normal_loss(z))
        better = np.sqrt(2 * rate * (order_cost + short * lacking) / holding)
        if abs(better - quantity) < 1e-12 * quantity:
            break
        quantity = better
    held = holding * (quantity / 2 + z * sd)
    return mean + z * sd, quantity, held + rate / quantity * (order_cost + short * lacking)


def best_s_s(
    demand: Sequence[float], *, order_cost: float, holding: float, waiting: float
) -> tuple[int, int, float]:
    """Give the best (s, S) under periodic review: at s or less, order up to S.

    Parameters
    ----------
    demand
        Probabilities of 0, 1, 2 … units until the next review, orders arriving at once; with a lead
        time give its cost of holding and waiting its own demand.
    order_cost, holding, waiting
        Of an order; of a unit left over, and of a unit owed, at the end of each period.

    Returns
    -------
    (int, int, float)
        s, S and cost per period (Zheng & Federgruen 1991).
    """
    span, up, down = 2 * len(demand), order_cost / holding, order_cost / waiting
    ground = np.arange(-span - int(down), 2 * span + int(up) + 1)
    level = holding_and_waiting(demand, ground, holding=holding, waiting=waiting)
    renewals = _renewals(np.asarray(demand, dtype=float), len(ground))

    def cost(low: int, high: int) -> float:
        # units sold since the last order, and how many periods are spent at each
        spent = renewals[: high - low]
        return (order_cost + (spent * level[high:low:-1]).sum()) / spent.sum()

    cheapest = int(np.argmin(level))
    low, high = cheapest - 1, cheapest
    while cost(low, high) > level[low]:
        low -= 1
    best, upper = cost(low, high), high + 1
    while level[upper] <= best:
        if cost(low, upper) < best:
            high = upper
            while cost(low, high) <= level[low + 1]:
                low += 1
            best = cost(low, high)
        upper += 1
    return int(ground[low]), int(ground[high]), float(best)


def _renewals(chance: np.ndarray, size: int) -> np.ndarray:
    """Give the expected number of periods in which exactly 0, 1, 2 … units have been sold."""
    periods = np.zeros(size)
    periods[0] = 1 / (1 - chance[0])
    for n in range(1, size):
        sold = chance[1 : n + 1]
        periods[n] = (sold * periods[n - 1 :: -1][: len(sold)]).sum() / (1 - chance[0])
    return periods
