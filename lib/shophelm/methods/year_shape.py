"""How a total falls on its days: week day, and days of campaigns and holidays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shophelm.methods.calendar_effects import WEEK, calendar_factors

RECENT = 91
"""Days that say what is usual now."""
LIKE_SD, LIKE_DEGREES = 0.4, 3.0
"""How far kinds of a phase are taken to lie apart (on the logarithm) before some are seen, and how
many seen ones that counts as."""


@dataclass(frozen=True, slots=True)
class YearShape:
    """What each day weighs.

    Attributes
    ----------
    weights
        Days × series, known days and days ahead, in units of the series at its usual level of now.
    like_sd
        By number of `like`: how far the factors of its kinds lie apart (on the logarithm).
    """

    weights: np.ndarray
    like_sd: dict[int, float]


def year_shape(values: np.ndarray, *, kind: np.ndarray, like: np.ndarray) -> YearShape:
    """Say what each day weighs, known days and days ahead, of one or more series.

    Parameters
    ----------
    values
        Known days × series, such as money a day by channel; nothing below 0 counts.
    kind
        Of each day, known and ahead: 0 for an ordinary day, else what recurs (a campaign's phase, a
        holiday).
    like
        Of each day, the number of what kinds have in common (a phase of whatever campaign), 0 for
        nothing: a kind that comes for the first time is taken for the geometric mean of those.

    Notes
    -----
    A weight is the series' usual level of the last 91 days, times its factor of the week day and of
    the kind of day (`methods.calendar_effects`). The season is not in it (`methods.pace`).
    """
    known = np.maximum(np.asarray(values, dtype=float), 0.0)
    series = np.arange(known.shape[1])
    factors = calendar_factors(known.T, group=series, kind=kind, last_day=len(kind)).T
    apart = _first_time(factors, kind, like, known)
    recent = slice(max(len(known) - RECENT, 0), len(known))
    level = (known / factors[: len(known)])[recent].mean(axis=0)
    return YearShape(level * factors, apart)


def _first_time(
    factors: np.ndarray, kind: np.ndarray, like: np.ndarray, known: np.ndarray
) -> dict[int, float]:
    """Give kinds never seen the factor of those like them, and say how far these lie apart."""
    places = np.arange(len(kind))
    usual = np.ones((WEEK, factors.shape[1]))
    for day in range(WEEK):
        ordinary = places[(kind == 0) & (places % WEEK == day)]
        if len(ordinary):
            usual[day] = factors[ordinary[0]]
    seen = set(kind[: len(known)]) - {0}
    beside = factors / usual[places % WEEK]
    share = known.sum(axis=0) / max(known.sum(), 1e-12)
    apart = {}
    for group in sorted(set(like) - {0}):
        there = like == group
        first = [np.flatnonzero(kind == k)[0] for k in sorted(seen & set(kind[there]))]
        own = beside[first]
        new = there & ~np.isin(kind, list(seen)) & (kind != 0)
        if len(own) and new.any():
            factors[new] = usual[places[new] % WEEK] * np.exp(np.log(own).mean(axis=0))
        apart[int(group)] = _apart(np.log(np.maximum(own @ share, 1e-12)))
    return apart


def _apart(logs: np.ndarray) -> float:
    """Give the deviation of factors of a phase: what is assumed, met by those that were seen."""
    if not len(logs):
        return LIKE_SD
    squares = LIKE_DEGREES * LIKE_SD**2 + ((logs - logs.mean()) ** 2).sum()
    return float(np.sqrt(squares / (LIKE_DEGREES + len(logs) - 1)))
