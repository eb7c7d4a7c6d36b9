"""What week days, promotions and the time of year do to demand, learned from whole groups."""

from __future__ import annotations

import numpy as np

WEEK, YEAR_OF_WEEKS = 7, 364
REACH = 35
"""Days on either side whose ordinary days say what a day would have sold without a promotion."""
_FEWEST = 7
PRIOR_UNITS = 20.0
"""Units at the pooled effect that a group's own units are added to."""
LEAST, MOST = 0.05, 20.0
_NEAR = 14
_SEASON_PRIOR = 50.0


def calendar_factors(
    demand: np.ndarray, *, group: np.ndarray, kind: np.ndarray, last_day: int
) -> np.ndarray:
    """Learn by how much each group's demand is multiplied on each day, the days ahead included.

    A day is held against the mean of the ordinary days (kind 0) around it, product by product;
    sums over a group's products then give its factor of each week day, and of each kind of day
    beside that. Groups with few units are drawn towards all groups, and these towards 1.

    Parameters
    ----------
    demand
        Products × days known, NaN where demand is not known.
    group
        Of each product, a number from 0.
    kind
        Of each day, known and ahead: 0 for an ordinary day, else what recurs (a campaign's phase).
    last_day
        Days in all, known and ahead.

    Returns
    -------
    ndarray
        Groups × days.

    Notes
    -----
    A ratio to the surroundings, as classical decomposition has it (Macaulay 1931), pooled. It
    misleads where a kind of day has always had another cause beside it, and a kind never seen
    before has factor 1.
    """
    known = demand.shape[1]
    base = _surroundings(demand, ordinary=kind[:known] == 0)
    there = ~np.isnan(demand) & ~np.isnan(base)
    units, usual = (_by_group(np.where(there, v, 0.0), group) for v in (demand, base))
    week_day = np.arange(last_day) % WEEK
    ordinary = kind[:known] == 0
    of_week = _ratios(units, usual, np.where(ordinary, week_day[:known], -1), WEEK)
    expected = usual * of_week[:, week_day[:known]]
    of_kind = _ratios(units, expected, kind[:known], int(kind.max(initial=0)) + 1)
    of_kind[:, 0] = 1.0
    return np.clip(of_week[:, week_day] * of_kind[:, kind[:last_day]], LEAST, MOST)


def year_ahead(freed: np.ndarray, *, group: np.ndarray, horizon: int) -> np.ndarray:
    """Expect half of the move that each group made a year ago over the days to come.

    Parameters
    ----------
    freed
        Products × days known, freed of `calendar_factors`.
    group
        Of each product, a number from 0.
    horizon
        Days ahead.

    Returns
    -------
    ndarray
        Groups × days ahead: factors on the present level; 1 where less than 56 weeks are known.

    Notes
    -----
    Half, on the logarithm: one year's move is as much chance as season. Only products known both
    then and later count, so that a growing range is not taken for a season.
    """
    groups = int(group.max(initial=0)) + 1
    origin = freed.shape[1] - YEAR_OF_WEEKS
    if origin < 2 * _NEAR:
        return np.ones((groups, horizon))
    before, there = _mean_of_known(freed[:, origin - 2 * _NEAR : origin])
    ratio = np.ones((groups, horizon))
    for day in range(horizon):
        middle = origin + day
        then, also = _mean_of_known(freed[:, middle - _NEAR : middle + _NEAR + 1])
        both = there & also
        sums = [_by_group(np.where(both, v, 0.0)[:, None], group)[:, 0] for v in (then, before)]
        after, start = (2 * _NEAR * s + _SEASON_PRIOR for s in sums)
        ratio[:, day] = np.sqrt(after / start)
    return ratio


def _mean_of_known(window: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Average what is known in a window, and say where that is at least half of it."""
    known = ~np.isnan(window)
    count = known.sum(axis=1)
    sums = np.where(known, window, 0.0).sum(axis=1)
    return sums / np.maximum(count, 1), count >= window.shape[1] / 2


def _surroundings(demand: np.ndarray, *, ordinary: np.ndarray) -> np.ndarray:
    """Average each day's known ordinary neighbours; NaN where they are too few."""
    known = ~np.isnan(demand) & ordinary
    days = _around(known.astype(float))
    units = _around(np.where(known, demand, 0.0))
    return np.where(days >= _FEWEST, units / np.maximum(days, 1), np.nan)


def _around(values: np.ndarray) -> np.ndarray:
    """Sum each row over `REACH` days on either side."""
    sums = np.hstack([np.zeros((len(values), 1)), np.cumsum(values, axis=1)])
    days = np.arange(values.shape[1])
    upper = np.minimum(days + REACH + 1, values.shape[1])
    return sums[:, upper] - sums[:, np.maximum(days - REACH, 0)]


def _by_group(values: np.ndarray, group: np.ndarray) -> np.ndarray:
    sums = np.zeros((int(group.max(initial=0)) + 1, values.shape[1]))
    np.add.at(sums, group, values)
    return sums


def _ratios(units: np.ndarray, usual: np.ndarray, kind: np.ndarray, kinds: int) -> np.ndarray:
    """Divide units by the usual ones, kind by kind, each group drawn to all and all to 1."""
    ratios = np.ones((len(units), kinds))
    for one in range(kinds):
        here = kind == one
        got, due = units[:, here].sum(axis=1), usual[:, here].sum(axis=1)
        pooled = (got.sum() + PRIOR_UNITS) / (due.sum() + PRIOR_UNITS)
        ratios[:, one] = (got + PRIOR_UNITS * pooled) / (due + PRIOR_UNITS)
    return ratios
