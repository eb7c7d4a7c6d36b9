"""What is one group's measured effect worth believing, given the effects in its peers?"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from scipy import special

_STEPS, _WIDEST, _HALVINGS = 400, 5.0, 45


def shrink_effects(
    effects: Sequence[float],
    errors: Sequence[float],
    *,
    interval: float = 0.95,
    worth_having: float | Sequence[float] = 0.0,
) -> pd.DataFrame:
    """Pull each group's effect towards its peers', the more the larger its error.

    True effects are taken as normal around a mean of their own; how far apart they lie is what
    the groups' estimates allow, each possibility by its likelihood (uniform beforehand, as is the
    mean): Rubin's model of eight schools (Gelman et al., Bayesian Data Analysis, 3rd ed., 5.4).

    Parameters
    ----------
    effects, errors
        Of each group, with its standard error. A null one has the distribution of its peers.
    interval
        Probability the equal-tailed intervals hold.
    worth_having
        An effect of which the probability of more is asked; one for all, or one each.

    Returns
    -------
    DataFrame
        In order: shrunk, low, high, positive (probability of an effect above zero), above
        (probability of one above `worth_having`). All null without any known effect.

    Notes
    -----
    With one or two groups hardly anything is pulled. Misleads where groups differ for a reason
    that is known beforehand, and where one stands far apart: it widens the spread of all.
    """
    effects, errors = (np.asarray(a, dtype=float) for a in (effects, errors))
    names = ("shrunk", "low", "high", "positive", "above")
    known = ~np.isnan(effects) & (errors > 0)
    if not known.any():
        return pd.DataFrame(np.nan, index=range(len(effects)), columns=list(names))
    spread, weight, mean, variance = _likely_spreads(effects[known], errors[known])
    # without knowledge of its own a group is a draw from the spread
    own = np.where(known, errors, np.inf)[:, None] ** -2.0
    pull = 1 / (1 + own * spread**2)
    middle = pull * mean + (1 - pull) * np.where(known, effects, 0)[:, None]
    sd = np.sqrt(pull * spread**2 + pull**2 * variance)

    def below(value: np.ndarray | float) -> np.ndarray:
        return (weight * special.ndtr((np.reshape(value, (-1, 1)) - middle) / sd)).sum(axis=1)

    ends = [_quantile(below, middle, sd, 0.5 + side * interval / 2) for side in (-1, 1)]
    columns = [(weight * middle).sum(axis=1), *ends, 1 - below(0.0), 1 - below(worth_having)]
    return pd.DataFrame(dict(zip(names, columns, strict=True)))


def _likely_spreads(effects: np.ndarray, errors: np.ndarray) -> tuple[np.ndarray, ...]:
    """Give a grid of spreads, their weights, and the mean effect and its variance at each."""
    widest = _WIDEST * max(np.ptp(effects), errors.mean())
    spread = (np.arange(_STEPS) + 0.5) / _STEPS * widest
    total = errors[:, None] ** 2 + spread**2
    variance = 1 / (1 / total).sum(axis=0)
    mean = variance * (effects[:, None] / total).sum(axis=0)
    log = np.log(variance) - (np.log(total) + (effects[:, None] - mean) ** 2 / total).sum(axis=0)
    weight = np.exp((log - log.max()) / 2)
    return spread, weight / weight.sum(), mean, variance


def _quantile(below: Callable, middle: np.ndarray, sd: np.ndarray, share: float) -> np.ndarray:
    """Halve the range in which each group's quantile must lie until it is found."""
    low, high = (middle - 12 * sd).min(axis=1), (middle + 12 * sd).max(axis=1)
    for _ in range(_HALVINGS):
        half = (low + high) / 2
        under = below(half) < share
        low, high = np.where(under, half, low), np.where(under, high, half)
    return (low + high) / 2
