"""How much to order at a time: against the cost of ordering, price breaks, packs and a budget."""

from __future__ import annotations

import numpy as np
import pandas as pd

Numbers = np.ndarray | float


def economic_order_quantity(
    demand: Numbers, *, order_cost: Numbers, holding_cost: Numbers
) -> tuple[np.ndarray, np.ndarray]:
    """Give the quantity at which ordering and holding cost least together (Harris 1913).

    Parameters
    ----------
    demand
        Units per unit of time.
    order_cost
        Of one order, however large.
    holding_cost
        Of one unit held for one unit of time.

    Returns
    -------
    (ndarray, ndarray)
        Quantity, and cost per unit of time; infinite quantity where holding costs nothing. Misleads
        where demand is far from even.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        quantity = np.sqrt(2 * np.asarray(order_cost) * demand / np.asarray(holding_cost, float))
    return quantity, np.sqrt(2 * np.asarray(order_cost) * demand * holding_cost)


def with_price_breaks(
    demand: float, breaks: pd.DataFrame, *, order_cost: float, holding_rate: float, least: float = 0
) -> tuple[float, float]:
    """Give the cheapest quantity where a large order makes every unit of it cheaper.

    Parameters
    ----------
    demand
        Units per unit of time.
    breaks
        One row per price: from_quantity, unit_cost; the first row's quantity is the least that can
        be had.
    order_cost
        Of one order.
    holding_rate
        Cost of holding a unit for one unit of time, as a share of its cost.
    least
        Fewer are not wanted.

    Returns
    -------
    (float, float)
        Quantity, and cost per unit of time with the goods themselves (all-units discount; Hadley &
        Whitin 1963): of each price the economic order quantity, raised to where the price begins,
        if the price holds there.
    """
    known = breaks.sort_values("from_quantity")
    begins, price = (known[c].to_numpy(float) for c in ("from_quantity", "unit_cost"))
    ends = np.append(begins[1:], np.inf)
    best, _ = economic_order_quantity(
        demand, order_cost=order_cost, holding_cost=holding_rate * price
    )
    quantity = np.maximum(np.maximum(best, begins), max(least, 1e-9))
    holds = (quantity < ends) & np.isfinite(quantity)
    cost = price * demand + order_cost * demand / quantity + holding_rate * price * quantity / 2
    at = int(np.argmin(np.where(holds, cost, np.inf)))
    return float(quantity[at]), float(cost[at])


def packed(quantity: np.ndarray, *, least: np.ndarray, pack: np.ndarray) -> np.ndarray:
    """Raise what is to be ordered to the smallest order and to whole packs; nothing stays nothing.

    Parameters
    ----------
    quantity, least, pack
        Units wanted, in the smallest order, and in a pack (1 where single units are sold).
    """
    raised = np.ceil(np.maximum(quantity, least) / pack - 1e-9) * pack
    return np.where(quantity > 0, raised, 0.0)


def within_budget(gain: np.ndarray, cost: np.ndarray, *, budget: float) -> np.ndarray:
    """Choose how far to go with each of many orders, where money does not reach for all.

    Parameters
    ----------
    gain, cost
        Orders × steps: what the first steps bring, and cost, in total; neither falls.
    budget
        Money there is.

    Returns
    -------
    ndarray
        Steps taken of each order.

    Notes
    -----
    The step that brings most for its money comes first. The best choice where an order's steps
    bring less and less for their money and cost alike; where costs differ near it, since a large
    step may not fit into what is left. A step that brings more than the one before it is not seen
    behind that one.
    """
    gains, costs = (np.diff(a, axis=1, prepend=0.0) for a in (gain, cost))
    ratio = np.minimum.accumulate(gains / np.maximum(costs, 1e-12), axis=1)
    row, step = np.divmod(np.arange(gain.size), gain.shape[1])
    taken, left = np.zeros(len(gain), dtype=np.int64), float(budget)
    for i in np.lexsort((row, step, -ratio.ravel())):
        if step[i] == taken[row[i]] and costs[row[i], step[i]] <= left + 1e-9:
            taken[row[i]] += 1
            left -= costs[row[i], step[i]]
    return taken
