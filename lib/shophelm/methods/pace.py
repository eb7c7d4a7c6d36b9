"""How fast something runs beside its usual shape, and how far a total to come can be known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import linalg, stats

YEAR = 364.0
BLOCK = 7
"""Days that are held against their shape together: a week has every week day once."""
STAYS = (0.0, *np.geomspace(0.002, 2.0, 11))
"""How much of what a week differs by may stay: drift over noise, in variances."""
FEWEST_BLOCKS = 8
"""Weeks below which nothing is said of what is to come."""
GROWTH_SD = 0.004
"""What is assumed of growth by the week before it is seen: a fifth in a year, give or take."""
MEMORY = 52
"""Weeks that growth is learnt from."""


@dataclass(frozen=True, slots=True)
class Pace:
    """What is known of a series beside its shape, on the logarithm, by the week.

    Entries are the ways it may have come about (how much of what weeks differ by stays), each with
    its weight.

    Attributes
    ----------
    weight
        Of each way; they add up to 1.
    level, growth
        How it ran at the end of the last week (0 is as the shape says), and its growth a week.
    covariance
        Of level and growth: ways × 2 × 2.
    noise, drift
        Variance of a single week about its level, and by which the level moves in a week.
    """

    weight: np.ndarray
    level: np.ndarray
    growth: np.ndarray
    covariance: np.ndarray
    noise: np.ndarray
    drift: np.ndarray

    def ahead(
        self,
        weights: np.ndarray,
        *,
        kinds: Sequence[str] = (),
        unsure: np.ndarray | None = None,
        season_unsure: float = 0.0,
    ) -> tuple[float, float]:
        """Give the median of a total to come, and the deviation of its logarithm.

        Parameters
        ----------
        weights
            The shape of the days to come, from the first one on.
        kinds, unsure
            Of each of these days, what recurs on it, and the deviation of the logarithm of its
            factor, which all days of a kind share.
        season_unsure
            Deviation of the logarithm of a season that is not in the weights.
        """
        if not weights.sum() > 0:
            return 0.0, 0.0
        weeks = (np.arange(len(weights)) + 0.5) / BLOCK
        grown = weights * np.exp(self.level[:, None] + self.growth[:, None] * weeks)
        totals = grown.sum(axis=1)
        share = grown / totals[:, None]
        # what happens to the level in a week stays with every day after it
        after = np.cumsum(share[:, ::-1], axis=1)[:, ::-1]
        far = share @ weeks
        both = np.stack([np.ones_like(far), far], axis=1)
        variance = (
            np.einsum("wi,wij,wj->w", both, self.covariance, both)
            + self.drift / BLOCK * (after**2).sum(axis=1)
            + self.noise * BLOCK * (share**2).sum(axis=1)
        )
        log = float(self.weight @ np.log(totals))
        spread = float(self.weight @ (variance + (np.log(totals) - log) ** 2))
        mean_share, mean_far = self.weight @ share, float(self.weight @ far)
        spread += _of_kinds(mean_share, kinds, unsure)
        spread += season_unsure**2 * _turned(mean_far * BLOCK)
        return float(np.exp(log)), float(np.sqrt(spread))


def pace(values: np.ndarray, weights: np.ndarray) -> Pace | None:
    """Learn how a series runs beside its shape.

    Parameters
    ----------
    values, weights
        By day, up to the last known one: what was, and what the shape says.

    Returns
    -------
    Pace or None
        None where fewer than eight weeks are known, or one of them had nothing.

    Notes
    -----
    The level is a random walk with growth, seen with noise (a local level model; Harvey 1989,
    "Forecasting, structural time series models and the Kalman filter"). Every ratio of drift to
    noise in STAYS is as likely beforehand as any other, and growth is normal about none. Given the
    ratio all else is generalised least squares, anchored at the end of the last week.
    """
    blocks = min(len(values) // BLOCK, MEMORY)
    if blocks < FEWEST_BLOCKS:
        return None
    seen, due = (
        np.asarray(a, dtype=float)[len(a) - blocks * BLOCK :].reshape(blocks, BLOCK).sum(axis=1)
        for a in (values, weights)
    )
    if (seen <= 0).any() or (due <= 0).any():
        return None
    ways = [_given(np.log(seen / due), ratio) for ratio in STAYS]
    fit = np.array([w[0] for w in ways])
    weight = np.exp(fit - fit.max())
    level, growth, covariance, noise = (np.array([w[i] for w in ways]) for i in range(1, 5))
    return Pace(weight / weight.sum(), level, growth, covariance, noise, np.array(STAYS) * noise)


def _given(log: np.ndarray, ratio: float) -> tuple[float, float, float, np.ndarray, float]:
    """Give the fit, level, growth, their covariance and the noise, if so much of it stays."""
    n = len(log)
    # the middle of the last week lies half a week before its end
    back = np.arange(n)[::-1] + 0.5
    spread = np.eye(n) + ratio * np.minimum(back[:, None], back[None, :])
    design = np.column_stack([np.ones(n), -back])
    root = linalg.cholesky(spread, lower=True)
    x, y = (linalg.solve_triangular(root, a, lower=True) for a in (design, log))
    noise = 1.0
    # what is assumed of growth counts by how it stands to the noise: a few rounds settle that
    for _ in range(8):
        inner = x.T @ x + np.diag([0.0, noise / GROWTH_SD**2])
        answer = np.linalg.solve(inner, x.T @ y)
        left = y - x @ answer
        noise = max(float(left @ left) / max(n - 2, 1), 1e-12)
    fit = -np.log(np.diag(root)).sum() - np.linalg.slogdet(inner)[1] / 2
    fit -= (n - 1) / 2 * np.log(noise) + answer[1] ** 2 / GROWTH_SD**2 / 2
    return float(fit), float(answer[0]), float(answer[1]), noise * np.linalg.inv(inner), noise


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


def _of_kinds(share: np.ndarray, kinds: Sequence[str], unsure: np.ndarray | None) -> float:
    """Give the variance of a total because factors of kinds of days are not known."""
    if unsure is None:
        return 0.0
    by_kind: dict[str, float] = {}
    for name, part, off in zip(kinds, share, unsure, strict=True):
        by_kind[name] = by_kind.get(name, 0.0) + part * off
    return sum(v**2 for v in by_kind.values())


def _turned(days: float) -> float:
    """Give how much of a season's variance, twice, lies between now and so many days ahead."""
    return float(2 * (1 - np.cos(2 * np.pi * min(days, YEAR / 2) / YEAR)))
