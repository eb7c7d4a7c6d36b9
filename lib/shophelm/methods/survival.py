"""How long until it happens, when for many it has not happened yet."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special


def kaplan_meier(counts: pd.DataFrame, *, confidence: float = 0.95) -> pd.DataFrame:
    """Estimate the share to whom it has happened by each time, from happened and unfinished waits.

    Parameters
    ----------
    counts
        Indexed by waiting time: happened (waits that ended so) and unfinished (waits still going
        on after that time when they were last seen).
    confidence
        Of the pointwise intervals.

    Returns
    -------
    DataFrame
        Indexed by time, ascending: at_risk (waits at least that long), share, share_low,
        share_high. An interval is null while the share is 0 or once it is 1.

    Notes
    -----
    Kaplan & Meier 1958, with Greenwood's variance on the log(−log) scale. Misleads where who is
    still waiting differs from who was seen to the end: where habits change between cohorts.
    """
    table = counts[["happened", "unfinished"]].groupby(level=0).sum().sort_index().astype("float64")
    at_risk = table.sum(axis=1)[::-1].cumsum()[::-1]
    waiting = (1 - table["happened"] / at_risk).cumprod()
    left = at_risk - table["happened"]
    variance = (table["happened"] / (at_risk * left.where(left > 0))).cumsum()
    inside = waiting.where((waiting > 0) & (waiting < 1))
    width = special.ndtri(0.5 + confidence / 2) * np.sqrt(variance) / np.log(inside).abs()
    return pd.DataFrame(
        {
            "at_risk": at_risk,
            "share": 1 - waiting,
            "share_low": 1 - inside ** np.exp(-width),
            "share_high": 1 - inside ** np.exp(width),
        }
    )


def share_by(curve: pd.DataFrame, time: float) -> pd.Series:
    """Give the curve's share, share_low and share_high by a time; null where none waited so long.

    Parameters
    ----------
    curve
        As `kaplan_meier` gives it.
    time
        From 0.
    """
    names = ["share", "share_low", "share_high"]
    if not len(curve) or curve.index.max() < time:
        return pd.Series(np.nan, index=names)
    reached = curve.loc[curve.index <= time, names]
    return reached.iloc[-1] if len(reached) else pd.Series([0.0, np.nan, np.nan], index=names)


def reached_by(curve: pd.DataFrame, share: float) -> float:
    """Give the time by which a share has been reached; NaN where it has not.

    Parameters
    ----------
    curve
        As `kaplan_meier` gives it.
    share
        .5 for the median.
    """
    there = curve.index[curve["share"] >= share]
    return float(there[0]) if len(there) else np.nan


def log_rank(counts: pd.DataFrame, others: pd.DataFrame) -> float:
    """Give the probability of so different waits of two groups by chance (log-rank test).

    Parameters
    ----------
    counts, others
        As `kaplan_meier` takes them, one for each group.

    Returns
    -------
    float
        The two-sided p-value (Mantel 1966, with the hypergeometric variance); NaN where nothing
        can be told. Misleads where the curves cross.
    """
    both = pd.concat([counts, others], keys=["one", "other"]).groupby(level=[1, 0]).sum()
    table = both.unstack(fill_value=0).sort_index().astype("float64")
    at_risk = (table["happened"] + table["unfinished"])[::-1].cumsum()[::-1]
    events, n = table["happened"].sum(axis=1), at_risk.sum(axis=1)
    share = at_risk["one"] / n
    spread = events * share * (1 - share) * (n - events) / (n - 1).where(n > 1)
    if not spread.sum() > 0:
        return np.nan
    gap = (table["happened"]["one"] - events * share).sum()
    return float(special.chdtrc(1, gap**2 / spread.sum()))
