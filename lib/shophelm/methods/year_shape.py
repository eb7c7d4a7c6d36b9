"""How a year's total falls on its days: season, week day, and days of campaigns and holidays."""

from __future__ import annotations

import numpy as np

from shophelm.methods.calendar_effects import WEEK, YEAR_OF_WEEKS, calendar_factors

NEAR = 14
"""Days on either side over which a season is smoothed."""
RECENT = 91
"""Days that say what is usual now."""
FEWEST_TWICE = 120
"""Days known of two years from which it is learnt how far a season repeats."""
LEAST = 0.25
"""Of a season, at least so much is expected again."""


def year_shape(
    values: np.ndarray,
    *,
    kind: np.ndarray,
    like: np.ndarray | None = None,
    season: np.ndarray | None = None,
) -> np.ndarray:
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
    season
        Of each day, known and ahead, a factor that is known from elsewhere, such as a market's
        index; learnt from the series themselves if not given.

    Returns
    -------
    ndarray
        Days × series: weights, in units of the series at its usual level of now.

    Notes
    -----
    A weight is the series' usual level of the last 91 days, times the season, times its factor of
    the week day and of the kind of day (`methods.calendar_effects`). The season is that of all
    series together: the smoothed level of the same day in the years known, growth from year to
    year taken out. One year's ups and downs are as much chance as season, so that half of them (on
    the logarithm) is expected again; where four months or more are known of two years, as much as
    the second repeated of the first. Where less than a year is known there is no season.
    """
    known = np.maximum(np.asarray(values, dtype=float), 0.0)
    days, series = len(kind), known.shape[1]
    factors = calendar_factors(known.T, group=np.arange(series), kind=kind, last_day=days).T
    if like is not None:
        _first_time(factors, kind, like, len(known))
    freed = known / factors[: len(known)]
    if season is None:
        season = _season(freed.sum(axis=1), days)
    recent = slice(max(len(known) - RECENT, 0), len(known))
    level = freed[recent].sum(axis=0) / max(season[recent].sum(), 1e-12)
    return level * season[:, None] * factors


def _first_time(factors: np.ndarray, kind: np.ndarray, like: np.ndarray, known: int) -> None:
    """Give kinds that were never seen the factor of those they have something in common with."""
    places = np.arange(len(kind))
    usual = np.ones((WEEK, factors.shape[1]))
    for day in range(WEEK):
        ordinary = places[(kind == 0) & (places % WEEK == day)]
        if len(ordinary):
            usual[day] = factors[ordinary[0]]
    seen = set(kind[:known]) - {0}
    beside = factors / usual[places % WEEK]
    for group in set(like) - {0}:
        there = like == group
        own = [beside[np.flatnonzero(kind == k)[0]] for k in seen & set(kind[there])]
        new = there & ~np.isin(kind, list(seen)) & (kind != 0)
        if own and new.any():
            factors[new] = usual[places[new] % WEEK] * np.exp(np.mean(np.log(own), axis=0))


def _season(level: np.ndarray, days: int) -> np.ndarray:
    """Give each day's factor, from the same day of each year known; 1 where less than one is."""
    known = len(level)
    if known < YEAR_OF_WEEKS or level.sum() <= 0:
        return np.ones(days)
    window = np.ones(2 * NEAR + 1)
    smooth = np.convolve(level, window, "same") / np.convolve(np.ones(known), window, "same")
    log = np.log(np.maximum(smooth, 1e-9 * smooth.max()))
    growth, repeated = _from_year_to_year(log)
    log = log - growth * np.arange(known) / YEAR_OF_WEEKS
    place = np.arange(known) % YEAR_OF_WEEKS
    profile = np.bincount(place, log) / np.bincount(place)
    factor = np.exp(repeated * (profile - profile.mean()))
    return factor[np.arange(days) % YEAR_OF_WEEKS]


def _from_year_to_year(log: np.ndarray) -> tuple[float, float]:
    """Give the growth of a year, and how much of a year's ups and downs the next one repeats."""
    both = len(log) - YEAR_OF_WEEKS
    if both < FEWEST_TWICE:
        return 0.0, 0.5
    then, now = log[:both], log[YEAR_OF_WEEKS:]
    growth = float((now - then).mean())
    then, now = then - then.mean(), now - now.mean()
    return growth, float(np.clip((then @ now) / max(then @ then, 1e-12), LEAST, 1.0))
