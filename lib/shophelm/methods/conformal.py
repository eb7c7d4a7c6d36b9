"""How far totals may lie from their forecast, by how far they lay before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

LEVELS = (np.arange(100) + 0.5) / 100
"""Equally spaced: each stands for a hundredth of the distribution."""
FEWEST = 100
"""Errors below which a class borrows those of all classes."""
_ENOUGH = (8, 40)
"""Errors below which normal ones are assumed; and below which Student's stand for the tails."""
_PRIOR_UNITS = 5.0
_LEAST, _MOST = 0.02, 4.0
_ASSUMED = 0.5
_FAR = 16.0
"""Squared errors count for at most so many times their expectation: one bulk order is no rule."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Errors on a scale on which big and small sellers are alike.

    Attributes
    ----------
    knots
        Days (or weeks) ahead for which errors are known, ascending.
    share
        Class → knots: the part of the variance that grows with the square of the forecast.
    errors
        Class → knots × levels: scaled errors not exceeded with that probability.
    counts
        Class → errors it rests on, at the knot with fewest; 0 where they are assumed.
    """

    knots: np.ndarray
    share: dict[str, np.ndarray]
    errors: dict[str, np.ndarray]
    counts: dict[str, int]


def unit_size(units: np.ndarray) -> np.ndarray:
    """Give how many units come at once: sum of squares over sum, at least 1, drawn to the median.

    For demands that arrive at random with sizes of their own, the variance of a total is its mean
    times this.

    Parameters
    ----------
    units
        Series × days, NaN where not known.
    """
    values = np.nan_to_num(units)
    sums, squares = values.sum(axis=1), (values**2).sum(axis=1)
    sold = sums > 0
    usual = np.median(squares[sold] / sums[sold]) if sold.any() else 1.0
    return np.maximum((squares + _PRIOR_UNITS * usual) / (sums + _PRIOR_UNITS), 1.0)


def calibrate(
    expected: np.ndarray, got: np.ndarray, size: np.ndarray, of: np.ndarray, *, knots: Sequence[int]
) -> Calibration:
    """Learn the spread of errors from forecasts that were made before.

    A total is taken to vary by size × expected + share × expected². The inverse hyperbolic sine
    that makes such a variance constant puts all errors on one scale; their quantiles are those of
    split conformal prediction, so that an interval covers what it promises whatever the shape.

    Parameters
    ----------
    expected, got
        Forecasts × knots: totals forecast, and come (NaN not known).
    size
        Of each forecast: units that come at once (see `unit_size`).
    of
        Of each forecast: its class.
    knots
        Days (or weeks) ahead of each column.

    Notes
    -----
    Vovk, Gammerman & Shafer 2005; Anscombe 1948 for the scale. The promise holds on average over
    products and days like those before; a shock that none of the origins saw is not in it, and
    errors of one origin move together, so that few origins say less than their numbers.
    """
    share, errors, counts = {}, {}, {}
    for name in ["", *sorted(set(of))]:
        rows = np.ones(len(of), bool) if not name else of == name
        if name and np.sum(~np.isnan(got[rows])) < FEWEST * len(knots):
            continue
        parts = [_knot(expected[rows, i], got[rows, i], size[rows]) for i in range(len(knots))]
        share[name] = np.array([p[0] for p in parts])
        errors[name] = np.stack([p[1] for p in parts])
        counts[name] = min(p[2] for p in parts)
    return Calibration(np.asarray(knots, dtype=float), share, errors, counts)


def spread(
    calibration: Calibration, expected: np.ndarray, size: np.ndarray, of: np.ndarray
) -> np.ndarray:
    """Give the levels of totals: rows × days × levels, never negative.

    Parameters
    ----------
    calibration
        As `calibrate` gives it; between knots errors are interpolated, past the last they stay.
    expected
        Rows × days: totals forecast.
    size, of
        Of each row, as for `calibrate`.
    """
    days = np.arange(1, expected.shape[1] + 1)
    return _at(calibration, days, expected, size, of)


def spread_at(
    calibration: Calibration, expected: np.ndarray, size: np.ndarray, of: np.ndarray
) -> np.ndarray:
    """Give the levels of totals at the knots alone: rows × knots × levels. See `spread`."""
    return _at(calibration, calibration.knots, expected, size, of)


def _at(
    calibration: Calibration,
    days: np.ndarray,
    expected: np.ndarray,
    size: np.ndarray,
    of: np.ndarray,
) -> np.ndarray:
    days, at = np.log(days), np.log(calibration.knots)
    found = np.empty((*expected.shape, len(LEVELS)))
    for name in sorted(set(of)):
        rows = np.flatnonzero(of == name)
        known = name if name in calibration.share else ""
        share = np.interp(days, at, calibration.share[known])[None, :, None]
        errors = np.stack([np.interp(days, at, e) for e in calibration.errors[known].T], axis=1)
        unit = size[rows, None, None]
        middle = _flatten(expected[rows][:, :, None], unit, share)
        found[rows] = _unflatten(np.maximum(middle + errors[None], 0.0), unit, share)
    return found


def _knot(expected: np.ndarray, got: np.ndarray, size: np.ndarray) -> tuple:
    there = ~np.isnan(got)
    expected, got, size = expected[there], got[there], size[there]
    if len(got) < _ENOUGH[0]:
        return _ASSUMED, special.ndtri(LEVELS), 0
    share = _square_share(expected, got, size)
    errors = _flatten(got, size, share) - _flatten(expected, size, share)
    if len(got) < _ENOUGH[1]:
        return share, special.stdtrit(len(got), LEVELS) * np.sqrt((errors**2).mean()), len(got)
    return share, np.quantile(errors, LEVELS, method="weibull"), len(got)


def _square_share(expected: np.ndarray, got: np.ndarray, size: np.ndarray) -> float:
    share = _ASSUMED
    for _ in range(20):
        due = size * expected + share * expected**2 + 1e-9
        squares = np.minimum((got - expected) ** 2, _FAR * due)
        weight = (expected / due) ** 2
        by_square = ((squares - size * expected) * weight).sum()
        share = float(np.clip(by_square / max((expected**2 * weight).sum(), 1e-9), _LEAST, _MOST))
    return share


def _flatten(units: np.ndarray, size: np.ndarray, share: np.ndarray | float) -> np.ndarray:
    return 2 / np.sqrt(share) * np.arcsinh(np.sqrt(share * units / size))


def _unflatten(scaled: np.ndarray, size: np.ndarray, share: np.ndarray | float) -> np.ndarray:
    return size / share * np.sinh(np.sqrt(share) / 2 * scaled) ** 2
