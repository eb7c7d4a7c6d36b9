"""How much a product's weeks vary beyond what chance gives to counts."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

INTERVAL = 0.8
_GRID = np.linspace(0.0, 2.5, 51)
_SCALES = np.geomspace(0.05, 2.0, 25)


def variation(
    counts: np.ndarray, exposure: np.ndarray, *, limit: float, interval: float = INTERVAL
) -> pd.DataFrame:
    """Estimate by how much each row's true weekly levels vary around what was to be expected.

    A week's count is Poisson around rate × exposure × a factor of its own, which is gamma with
    mean 1 and coefficient of variation v (negative binomial). Each row's v is read from its
    likelihood, the rate adjusted for (Cox & Reid 1987), under a half-normal prior whose scale is
    averaged over what all rows' weeks allow, so that rows that sell little are judged like their
    peers.

    Parameters
    ----------
    counts, exposure
        Rows × weeks: units, and what they are to be in proportion to; 0 where the row could not
        sell.
    limit
        Variation of which the probability of not more is asked.
    interval
        Probability the equal-tailed intervals hold.

    Returns
    -------
    DataFrame
        In order: variation (posterior median; 0.5 means that a usual week lies by half above or
        below), variation_low, variation_high, steady (probability that it is at most `limit`).
        Null for rows without a count, or with fewer than three weeks.

    Notes
    -----
    A level that drifts counts as variation, too. Weeks are taken to vary independently.
    """
    likely = np.column_stack([_log_likelihood(counts, exposure, v) for v in _GRID])
    told = (counts.sum(axis=1) > 0) & ((exposure > 0).sum(axis=1) >= 3)
    columns = ["variation", "variation_low", "variation_high", "steady"]
    frame = pd.DataFrame(np.nan, index=range(len(counts)), columns=columns)
    if not told.any():
        return frame
    chance = _posterior(likely[told])
    summed = chance.cumsum(axis=1)
    levels = (0.5, 0.5 - interval / 2, 0.5 + interval / 2)
    ends = [
        _GRID[(summed < level - 1e-12).sum(axis=1).clip(max=len(_GRID) - 1)] for level in levels
    ]
    within = summed[:, np.searchsorted(_GRID, limit + 1e-9) - 1]
    frame.loc[told, columns] = np.column_stack([*ends, within])
    return frame


def _log_likelihood(counts: np.ndarray, exposure: np.ndarray, v: float) -> np.ndarray:
    """Give each row's log-likelihood of one variation, less terms without it."""
    total = exposure.sum(axis=1)
    rate = np.divide(counts.sum(axis=1), total, out=np.zeros(len(total)), where=total > 0)
    mean = rate[:, None] * exposure
    there = mean > 0
    safe = np.where(there, mean, 1.0)
    log = counts * np.log(safe) - safe
    if v > 0:
        shape = v**-2.0
        log = special.gammaln(counts + shape) - special.gammaln(shape)
        log += shape * np.log(shape / (shape + safe)) + counts * np.log(safe / (shape + safe))
    information = np.where(there, safe / (1 + v**2 * safe), 0.0).sum(axis=1)
    adjusted = 0.5 * np.log(np.where(information > 0, information, 1.0))
    return np.where(there, log, 0.0).sum(axis=1) - adjusted


def _posterior(likely: np.ndarray) -> np.ndarray:
    """Give rows × variations: probabilities, the prior's scale averaged out."""
    priors = np.exp(-0.5 * (_GRID / _SCALES[:, None]) ** 2)
    priors /= priors.sum(axis=1, keepdims=True)
    shape = np.exp(likely - likely.max(axis=1, keepdims=True))
    marginal = shape @ priors.T
    weight = np.log(np.maximum(marginal, 1e-300)).sum(axis=0)
    weight = np.exp(weight - weight.max())
    chance = (shape[:, None, :] * priors / marginal[:, :, None]).transpose(0, 2, 1) @ weight
    return chance / chance.sum(axis=1, keepdims=True)
