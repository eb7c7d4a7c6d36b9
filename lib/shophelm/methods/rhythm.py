"""How often does each one come back, given its own past waits and everybody else's?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

PIECES = 12
"""Spans of time in which the common hazard is taken as constant, at most."""
EVENTS_PER_PIECE = 20
ROUNDS = 200
CLOSE = 1e-5
YEAR = 365
_SHAPES = (0.02, 50.0)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """A common hazard, and how much people differ about it.

    Attributes
    ----------
    shape
        Of the gamma distribution (mean 1) of what each person's hazard is multiplied by: the
        smaller, the more people differ.
    edges
        Where the pieces of time begin; the first is 0, the last has no end.
    rates
        Hazard per unit of time in each piece.
    """

    shape: float
    edges: np.ndarray
    rates: np.ndarray

    def hazard_up_to(self, time: np.ndarray) -> np.ndarray:
        """Give the common hazard added up from 0 to each time."""
        time = np.asarray(time, dtype=float)
        reached = np.concatenate([[0], np.cumsum(np.diff(self.edges) * self.rates[:-1])])
        piece = np.searchsorted(self.edges, time, side="right") - 1
        return reached[piece] + (time - self.edges[piece]) * self.rates[piece]

    def time_of(self, hazard: np.ndarray) -> np.ndarray:
        """Give the time by which the common hazard adds up to a value."""
        reached = np.concatenate([[0], np.cumsum(np.diff(self.edges) * self.rates[:-1])])
        piece = np.searchsorted(reached, hazard, side="right") - 1
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.edges[piece] + (hazard - reached[piece]) / self.rates[piece]


def fit_rhythm(person: np.ndarray, wait: np.ndarray, ended: np.ndarray) -> Rhythm | None:
    """Fit a shared-frailty model to waits: a common hazard, and a gamma factor per person.

    Parameters
    ----------
    person
        Whose wait it is; numbers from 0, each with at least one wait.
    wait
        How long it lasted, in whole units of time from 1.
    ended
        Whether it ended with the event; otherwise it was still going on when last seen.

    Returns
    -------
    Rhythm or None
        None where fewer than 20 waits ended: nothing can be said.

    Notes
    -----
    EM of the shared gamma frailty model (Klein 1992, Biometrics 48:795) with a piecewise constant
    hazard; the shape maximises the marginal likelihood in each round. A person's factor is the
    posterior mean: an empirical-Bayes mean between the person's own pace and everybody's. Taken
    as alike are seasons and all waits of a person. Nobody leaves for good in it, though a hazard
    that falls with time does much of that: far ahead (over a quarter of a year, say) it promises
    too many.
    """
    if ended.sum() < EVENTS_PER_PIECE:
        return None
    edges = _edges(wait[ended])
    events = np.bincount(np.searchsorted(edges, wait[ended], side="left") - 1, minlength=len(edges))
    happened = np.bincount(person, weights=ended)
    days = np.arange(wait.max() + 1)
    rates = events / _exposure(edges, np.bincount(wait))
    rhythm = Rhythm(1.0, edges, rates)
    for _ in range(ROUNDS):
        exposure = np.bincount(person, weights=rhythm.hazard_up_to(days)[wait])
        shape = _shape(happened, exposure)
        factor = (shape + happened) / (shape + exposure)
        rates = events / _exposure(edges, np.bincount(wait, weights=factor[person]))
        moved = np.abs(np.log(rates / rhythm.rates)).max() + abs(np.log(shape / rhythm.shape))
        rhythm = Rhythm(shape, edges, rates)
        if moved < CLOSE:
            break
    return rhythm


def chance_within(
    rhythm: Rhythm, happened: np.ndarray, exposure: np.ndarray, since: np.ndarray, within: float
) -> np.ndarray:
    """Give the probability of the event in the next units of time.

    Parameters
    ----------
    rhythm
        As fitted.
    happened, exposure
        For each person, the waits that ended, and the common hazard added up over these waits.
    since
        How long the present wait has lasted: the longer the silence, the slower the person.
    within
        How far to look ahead.
    """
    now = rhythm.hazard_up_to(since)
    ahead = rhythm.hazard_up_to(since + within) - now
    left = (rhythm.shape + exposure + now) / (rhythm.shape + exposure + now + ahead)
    return 1 - left ** (rhythm.shape + happened)


def usual_wait(
    rhythm: Rhythm, happened: np.ndarray, exposure: np.ndarray, share: float
) -> np.ndarray:
    """Give the wait within which a share of a person's waits end, of those that end in 365 units.

    Parameters
    ----------
    rhythm, happened, exposure
        As in `chance_within`; the present wait is left out of them.
    share
        .5 for the median.
    """
    size = rhythm.shape + exposure
    whole = 1 - (size / (size + rhythm.hazard_up_to(np.array(YEAR)))) ** (rhythm.shape + happened)
    hazard = size * ((1 - share * whole) ** (-1 / (rhythm.shape + happened)) - 1)
    return rhythm.time_of(hazard)


def _edges(waits: np.ndarray) -> np.ndarray:
    """Part time so that about as many events fall into each piece."""
    pieces = min(PIECES, len(waits) // EVENTS_PER_PIECE)
    inner = np.quantile(waits, np.arange(1, pieces) / pieces, method="closest_observation")
    # the last piece keeps some events, or its hazard would be 0
    return np.unique(np.concatenate([[0], inner[inner < waits.max()]]))


def _exposure(edges: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Give the time spent in each piece, from the weight of the waits of each whole length."""
    # a wait of t days is at risk on days 1 … t
    at_risk = np.cumsum(weight[::-1])[::-1][1:]
    day = np.arange(1, len(weight))
    piece = np.searchsorted(edges, day, side="left") - 1
    return np.bincount(piece, weights=at_risk, minlength=len(edges))


def _shape(happened: np.ndarray, exposure: np.ndarray) -> float:
    number, times = np.unique(happened, return_counts=True)

    def unlikely(log_shape: float) -> float:
        k = np.exp(log_shape)
        events = (special.gammaln(k + number) - special.gammaln(k)) @ times
        return (k + happened) @ np.log(k + exposure) - events - len(happened) * k * log_shape

    found = optimize.minimize_scalar(
        unlikely, bounds=tuple(np.log(_SHAPES)), method="bounded", options={"xatol": 1e-6}
    )
    return float(np.exp(found.x))
