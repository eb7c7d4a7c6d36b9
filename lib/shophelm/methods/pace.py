"""How something runs beside its usual shape: level, growth and season, and what they are to be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg, stats

BLOCK = 7
"""Days that are held against their shape together: a week has every week day once."""
FEWEST_BLOCKS = 8
"""Weeks below which nothing is said of what is to come."""
LAUNCHED = 0.25
"""Share of its median level that a series must have reached for it to have begun."""
MOSTLY = 0.5
"""Share of weeks with nothing above which nothing is said, either."""
MEMORY = 104
"""Weeks that are learnt from."""
YEAR = 364 / BLOCK
NOISE = (0.02, 0.04, 0.07, 0.12, 0.2, 0.35)
"""Ways in which single weeks may stand off their level (deviations of the logarithm)."""
DRIFT = (0.005, 0.01, 0.02, 0.04, 0.08)
"""Ways in which the level may move in a week. No shop is taken to stand quite still."""
GROWTH = 0.3
"""What is assumed of a year's growth before it is seen, give or take, about none."""
SWING = 0.2
"""The same of the season: of waves of a year, a half, a third and a quarter of one, together."""
WAVES = 4
LEVEL = 2.0
"""The same of where it runs at all."""
NEGLIGIBLE = 1e-3
"""Ways less likely than so are left out."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which it may have come about: how likely, its noise and drift, and its fit."""

    weight: float
    noise: float
    drift: float
    root: np.ndarray
    explained: np.ndarray


@dataclass(frozen=True, slots=True)
class Pace:
    """What is known of a series beside its shape, on the logarithm.

    Attributes
    ----------
    at
        Middles of the weeks seen, in weeks from the end of the last known day (below 0).
    swing
        Deviation of the season, as it was assumed.
    ways
        Noise and drift are not known: every way, weighed by how well it tells what was seen.
    """

    at: np.ndarray
    swing: float
    ways: tuple[Way, ...]

    @property
    def years(self) -> float:
        """How many years it was learnt from."""
        return float(0.5 - self.at[0]) / YEAR

    def season(self, days: np.ndarray) -> np.ndarray:
        """Give the season's logarithm on days counted from the first one to come (0)."""
        there = (np.asarray(days) + 0.5) / BLOCK
        between = _season(self.at, there, self.swing)
        return sum(w.weight * _solved(w.root, between).T @ w.explained for w in self.ways)

    def ahead(self, weights: np.ndarray, *, risks: np.ndarray | None = None) -> tuple[float, float]:
        """Give the median of a total to come, and the deviation of its logarithm.

        Parameters
        ----------
        weights
            The shape of the days to come, from the first one on.
        risks
            What is not known of the shape, risks × days: what each, when it comes out by one
            deviation, adds to the logarithm of the days. They are independent.
        """
        if not weights.sum() > 0:
            return 0.0, 0.0
        there = (np.arange(len(weights)) + 0.5) / BLOCK
        logs, variances = [], []
        for way in self.ways:
            seen = _solved(way.root, _together(self.at, there, way.drift, self.swing))
            grown = weights * np.exp(seen.T @ way.explained)
            share = grown / grown.sum()
            known = seen @ share
            variance = share @ _together(there, there, way.drift, self.swing) @ share
            variance += way.noise**2 * BLOCK * (share @ share) - known @ known
            if risks is not None:
                variance += ((risks @ share) ** 2).sum()
            logs.append(np.log(grown.sum()))
            variances.append(variance)
        weight = np.array([w.weight for w in self.ways])
        log = float(weight @ logs)
        spread = float(weight @ (variances + (np.array(logs) - log) ** 2))
        return float(np.exp(log)), float(np.sqrt(spread))


def pace(values: np.ndarray, weights: np.ndarray, *, swing: float = SWING) -> Pace | None:
    """Learn how a series runs beside its shape.

    Parameters
    ----------
    values, weights
        By day, up to the last known one: what was, and what week days, campaigns and holidays say.
    swing
        What is assumed of the season that is not in the weights, a deviation of the logarithm.

    Returns
    -------
    Pace or None
        None where fewer than eight weeks are known, or half of them had nothing. A week that had
        nothing is taken as one that was closed, and tells nothing; nor do those before a quarter
        of the usual level was first reached, as a launch is no growth that goes on.

    Notes
    -----
    On the logarithm, a week is a level that walks at random, growth, a season that comes again
    every year, and noise: a Gaussian process (Rasmussen & Williams 2006, ch. 2 and 5.4.3), or a
    structural time series (Harvey 1989). So growth and season are told apart as far as what was
    seen allows, and how far they are not known is in every interval. All ways of noise and drift
    are as likely beforehand as any other.
    """
    blocks = min(len(values) // BLOCK, MEMORY)
    if blocks < FEWEST_BLOCKS:
        return None
    seen, due = (
        np.asarray(a, dtype=float)[len(a) - blocks * BLOCK :].reshape(blocks, BLOCK).sum(axis=1)
        for a in (values, weights)
    )
    open_weeks = (seen > 0) & (due > 0)
    if open_weeks.sum() < FEWEST_BLOCKS or open_weeks.mean() < MOSTLY:
        return None
    at = -(np.arange(blocks)[::-1] + 0.5)[open_weeks]
    log = np.log(seen[open_weeks] / due[open_weeks])
    begun = int(np.argmax(log >= np.median(log) + np.log(LAUNCHED)))
    at, log = at[begun:], log[begun:]
    if len(at) < FEWEST_BLOCKS:
        return None
    fits = [_fit(log, at, noise, drift, swing) for noise in NOISE for drift in DRIFT]
    best = max(fit for fit, _ in fits)
    weight = np.exp([fit - best for fit, _ in fits])
    weight = np.where(weight < NEGLIGIBLE, 0.0, weight)
    weight /= weight.sum()
    ways = (Way(w, *rest) for w, (_, rest) in zip(weight, fits, strict=True) if w > 0)
    return Pace(at, swing, tuple(ways))


def _fit(
    log: np.ndarray, at: np.ndarray, noise: float, drift: float, swing: float
) -> tuple[float, tuple[float, float, np.ndarray, np.ndarray]]:
    """Give how well a way tells what was seen, and the way."""
    spread = _together(at, at, drift, swing) + noise**2 * np.eye(len(at))
    root = linalg.cholesky(spread, lower=True, check_finite=False)
    explained = _solved(root, log)
    likely = -np.log(np.diag(root)).sum() - explained @ explained / 2
    return float(likely), (noise, drift, root, explained)


def _together(one: np.ndarray, other: np.ndarray, drift: float, swing: float) -> np.ndarray:
    """Give the covariance of level, growth and season between times, in weeks from now."""
    a, b = one[:, None], other[None, :]
    # the walk starts now, and goes both ways
    walked = np.where(a * b > 0, np.minimum(np.abs(a), np.abs(b)), 0.0)
    grown = (GROWTH / YEAR) ** 2 * a * b
    return LEVEL**2 + drift**2 * walked + grown + _season(one, other, swing)


def _season(one: np.ndarray, other: np.ndarray, swing: float) -> np.ndarray:
    """Give the covariance of the season between times: longer waves are the larger."""
    size = 1 / np.arange(1, WAVES + 1) ** 2
    apart = 2 * np.pi * (one[:, None] - other[None, :]) / YEAR
    waves = (s * np.cos(k * apart) for k, s in enumerate(size / size.sum(), 1))
    return swing**2 * sum(waves)


def _solved(root: np.ndarray, right: np.ndarray) -> np.ndarray:
    return linalg.solve_triangular(root, right, lower=True, check_finite=False)


def chance_of(target: float, so_far: float, median: float, deviation: float) -> float:
    """Give the chance that what was so far and a total to come reach a target."""
    missing = target - so_far
    if missing <= 0:
        return 1.0
    if median <= 0:
        return 0.0
    if deviation <= 0:
        return float(median >= missing)
    return float(stats.norm.sf(np.log(missing / median) / deviation))
