"""The ways to forecast that are tried on a shop, each from what was known by some day."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from shophelm.methods.accuracy import WEEK, seasonal_naive
from shophelm.methods.analogues import like_newcomers
from shophelm.methods.boosted import Boosted
from shophelm.methods.bulk import tame_bulk
from shophelm.methods.calendar_effects import calendar_factors, year_ahead
from shophelm.methods.exponential_smoothing import smooth
from shophelm.methods.intermittent import croston, syntetos_boylan, teunter_syntetos_babai
from shophelm.supply_chain.demand_history import History

NAIVE, MEAN, NEWCOMERS = "seasonal naive", "mean of 8 weeks", "like newcomers"
SMOOTHING, CROSTON, SBA, TSB = "exponential smoothing", "Croston", "SBA", "TSB"
BOOSTED = "boosted trees"
METHODS = (NAIVE, MEAN, SMOOTHING, CROSTON, SBA, TSB, NEWCOMERS, BOOSTED)
"""In order of simplicity."""
_WEEKS = 8


def forecast_from(
    history: History, cut: int, *, horizon: int, methods: Collection[str], model: Boosted | None
) -> dict[str, np.ndarray]:
    """Forecast products × days by each method from the first `cut` days.

    All but seasonal naive run on demand freed of week day and promotions, and put back what the
    calendar says of the days ahead, and half of last year's move. Bulk orders are capped. A product
    without a known day is taken to go as its likes did, whatever the method.
    """
    known, setting = tame_bulk(history.demand[:, :cut]), history.setting
    factors = factors_at(history, known, horizon=horizon)
    freed = known / factors[:, :cut]
    move = year_ahead(freed, group=setting.group, horizon=horizon)[setting.group]
    back = factors[:, cut:] * move
    levels = {CROSTON: croston, SBA: syntetos_boylan, TSB: teunter_syntetos_babai, MEAN: mean}
    found = {m: level(freed)[:, None] * back for m, level in levels.items() if m in methods}
    if SMOOTHING in methods:
        found[SMOOTHING] = smooth(freed, [cut], horizon=horizon)[0] * back
    unseen = np.isnan(known).all(axis=1)
    if NEWCOMERS in methods or unseen.any():
        likes = back * like_newcomers(freed, age=setting.age, group=setting.group, horizon=horizon)
    if NEWCOMERS in methods:
        found[NEWCOMERS] = likes
    if BOOSTED in methods:
        found[BOOSTED] = move * model.forecast(known, factors, setting, horizon=horizon)
    if unseen.any():
        found = {m: np.where(unseen[:, None], likes, f) for m, f in found.items()}
    if NAIVE in methods:
        found[NAIVE] = seasonal_naive(history.demand[:, :cut], horizon)
    return found


def boosted_at(history: History, cut: int, *, horizon: int) -> Boosted:
    """Train the boosted model on windows that end by `cut`."""
    known = tame_bulk(history.demand[:, :cut])
    factors = factors_at(history, known, horizon=horizon)
    return Boosted(horizon=horizon).fit(known, factors, history.setting)


def factors_at(history: History, known: np.ndarray, *, horizon: int) -> np.ndarray:
    """Give products × days of calendar factors, learned from the days known."""
    group, last = history.setting.group, known.shape[1] + horizon
    return calendar_factors(known, group=group, kind=history.setting.kind, last_day=last)[group]


def mean(series: np.ndarray) -> np.ndarray:
    """Average the known days of the last eight weeks; of the whole past where there are none."""
    recent, whole = (_mean(s) for s in (series[:, -_WEEKS * WEEK :], series))
    return np.nan_to_num(np.where(np.isnan(recent), whole, recent))


def _mean(series: np.ndarray) -> np.ndarray:
    known = ~np.isnan(series)
    days = known.sum(axis=1)
    return np.where(days > 0, np.nansum(series, axis=1) / np.maximum(days, 1), np.nan)
