"""Ordinary days and a campaign's days, counted at comparable prices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from shophelm.shop.needs import Missing
from shophelm.shop.product_days import product_days
from shophelm.shop.tables import Tables
from shophelm.supply_chain.hidden_demand import Demand, demanded, phases_of
from shophelm.supply_chain.price_response import elasticities

BASE_DAYS = 28
"""Ordinary days before a campaign that say what is usual."""


@dataclass(frozen=True, slots=True)
class PeakDays:
    """Products × days of demand, and what each day's price is worth beside a usual one.

    Attributes
    ----------
    wanted
        Units.
    worth
        Days at a usual price that the day's price makes of it: (price / usual price) ^ elasticity;
        1 where either is not known, 0 where not on sale.
    ordinary
        True on days without a campaign.
    """

    wanted: Demand
    worth: np.ndarray
    ordinary: np.ndarray

    def before(self, until: date) -> tuple[np.ndarray, np.ndarray]:
        """Give units and days' worth of the last ordinary days before a day, four weeks of them."""
        end = max((until - self.wanted.period.first).days, 0)
        return self._sums(np.flatnonzero(self.ordinary[:end])[-BASE_DAYS:])

    def usual(self, until: date) -> tuple[np.ndarray, np.ndarray]:
        """Give units of the last ordinary days before a day, and what they come to a day."""
        units, days = self.before(until)
        return units, np.divide(units, days, where=days > 0, out=np.zeros_like(units))

    def on(self, days: list[date]) -> tuple[np.ndarray, np.ndarray]:
        """Give units and days' worth of some days, those beyond the shop's left out."""
        period = self.wanted.period
        at = [(d - period.first).days for d in days if period.first <= d <= period.last]
        return self._sums(np.array(at, dtype=np.int64))

    def burst_price(self, days: list[date]) -> np.ndarray:
        """Give what a day of last year's burst was worth by its price; 1 for the others."""
        _, worth = self.on(days)
        return np.where(worth > 0, worth / max(len(days), 1), 1.0)

    @property
    def spread(self) -> float:
        """Variance / mean of ordinary days' demand around each product's own four weeks."""
        some = np.where(self.ordinary, self.wanted.demand, np.nan)
        block = np.arange(some.shape[1]) // 28
        usual = pd.DataFrame(some.T).groupby(block).transform("mean").to_numpy().T
        there = (usual > 0) & ~np.isnan(some)
        off = ((some[there] - usual[there]) ** 2).sum() / max(usual[there].sum(), 1e-12)
        return max(float(off * 28 / 27), 1.0)

    def _sums(self, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return np.nansum(self.wanted.demand[:, at], axis=1), self.worth[:, at].sum(axis=1)


def peak_days(shop: Tables) -> PeakDays:
    """Lay the shop's days out for its campaigns."""
    wanted = demanded(shop)
    ordinary = phases_of(shop, wanted.period) == ""
    on_sale = ~np.isnan(wanted.demand)
    worth = np.where(on_sale, _worth(shop, ordinary), 0.0)
    return PeakDays(wanted, worth, ordinary)


def _worth(shop: Tables, ordinary: np.ndarray) -> np.ndarray:
    price = pd.DataFrame(product_days(shop).last_price)
    answer = elasticities(shop)
    if isinstance(answer, Missing):
        return np.ones(price.shape)
    power = answer["elasticity"].fillna(0.0).to_numpy()[:, None]
    usual = price.where(np.broadcast_to(ordinary, price.shape)).mean(axis=1).to_numpy()[:, None]
    ratio = price.to_numpy() / usual
    # a price far off is another thing's, or an error
    ratio = np.where((ratio > 0.25) & (ratio < 4), ratio, 1.0)
    return ratio**power
