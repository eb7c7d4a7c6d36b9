"""Do two arms of a trial differ, by how much, and what is that relative to the control?

Sums suffice: how many people, the sum of their values and the sum of their squares.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

Numbers = float | Sequence[float] | np.ndarray | pd.Series


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm of each of several trials.

    Attributes
    ----------
    n
        People.
    mean, variance
        Of a person's value; null where they cannot be known.
    """

    n: np.ndarray
    mean: np.ndarray
    variance: np.ndarray


def arm_of_sums(n: Numbers, total: Numbers, squares: Numbers) -> Arm:
    """Give an arm by its people, the sum of their values and of their squares."""
    n, total, squares = (_floats(a) for a in (n, total, squares))
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.maximum(squares - total**2 / n, 0) / (n - 1)
        return Arm(n, np.where(n > 0, total / n, np.nan), np.where(n > 1, spread, np.nan))


def arm_of_counts(yes: Numbers, n: Numbers) -> Arm:
    """Give an arm by how many did, of how many: the variance of a share p is p (1 − p)."""
    yes, n = _floats(yes), _floats(n)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(n > 0, yes / n, np.nan)
    return Arm(n, rate, rate * (1 - rate))


def arm_of_ratios(
    n: Numbers, top: Numbers, bottom: Numbers, tops: Numbers, bottoms: Numbers, both: Numbers
) -> Arm:
    """Give an arm by a ratio of two sums over its people, such as money per order.

    People are what is dealt out, not orders, so that the variance is that of the delta method
    (Deng, Knoblich & Lu 2018): of y − R d over the mean of d.

    Parameters
    ----------
    n
        People.
    top, bottom
        Σy and Σd of the ratio Σy / Σd.
    tops, bottoms, both
        Σy², Σd² and Σyd.

    Returns
    -------
    Arm
        Its `mean` is the ratio; null without a bottom.

    Notes
    -----
    Poor where few people have any d at all (some dozens).
    """
    n, top, bottom, tops, bottoms, both = (
        _floats(a) for a in (n, top, bottom, tops, bottoms, both)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(bottom != 0, top / bottom, np.nan)
        # y − R d adds up to nothing, so that its squares are its variance
        left = np.maximum(tops - 2 * ratio * both + ratio**2 * bottoms, 0) / (n - 1)
        return Arm(n, ratio, np.where(n > 1, left / (bottom / n) ** 2, np.nan))


def difference(treated: Arm, control: Arm, *, level: float = 0.95) -> pd.DataFrame:
    """Give treated less control with Welch's interval (Welch 1947).

    Returns
    -------
    DataFrame
        One row per trial: estimate, error (standard), low, high, p_value (two-sided). Null where
        an arm is too small to have a variance.

    Notes
    -----
    Misleads in small arms where a few people have most of the money, and where it is looked at
    again and again until it says something.
    """
    parts = treated.variance / treated.n, control.variance / control.n
    return _welch(treated.mean - control.mean, *parts, treated, control, level)


def lift(treated: Arm, control: Arm, *, level: float = 0.95) -> pd.DataFrame:
    """Give treated relative to control, less one, by the delta method.

    Returns
    -------
    DataFrame
        As of `difference`; .05 stands for 5 % more than the control. Null without a control mean.

    Notes
    -----
    The interval is symmetric, and poor where the control's mean is not many errors from zero.
    """
    base = np.where(control.mean != 0, control.mean, np.nan)
    parts = (
        treated.variance / treated.n / base**2,
        control.variance / control.n * treated.mean**2 / base**4,
    )
    return _welch(treated.mean / base - 1, *parts, treated, control, level)


def lift_within(treated: Arm, control: Arm, errors: Numbers) -> pd.DataFrame:
    """Give treated relative to control, less one, in an interval that agrees with the difference.

    Fieller's (1954): the ratios r at which treated − r · control lies within so many of its own
    standard errors of nothing. It holds zero exactly where the interval of the difference does,
    is skewed as a ratio is, and holds its level where `lift` is too wide for gains and too narrow
    for losses.

    Parameters
    ----------
    treated, control
        The arms.
    errors
        How many standard errors the interval of the difference reaches: 1.96, or what an
        always-valid one takes.

    Returns
    -------
    DataFrame
        estimate, low, high. Ends are null where the control's mean lies less than `errors` errors
        from zero: then no ratio can be ruled out.
    """
    reach = _floats(errors)
    with np.errstate(divide="ignore", invalid="ignore"):
        ours, theirs = (a.mean**2 - reach**2 * a.variance / a.n for a in (treated, control))
        product = treated.mean * control.mean
        root = np.sqrt(product**2 - ours * theirs)
        known = theirs > 0
        ends = [np.where(known, (product + sign * root) / theirs - 1, np.nan) for sign in (-1, 1)]
        estimate = np.where(control.mean != 0, treated.mean / control.mean - 1, np.nan)
    return pd.DataFrame({"estimate": estimate, "low": ends[0], "high": ends[1]})


def pooled_difference(
    treated: Arm, control: Arm, group: Sequence, *, level: float = 0.95
) -> pd.DataFrame:
    """Pool the differences of several strata of each group, each by its share of the people.

    Where strata have unlike shares of treated people, only like is held against like this way.

    Parameters
    ----------
    treated, control
        One entry per stratum and group.
    group
        The group of each entry.
    level
        Probability the intervals hold.

    Returns
    -------
    DataFrame
        Indexed by group, in order: treated, control (people in it), mean_control (of the control
        arms, at the strata's shares), estimate, error, low, high, p_value (normal). Strata without
        two people in each arm are left out; a group without any other has nulls.
    """
    each = difference(treated, control)
    frame = pd.DataFrame(
        {
            "group": np.asarray(group),
            "treated": treated.n,
            "control": control.n,
            "mean_control": control.mean,
            "estimate": each["estimate"],
            "variance": each["error"] ** 2,
        }
    )
    known = (treated.n > 1) & (control.n > 1)
    size = np.where(known, treated.n + control.n, 0.0)
    share = size / pd.Series(size).groupby(frame["group"]).transform("sum").replace(0, np.nan)
    weighted = frame[["mean_control", "estimate"]].mul(share, axis=0)
    weighted["variance"] = frame["variance"] * share**2
    sums = weighted.groupby(frame["group"]).sum(min_count=1)
    people = frame[["treated", "control"]].mul(known, axis=0).groupby(frame["group"]).sum()
    error = np.sqrt(sums.pop("variance"))
    return people.join(sums).join(_interval(sums["estimate"], error, np.inf, level))


def _welch(
    estimate: np.ndarray,
    of_treated: np.ndarray,
    of_control: np.ndarray,
    treated: Arm,
    control: Arm,
    level: float,
) -> pd.DataFrame:
    """Make the interval; the degrees of freedom are those of the difference of the means."""
    ours, theirs = treated.variance / treated.n, control.variance / control.n
    with np.errstate(divide="ignore", invalid="ignore"):
        freedom = (ours + theirs) ** 2 / (ours**2 / (treated.n - 1) + theirs**2 / (control.n - 1))
    error = pd.Series(np.sqrt(of_treated + of_control))
    frame = _interval(pd.Series(estimate), error, freedom, level)
    return pd.concat([pd.Series(estimate, name="estimate"), frame], axis=1)


def _interval(
    estimate: pd.Series, error: pd.Series, freedom: np.ndarray | float, level: float
) -> pd.DataFrame:
    reach = stats.t.ppf(0.5 + level / 2, freedom) * error
    p_value = 2 * stats.t.sf((estimate / error.where(error > 0)).abs(), freedom)
    return pd.DataFrame(
        {"error": error, "low": estimate - reach, "high": estimate + reach, "p_value": p_value},
        index=estimate.index,
    )


def _floats(values: Numbers) -> np.ndarray:
    return np.atleast_1d(np.asarray(values, dtype="float64"))
