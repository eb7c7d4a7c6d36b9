"""A budget divided so that the last of it brings the same everywhere, within bounds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

TIMES = 200
"""Halvings of the price of money: beyond what a float can tell apart."""


def allocate(
    budget: float,
    wanted: Callable[[float], np.ndarray],
    *,
    low: np.ndarray,
    high: np.ndarray,
) -> tuple[np.ndarray, float]:
    """Divide a budget among uses whose marginal returns fall.

    Parameters
    ----------
    budget
        What is to be divided.
    wanted
        Gives for a price of money (what the last unit must bring) how much each use would take:
        where its marginal return falls to that price; less at higher prices.
    low, high
        The least and the most each use may get.

    Returns
    -------
    (ndarray, float)
        What each gets, and the price: every use between its bounds has that marginal return.

    Raises
    ------
    ValueError
        If the bounds leave no way to divide just the budget.

    Notes
    -----
    The condition of Karush, Kuhn and Tucker for concave returns: the price is found by halving.
    """
    low, high = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
    if (low > high).any() or not low.sum() - 1e-9 <= budget <= high.sum() + 1e-9:
        raise ValueError("The bounds leave no way to divide just the budget.")
    cheap, dear = 0.0, 1.0
    while np.clip(wanted(dear), low, high).sum() > budget and dear < 1e300:
        dear *= 2.0
    for _ in range(TIMES):
        price = (cheap + dear) / 2
        if np.clip(wanted(price), low, high).sum() > budget:
            cheap = price
        else:
            dear = price
    taken = np.clip(wanted(dear), low, high)
    # what halving leaves over goes to those that would take it at the next lower price
    room = np.clip(wanted(cheap), low, high) - taken
    if room.sum() > 0:
        taken = taken + room * min(1.0, (budget - taken.sum()) / room.sum())
    return taken, dear


def wanted_of_logs(scale: np.ndarray, half: np.ndarray) -> Callable[[float], np.ndarray]:
    """Give what uses of return a · ln(1 + x / b) take at a price: a / price − b."""
    scale, half = np.asarray(scale, dtype=float), np.asarray(half, dtype=float)
    return lambda price: np.maximum(scale / max(price, 1e-300) - half, 0.0)


def wanted_of_saturation(
    reach: np.ndarray, half: np.ndarray, decay: np.ndarray
) -> Callable[[float], np.ndarray]:
    """Give what channels of `methods.media_response` take at a price, steadily.

    Their return is reach · s / (s + half) at the adstock s = x / (1 − decay).
    """
    reach, half, decay = (np.asarray(a, dtype=float) for a in (reach, half, decay))
    left = 1 - decay

    def wanted(price: float) -> np.ndarray:
        stock = np.sqrt(np.maximum(reach, 0.0) * half / (max(price, 1e-300) * left)) - half
        return np.maximum(stock, 0.0) * left

    return wanted
