"""How far off forecasts are, from many origins, none of which sees what came after it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

WEEK = 7
Forecaster = Callable[[np.ndarray, int], np.ndarray]
"""Takes series × known days and a horizon; gives (methods ×) series × days ahead."""


def seasonal_naive(known: np.ndarray, horizon: int) -> np.ndarray:
    """Repeat the last week: each day as the last known day of the same week day.

    Parameters
    ----------
    known
        Series × days, NaN where not known.
    horizon
        Days ahead.

    Returns
    -------
    ndarray
        Series × days ahead; 0 for a week day never known.
    """
    days = known.shape[1]
    ahead = np.zeros((len(known), WEEK))
    for step in range(WEEK):
        like = known[:, (days + step) % WEEK :: WEEK]
        there = ~np.isnan(like)
        last = there.shape[1] - 1 - there[:, ::-1].argmax(axis=1) if there.shape[1] else 0
        if there.shape[1]:
            ahead[:, step] = np.nan_to_num(like[np.arange(len(like)), last])
    return ahead[:, np.arange(horizon) % WEEK]


def rolling_origins(
    forecast: Forecaster, series: np.ndarray, *, cuts: Sequence[int], horizon: int
) -> np.ndarray:
    """Forecast from each cut with what was known by then.

    Parameters
    ----------
    forecast
        Sees the days before the cut only.
    series
        Series × days.
    cuts
        Numbers of days known to each forecast.
    horizon
        Days ahead.

    Returns
    -------
    ndarray
        Cuts × what `forecast` gives.
    """
    return np.stack([forecast(series[:, :cut].copy(), horizon) for cut in cuts])


def came(series: np.ndarray, *, cuts: Sequence[int], horizon: int) -> np.ndarray:
    """Give what came after each cut: cuts × series × days, NaN where unknown or not yet there."""
    longer = np.hstack([series, np.full((len(series), horizon), np.nan)])
    return np.stack([longer[:, cut : cut + horizon] for cut in cuts])


def naive_scale(known: np.ndarray) -> np.ndarray:
    """Give each series' mean squared difference from the same week day before; NaN for none."""
    if known.shape[1] <= WEEK:
        return np.full(len(known), np.nan)
    gaps = (known[:, WEEK:] - known[:, :-WEEK]) ** 2
    there = ~np.isnan(gaps)
    count = there.sum(axis=1)
    mean = np.where(there, gaps, 0.0).sum(axis=1) / np.maximum(count, 1)
    return np.where((count > 0) & (mean > 0), mean, np.nan)


def rmsse(forecast: np.ndarray, actual: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Give the root mean squared error over the days ahead, against the series' own past.

    Parameters
    ----------
    forecast, actual
        … × series × days; days whose actual is NaN do not count.
    scale
        … × series, as `naive_scale` gives it from the days before.

    Returns
    -------
    ndarray
        … × series: 1 is as far off as the same week day before was within the past; NaN where
        nothing came to be known, or the past has no scale.

    Notes
    -----
    As in the M5 competition (Makridakis et al. 2022), with the weekly instead of the daily naive
    forecast. Squares ask for the mean; absolute errors would reward 0 for whatever sells seldom.
    """
    there = ~np.isnan(actual)
    squares = np.where(there, (forecast - np.nan_to_num(actual)) ** 2, 0.0).sum(axis=-1)
    count = there.sum(axis=-1)
    return np.sqrt(np.where(count > 0, squares / np.maximum(count, 1), np.nan) / scale)


def wape(forecast: np.ndarray, actual: np.ndarray) -> float:
    """Give the sum of absolute errors over the sum of what came; NaN where nothing came."""
    there = ~np.isnan(actual)
    off = np.abs(forecast - np.nan_to_num(actual))[there].sum()
    return _over(off, np.nansum(actual))


def bias(forecast: np.ndarray, actual: np.ndarray) -> float:
    """Give the forecasts' sum over that of what came, less 1; NaN where nothing came."""
    return _over(forecast[~np.isnan(actual)].sum(), np.nansum(actual)) - 1


def coverage(low: np.ndarray, high: np.ndarray, actual: np.ndarray) -> float:
    """Give the share of what came that lies within its interval, ends included."""
    there = ~np.isnan(actual)
    return _over(((low <= actual) & (actual <= high))[there].sum(), there.sum())


def _over(part: float, whole: float) -> float:
    return float(part / whole) if whole > 0 else float("nan")
