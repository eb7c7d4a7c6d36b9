"""How many people must a trial have to see what is worth seeing?"""

from __future__ import annotations

import numpy as np
from scipy import optimize, special

LEVEL, POWER = 0.95, 0.8


def sample_size_of_proportions(
    rate: float, effect: float, *, level: float = LEVEL, power: float = POWER, ratio: float = 1.0
) -> float:
    """Give the people of the control arm that a difference of two proportions needs.

    Parameters
    ----------
    rate
        The control's proportion.
    effect
        The smallest difference worth seeing, of either sign.
    level
        One less the chance of seeing a difference where there is none (two-sided).
    power
        Chance of seeing the difference where it is there.
    ratio
        People treated per person of the control.

    Returns
    -------
    float
        Not rounded; infinite without an effect. The treated arm is `ratio` times that.

    Notes
    -----
    Without an effect both arms have the control's variance; with it each has its own (as Evan
    Miller's calculator reckons). A normal approximation: poor below about five expected successes.
    """
    there = np.clip(rate + effect, 0, 1)
    none, some = rate * (1 - rate), there * (1 - there)
    reach = _z(level) * np.sqrt(none * (1 + 1 / ratio)) + special.ndtri(power) * np.sqrt(
        none + some / ratio
    )
    return _over(reach**2, effect)


def sample_size_of_means(
    sd: float,
    effect: float,
    *,
    sd_treated: float | None = None,
    level: float = LEVEL,
    power: float = POWER,
    ratio: float = 1.0,
) -> float:
    """Give the people of the control arm that a difference of two means needs.

    Parameters
    ----------
    sd, sd_treated
        Standard deviation of a person's value in the control, and in the treated arm where that
        is another.
    effect, level, power, ratio
        As in `sample_size_of_proportions`.

    Returns
    -------
    float
        Not rounded; infinite without an effect.
    """
    other = sd if sd_treated is None else sd_treated
    return _over(_reach(level, power) ** 2 * (sd**2 + other**2 / ratio), effect)


def hold_out_size(
    people: float, sd: float, effect: float, *, level: float = LEVEL, power: float = POWER
) -> float:
    """Give the smallest hold-out out of so many people by which an effect will be seen.

    Parameters
    ----------
    people
        All who could be treated.
    sd
        Standard deviation of a person's value.
    effect, level, power
        As in `sample_size_of_proportions`.

    Returns
    -------
    float
        A whole number, at most half of the people; null where even halves would not do, so that
        the effect can never be seen in one go.

    Notes
    -----
    A hold-out of h out of N leaves a variance of sd² (1/h + 1/(N − h)), a quadratic in h.
    """
    if not (people > 0 and sd > 0 and effect):
        return np.nan
    needed = 4 * (_reach(level, power) * sd / effect) ** 2 / people
    if not needed <= 1:
        return np.nan
    size = np.ceil(people * (1 - np.sqrt(1 - needed)) / 2)
    return float(size) if size <= people / 2 else np.nan


def detectable_effect(
    treated: float, control: float, sd: float, *, level: float = LEVEL, power: float = POWER
) -> float:
    """Give the smallest effect that arms of these sizes see with this power; null without one."""
    if not (treated > 0 and control > 0):
        return np.nan
    return _reach(level, power) * sd * np.sqrt(1 / treated + 1 / control)


def detectable_rise(
    people: float, rate: float, *, level: float = LEVEL, power: float = POWER
) -> float:
    """Give the smallest rise of a proportion that two arms of so many people each see.

    Parameters
    ----------
    people
        Of each arm.
    rate
        The control's proportion.
    level, power
        As in `sample_size_of_proportions`, of which this is the inverse.

    Returns
    -------
    float
        Of the proportion itself; null where even a rise to 1 would not be seen.
    """
    if not (people > 0 and 0 < rate < 1):
        return np.nan

    def lacking(rise: float) -> float:
        return sample_size_of_proportions(rate, rise, level=level, power=power) - people

    most = 1 - rate
    return np.nan if lacking(most) > 0 else float(optimize.brentq(lacking, 1e-9, most))


def times_the_people(
    error: float, effect: float, *, level: float = LEVEL, power: float = POWER
) -> float:
    """Give how many times its people a trial needs to see an effect.

    Parameters
    ----------
    error
        The standard error of its estimate so far, which falls with the root of the people.
    effect, level, power
        As in `sample_size_of_proportions`.

    Returns
    -------
    float
        Below 1 where it has more than enough; infinite without an effect.
    """
    return _over((_reach(level, power) * error) ** 2, effect)


def _reach(level: float, power: float) -> float:
    return _z(level) + special.ndtri(power)


def _z(level: float) -> float:
    return special.ndtri(0.5 + level / 2)


def _over(numerator: float, effect: float) -> float:
    return float(numerator / effect**2) if effect else np.inf
