"""Exponential smoothing of many daily series at once, each with the gains that served it best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

WEEK = 7
DAMPING = 0.97
FADING = 0.997
"""Weight of a day's squared error beside the next day's, when gains are compared."""
STEEPEST = 0.02
"""Share of its level by which a series may be taken to grow or fall in a day, before damping."""
STEEPNESS = 50
"""Power of the ratio of errors that weights gains: near equals share, others hardly count."""
_FIRST_DAYS = 14
"""Known days before one-step errors begin to count."""
_LOW, _HIGH = 0.05, 8.0
_PRIOR_WEEKS = 4
_TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Gains:
    """How fast level, week-day season and trend follow the data; 0 keeps a part out.

    Attributes
    ----------
    level, season, trend
        Share of a surprise that goes into each.
    multiplied
        The season multiplies the level instead of being added to it.
    """

    level: float
    season: float = 0.0
    trend: float = 0.0
    multiplied: bool = False


GRID = (
    *(Gains(level) for level in (0.01, 0.03, 0.08, 0.2)),
    *(Gains(level, 0.04) for level in (0.01, 0.03, 0.08, 0.2)),
    *(Gains(level, 0.04, multiplied=True) for level in (0.01, 0.03, 0.08, 0.2)),
    *(Gains(level, 0.04, 0.004, multiplied=True) for level in (0.03, 0.1)),
    *(Gains(level, 0.04, 0.004) for level in (0.03, 0.1)),
)


def smooth(
    series: np.ndarray, cuts: Sequence[int], *, horizon: int, grid: Sequence[Gains] = GRID
) -> np.ndarray:
    """Forecast every series from every cut by Holt-Winters with a damped trend.

    All series and all gains are carried along in one pass over time; at each cut every series is
    forecast with the gains whose one-step errors up to it were least (squares, older ones fading;
    gains that did nearly as well are averaged in).
    Gains begin as those of a running mean, so that nothing need be known of a series' start.

    Parameters
    ----------
    series
        Series × days; NaN days teach nothing. Day 0 is the same week day for all.
    cuts
        Numbers of days known to each forecast, ascending.
    horizon
        Days ahead.
    grid
        Gains to choose from.

    Returns
    -------
    ndarray
        Cuts × series × days ahead, never negative; 0 for a series without a known day.

    Notes
    -----
    Holt 1957, Winters 1960; damped trend: Gardner & McKenzie 1985. A promotion inside the history
    lifts the level for weeks: free the series of it first. The season is a week's only.
    """
    state = _State(len(series), grid)
    forecasts, done = [], 0
    for cut in cuts:
        for day in range(done, cut):
            state.learn(series[:, day], day % WEEK)
        done = cut
        forecasts.append(state.forecast(cut, horizon))
    return np.stack(forecasts)


class _State:
    """What is known after some days: arrays of gains × series, the season week days × those."""

    def __init__(self, many: int, grid: Sequence[Gains]) -> None:
        self.alpha, self.gamma, self.beta = (
            np.array([[getattr(g, part)] for g in grid]) for part in ("level", "season", "trend")
        )
        self.multiplied = np.array([[g.multiplied] for g in grid])
        shape = (len(grid), many)
        self.level, self.trend, self.error = (np.zeros(shape) for _ in range(3))
        self.season = np.broadcast_to(self.multiplied.astype(float), (WEEK, *shape)).copy()
        self.known = np.zeros(many)

    def learn(self, value: np.ndarray, week_day: int) -> None:
        """Take in one day."""
        here = ~np.isnan(value)
        value, season = np.where(here, value, 0.0), self.season[week_day]
        ahead = self.level + DAMPING * self.trend
        expected = np.where(self.multiplied, ahead * season, ahead + season)
        surprise = np.where(here, value - expected, 0.0)
        counts = np.where(here, self.known >= _FIRST_DAYS, 0.0)
        self.error *= np.where(here, FADING, 1.0)
        self.error += counts * surprise**2
        per_level = surprise / np.where(self.multiplied, season, 1.0)
        gain = np.maximum(self.alpha, 1 / (self.known + 1))
        old = self.level
        self.level = np.where(here, np.maximum(ahead + gain * per_level, 0.0), old)
        steepest = STEEPEST * self.level
        trend = np.clip(DAMPING * self.trend + self.beta * per_level, -steepest, steepest)
        self.trend = np.where(here & (self.known >= WEEK), trend, self.trend)
        self._learn_season(week_day, surprise)
        self.known += here

    def _learn_season(self, week_day: int, surprise: np.ndarray) -> None:
        weeks = self.known // WEEK
        gain = np.maximum(self.gamma, 1 / (weeks + _PRIOR_WEEKS)) * (self.gamma > 0)
        per_season = surprise / np.where(self.multiplied, np.maximum(self.level, 1e-9), 1.0)
        moved = self.season[week_day] + gain * np.clip(per_season, -_HIGH, _HIGH)
        bounded = np.clip(moved, _LOW, _HIGH)
        self.season[week_day] = np.where(self.multiplied, bounded, moved)

    def forecast(self, cut: int, horizon: int) -> np.ndarray:
        """Average the gains' forecasts, each with a weight that falls steeply with its error."""
        least = self.error.min(axis=0)
        weight = (np.maximum(least, _TINY) / np.maximum(self.error, _TINY)) ** STEEPNESS
        weight /= weight.sum(axis=0)
        days = np.arange(horizon)
        reach = np.cumsum(DAMPING ** (days + 1))
        found = np.zeros((len(least), horizon))
        for gains, multiplied in enumerate(self.multiplied[:, 0]):
            ahead = self.level[gains][:, None] + self.trend[gains][:, None] * reach
            season = self.season[(cut + days) % WEEK, gains].T
            ahead = ahead * season if multiplied else ahead + season
            found += weight[gains][:, None] * np.maximum(ahead, 0.0)
        return found
