"""Demand that comes now and then: Croston's method, its correction, and TSB, all series at once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

GAIN = 0.1


def croston(series: np.ndarray, *, gain: float = GAIN) -> np.ndarray:
    """Forecast units a day as the smoothed size of a demand over the smoothed wait for it.

    Parameters
    ----------
    series
        Series × days of units, NaN where not known: such days neither sell nor wait.
    gain
        Of size and wait alike. Both begin with the first demand; its wait counts from the first
        known day.

    Returns
    -------
    ndarray
        Units a day, of each series; 0 where nothing was ever sold.

    Notes
    -----
    Croston 1972. Biased upwards (see `syntetos_boylan`), and never falls while nothing is sold:
    it misleads about a product that is dying.
    """
    size, wait, since = (np.zeros(len(series)) for _ in range(3))
    for units, known in _days(series):
        since = since + known
        sold = units > 0
        step = np.where(size > 0, gain, 1.0)
        size = np.where(sold, size + step * (units - size), size)
        wait = np.where(sold, wait + step * (since - wait), wait)
        since = np.where(sold, 0.0, since)
    return size / np.maximum(wait, 1.0)


def syntetos_boylan(series: np.ndarray, *, gain: float = GAIN) -> np.ndarray:
    """Give Croston's forecast without most of its upward bias, × (1 − gain / 2).

    Syntetos & Boylan 2005. Parameters and result as for `croston`.
    """
    return (1 - gain / 2) * croston(series, gain=gain)


def teunter_syntetos_babai(
    series: np.ndarray, *, gain: float = GAIN, chance_gain: float = GAIN
) -> np.ndarray:
    """Forecast units a day as the smoothed chance of a demand × its smoothed size.

    The chance is moved every day, so that the forecast fades while nothing is sold.

    Parameters
    ----------
    series
        Series × days of units, NaN where not known.
    gain, chance_gain
        Of the size (moved when something is sold) and of the chance (moved every known day). The
        size begins with the first demand, the chance as one over the wait for it.

    Returns
    -------
    ndarray
        Units a day, of each series; 0 where nothing was ever sold.

    Notes
    -----
    Teunter, Syntetos & Babai 2011.
    """
    size, chance, waited = (np.zeros(len(series)) for _ in range(3))
    for units, known in _days(series):
        waited = waited + known
        sold = units > 0
        begun = size > 0
        moved = np.where(
            begun, chance + chance_gain * (sold - chance), sold / np.maximum(waited, 1)
        )
        chance = np.where(known & (begun | sold), moved, chance)
        step = np.where(begun, gain, 1.0)
        size = np.where(sold, size + step * (units - size), size)
    return size * chance


def _days(series: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Give each day's units, 0 where not known, and where they are known."""
    known = ~np.isnan(series)
    units = np.where(known, series, 0.0)
    return zip(np.ascontiguousarray(units.T), np.ascontiguousarray(known.T), strict=True)
