"""By how much something sells more than before, beside what everything like it did."""

from __future__ import annotations

import numpy as np
import pandas as pd

from shophelm.methods.effect_shrinkage import shrink_effects

INTERVAL = 0.8
_HALF = 0.5
"""Added to counts, so that none has a logarithm without end (Haldane 1956, Anscombe 1956)."""


def relative_growth(
    counts: np.ndarray,
    exposure: np.ndarray,
    late: np.ndarray,
    *,
    variation: np.ndarray,
    exposure_error: np.ndarray,
    interval: float = INTERVAL,
) -> pd.DataFrame:
    """Compare each row's late weeks with its early ones, in proportion to its exposure.

    The logarithm of the ratio of the rates is taken as normal with the variance of two counts
    (widened by how much single weeks vary) and of the exposure. Divided by their errors, rows are
    then drawn to each other (`effect_shrinkage`), since what is small both varies and is known
    less: a spread common to all would take small rows for as constant as the largest (shrinkage of
    z-values: van Zwet & Cator 2021, Statistica Neerlandica 75:437).

    Parameters
    ----------
    counts, exposure
        Rows × weeks: units, and what they are to be in proportion to (such as the units of all
        others like it, on the days the row could be bought); 0 where it could not.
    late
        Of each week, whether it is one of the late ones.
    variation
        Of each row: coefficient of variation of its weeks beyond chance.
    exposure_error
        Of each row: standard error of the logarithm of late over early exposure.
    interval
        Probability the equal-tailed intervals hold.

    Returns
    -------
    DataFrame
        In order: growth (relative: 0.2 is a fifth more than the others grew), growth_low,
        growth_high, rises, falls (probabilities), own (before it is drawn to the others) and
        own_error (of its logarithm). Null where a side has no exposure.

    Notes
    -----
    Whether the growth goes on, it does not say. A row that is half of what it is compared with
    lets the others look as if they fell when it grows.
    """
    log, variance = np.zeros(len(counts)), np.square(exposure_error)
    there = np.ones(len(counts), dtype=bool)
    for weeks, sign in ((late, 1.0), (~late, -1.0)):
        got, due = counts[:, weeks].sum(axis=1), exposure[:, weeks].sum(axis=1)
        there &= due > 0
        due = np.where(due > 0, due, 1.0)
        spread = (exposure[:, weeks] ** 2).sum(axis=1) / due**2
        log += sign * np.log((got + _HALF) / due)
        variance += 1 / (got + _HALF) + np.square(np.nan_to_num(variation)) * spread
    error = np.where(there, np.sqrt(variance), np.nan)
    log = np.where(there, log, np.nan)
    drawn = shrink_effects(log / error, np.where(there, 1.0, np.nan), interval=interval)
    ends = np.exp(drawn[["shrunk", "low", "high"]].mul(error, axis=0)) - 1
    frame = ends.set_axis(["growth", "growth_low", "growth_high"], axis=1)
    frame["rises"], frame["falls"] = drawn["positive"], 1 - drawn["positive"]
    frame = frame.assign(own=np.exp(log) - 1, own_error=error)
    frame.loc[~there] = np.nan
    return frame
