"""What was to be expected of many daily series, and which days fell outside it.

Every series is expected from its own past alone: a level with a trend, week days, and what days of
the same kind (a promotion's phase, a holiday) did before. All series are carried along together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

SMOOTHING = (0.05, 0.1, 0.2)
"""Weights of the newest day that are tried; each series takes what foretold its past best."""
TREND, WEEK_DAY, SPREAD = 0.1, 0.08, 0.015
"""Weights of the newest day in the trend (of the level's own step), week day and spread."""
CLIP, CLIP_SPREAD = 3.0, 4.5
"""Standard errors beyond which a day teaches no more: of the level, and of the spread."""
FIRST_SQUARE, FIRST_WORTH = 0.02, 10
"""Where the part of the spread that grows with the square of the mean starts, in days' worth."""
WARM_UP = 7
"""Days before a series is judged."""
WEEK_DOUBT = 0.15
"""How far week days may differ before they are learned, as a share."""
REPEATS = 0.2
"""How far the same kind of day differs from one time to the next, as a share."""
NEAR = 2.0
"""Days over which likeness within a phase fades."""


@dataclass(frozen=True, slots=True)
class Kinds:
    """The days that are unlike others.

    Attributes
    ----------
    kind
        One word per day; "" for ordinary days.
    place
        How far each day lies into its kind of days; days of like place are more alike.
    """

    kind: Sequence[str]
    place: Sequence[int]


@dataclass(frozen=True, slots=True)
class Expected:
    """What was to be expected of each day (rows) and series (columns), from the days before it.

    Attributes
    ----------
    mean, variance
        Of the day's value; NaN where it cannot be known yet.
    """

    mean: np.ndarray
    variance: np.ndarray


def expect(
    values: np.ndarray,
    exposure: np.ndarray,
    *,
    week_day: Sequence[int],
    kinds: Kinds,
    counts: bool = True,
) -> Expected:
    """Work out what was to be expected of every day from the days before it.

    Parameters
    ----------
    values
        Days × series: counts, or sums of money. NaN where unknown.
    exposure
        Days × series: what the value is proportional to (visitors, for those who paid); 1 where
        to nothing but time.
    week_day
        0 to 6 for each day.
    kinds
        The days unlike others.
    counts
        Whether values are counts, whose spread is never below a Poisson's.

    Notes
    -----
    Multiplicative Holt-Winters with clipped errors (Gelper, Fried and Croux 2010), so that an
    incident does not teach; days of a special kind teach only their kind. The spread has a part
    that grows with the mean and one that grows with its square, as in a negative binomial.
    """
    days, series = values.shape
    every = [np.tile(a, len(SMOOTHING)) for a in (values, exposure)]
    run = _Run(np.repeat(SMOOTHING, series), counts=counts)
    mean, variance = np.full((2, *every[0].shape), np.nan)
    for t, (value, exposed) in enumerate(zip(*every, strict=True)):
        kind, place = kinds.kind[t], kinds.place[t]
        if run.days >= WARM_UP:
            mean[t], variance[t] = run.foretell(exposed, week_day[t], kind, place)
        if kind:
            run.learn_kind(value, exposed, week_day[t], kind, place)
        else:
            run.learn(value, exposed, week_day[t])
    return _best(*(a.reshape(days, len(SMOOTHING), series) for a in (every[0], mean, variance)))


class _Run:
    """What is known of all series so far, each under its own weight of the newest day."""

    def __init__(self, smoothing: np.ndarray, *, counts: bool) -> None:
        series = len(smoothing)
        self.smoothing, self.counts, self.days = smoothing, counts, 0
        self.level, self.step, self.seen = np.zeros((3, series))
        self.behind = np.zeros(series)
        self.week = np.ones((7, series))
        self.linear = np.ones(series) if counts else np.full(series, np.nan)
        self.square = np.full(series, FIRST_SQUARE)
        self.kinds: dict[str, list[tuple[int, np.ndarray, np.ndarray, np.ndarray]]] = {}

    def foretell(
        self, exposure: np.ndarray, week_day: int, kind: str, place: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Give mean and variance of the next day's values."""
        factor, doubt = self._likeness(kind, place)
        mean = self._base(exposure, week_day) * factor
        return mean, self._variance(mean, exposure) + (mean * doubt) ** 2

    def learn(self, value: np.ndarray, exposure: np.ndarray, week_day: int) -> None:
        """Take in an ordinary day."""
        self.days += 1
        known = np.isfinite(value) & (exposure > 0)
        young = self.seen < WARM_UP
        mean = self._base(exposure, week_day)
        error, spread = value - mean, np.sqrt(self._variance(mean, exposure))
        far = CLIP_SPREAD * spread
        self._learn_spread(known & ~young, np.clip(error, -far, far), mean)
        near = np.clip(error, -CLIP * spread, CLIP * spread)
        clipped = np.where(young, value, mean + near)
        weight = np.maximum(self.smoothing, 1 / (self.seen + 1))
        foretold = self.level + np.where(young, 0, self.step)
        seen = clipped / np.where(known, exposure, 1) / self.week[week_day]
        level = np.where(known, foretold + weight * (seen - foretold), foretold)
        step = self.step + TREND * weight * (level - self.level - self.step)
        self.step = np.where(known & ~young, step, self.step)
        self._learn_week(known & (self.seen >= 7), week_day, clipped, level * exposure)
        self.level = np.where(known, np.maximum(level, 0), self.level)
        self.behind = np.where(known, (1 - weight) * self.behind + exposure, self.behind)
        self.seen += known

    def learn_kind(
        self, value: np.ndarray, exposure: np.ndarray, week_day: int, kind: str, place: int
    ) -> None:
        """Take in a day unlike others: it teaches what days of its kind do to an ordinary one."""
        known = np.isfinite(value)
        base = np.where(known, self._base(exposure, week_day), 0)
        cases = base * self.behind / np.maximum(exposure, 1e-12)
        self.kinds.setdefault(kind, []).append((place, np.where(known, value, 0), base, cases))

    def _base(self, exposure: np.ndarray, week_day: int) -> np.ndarray:
        """Give what an ordinary day would bring: never nothing, for what has not been seen yet."""
        least = 0.5 / np.maximum(self.behind, 1e-12)
        rate = np.maximum(self.level + self.step, least)
        return rate * self.week[week_day] * exposure

    def _variance(self, mean: np.ndarray, exposure: np.ndarray) -> np.ndarray:
        """Give the spread of a day, and of what is known of its mean."""
        few = 1 + exposure / np.maximum(self.behind, 1e-12)
        weeks = (1 - WEEK_DAY) ** (2 * self.seen / 7)
        of_a_day = np.nan_to_num(self.linear) * mean + self.square * mean**2
        return of_a_day * few + weeks * (WEEK_DOUBT * mean) ** 2

    def _likeness(self, kind: str, place: int) -> tuple[np.ndarray, np.ndarray]:
        """Give the factor on a day of a kind, and the doubt of it as a share; NaN if never met."""
        series = len(self.level)
        if not kind:
            return np.ones(series), np.zeros(series)
        if kind not in self.kinds:
            return np.full(series, np.nan), np.full(series, np.nan)
        places, values, bases, cases = (np.array(a) for a in zip(*self.kinds[kind], strict=True))
        weight = np.exp(-np.abs(places - place) / NEAR)
        value, base, few = weight @ values, weight @ bases, weight @ cases
        doubt = np.sqrt(REPEATS**2 + 1 / (value + 0.5) + 1 / np.maximum(few, 0.5))
        return (value + 0.5) / (base + 0.5), doubt

    def _learn_week(
        self, known: np.ndarray, week_day: int, value: np.ndarray, flat: np.ndarray
    ) -> None:
        # a week day without many cases stays near the others'
        weight = WEEK_DAY * flat / (flat + 5)
        moved = self.week[week_day] + weight * (
            value / np.maximum(flat, 1e-12) - self.week[week_day]
        )
        moved = np.where(known & (flat > 0), np.maximum(moved, 0.05), self.week[week_day])
        self.week[week_day] = moved
        self.week /= self.week.mean(axis=0)

    def _learn_spread(self, known: np.ndarray, error: np.ndarray, mean: np.ndarray) -> None:
        mean = np.maximum(mean, 1e-12)
        newest = np.maximum(SPREAD, 1 / (self.seen - WARM_UP + FIRST_WORTH))
        if self.counts:
            # a mean of a few says little about the part that grows with the square
            weight = newest * mean / (mean + 10)
            moved = self.square + weight * ((error**2 - mean) / mean**2 - self.square)
            self.square = np.where(known, np.maximum(moved, 0), self.square)
        else:
            linear = error**2 / mean
            moved = self.linear + newest * (linear - self.linear)
            self.linear = np.where(known, np.where(np.isnan(moved), linear, moved), self.linear)


def _best(values: np.ndarray, means: np.ndarray, variances: np.ndarray) -> Expected:
    """Take for each series the weight under which its past was least surprising."""
    spread = np.maximum(variances, 1e-12)
    surprise = np.log(spread) + np.minimum((values - means) ** 2 / spread, CLIP**2)
    pick = np.argmin(np.nansum(surprise, axis=0), axis=0)
    chosen = np.arange(values.shape[2])
    return Expected(means[:, pick, chosen], variances[:, pick, chosen])


def chance(values: np.ndarray, expected: Expected, *, counts: bool = True) -> np.ndarray:
    """Give the two-sided chance of values at least as far out; NaN where nothing was expected.

    Counts are held against a negative binomial (half of the value's own chance counts), sums of
    money against a gamma distribution.
    """
    mean, variance = np.maximum(expected.mean, 1e-9), expected.variance
    if counts:
        excess = np.maximum(variance - mean, mean * 1e-6)
        size = mean**2 / excess
        low = stats.nbinom.cdf(values, size, size / (size + mean))
        own = stats.nbinom.pmf(values, size, size / (size + mean))
        sides = np.minimum(low - own / 2, 1 - low + own / 2)
    else:
        shape = mean**2 / np.maximum(variance, 1e-12)
        low = stats.gamma.cdf(values, shape, scale=mean / shape)
        sides = np.minimum(low, 1 - low)
    return np.where(
        np.isfinite(values) & np.isfinite(expected.mean), np.minimum(2 * sides, 1), np.nan
    )


def beyond_budget(chances: np.ndarray, *, false_alarms: float, days: float = 30.0) -> np.ndarray:
    """Say which values of each day (rows) are alarms, within a budget of false ones.

    Parameters
    ----------
    chances
        Days × series, as `chance` gives them; NaN is no alarm.
    false_alarms
        Days with a false alarm that are borne in `days` days.

    Notes
    -----
    Benjamini and Hochberg 1995 over each day's series at the level false_alarms / days: on a day
    on which nothing is wrong, that is the chance of any alarm at all; on a day on which much is
    wrong, no more than that share of its alarms is false.
    """
    level = false_alarms / days
    alarms = np.zeros(chances.shape, dtype=bool)
    for t, row in enumerate(chances):
        known = np.isfinite(row)
        if known.any():
            alarms[t, known] = stats.false_discovery_control(row[known]) <= level
    return alarms
