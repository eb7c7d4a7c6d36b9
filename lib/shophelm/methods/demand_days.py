"""Days of demand drawn from an outlook that tells totals only."""

from __future__ import annotations

import numpy as np
from scipy import optimize

DRAWS, SEED = 2_000, 20
PACE_DAYS = 28


def further(spread: np.ndarray, days: int) -> np.ndarray:
    """Carry the totals of one product's demand on beyond the days that were forecast.

    Parameters
    ----------
    spread
        Days × levels: units wanted up to and with each day, in total.
    days
        Days that are asked for; see `wanted_by`.
    """
    reach = np.arange(1, days + 1)
    return wanted_by(spread[None], np.zeros(days, dtype=int), reach)


def wanted_by(spread: np.ndarray, row: np.ndarray, days: np.ndarray) -> np.ndarray:
    """Give the units wanted over some numbers of days, at each level.

    Parameters
    ----------
    spread
        Products × days × levels: units wanted up to and with each day, in total.
    row, days
        Which product, and over how many days (0 or less: none); one result for each.

    Notes
    -----
    Beyond the days that were forecast, each level goes on at its own mean pace of the last 28. The
    interval widens as fast as at its end; chance that evens out from day to day would widen it
    more slowly, so it is rather too wide. A season still to come is not seen.
    """
    forecast = spread.shape[1]
    padded = np.pad(spread, ((0, 0), (1, 0), (0, 0)))
    back = min(PACE_DAYS, forecast)
    pace = (padded[:, -1] - padded[:, -1 - back]) / back
    inside = np.clip(days, 0, forecast)
    beyond = np.maximum(np.asarray(days) - forecast, 0)
    return padded[row, inside] + pace[row] * beyond[:, None]


def draw_days(spread: np.ndarray, *, draws: int = DRAWS, seed: int = SEED) -> np.ndarray:
    """Draw days of demand whose totals are as far off as an outlook says.

    Parameters
    ----------
    spread
        Days × levels: units wanted up to and with each day, at levels of equal weight.
    draws
        How many times the days are drawn.
    seed
        The same for every product, so that no product's draws hang on another's.

    Returns
    -------
    ndarray
        draws × days, whole units.

    Notes
    -----
    A day is Poisson or wider (negative binomial), around a pace that is the same for all days of a
    draw and itself uncertain (gamma). The variance of a total of mean M is then phi M + v M²;
    phi and v are fitted to the spread's, each day's total with equal relative weight. A spread
    narrower than Poisson's is drawn as Poisson.
    """
    total = spread.mean(axis=1)
    mean = np.maximum(np.diff(total, prepend=0.0), 0.0)
    rng = np.random.default_rng(seed)
    phi, v = _dispersion(total, spread.var(axis=1))
    pace = rng.gamma(1 / v, v, (draws, 1)) if v > 1e-9 else np.ones((draws, 1))
    expected = pace * mean
    if phi > 1 + 1e-9:
        expected = rng.gamma(expected / (phi - 1), phi - 1)
    return rng.poisson(expected)


def _dispersion(total: np.ndarray, variance: np.ndarray) -> tuple[float, float]:
    there = total > 1e-9
    if not there.any():
        return 1.0, 0.0
    m = total[there]
    # variance / mean = phi + v × mean, with phi at least that of Poisson
    (extra, v), _ = optimize.nnls(
        np.column_stack([np.ones(len(m)), m]), np.maximum(variance[there] / m - 1, 0)
    )
    return 1 + extra, v
