"""Since when do fewer go on than did before: one member's counts, day after day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from shophelm.methods.one_sided import log_density

FALL, SPREAD, DRIFT = -0.7, 0.4, 0.1
"""Log odds by which a fall worth the name moves a rate (mean and standard deviation), and by which
a rate drifts where nothing happened."""
_STEPS, _LEAST = 12, 5.0
"""Newton steps; information on either side of a break without which it is not looked at."""
_WIDE, _CLOSE = 2.0, 1e-5


@dataclass(frozen=True, slots=True)
class FallPoint:
    """Where a rate fell, if it did.

    Attributes
    ----------
    at
        The likeliest first position after the fall; −1 where too few counts lie on either side.
    low, high
        Positions between which it lies with 80 % probability.
    fall, fall_low, fall_high
        Change of the log odds, after less before, were there a fall: mean and 80% interval, over
        all places where it may lie; drawn to what falls usually are.
    p_value
        Chance of so deep a fall anywhere where the rate never changes.
    evidence
        Logarithm of how much likelier the counts are with a fall somewhere than without.
    """

    at: int
    low: int
    high: int
    fall: float
    fall_low: float
    fall_high: float
    p_value: float
    evidence: float


NOT_KNOWN = FallPoint(-1, -1, -1, *(np.nan,) * 4, 0.0)


def fall_point(
    trials: np.ndarray, yes: np.ndarray, odds: np.ndarray, at: np.ndarray, *,
    last: int, dispersion: float = 1.0, step: int = 1,
) -> FallPoint:  # fmt: skip
    """Look for the position from which on a rate lies below what it was before.

    Parameters
    ----------
    trials, yes
        Counts.
    odds
        Log odds to expect of each, but for what the member itself changed by.
    at
        Position (day) of each, from 0; several may share one.
    last
        The last position at which a fall may begin.
    dispersion
        Variance of counts beside what chance alone gives them.
    step
        Every so many positions are looked at.

    Notes
    -----
    A binomial likelihood ratio at every position; the chance of the largest of them is that of
    Miller and Siegmund (1982, Biometrics 38:1011) for maximally selected 2 × 2 tables, one-sided.
    The evidence averages over positions, falls and drifts, so that looking in many places is paid
    for. Only one fall is looked for: where the rate has recovered since, little is left of it.
    """
    places = np.arange(1, min(last, at.max(initial=0)) + 1, step)
    sides = _sides(trials, yes, odds, at >= places[:, None])
    able = (sides.known_before >= _LEAST) & (sides.known_after >= _LEAST)
    if not able.any():
        return NOT_KNOWN
    places, sides = places[able], sides.take(able)
    error = np.sqrt(dispersion * (1 / sides.known_before + 1 / sides.known_after))
    share = sides.known_after / (sides.known_before + sides.known_after)
    depth = np.sqrt(np.where(sides.gap < 0, 2 * sides.ratio / dispersion, 0).max())
    logs = _log_evidence(sides.gap, error)
    weight = np.exp(logs - logs.max())
    evidence = float(logs.max() + np.log(weight.mean()))
    weight /= weight.sum()
    ends = np.searchsorted(np.cumsum(weight), (0.1, 0.9)).clip(max=len(places) - 1)
    mean, low, high = _mixed(sides.gap, error, weight)
    return FallPoint(
        int(places[np.argmax(logs)]), int(places[ends[0]]), int(places[ends[1]]),
        mean, low, high, by_chance(float(depth), share), evidence,
    )  # fmt: skip


def by_chance(depth: float, share: np.ndarray) -> float:
    """Give the chance of so large a standardised fall at any place, of a rate that never changes.

    Parameters
    ----------
    depth
        The largest standardised fall.
    share
        At each place looked at, the share of all that is known that lies after it.

    Notes
    -----
    Miller and Siegmund (1982), half of their two-sided tail. Never below that of one place.
    """
    one = float(stats.norm.sf(depth))
    if depth < 1:
        return 1.0
    least, most = share.min(), share.max()
    width = np.log(most * (1 - least) / ((1 - most) * least))
    tail = stats.norm.pdf(depth) * ((depth - 1 / depth) * width + 4 / depth) / 2
    return float(np.clip(tail, one, 1))


def shift_of(trials: np.ndarray, yes: np.ndarray, odds: np.ndarray) -> tuple[float, float]:
    """Give the common shift of the log odds that counts show, and its information (1 / variance).

    Drawn weakly to 0, so that nothing bought is a very low rate and not none at all.
    """
    shift, known, _ = _level(trials, yes, odds, np.ones((1, len(trials)), dtype=bool))
    return float(shift[0]), float(known[0])


@dataclass(frozen=True, slots=True)
class _Sides:
    """At each place: after less before in log odds, what is known of either, the log ratio."""

    gap: np.ndarray
    known_before: np.ndarray
    known_after: np.ndarray
    ratio: np.ndarray

    def take(self, rows: np.ndarray) -> _Sides:
        return _Sides(*(getattr(self, n)[rows] for n in self.__slots__))


def _sides(trials: np.ndarray, yes: np.ndarray, odds: np.ndarray, after: np.ndarray) -> _Sides:
    whole = _level(trials, yes, odds, np.ones((1, len(trials)), dtype=bool))
    before, late = (_level(trials, yes, odds, side) for side in (~after, after))
    ratio = before[2] + late[2] - whole[2]
    return _Sides(late[0] - before[0], before[1], late[1], np.maximum(ratio, 0))


def _level(
    trials: np.ndarray, yes: np.ndarray, odds: np.ndarray, side: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give, for each choice of rows, their common shift of the log odds, information, likelihood.

    A shift is drawn weakly to 0, so that nothing bought is a very low rate and not none at all.
    """
    n, k = side * trials, (side * yes).sum(axis=1)
    shift = np.zeros(len(side))
    for _ in range(_STEPS):
        chance = special.expit(odds + shift[:, None])
        known = (n * chance * (1 - chance)).sum(axis=1)
        step = (k - (n * chance).sum(axis=1) - shift / _WIDE**2) / (known + _WIDE**-2.0)
        shift = shift + step.clip(-1, 1)
        if np.abs(step).max(initial=0.0) < _CLOSE:
            break
    chance = special.expit(odds + shift[:, None])
    known = (n * chance * (1 - chance)).sum(axis=1)
    likelihood = (side * yes * np.log(chance) + side * (trials - yes) * np.log1p(-chance)).sum(
        axis=1
    )
    return shift, known, likelihood


def _log_evidence(gap: np.ndarray, error: np.ndarray) -> np.ndarray:
    """Give the log odds of a fall against a drift at each place, for its gap."""
    return log_density(gap, error, FALL, SPREAD) - stats.norm.logpdf(gap, 0, np.hypot(error, DRIFT))


def _mixed(gap: np.ndarray, error: np.ndarray, weight: np.ndarray) -> tuple[float, float, float]:
    """Give mean and 80% interval of the fall over all places, each with its weight."""
    pull = error**2 / (error**2 + SPREAD**2)
    middle, sd = (1 - pull) * gap + pull * FALL, np.sqrt(pull) * SPREAD
    grid = np.linspace((middle - 4 * sd).min(), (middle + 4 * sd).max(), 801)
    reached = (weight * special.ndtr((grid[:, None] - middle) / sd)).sum(axis=1)
    low, high = (float(grid[np.searchsorted(reached, q)]) for q in (0.1, 0.9))
    return float((weight * middle).sum()), low, high
