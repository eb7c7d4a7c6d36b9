"""Differences of log odds with their standard errors, for counts that may be small."""

from __future__ import annotations

import numpy as np
from scipy import special

Counts = tuple[np.ndarray, np.ndarray]
"""Successes and trials."""
_STEPS, _WIDE = 25, 5.0


def log_odds_ratio(ours: Counts, theirs: Counts) -> tuple[np.ndarray, np.ndarray]:
    """Give the log odds ratio of two shares and its standard error; null without trials.

    Half a case is added to each cell (Haldane 1956, Anscombe 1956).
    """
    (a, n), (c, m) = (tuple(np.asarray(x, dtype=float) for x in side) for side in (ours, theirs))
    cells = (a + 0.5, n - a + 0.5, c + 0.5, m - c + 0.5)
    value = np.log(cells[0]) - np.log(cells[1]) - np.log(cells[2]) + np.log(cells[3])
    error = np.sqrt(sum(1 / cell for cell in cells))
    known = (n > 0) & (m > 0)
    return np.where(known, value, np.nan), np.where(known, error, np.nan)


def slope_beyond(
    trials: np.ndarray, yes: np.ndarray, odds: np.ndarray, x: np.ndarray
) -> tuple[float, float]:
    """Give by how much the log odds change with x, beyond what `odds` hold already, and its error.

    A common shift is fitted beside it, so that only differences within the counts tell. A very
    weak normal prior (standard deviation 5) keeps both from running away; where x never moves
    the error is that of the prior.
    """
    design = np.column_stack([np.ones(len(x)), x - np.average(x, weights=trials)])
    found = np.zeros(2)
    for _ in range(_STEPS):
        chance = special.expit(odds + design @ found)
        known = (
            design.T @ (design * (trials * chance * (1 - chance))[:, None]) + np.eye(2) / _WIDE**2
        )
        step = np.linalg.solve(known, design.T @ (yes - trials * chance) - found / _WIDE**2)
        found = found + step.clip(-2, 2)
    return float(found[1]), float(np.sqrt(np.linalg.inv(known)[1, 1]))
