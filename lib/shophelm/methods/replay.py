"""What would have happened with another stock policy: many shelves, day by day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Policy = Callable[[int, np.ndarray], np.ndarray]
"""Of the day and of each shelf's units there and on their way: the units to order."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """Shelves × days, in units; opening + received − sold is closing, and the next opening.

    Attributes
    ----------
    opening, received, sold, closing
        Before anything arrived, what arrived, what was sold, what was left.
    wanted
        What customers asked for; what was not there is lost.
    ordered
        Placed on the day.
    """

    opening: np.ndarray
    received: np.ndarray
    sold: np.ndarray
    closing: np.ndarray
    wanted: np.ndarray
    ordered: np.ndarray

    @property
    def lost(self) -> np.ndarray:
        """Units asked for in vain."""
        return self.wanted - self.sold

    @property
    def fill_rate(self) -> np.ndarray:
        """The share of what was asked for that was sold, by shelf; NaN where nothing was."""
        asked = self.wanted.sum(axis=1)
        return self.sold.sum(axis=1) / np.where(asked > 0, asked, np.nan)

    @property
    def empty_days(self) -> np.ndarray:
        """Days that ended with an empty shelf, by shelf."""
        return (self.closing <= 0).sum(axis=1)


def replay(
    wanted: np.ndarray,
    policy: Policy,
    *,
    lead_days: np.ndarray,
    on_hand: np.ndarray,
    coming: np.ndarray | None = None,
) -> Replayed:
    """Walk through the days: receive, order, sell what is there.

    Parameters
    ----------
    wanted
        Shelves × days: units asked for; what is not there is lost.
    policy
        Gives the units to order; asked every day, before that day's sales. See `up_to`.
    lead_days
        Shelves × days: days until an order of that day arrives, in the morning; an order of 0 days
        arrives in the same morning.
    on_hand
        Units on each shelf before the first day.
    coming
        Shelves × days: units ordered before the first day, by the day they arrive; later ones are
        on their way to the end.
    """
    shelves, days = wanted.shape
    received = np.zeros((shelves, days))
    if coming is not None:
        shown = min(days, coming.shape[1])
        received[:, :shown] = coming[:, :shown]
    on_way = np.zeros(shelves) if coming is None else coming.sum(axis=1).astype(float)
    opening, sold, closing, ordered = (np.zeros((shelves, days)) for _ in range(4))
    shelf, rows = np.asarray(on_hand, dtype=float), np.arange(shelves)
    for day in range(days):
        opening[:, day] = shelf
        units = policy(day, shelf + on_way)
        arrives = day + lead_days[:, day]
        here = arrives < days
        # each shelf orders once a day: no two orders of a day share a place
        received[rows[here], arrives[here]] += units[here]
        on_way = on_way + units - received[:, day]
        sold[:, day] = np.minimum(shelf + received[:, day], wanted[:, day])
        shelf = shelf + received[:, day] - sold[:, day]
        closing[:, day], ordered[:, day] = shelf, units
    return Replayed(opening, received, sold, closing, np.asarray(wanted, float), ordered)


def up_to(
    reorder_point: np.ndarray,
    level: np.ndarray,
    *,
    every: int = 1,
    packing: Callable[[np.ndarray], np.ndarray] = np.asarray,
) -> Policy:
    """Make the policy that orders up to a level once stock and orders are at the reorder point.

    Parameters
    ----------
    reorder_point, level
        By shelf, or shelves × days where they change. Equal ones make the policy of a fixed level
        (R, S), which orders what was sold.
    every
        Days from one review to the next; 1 reviews every day, as (s, S) and (r, Q) do.
    packing
        Raises quantities to what can be ordered.
    """

    def policy(day: int, position: np.ndarray) -> np.ndarray:
        if day % every:
            return np.zeros(len(position))
        at, top = (a[:, day] if np.ndim(a) == 2 else a for a in (reorder_point, level))
        return packing(np.where(position <= at, np.maximum(top - position, 0), 0.0))

    return policy


def lots(reorder_point: np.ndarray, quantity: np.ndarray) -> Policy:
    """Make the policy (r, Q): whole lots that lift stock and orders above the reorder point.

    Parameters
    ----------
    reorder_point, quantity
        By shelf.
    """

    def policy(day: int, position: np.ndarray) -> np.ndarray:  # noqa: ARG001 - as every policy
        lacking = reorder_point - position
        return np.where(lacking >= 0, (np.floor(lacking / quantity) + 1) * quantity, 0.0)

    return policy
