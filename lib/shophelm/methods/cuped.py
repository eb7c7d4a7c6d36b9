"""Take out of an outcome what people did before the trial: the same effect, a shorter interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shophelm.methods.two_sample import Arm, Numbers, arm_of_sums


@dataclass(frozen=True, slots=True)
class Sums:
    """What is known of each arm: people, and sums of their outcome y and of x from before.

    Attributes
    ----------
    n, y, yy, x, xx, xy
        One entry per arm: people, Σy, Σy², Σx, Σx², Σxy.
    """

    n: Numbers
    y: Numbers
    yy: Numbers
    x: Numbers
    xx: Numbers
    xy: Numbers


@dataclass(frozen=True, slots=True)
class Adjusted:
    """Arms after the adjustment.

    Attributes
    ----------
    arm
        The arms, one entry each.
    theta
        What is taken off for each unit of x; the same in all arms of a trial.
    removed
        Share of the variance within the arms of a trial that is gone; 0 where x tells nothing.
    """

    arm: Arm
    theta: np.ndarray
    removed: np.ndarray


def cuped(sums: Sums, trial: Sequence[int]) -> Adjusted:
    """Adjust each arm's mean and variance by a measure from before the trial.

    y − θ (x − mean of x over all arms), with θ the slope within arms, pooled over all arms of a
    trial, so that the effect itself does not enter it (Deng, Xu, Kohavi & Walker 2013; it is the
    slope of an analysis of covariance).

    Parameters
    ----------
    sums
        One entry per arm.
    trial
        The trial of each arm, numbered from 0.

    Returns
    -------
    Adjusted
        One entry per arm. With an x that does not vary, the arms are as they were.

    Notes
    -----
    x must have been settled before anybody was exposed: what the trial itself may have changed
    takes away part of the effect.
    """
    n, y, yy, x, xx, xy = (
        np.atleast_1d(np.asarray(getattr(sums, name), dtype="float64"))
        for name in ("n", "y", "yy", "x", "xx", "xy")
    )
    trial = np.asarray(trial, dtype=int)
    people = np.where(n > 0, n, np.nan)

    def pooled(values: np.ndarray) -> np.ndarray:
        return np.bincount(trial, np.nan_to_num(values), trial.max(initial=-1) + 1)[trial]

    of_y, of_x = (np.maximum(squares - s**2 / people, 0) for squares, s in ((yy, y), (xx, x)))
    together = xy - x * y / people
    of_xs, of_ys, both = pooled(of_x), pooled(of_y), pooled(together)
    # rounding leaves a trace of variance where x is the same for all
    varies = of_xs > 1e-12 * pooled(xx)
    theta = np.where(varies, both / np.where(varies, of_xs, 1), 0.0)
    base = pooled(x) / np.where(pooled(n) > 0, pooled(n), np.nan)
    plain = arm_of_sums(n, y, yy)
    left = np.maximum(of_y - 2 * theta * together + theta**2 * of_x, 0)
    variance = np.where(theta == 0, plain.variance, left / np.where(n > 1, n - 1, np.nan))
    mean = plain.mean - np.where(theta == 0, 0, theta * (x / people - base))
    removed = theta * both / np.where(of_ys > 0, of_ys, np.nan)
    return Adjusted(Arm(n, mean, variance), theta, np.nan_to_num(removed))
