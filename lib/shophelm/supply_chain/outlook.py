"""The demand to come, as every question about stock takes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd


@dataclass(frozen=True, slots=True)
class Outlook:
    """What customers will want of each product, and how far off that may be.

    Attributes
    ----------
    products
        Product ids; the rows of every array.
    first
        The first day ahead: the day after `as_of`.
    mean
        Products × days: expected units a day, never negative.
    levels
        Probabilities, equally spaced: an interval's ends lie between them, and the units at these
        levels stand for the whole distribution with equal weights.
    spread
        Products × days × levels: units wanted from `first` up to and with that day, in total, not
        exceeded with that probability; never negative, never falling along either axis.
    demand_class, method
        Per product: smooth, erratic, intermittent, lumpy or new; and what forecast it.
    """

    products: pd.Index
    first: date
    mean: np.ndarray
    levels: np.ndarray
    spread: np.ndarray
    demand_class: np.ndarray
    method: np.ndarray

    @property
    def horizon(self) -> int:
        """Days ahead."""
        return self.mean.shape[1]

    def expected(self, days: np.ndarray | int) -> np.ndarray:
        """Give the units expected over the next days (one number, or one per product)."""
        sums = np.hstack([np.zeros((len(self.mean), 1)), np.cumsum(self.mean, axis=1)])
        return sums[np.arange(len(sums)), self._known(days)]

    def wanted(self, days: np.ndarray | int) -> np.ndarray:
        """Give products × levels: the units wanted over the next days, at each level."""
        zero = np.zeros((len(self.mean), 1, len(self.levels)))
        return np.hstack([zero, self.spread])[np.arange(len(self.mean)), self._known(days)]

    def _known(self, days: np.ndarray | int) -> np.ndarray:
        days = np.broadcast_to(np.asarray(days, dtype=np.int64), len(self.mean))
        if len(days) and not 0 <= days.min() <= days.max() <= self.horizon:
            raise ValueError(f"days must lie between 0 and the {self.horizon} that are forecast")
        return days
