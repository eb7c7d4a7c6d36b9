"""What a lower price brings for goods whose cost is sunk, against leaving them as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np
from scipy import special

WEEKS = 4
INTERVAL = 0.8
_DRAWS = 9


@dataclass(frozen=True, slots=True)
class Goods:
    """A stock to be cleared within four weeks, and what becomes of the rest.

    Attributes
    ----------
    weekly
        Levels × weeks: units wanted each week at the price as it is, at levels of equal weight.
    due
        Units that must be sold by each write-off date: of that batch and of all before it.
    later
        Dates × levels: units wanted from the end of the four weeks to that date, at that price.
    price
        Of one unit.
    saving
        Money saved by each unit that is gone within the four weeks: capital no longer tied up.
    """

    weekly: np.ndarray
    due: np.ndarray
    later: np.ndarray
    price: float
    saving: float

    @property
    def units(self) -> float:
        """Count what is there."""
        return float(self.due[-1])

    def rest(self, gone: np.ndarray) -> np.ndarray:
        """Give what the rest brings once so many units (… × levels) are gone, in money.

        It is sold at the price as it is, the oldest first, and written off at its dates.
        """
        lost = np.zeros(np.shape(gone))
        for due, wanted in zip(self.due, self.later, strict=True):
            lost = np.maximum(lost, due - gone - wanted)
        return self.price * (self.units - gone - lost) + self.saving * gone


@dataclass(frozen=True, slots=True)
class Way:
    """A way to clear a stock.

    Attributes
    ----------
    prices
        Each week's price as a share of the price as it is; empty where the price is not the way.
    sold, sold_low, sold_high
        Units gone within four weeks: the mean and the ends of the 80% interval.
    gain, gain_low, gain_high
        Money beyond doing nothing, in the end.
    given_away
        Expected discount on what would have been bought anyway at the price as it is.
    returned
        Units sent back to the supplier.
    """

    prices: tuple[float, ...]
    sold: float
    sold_low: float
    sold_high: float
    gain: float
    gain_low: float
    gain_high: float
    given_away: float = 0.0
    returned: float = 0.0


def elasticity_draws(middle: float, low: float, high: float) -> np.ndarray:
    """Give equally likely elasticities of a normal that has this mean and 80% interval."""
    spread = (high - low) / (2 * special.ndtri(0.5 + INTERVAL / 2))
    return middle + spread * special.ndtri((np.arange(_DRAWS) + 0.5) / _DRAWS)


def price_paths(ladder: Sequence[float], *, weeks: int = WEEKS) -> np.ndarray:
    """List the paths of weekly prices that never rise: paths × weeks, of the ladder's steps."""
    return np.array(list(combinations_with_replacement(sorted(ladder, reverse=True), weeks)))


def do_nothing(goods: Goods) -> tuple[np.ndarray, np.ndarray]:
    """Give, by level, the units sold within four weeks and all money that comes in the end."""
    sold = np.minimum(goods.weekly.sum(axis=1), goods.units)
    return sold, goods.price * sold + goods.rest(sold)


def cut_price(goods: Goods, elasticity: np.ndarray, paths: np.ndarray, *, share: float = 1) -> Way:
    """Pick the path of prices that gains most, shown to all buyers or to a share of them.

    Parameters
    ----------
    goods
        The stock.
    elasticity
        Equally likely elasticities: demand moves as price ** elasticity.
    paths
        Paths × weeks, shares of the price as it is.
    share
        Of demand, how much sees the lower price; the others pay the price as it is.

    Notes
    -----
    The elasticity is that of the shop's own past prices. Where buyers learn to wait for the lower
    price, or stock up, the gain is overstated.
    """
    lifted = paths[:, None] ** elasticity[:, None]
    shape = (len(paths), len(elasticity), len(goods.weekly))
    sold, money = np.zeros(shape), np.zeros(shape)
    for week in range(paths.shape[1]):
        wanted = goods.weekly[:, week]
        cheap = share * lifted[:, :, week, None] * wanted
        every = cheap + (1 - share) * wanted
        got = np.minimum(every, goods.units - sold)
        paid = paths[:, week, None, None] * cheap + (1 - share) * wanted
        money += goods.price * paid * np.divide(got, every, out=np.zeros(shape), where=every > 0)
        sold += got
    gain = money + goods.rest(sold) - do_nothing(goods)[1]
    best = int(gain.mean(axis=(1, 2)).argmax())
    usual = np.minimum(goods.weekly.cumsum(axis=1), goods.units).mean(axis=0)
    anyway = goods.price * share * float(np.diff(usual, prepend=0) @ (1 - paths[best]))
    prices = tuple(float(p) for p in paths[best])
    return Way(prices, *_spread(sold[best]), *_spread(gain[best]), given_away=anyway)


def send_back(goods: Goods, price: float, *, steps: int = 50) -> Way:
    """Pick how many units to give back to the supplier at once at a price, the oldest first."""
    units = np.unique(np.linspace(0, goods.units, steps + 1).round())[:, None]
    sold = np.minimum(goods.weekly.sum(axis=1), goods.units - units)
    money = price * units + goods.price * sold
    gain = money + goods.rest(units + sold) - do_nothing(goods)[1]
    best = int(gain.mean(axis=1).argmax())
    gone = (units + sold)[best]
    return Way((), *_spread(gone), *_spread(gain[best]), returned=float(units[best, 0]))


def _spread(values: np.ndarray) -> list[float]:
    """Give the mean and the ends of the 80% interval, widened where the mean lies outside it."""
    mean = float(values.mean())
    low, high = np.quantile(values, [0.5 - INTERVAL / 2, 0.5 + INTERVAL / 2])
    return [mean, min(float(low), mean), max(float(high), mean)]
