"""Hours in which too few of those who could went on: a scan over windows of several lengths."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special, stats

LENGTHS = (1, 2, 3, 4, 5, 6, 7, 8, 12)
LOOK_BACK_DAYS = 28
WARM_UP_DAYS = 7
HOURS = 24
TRIALS = 24
"""Windows of a day overlap so much that they count as one for each hour."""


def fallen_windows(
    done: np.ndarray, could: np.ndarray, *, false_alarms: float, days: float = 30
) -> pd.DataFrame:
    """Find the windows of hours in which fewer went on than chance allows.

    The share who go on is that of the four weeks before the window's day. Of overlapping windows
    of a day the most striking stands.

    Parameters
    ----------
    done, could
        Per hour, from the first hour of a day on: how many went on, of how many.
    false_alarms
        Days with a false alarm that are borne in `days` days.

    Returns
    -------
    DataFrame
        start, hours (its first hour's number and its length), could, done, expected, p_value (of
        the day: 24 times the window's own). In order of start.

    Notes
    -----
    A scan statistic (Naus 1965) with a beta-binomial tail per window: the share of those who go on
    differs from day to day by more than chance. The level is held by counting the many windows of
    a day as one for each hour, which simulation shows to be enough.
    """
    level = false_alarms / days
    windows = pd.concat([_windows(done, could, n) for n in LENGTHS], ignore_index=True)
    # the beta-binomial tail is dear, and never below the binomial one
    windows = windows[windows["p_value"] <= level].reset_index(drop=True)
    windows["p_value"] = _between_days(windows, done, could)
    windows = windows[windows["p_value"] <= level]
    order = ["deviance", "hours", "start"]
    windows = windows.sort_values(order, ascending=[False, True, True], ignore_index=True)
    taken, kept = np.zeros(len(done), dtype=bool), []
    for w in windows.itertuples():
        if not taken[w.start : w.start + w.hours].any():
            # what touches it is its edge, not another incident
            taken[max(0, w.start - HOURS // 2) : w.start + w.hours + HOURS // 2] = True
            kept.append(w.Index)
    return windows.loc[kept].drop(columns="deviance").sort_values("start", ignore_index=True)


def _between_days(windows: pd.DataFrame, done: np.ndarray, could: np.ndarray) -> np.ndarray:
    """Give the windows' chances where the share differs from day to day as it did before."""
    daily = [a[: len(a) // HOURS * HOURS].reshape(-1, HOURS).sum(axis=1) for a in (done, could)]
    chances = []
    for w in windows.itertuples():
        day = w.start // HOURS
        did, able = (d[max(0, day - LOOK_BACK_DAYS) : day] for d in daily)
        alike = _alikeness(did[able > 0], able[able > 0], w.expected / w.could)
        share = w.expected / w.could
        tail = stats.betabinom.cdf(w.done, w.could, share * alike, (1 - share) * alike)
        chances.append(min(1.0, TRIALS * float(tail)))
    return np.array(chances)


def _alikeness(done: np.ndarray, could: np.ndarray, share: float) -> float:
    """Give the size of the beta distribution of daily shares; large where days are alike."""
    spread = (done - could * share) ** 2 / np.maximum(could * share * (1 - share), 1e-9)
    # within[0, 1]: how far two people of a day are alike
    within = (spread.mean() - 1) / max(could.mean() - 1, 1e-9)
    return 1 / min(max(within, 1e-4), 0.5) - 1


def _windows(done: np.ndarray, could: np.ndarray, hours: int) -> pd.DataFrame:
    sums = [np.concatenate([[0], np.cumsum(a)]) for a in (done, could)]
    start = np.arange(max(0, len(done) - hours + 1))
    did, able = (s[start + hours] - s[start] for s in sums)
    # the share of the weeks up to the day on which the window begins
    upto = start // HOURS * HOURS
    since = np.maximum(upto - LOOK_BACK_DAYS * HOURS, 0)
    before, of = (s[upto] - s[since] for s in sums)
    share = np.minimum((before + 1) / (of + 2), 1)
    due = able * share
    # chances of many people are all zero: the deviance still tells them apart
    deviance = 2 * (special.rel_entr(did, due) + special.rel_entr(able - did, able - due))
    p_value = np.minimum(TRIALS * stats.binom.cdf(did, able, share), 1)
    p_value[upto < WARM_UP_DAYS * HOURS] = 1
    return pd.DataFrame(
        {
            "start": start,
            "hours": hours,
            "could": able,
            "done": did,
            "expected": due,
            "deviance": deviance,
            "p_value": p_value,
        }
    )
