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
