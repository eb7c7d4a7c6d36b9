"""How much to order of what spoils: the newsvendor, over one period and over several days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Shelf:
    """What a shelf did, draw by draw.

    Attributes
    ----------
    sold, short
        Draws × days × groups: units sold, and wanted in vain.
    wasted
        Draws × days: units that were too old for every group at the day's end.
    left
        Draws × ages: units on the shelf after the last day, by the age they have the day after.
    """

    sold: np.ndarray
    short: np.ndarray
    wasted: np.ndarray
    left: np.ndarray


@dataclass(frozen=True, slots=True)
class Case:
    """A shelf for which something may be ordered now.

    Attributes
    ----------
    demand, life, opening
        As in `play`; the days must reach `lead` days and the longest life, or the cover, beyond.
    arrivals
        Units already under way, by day.
    lead
        Days until the order arrives: 0 for the first morning.
    cover
        Days from its arrival to that of the next order, which ends what this one can do for those
        who would go away empty. What it leaves goes first from then on, so that its waste does
        not hang on the next order.
    underage, overage
        Money lost by a unit short, by group, and by a unit wasted.
    """

    demand: np.ndarray
    life: Sequence[int]
    opening: np.ndarray
    arrivals: np.ndarray
    lead: int
    cover: int
    underage: Sequence[float]
    overage: float


@dataclass(frozen=True, slots=True)
class Order:
    """A quantity to order, and what is to be expected of it.

    Attributes
    ----------
    quantity
        Units.
    sold, wasted, short
        Expected units: sold and wanted in vain until the next order arrives, wasted of what is
        there and of this order, whenever it spoils.
    cost
        Draws: margin lost by what was short, and money lost by what was wasted.
    """

    quantity: int
    sold: float
    wasted: float
    short: float
    cost: np.ndarray


def critical_ratio(underage: float | np.ndarray, overage: float | np.ndarray) -> np.ndarray:
    """Give the share of cases in which demand should be met: underage / (underage + overage).

    Parameters
    ----------
    underage
        Money lost by each unit short: the margin of a sale.
    overage
        Money lost by each unit left: what it cost, less what is still got for it.
    """
    lost = np.maximum(underage, 0.0)
    return lost / np.maximum(lost + np.asarray(overage, dtype=float), 1e-12)


def play(
    demand: np.ndarray, arrivals: np.ndarray, *, life: Sequence[int], opening: np.ndarray
) -> Shelf:
    """Let days of demand meet a shelf on which things age; the oldest that will do goes first.

    Parameters
    ----------
    demand
        Draws × days × groups of customers.
    arrivals
        Units that arrive fresh before each day's sales.
    life
        Of each group, the days on which a unit may be sent to it, the day of arrival included: the
        nearer a group, the longer. 0 or less: never.
    opening
        Units there on the first morning, by age in days.

    Notes
    -----
    On one day the group that takes the oldest is served first, which leaves what is fresh to
    those who need it so; where there is not enough for all, it favours that group.
    """
    draws, days, groups = demand.shape
    ages = max(1, *life)
    shelf = np.zeros((draws, ages))
    known = np.asarray(opening, dtype=float)[:ages]
    shelf[:, : len(known)] = known
    sold, wasted = np.zeros(demand.shape), np.zeros((draws, days))
    for day in range(days):
        shelf[:, 0] += arrivals[day]
        for group in sorted(range(groups), key=lambda g: -life[g]):
            taken = _oldest_first(shelf[:, : max(life[group], 0)], demand[:, day, group])
            shelf[:, : taken.shape[1]] -= taken
            sold[:, day, group] = taken.sum(axis=1)
        wasted[:, day] = shelf[:, -1]
        shelf = np.hstack([np.zeros((draws, 1)), shelf[:, :-1]])
    return Shelf(sold, demand - sold, wasted, shelf)


def ordered(case: Case, quantity: int) -> Order:
    """Tell what comes of ordering a quantity."""
    coming = np.array(case.arrivals, dtype=float)
    coming[case.lead] += quantity
    shelf = play(case.demand, coming, life=case.life, opening=case.opening)
    window = slice(case.lead, case.lead + case.cover)
    short = shelf.short[:, window].sum(axis=1)
    sold, wasted = shelf.sold[:, window].sum(axis=(1, 2)), shelf.wasted.sum(axis=1)
    cost = short @ np.maximum(case.underage, 0.0) + case.overage * wasted
    expected = (float(v.mean()) for v in (sold, wasted, short.sum(axis=1)))
    return Order(int(quantity), *expected, cost)


def best_order(case: Case, quantities: np.ndarray) -> Order:
    """Find the quantity that loses least by what is short and by what is wasted.

    Parameters
    ----------
    case
        The shelf.
    quantities
        Those that may be ordered, in rising order.

    Notes
    -----
    Where the cover is as long as the life it is the newsvendor of one period (Arrow, Harris &
    Marschak 1951): the least quantity that demand does not exceed with the critical ratio; an
    outlook's levels of equal weight may stand for draws of one day. The cost is taken
    as convex in the quantity (exactly so for one group): a coarse search over the quantities is
    narrowed to the neighbours of its best until all between have been looked at.
    """
    low, high = 0, len(quantities) - 1
    while True:
        places = np.unique(np.linspace(low, high, min(9, high - low + 1)).round().astype(int))
        tried = [ordered(case, quantities[p]) for p in places]
        best = int(np.argmin([o.cost.mean() for o in tried]))
        if len(places) == high - low + 1:
            return tried[best]
        low, high = places[max(best - 1, 0)], places[min(best + 1, len(places) - 1)]


def _oldest_first(shelf: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Take what is wanted from the oldest on; columns are ages, rising."""
    older = np.cumsum(shelf[:, ::-1], axis=1)[:, ::-1] - shelf
    return np.clip(wanted[:, None] - older, 0, shelf)
