"""How far totals of products, categories and the shop lay from their forecasts, and may lie."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from shophelm.methods.bulk import tame_bulk
from shophelm.methods.conformal import Calibration, calibrate, unit_size
from shophelm.supply_chain.tried import REACH, Choice, Tried

KNOTS = (1, 2, 3, 5, 7, 10, 14, 21, 28, 42, 56)
WEEK = 7
WEEKS = REACH // WEEK
_KNOWN = 0.5
"""Share of a span's days whose demand must be known for its total to count."""

Errors = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
"""Totals forecast and come (forecasts × spans), unit size and class of each forecast."""


def product_errors(seen: Tried, choice: Choice, on: Sequence[int], *, by: int) -> Errors:
    """Lay out totals of the days up to each of `KNOTS`, product by product and origin by origin.

    Parameters
    ----------
    seen, choice
        What was tried, and which forecasts count.
    on
        The origins.
    by
        Days known: spans that end later are not known yet.
    """
    expected, got, known = _totals(seen, choice, on)
    ends = np.array(KNOTS)
    expected, got, known = (np.cumsum(v, axis=2)[:, :, ends - 1] for v in (expected, got, known))
    cuts = np.array(seen.cuts, dtype=int)[list(on)]
    seen_whole = (known > _KNOWN * ends) & (cuts[:, None, None] + ends <= by)
    got = np.where(seen_whole, got, np.nan)
    sizes = np.array([unit_size(tame_bulk(seen.history.demand[:, :cut])) for cut in cuts])
    wide = len(KNOTS)
    there = (~np.isnan(got)).any(axis=2).ravel()
    flat = (expected.reshape(-1, wide), got.reshape(-1, wide), sizes.ravel())
    return *(v[there] for v in flat), seen.classes[list(on)].ravel()[there]


def group_errors(seen: Tried, choice: Choice, on: Sequence[int], *, by: int) -> Errors:
    """Lay out the weeks of every category and of the shop, origin by origin.

    Returns
    -------
    tuple
        Units of each of eight weeks; unit sizes are 1, classes "category" or "shop".
    """
    expected, got, _ = _totals(seen, choice, on)
    group = seen.history.setting.group
    cuts = np.array(seen.cuts, dtype=int)[list(on)]
    ends = WEEK * np.arange(1, WEEKS + 1)
    sums = [_weeks(_with_shop(v, group)) for v in (expected, got)]
    sums[1] = np.where(cuts[:, None, None] + ends <= by, sums[1], np.nan)
    rows = sums[0].shape[1]
    of = np.tile(np.array(["category"] * (rows - 1) + ["shop"]), len(cuts))
    flat = [v.reshape(-1, WEEKS) for v in sums]
    return flat[0], flat[1], np.ones(len(of)), of


def product_calibration(seen: Tried, choice: Choice, on: Sequence[int], *, by: int) -> Calibration:
    """Learn the spread of products' totals over the next days."""
    return calibrate(*product_errors(seen, choice, on, by=by), knots=KNOTS)


def group_calibration(seen: Tried, choice: Choice, on: Sequence[int], *, by: int) -> Calibration:
    """Learn the spread of categories' and the shop's weeks.

    There are few such errors: those of the first four weeks are taken together, and those of the
    last four.
    """
    expected, got, size, of = group_errors(seen, choice, on, by=by)
    half = WEEKS // 2
    expected, got = (
        np.column_stack([v[:, :half].ravel(), v[:, half:].ravel()]) for v in (expected, got)
    )
    middles = ((1 + half) / 2, (1 + half) / 2 + half)
    return calibrate(expected, got, np.repeat(size, half), np.repeat(of, half), knots=middles)


def by_category(values: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Sum products × days to categories × days, and the shop in the last row."""
    return _with_shop(values[None], group)[0]


def _with_shop(values: np.ndarray, group: np.ndarray) -> np.ndarray:
    sums = np.zeros((len(values), int(group.max(initial=0)) + 1, values.shape[2]))
    for one in range(sums.shape[1]):
        sums[:, one] = values[:, group == one].sum(axis=1)
    return np.concatenate([sums, sums.sum(axis=1, keepdims=True)], axis=1)


def _weeks(values: np.ndarray) -> np.ndarray:
    return values.reshape(*values.shape[:-1], values.shape[-1] // WEEK, WEEK).sum(axis=-1)


def _totals(seen: Tried, choice: Choice, on: Sequence[int]) -> tuple[np.ndarray, ...]:
    """Give forecasts and units of the days whose demand is known, 0 on others, and which are."""
    on = list(on)
    known = ~np.isnan(seen.came[on])
    expected = np.where(known, seen.by_choice(choice, on), 0.0)
    return expected, np.nan_to_num(seen.came[on]), known
