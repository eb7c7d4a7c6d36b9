"""What would have been sold on days that ended with an empty shelf."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import signal

from shophelm.methods.censored_counts import at_least

WIDTHS = (14.0, 28.0, 56.0, 112.0)
"""Days in which a day's say in another's level falls to 1/e; the likeliest is chosen."""
_ROUNDS, _CLOSE = 60, 1e-4
_LEVEL_WORTH = 2.0
"""Units that a product's long-run level, and its group's, are worth beside what is near."""
_KIND_WORTH = 10.0
"""Units of a group that a kind of day without any effect is worth beside its own."""
_WORTHS = (5.0, 1e4)
"""Expected units that a kind of day's factor is worth beside a day's own: least and most."""
_LEAST_SPREAD, _LEAST = 1.01, 1e-12


@dataclass(frozen=True, slots=True)
class Repaired:
    """Products × days.

    Attributes
    ----------
    demand
        Units: what was sold where the shelf held, what is to be expected where it did not; NaN
        where not on sale.
    rate
        Units a day to be expected before anything is known of the day itself.
    chance
        Variance of the hidden days' own chance and of what moves their group, 0 elsewhere.
    pull
        Units by which the demand of a hidden day moves with one standard error of its level.
    width
        Days over which levels were smoothed.
    """

    demand: np.ndarray
    rate: np.ndarray
    chance: np.ndarray
    pull: np.ndarray
    width: float

    def variance(self, days: slice = slice(None)) -> np.ndarray:
        """Give the variance of each product's demand over some days.

        Levels of near days err together: their errors correlate as the smoothing makes them do.
        """
        spread = np.zeros_like(self.pull)
        spread[:, days] = self.pull[:, days]
        decay = np.exp(-1 / self.width)
        alone = (1 + decay**2) / (1 - decay**2)
        common = (moving_sums(spread, self.width) ** 2).sum(axis=1) / alone
        # what lies beyond the ends of the period has its say, too: no less than each day alone
        return self.chance[:, days].sum(axis=1) + np.maximum(common, (spread**2).sum(axis=1))


def repair(
    sold: np.ndarray,
    *,
    on_sale: np.ndarray,
    hidden: np.ndarray,
    blank: np.ndarray,
    group: np.ndarray,
    kind_of_day: np.ndarray,
    visitors: np.ndarray | None = None,
) -> Repaired:
    """Expect the demand of hidden days from the days around and what was sold on them.

    A day's demand is negative binomial (variance in proportion to the mean) around visitors ×
    a level of the product that moves slowly × a factor of its group on that day. A hidden day's
    demand is only known to have been at least what was sold, a blank one's not even that: both
    are expected given all other days, which in turn are read given them, until nothing moves (an
    EM algorithm, Dempster, Laird & Rubin 1977, over a kernel-weighted likelihood). Days that sell
    out are those of high demand: the mean of the others alone would fall short.

    Parameters
    ----------
    sold
        Products × days, units.
    on_sale
        Where the product could be asked for at all.
    hidden
        Days that ended with an empty shelf; `blank` are those of them that began with one.
    group
        Each product's group, as a whole number: likes of one category.
    kind_of_day
        Each day's kind, as a whole number: week days, and the phases of promotions.
    visitors
        Of the product on the day. On blank days fewer may come: what is lacking against other
        days, as the data show it, is made up.

    Notes
    -----
    Misleads where a product's level jumped while its shelf was empty, and where buyers took a
    like product instead (its days then stand too high). Nothing is added for those who came back
    another day and bought.
    """
    blank, hidden = blank & on_sale, hidden & on_sale
    exposure = on_sale.astype(float)
    if visitors is not None:
        exposure = np.where(on_sale, _made_up(visitors, on_sale, blank, group, kind_of_day), 0.0)
    fit = _Fit(sold, exposure, on_sale & ~blank, hidden & ~blank, group, kind_of_day)
    fit.run(28.0)
    width = max(WIDTHS, key=fit.likelihood)
    fit.run(width)
    doubt = fit.rate / np.sqrt(fit.shape)
    expected, chance = at_least(np.where(blank, 0, sold), fit.rate, fit.foretold_spread)
    above, _ = at_least(np.where(blank, 0, sold), fit.rate * 1.01, fit.foretold_spread)
    slope = np.zeros_like(doubt)
    np.divide(above - expected, 0.01 * fit.rate, where=fit.rate > 0, out=slope)
    demand = np.where(hidden, np.maximum(expected, sold), sold)
    return Repaired(
        demand=np.where(on_sale, demand, np.nan),
        rate=fit.rate,
        chance=np.where(hidden, chance + (slope * fit.rate * fit.factor_doubt) ** 2, 0.0),
        pull=np.where(hidden, slope * doubt, 0.0),
        width=width,
    )


class _Fit:
    """Levels and factors of days, fitted in turn with the hidden days' expectations."""

    def __init__(
        self,
        sold: np.ndarray,
        exposure: np.ndarray,
        known: np.ndarray,
        censored: np.ndarray,
        group: np.ndarray,
        kind: np.ndarray,
    ) -> None:
        self.sold, self.exposure, self.known, self.censored = sold, exposure, known, censored
        self.group, self.kind = group, kind
        self.factor, self.factor_doubt = np.ones(sold.shape), np.ones(sold.shape)
        self.spread = np.full(sold.shape, 1.2)
        self.rate = exposure * _mean(sold * known, exposure * known, group)[:, None]
        self.shape = np.ones(sold.shape)
        self.level, self.width = np.ones(sold.shape), 0.0

    def run(self, width: float) -> None:
        """Iterate until the expectations stand still."""
        self.width = width
        for _ in range(_ROUNDS):
            before = self.rate
            self._levels()
            self._factors()
            self._spread()
            if np.abs(self.rate - before).sum() <= _CLOSE * self.rate.sum():
                break

    @property
    def foretold_spread(self) -> np.ndarray:
        """Give variance / mean of a day's demand, its level not being sure."""
        return self.spread + self.rate / self.shape

    def likelihood(self, width: float) -> float:
        """Score a width: each open day foretold by all other days."""
        demand, exposure = self._seen()
        shape, rate = self._around(demand, exposure, width)
        rest = (shape - demand) / np.maximum(rate - exposure, _LEAST)
        open_days = self.known & ~self.censored & (exposure > 0)
        mean = np.maximum((rest * exposure)[open_days], _LEAST)
        return float((demand[open_days] * np.log(mean) - mean).sum())

    def _seen(self) -> tuple[np.ndarray, np.ndarray]:
        demand = np.where(self.known, self.sold, 0.0)
        demand[self.censored], _ = self._hidden()
        return demand, self.exposure * self.factor * self.known

    def _hidden(self) -> tuple[np.ndarray, np.ndarray]:
        rows = self.censored
        return at_least(self.sold[rows], self.rate[rows], self.foretold_spread[rows])

    def _around(
        self, demand: np.ndarray, exposure: np.ndarray, width: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """Give each day's level as shape and rate of a gamma distribution."""
        usual = _mean(demand, exposure, self.group)
        own = (_LEVEL_WORTH + demand.sum(axis=1)) / (
            _LEVEL_WORTH / np.maximum(usual, _LEAST) + exposure.sum(axis=1)
        )
        shape = _LEVEL_WORTH + moving_sums(demand, width)
        return shape, _LEVEL_WORTH / own[:, None] + moving_sums(exposure, width)

    def _levels(self) -> None:
        demand, exposure = self._seen()
        self.shape, rate = self._around(demand, exposure, self.width)
        self.level = self.shape / rate
        self.rate = self.level * self.exposure * self.factor

    def _factors(self) -> None:
        demand, _ = self._seen()
        base = self.level * self.exposure * self.known
        for group in np.unique(self.group):
            rows = self.group == group
            got, due = demand[rows].sum(axis=0), base[rows].sum(axis=0)
            kinds = (_KIND_WORTH + np.bincount(self.kind, got)) / (
                _KIND_WORTH + np.bincount(self.kind, due)
            )
            due = kinds[self.kind] * due
            worth = _worth_of_kind(got, due, self.spread[rows][0, 0])
            day = kinds[self.kind] * (worth + got) / (worth + due)
            self.factor_doubt[rows] = (worth + due) ** -0.5
            self.factor[rows] = day / max((day * due).sum() / max(due.sum(), _LEAST), _LEAST)
        self.rate = self.level * self.exposure * self.factor

    def _spread(self) -> None:
        """Measure how much more than a Poisson count each group's days vary."""
        squares = np.where(self.known, (self.sold - self.rate) ** 2, 0.0)
        expected, chance = self._hidden()
        squares[self.censored] = (expected - self.rate[self.censored]) ** 2 + chance
        there = self.known & (self.rate > 0)
        parts = np.divide(squares, self.rate, where=there, out=np.zeros_like(squares))
        days = np.maximum(np.bincount(self.group, there.sum(axis=1)), 1)
        spread = np.bincount(self.group, parts.sum(axis=1)) / days
        self.spread[:] = np.maximum(spread, _LEAST_SPREAD)[self.group][:, None]


def _made_up(
    visitors: np.ndarray,
    on_sale: np.ndarray,
    blank: np.ndarray,
    group: np.ndarray,
    kind: np.ndarray,
) -> np.ndarray:
    """Add to blank days the visitors that an empty shelf keeps away, on the whole."""
    seen, none = on_sale & ~blank, np.zeros_like(blank)
    fit = _Fit(visitors, on_sale.astype(float), seen, none, group, kind)
    fit.run(28.0)
    due = fit.rate[blank].sum()
    left = min(visitors[blank].sum() / due, 1.0) if due > 0 else 1.0
    return np.where(blank, visitors + (1 - left) * fit.rate, visitors)


def _worth_of_kind(got: np.ndarray, due: np.ndarray, spread: float) -> float:
    """Say how many units' knowledge a kind of day gives of its days: few where they differ much.

    By moments: what days of one kind vary beyond their counts' own chance.
    """
    beyond = ((got - due) ** 2 - spread * due).sum() / max((due**2).sum(), _LEAST)
    return float(np.clip(1 / max(beyond, _LEAST), *_WORTHS))


def _mean(units: np.ndarray, exposure: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Give each product its group's units per exposure, drawn a little to all products'."""
    total = units.sum() / max(exposure.sum(), _LEAST)
    got, due = (np.bincount(group, a.sum(axis=1)) for a in (units, exposure))
    return ((1 + got) / (1 / max(total, _LEAST) + due))[group]


def moving_sums(values: np.ndarray, width: float) -> np.ndarray:
    """Add up each row around each day, others weighing exp(−distance / width)."""
    decay = np.exp(-1 / width)
    forth = signal.lfilter([1.0], [1.0, -decay], values, axis=1)
    back = signal.lfilter([1.0], [1.0, -decay], values[:, ::-1], axis=1)[:, ::-1]
    return forth + back - values
