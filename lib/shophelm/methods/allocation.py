"""A budget divided so that the last of it brings the same everywhere, within bounds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import optimize

FINE = 1e-12
"""By how little a step must gain, of the whole return, to be the last one."""
STEPS = 500
AT_BOUND = 1e-4
"""Of its room, how near a use must be to a bound to count as standing there."""


@dataclass(frozen=True, slots=True)
class Allocation:
    """A divided budget.

    Attributes
    ----------
    spend
        What each use gets.
    marginal
        What the last unit of it returns.
    price
        What the last unit of the budget returns: the marginal return of all uses between bounds.
    at_low, at_high
        Which uses stand at a bound: they would give back some, or take more.
    """

    spend: np.ndarray
    marginal: np.ndarray
    price: float
    at_low: np.ndarray
    at_high: np.ndarray


def allocate(
    budget: float,
    returns: Callable[[np.ndarray], tuple[float, np.ndarray]],
    *,
    low: np.ndarray,
    high: np.ndarray,
) -> Allocation:
    """Divide a budget among uses so that they return most together.

    Parameters
    ----------
    budget
        What is to be divided.
    returns
        Gives for what the uses get what they return in all, and the marginal return of each. It
        must rise ever more slowly (be concave); what one use gets may change what others return.
    low, high
        The least and the most each use may get.

    Raises
    ------
    ValueError
        If the bounds leave no way to divide just the budget, or no best division is found.

    Notes
    -----
    Sequential least squares (Kraft 1988, scipy's SLSQP). At its end the conditions of Karush, Kuhn
    and Tucker hold: between bounds, marginal returns are equal.
    """
    low, high = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
    most = np.minimum(high, np.maximum(budget, low))
    if (low > high).any() or not low.sum() - 1e-9 <= budget <= most.sum() + 1e-9:
        raise ValueError("The bounds leave no way to divide just the budget.")
    room = most - low
    start = low + room * ((budget - low.sum()) / room.sum() if room.sum() > 0 else 0.0)
    unit = max(float(budget) / len(low), 1e-12)
    whole = max(abs(returns(start)[0]), 1e-12)

    def lost(x: np.ndarray) -> tuple[float, np.ndarray]:
        value, slope = returns(x * unit)
        return -value / whole, -slope * unit / whole

    found = optimize.minimize(
        lost, start / unit, jac=True, method="SLSQP",
        bounds=optimize.Bounds(low / unit, most / unit, keep_feasible=True),
        constraints={
            "type": "eq",
            "fun": lambda x: np.array([x.sum() - budget / unit]),
            "jac": lambda x: np.ones((1, len(x))),
        },
        options={"ftol": FINE, "maxiter": STEPS},
    )  # fmt: skip
    if not found.success:
        raise ValueError(f"No best division was found: {found.message}")
    spend = np.clip(found.x * unit, low, most)
    marginal = returns(spend)[1]
    near = AT_BOUND * np.minimum(high - low, budget) + 1e-12
    at_low, at_high = spend <= low + near, spend >= high - near
    return Allocation(spend, marginal, _price(marginal, at_low, at_high), at_low, at_high)


def _price(marginal: np.ndarray, at_low: np.ndarray, at_high: np.ndarray) -> float:
    """Give the marginal return between bounds; where all stand at one, that of those between."""
    free = ~at_low & ~at_high
    if free.any():
        return float(np.median(marginal[free]))
    ends = [*([marginal[at_high].min()] if at_high.any() else [])]
    ends += [marginal[at_low].max()] if at_low.any() else []
    return float(np.mean(ends))
