"""What is lost before an order placed today can help, and what it then saves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import maximum_filter1d


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Products × lead times × levels of demand, each as likely as any other, in units.

    Attributes
    ----------
    before
        Lost before an order of today arrives.
    lacking
        The most that would lack, all in all, between its arrival and that of the next order;
        negative where there is enough.
    """

    before: np.ndarray
    lacking: np.ndarray

    @property
    def without(self) -> np.ndarray:
        """Units lost until the next order's arrival, if none is placed today."""
        return np.maximum(self.before, self.lacking)

    def saved(self, quantity: np.ndarray) -> np.ndarray:
        """Units that an order of today saves until the next one arrives."""
        return self.without - np.maximum(self.before, self.lacking - quantity[:, None, None])


def shortfall(
    wanted: np.ndarray, supply: np.ndarray, *, lead_days: np.ndarray, review_days: int
) -> Shortfall:
    """Follow every level of demand and every lead time against what is there and on its way.

    Parameters
    ----------
    wanted
        Products × days × levels: units wanted up to and with each day, in total.
    supply
        Products × days: units there before the first day, and arrived up to and with each day.
    lead_days
        Products × equally likely days from today's order to the morning it can be sold.
    review_days
        Days until the next chance to order; at least 1.

    Notes
    -----
    What is lost when nobody waits is the most by which total demand has ever exceeded total supply
    (reflection at an empty shelf; Harrison 1985). Each level is followed as one course of demand:
    days are as much alike as their sum.
    """
    excess = wanted - supply[:, :, None]
    worst = np.maximum(np.maximum.accumulate(excess, axis=1), 0)
    # the worst of each day and the following ones until the next order's arrival
    window = maximum_filter1d(
        excess, review_days, axis=1, origin=-(review_days // 2), mode="nearest"
    )
    day = lead_days[:, :, None]
    before = np.take_along_axis(worst, np.maximum(day - 1, 0), axis=1)
    return Shortfall(
        before=np.where(day > 0, before, 0.0), lacking=np.take_along_axis(window, day, axis=1)
    )
