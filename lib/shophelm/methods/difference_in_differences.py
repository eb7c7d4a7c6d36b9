"""Did those who were treated change more than those left alone?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

LEVEL = 0.95
COLUMNS = ("yes_before", "all_before", "yes_after", "all_after")


@dataclass(frozen=True, slots=True)
class Control:
    """How those left alone changed.

    Attributes
    ----------
    change, variance
        Their mean change in logarithms, and its variance.
    between
        Variance of the change from one subject to the next, beyond chance.
    subjects
        How many they are.
    """

    change: float
    variance: float
    between: float
    subjects: int


def control_group(subjects: pd.DataFrame, *, spread: float = 1.0) -> Control:
    """Pool the changes of subjects that were left alone.

    Parameters
    ----------
    subjects
        One row per subject: yes_before, all_before, yes_after, all_after: how many did, of how
        many, before and after; ``all`` is null where the figure is a count of its own.
    spread
        How many times a count's variance exceeds its mean (1 for people).

    Notes
    -----
    A random-effects mean (DerSimonian and Laird 1986): each subject has weather of its own, so
    that one of many visitors does not stand for all.
    """
    change, variance = _changes(subjects, spread)
    weight = 1 / variance
    mean = (weight * change).sum() / weight.sum()
    q = float((weight * (change - mean) ** 2).sum())
    room = float(weight.sum() - (weight**2).sum() / weight.sum())
    between = max(0.0, (q - (len(change) - 1)) / room) if room > 0 else 0.0
    weight = 1 / (variance + between)
    return Control(
        float((weight * change).sum() / weight.sum()),
        float(1 / weight.sum()),
        between,
        len(change),
    )


def difference_in_differences(
    treated: pd.DataFrame, control: Control, *, spread: float = 1.0
) -> pd.DataFrame:
    """Hold each treated subject's change against that of those left alone.

    Parameters
    ----------
    treated
        As in `control_group`, one row per subject.
    control
        Those left alone.
    spread
        As in `control_group`.

    Returns
    -------
    DataFrame
        The same index: effect (relative: .1 is ten per cent more than without), effect_low,
        effect_high (95% interval), log_effect, log_error, control_error (the control's part of
        log_error, which its other subjects share).

    Notes
    -----
    Half a case is added to every count, so that zeros are harmless. Misleads where the treated
    were chosen for a bad (or good) spell: they would have come back without treatment.
    """
    change, variance = _changes(treated, spread)
    effect = change - control.change
    error = np.sqrt(variance + control.between + control.variance)
    shared = np.sqrt(control.variance)
    found = {"log_effect": effect, "log_error": error, "control_error": shared}
    return _in_shares(pd.DataFrame(found))


def pooled(effects: pd.DataFrame) -> pd.Series:
    """Pool several treated subjects' effects.

    Parameters
    ----------
    effects
        As `difference_in_differences` gives them. Their controls may be the same: the largest
        control error is taken as shared by all, so it does not shrink with their number.

    Returns
    -------
    Series
        effect, effect_low, effect_high (95% interval), log_effect, log_error.
    """
    weight = 1 / (effects["log_error"] ** 2 - effects["control_error"] ** 2)
    shared = effects["control_error"].max() ** 2
    found = {
        "log_effect": (weight * effects["log_effect"]).sum() / weight.sum(),
        "log_error": np.sqrt(1 / weight.sum() + shared),
    }
    return _in_shares(pd.DataFrame([found])).iloc[0]


def _changes(subjects: pd.DataFrame, spread: float) -> tuple[pd.Series, pd.Series]:
    """Give each subject's change of rate in logarithms, and its variance."""
    table = subjects[list(COLUMNS)].astype("float64")
    rates, variances = {}, {}
    for when in ("before", "after"):
        yes, every = table[f"yes_{when}"] + 0.5, table[f"all_{when}"] + 1
        rates[when] = np.log(yes) - np.log(every).fillna(0)
        variances[when] = spread / yes - (1 / every).fillna(0)
    return rates["after"] - rates["before"], variances["before"] + variances["after"]


def _in_shares(frame: pd.DataFrame) -> pd.DataFrame:
    z = special.ndtri(0.5 + LEVEL / 2)
    ends = {
        "effect": frame["log_effect"],
        "effect_low": frame["log_effect"] - z * frame["log_error"],
        "effect_high": frame["log_effect"] + z * frame["log_error"],
    }
    return frame.assign(**{name: np.expm1(value) for name, value in ends.items()})
