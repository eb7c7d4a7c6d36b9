"""The safety stock and the lost sales that lead times make."""

from __future__ import annotations

import numpy as np

from shophelm.methods.inventory import reorder_point_grid


class LeadTimeStock:
    """What products hold and lose at other lead times, by mean and spread of what is wanted.

    The shape of what is wanted over lead time and review is kept as it is at present lead times;
    its mean and variance are those of the other ones, so that safety stock is smooth and grows with
    the spread. At present lead times it is exactly that of the cycle service.

    Parameters
    ----------
    wanted
        Products × days × levels: units wanted up to and with each day, in total.
    leads
        Present lead times, each as likely as any other.
    level
        The probability not to run out before the next order's arrival.
    review_days
        Days between chances to order; 0 where there is one any day.
    """

    def __init__(
        self, wanted: np.ndarray, leads: np.ndarray, *, level: float, review_days: int
    ) -> None:
        zero = np.zeros((len(wanted), 1))
        self._mean = np.hstack([zero, wanted.mean(axis=2)])
        self._variance = np.hstack([zero, wanted.var(axis=2)])
        self._review, self._every = review_days, max(review_days, 1)
        days = np.clip(np.round(leads).astype(np.int64) + review_days, 1, wanted.shape[1])
        need = wanted[:, days - 1].reshape(len(wanted), -1)
        mean, sd = self._moments(leads + review_days)
        self._shape = (need - mean[:, None]) / sd[:, None]
        point = reorder_point_grid(need, service="cycle", level=level)
        self._factor = (point - mean) / sd

    def safety(self, leads: np.ndarray) -> np.ndarray:
        """Give the units of safety stock at these lead times; days may be parts of one."""
        return self._factor * self._moments(leads + self._review)[1]

    def lost(self, leads: np.ndarray, safety: np.ndarray) -> np.ndarray:
        """Give the units lost a day at these lead times with that safety stock."""
        late = self._moments(leads + self._review)
        early = self._moments(leads + self._review - self._every)
        stock = late[0] + safety
        return (self._short(*late, stock) - self._short(*early, stock)) / self._every

    def _moments(self, days: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        mean = _at(self._mean, days)
        variance = _at(self._variance, days).mean(axis=1) + mean.var(axis=1)
        return mean.mean(axis=1), np.sqrt(np.maximum(variance, 1e-12))

    def _short(self, mean: np.ndarray, sd: np.ndarray, stock: np.ndarray) -> np.ndarray:
        beyond = self._shape - ((stock - mean) / sd)[:, None]
        return sd * np.maximum(beyond, 0).mean(axis=1)


def _at(values: np.ndarray, days: np.ndarray) -> np.ndarray:
    """Read products × days at days, or between two of them in proportion."""
    days = np.clip(np.asarray(days, dtype=float), 0, values.shape[1] - 1)
    before = np.floor(days).astype(np.int64)
    after = np.minimum(before + 1, values.shape[1] - 1)
    part = days - before
    return values[:, before] * (1 - part) + values[:, after] * part
