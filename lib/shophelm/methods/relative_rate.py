"""Did one group's rate fall more than everybody else's?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

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
        The same index: rate_now, rate_expected, gap (expected − now; positive: the group lags),
        gap_error (its standard error, by the delta method), log_odds (now against expected),
        log_odds_error, p_value (one-sided, of lagging by chance).

    Notes
    -----
    Misleads when the mix inside a group changed (a channel that now brings other people), which
    is a cause, not noise; and with one group there is no rest: all results are null.
    """
    table = groups[list(COLUMNS)].astype("float64")
    rest = table.sum() - table
    now, now_variance = _logit(table, "now")
    others = [_logit(rest, "now"), _logit(table, "before"), _logit(rest, "before")]
    expected = others[0][0] + others[1][0] - others[2][0]
    expected_variance = sum(variance for _, variance in others)
    error = np.sqrt(now_variance + expected_variance)
    rate, aim = special.expit(now), special.expit(expected)
    result = pd.DataFrame(
        {
            "rate_now": table["yes_now"] / table["all_now"].where(table["all_now"] > 0),
            "rate_expected": aim,
            "gap": aim - rate,
            "gap_error": np.hypot(
                aim * (1 - aim) * np.sqrt(expected_variance), rate * (1 - rate) * now_variance**0.5
            ),
            "log_odds": now - expected,
            "log_odds_error": error,
            "p_value": special.ndtr((now - expected) / error),
        }
    )
    return result.where((rest["all_now"] > 0) & (rest["all_before"] > 0))


def _logit(table: pd.DataFrame, when: str) -> tuple[pd.Series, pd.Series]:
    """Give a rate's log odds and their variance."""
    yes = table[f"yes_{when}"] + 0.5
    no = table[f"all_{when}"] - table[f"yes_{when}"] + 0.5
    return np.log(yes / no), 1 / yes + 1 / no
