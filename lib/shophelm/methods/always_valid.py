"""Intervals that hold on all days at once, for who looks at a running trial every day."""

from __future__ import annotations

import numpy as np
import pandas as pd

from shophelm.methods.two_sample import Numbers

SHARPEST_AT = 5_000


def always_valid(
    estimate: Numbers,
    error: Numbers,
    people: Numbers,
    *,
    level: float = 0.95,
    sharpest_at: float = SHARPEST_AT,
) -> pd.DataFrame:
    """Widen intervals so that they may be looked at every day (asymptotic confidence sequence).

    Parameters
    ----------
    estimate, error
        An effect, of either kind, and its standard error, as `two_sample` gives them.
    people
        People in both arms together.
    level
        Probability that the interval holds the effect on every day of the trial.
    sharpest_at
        The number of people at which the interval is to be narrowest against a fixed one. Set
        before the trial, at about the people by whom one hopes to have decided; far from it the
        interval is wider than need be, never wrong.

    Returns
    -------
    DataFrame
        low, high, p_value (always valid, too). Null where the error is.

    Notes
    -----
    Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas (2021), "Time-uniform central limit theory and
    asymptotic confidence sequences", eq. 9 for the tuning, as gbstats uses them. Asymptotic: on a
    trial's first days, with a handful of outcomes, it promises too much. A trial that is read out
    once, at its planned end, has a narrower interval.
    """
    estimate, error, n = (
        np.atleast_1d(np.asarray(a, dtype="float64")) for a in (estimate, error, people)
    )
    alpha = 1 - level
    odds = -2 * np.log(alpha)
    mixing = n * (odds + np.log(odds + 1)) / sharpest_at
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        reach = error * np.sqrt((mixing + 1) / mixing * (np.log(mixing + 1) - 2 * np.log(alpha)))
        evidence = (estimate / error) ** 2 * mixing / (mixing + 1) / 2 - np.log(mixing + 1) / 2
        p_value = np.exp(np.minimum(-evidence, 0))
    known = error > 0
    return pd.DataFrame(
        {
            "low": estimate - reach,
            "high": estimate + reach,
            "p_value": np.where(known, p_value, np.nan),
        }
    )
