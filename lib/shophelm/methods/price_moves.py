"""Which price would earn more, of those that were seen, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from shophelm.methods.price_response import INTERVAL

_ELASTICITIES = (np.arange(99) + 0.5) / 99
_RATES = (np.arange(39) + 0.5) / 39


@dataclass(frozen=True, slots=True)
class Selling:
    """What a product sells for, and has sold.

    Attributes
    ----------
    price
        Now.
    units, prices
        Sold on each of some days, and the price of that day.
    kept
        What a unit leaves of its price after coupons and refunds, as a share.
    cost
        Of a unit; 0 where money counts, not margin.
    cost_kept
        The share of units whose cost is spent: those that do not come back.
    """

    price: float
    units: np.ndarray
    prices: np.ndarray
    kept: float
    cost: float
    cost_kept: float


@dataclass(frozen=True, slots=True)
class Move:
    """A price that earns more.

    Attributes
    ----------
    price
        The price.
    gain, gain_low, gain_high
        Earned beyond the price as it is over the days asked, and the interval's ends.
    probability
        That it earns more at all.
    units, units_now
        Expected at that price, and at the price as it is.
    """

    price: float
    gain: float
    gain_low: float
    gain_high: float
    probability: float
    units: float
    units_now: float


def best_move(
    selling: Selling,
    candidates: Sequence[float],
    elasticity: tuple[float, float, float],
    *,
    days: int,
    certain: float,
    interval: float = INTERVAL,
) -> Move | None:
    """Pick the price that gains most at the least: at its gain's quantile 1 − `certain`.

    The price of the largest expected gain lies further off, where the gain is barely sure.

    Units move as price ** elasticity. The elasticity is taken as normal on either side of its
    middle, the level of sales as gamma around what was sold; the level is read anew for every
    elasticity, so that past days at other prices count for what they say about today's.

    Parameters
    ----------
    selling
        The product. Needs a day, and a unit sold.
    candidates
        Prices to choose from. None should lie outside the prices that were seen: beyond them the
        law of the elasticity is a guess.
    elasticity
        Its middle, and the ends of its interval.
    days
        Over how many the gain is reckoned.
    certain
        Probability of gaining at least what the choice goes by.
    interval
        Probability that the elasticity's and the gain's intervals hold.

    Returns
    -------
    Move or None
        None where no candidate gains anything with that probability.

    Notes
    -----
    The best of many uncertain gains is overrated unless the elasticities are drawn to their peers'.
    What rivals do about it, and what other products of the shop lose or gain, is not seen.
    """
    if not len(candidates):
        return None
    slopes = _draws(elasticity, interval)[:, None]
    at = np.asarray(candidates, dtype=float)[None, :]
    due = ((selling.prices / selling.price) ** slopes).sum(axis=1, keepdims=True)
    now = days * selling.units.sum() / due
    units = now * (at / selling.price) ** slopes

    def earned(price: np.ndarray | float, sold: np.ndarray) -> np.ndarray:
        return sold * (selling.kept * price - selling.cost_kept * selling.cost)

    gain = earned(at, units) - earned(selling.price, now)
    surely = np.quantile(gain, 1 - certain, axis=0)
    best = int(surely.argmax())
    if surely[best] <= 0:
        return None
    ends = np.quantile(
        gain[:, best, None] * _levels(selling.units.sum()), [0.5 - interval / 2, 0.5 + interval / 2]
    )
    return Move(
        price=float(at[0, best]),
        gain=float(gain[:, best].mean()),
        gain_low=float(ends[0]),
        gain_high=float(ends[1]),
        probability=float((gain[:, best] > 0).mean()),
        units=float(units[:, best].mean()),
        units_now=float(now.mean()),
    )


def days_to_know(
    units_per_day: np.ndarray | float, *, step: float = 0.1, error: float = 0.5
) -> np.ndarray:
    """Give how many days a price test takes until it tells an elasticity to a given error.

    Half of the days at a price higher by `step`, half at one lower: Poisson counts then know the
    slope with an information of units × the variance of the logarithm of the price.

    Parameters
    ----------
    units_per_day
        Sold at the price as it is.
    step
        As a share of the price.
    error
        Standard error wanted.

    Returns
    -------
    ndarray
        Days, whole; infinite where nothing is sold.

    Notes
    -----
    A lower bound: days vary more than by chance alone, and the season must not be booked to the
    price (change it in turns, week by week).
    """
    rate = np.asarray(units_per_day, dtype=float)
    half = (np.log1p(step) - np.log1p(-step)) / 2
    needed = 1 / (error**2 * half**2)
    return np.ceil(np.divide(needed, rate, out=np.full(rate.shape, np.inf), where=rate > 0))


def _levels(sold: float) -> np.ndarray:
    """Give equally likely levels of sales, of mean 1, that so many units leave open."""
    return special.gammaincinv(sold + 0.5, _RATES) / (sold + 0.5)


def _draws(elasticity: tuple[float, float, float], interval: float) -> np.ndarray:
    middle, low, high = elasticity
    z = special.ndtri(_ELASTICITIES)
    reach = special.ndtri(0.5 + interval / 2)
    return middle + z * np.where(z < 0, middle - low, high - middle) / reach
