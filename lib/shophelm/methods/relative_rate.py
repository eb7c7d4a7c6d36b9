"""Did one group's rate fall more than everybody else's?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

COLUMNS = ("yes_now", "all_now", "yes_before", "all_before")


def lag_behind_rest(groups: pd.DataFrame) -> pd.DataFrame:
    """Compare each group's change in odds with the change in all the other groups together.

    What moved everybody (a season, a promotion) cancels out. The expected rate is the rest's odds
    now times the odds ratio of group to rest before; half a success and half a failure are added
    to every cell, so that zeros are harmless (Woolf 1955, Haldane 1956).

    Parameters
    ----------
    groups
        One row per group, with counts yes_now, all_now, yes_before, all_before (successes and
        trials). Groups should not overlap much; people in two groups make the test cautious.

    Returns
    -------
    DataFrame
        The same index: rate_now, rate_expected, log_odds (now against expected; negative: lags),
        error (its standard error), p_value (one-sided, of lagging by chance).

    Notes
    -----
    Misleads when the mix inside a group changed (a channel that now brings other people), which
    is a cause, not noise; and with one group there is no rest: all results are null.
    """
    table = groups[list(COLUMNS)].astype("float64")
    rest = table.sum() - table
    log_odds, variance = 0.0, 0.0
    for when, sign in (("now", 1), ("before", -1)):
        for part, side in ((table, 1), (rest, -1)):
            yes = part[f"yes_{when}"] + 0.5
            no = part[f"all_{when}"] - part[f"yes_{when}"] + 0.5
            log_odds = log_odds + sign * side * np.log(yes / no)
            variance = variance + 1 / yes + 1 / no
    error = np.sqrt(variance)
    rate = (table["yes_now"] + 0.5) / (table["all_now"] + 1)
    expected = _shift(rate, -log_odds)
    known = (rest["all_now"] > 0) & (rest["all_before"] > 0)
    result = pd.DataFrame(
        {
            "rate_now": table["yes_now"] / table["all_now"].where(table["all_now"] > 0),
            "rate_expected": expected,
            "log_odds": log_odds,
            "error": error,
            "p_value": stats.norm.cdf(log_odds / error),
        }
    )
    return result.where(known)


def expected_rates(result: pd.DataFrame, *, level: float) -> pd.DataFrame:
    """Give the interval of each expected rate: columns low and high.

    Parameters
    ----------
    result
        As `lag_behind_rest` gives it.
    level
        Coverage of the two-sided interval, such as .8.
    """
    z = stats.norm.ppf(0.5 + level / 2)
    now = _shift(result["rate_expected"], result["log_odds"])
    return pd.DataFrame(
        {
            "low": _shift(now, -result["log_odds"] - z * result["error"]),
            "high": _shift(now, -result["log_odds"] + z * result["error"]),
        }
    )


def _shift(rate: pd.Series, by: pd.Series) -> pd.Series:
    odds = rate / (1 - rate) * np.exp(by)
    return odds / (1 + odds)
