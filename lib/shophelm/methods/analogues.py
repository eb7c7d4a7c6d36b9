"""What a new product may be expected to sell: as others of its group did at the same age."""

from __future__ import annotations

import numpy as np

WEEKS = 26
"""Weeks since the launch that are told apart; later ones sell as the last."""
_DAYS = 7 * WEEKS
_PRIOR_DAYS = 56.0
_PRIOR_UNITS = 5.0


def like_newcomers(
    demand: np.ndarray, *, age: np.ndarray, group: np.ndarray, horizon: int
) -> np.ndarray:
    """Forecast by the mean course of the group's earlier newcomers, scaled to the product's own.

    Parameters
    ----------
    demand
        Products × days known, NaN where not known.
    age
        Of each product on day 0, in days since its launch; negative where it was launched later,
        NaN where the launch was not seen. Those launched later are the newcomers.
    group
        Of each product, a number from 0.
    horizon
        Days ahead.

    Returns
    -------
    ndarray
        Products × days ahead. A product without a known day gets its group's course as it is; the
        more it sold, the more its own pace counts (gamma prior of 5 units on the course).

    Notes
    -----
    Where a group had no newcomer, all groups' newcomers stand in, and where there were none at
    all, the mean day of all products. It misleads for a product unlike what was launched before.
    """
    days = demand.shape[1]
    since = age[:, None] + np.arange(days + horizon)
    newcomer = age < 0
    place = np.clip(np.nan_to_num(since, nan=_DAYS), 0, _DAYS - 1).astype(int) // 7
    course = _courses(
        demand[newcomer], place[newcomer, :days], group[newcomer], int(group.max(initial=0)) + 1
    )
    if not newcomer.any():
        course[:] = np.nan_to_num(np.nanmean(demand)) if (~np.isnan(demand)).any() else 0.0
    daily = course[group[:, None], place]
    known = ~np.isnan(demand)
    own = np.where(known, demand, 0.0).sum(axis=1)
    due = np.where(known, daily[:, :days], 0.0).sum(axis=1)
    return daily[:, days:] * ((own + _PRIOR_UNITS) / (due + _PRIOR_UNITS))[:, None]


def _courses(demand: np.ndarray, week: np.ndarray, group: np.ndarray, groups: int) -> np.ndarray:
    """Give groups × weeks since launch: units a day, drawn to the course of all groups."""
    known = ~np.isnan(demand)
    units, days = np.zeros((groups, WEEKS)), np.zeros((groups, WEEKS))
    each = np.broadcast_to(group[:, None], demand.shape)[known]
    np.add.at(units, (each, week[known]), demand[known])
    np.add.at(days, (each, week[known]), 1.0)
    mean = units.sum() / max(days.sum(), 1)
    whole = (units.sum(axis=0) + _PRIOR_DAYS * mean) / (days.sum(axis=0) + _PRIOR_DAYS)
    return (units + _PRIOR_DAYS * whole) / (days + _PRIOR_DAYS)
