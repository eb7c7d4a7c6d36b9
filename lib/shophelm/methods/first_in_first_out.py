"""Which of what came in was taken out: amounts matched in their order, owner by owner."""

from __future__ import annotations

import numpy as np
import pandas as pd


def matched(lots: pd.DataFrame, uses: pd.DataFrame) -> pd.DataFrame:
    """Match what was taken out to what came in, the first of either first.

    Parameters
    ----------
    lots, uses
        owner (whole numbers, rising) and amount (whole numbers above 0), one row per amount that
        came in, or was taken out; an owner's rows stand in the order in which they are matched.

    Returns
    -------
    DataFrame
        One row per piece: lot and use (positions of the rows; use is −1 for what is left, lot is
        −1 for what was taken and never came in) and amount. The pieces of a lot add up to it, and
        so do those of a use.

    Notes
    -----
    Amounts are laid end to end, lots on one line and uses on another, each owner beginning at the
    same place on both; every end on either line cuts a piece. No loop over owners.
    """
    size = max((int(f["owner"].max()) + 1 for f in (lots, uses) if len(f)), default=0)
    sums = [np.bincount(f["owner"], f["amount"], size).astype(np.int64) for f in (lots, uses)]
    longest = np.maximum(*sums)
    begins = np.cumsum(longest) - longest
    lines = [_ends(f, total, begins) for f, total in zip((lots, uses), sums, strict=True)]
    # sorted runs, which a stable sort merges
    cuts = np.sort(np.concatenate([begins, [longest.sum()], *lines]), kind="stable")
    lengths = np.diff(cuts)
    starts, lengths = cuts[:-1][lengths > 0], lengths[lengths > 0]
    lot, use = (_lying_over(f, line, starts) for f, line in zip((lots, uses), lines, strict=True))
    there = (lot >= 0) | (use >= 0)
    return pd.DataFrame({"lot": lot[there], "use": use[there], "amount": lengths[there]})


def _ends(rows: pd.DataFrame, totals: np.ndarray, begins: np.ndarray) -> np.ndarray:
    """Give the place on the line at which each amount ends."""
    owner = rows["owner"].to_numpy(dtype=np.int64)
    before = np.cumsum(totals) - totals
    return np.cumsum(rows["amount"].to_numpy(dtype=np.int64)) + (begins - before)[owner]


def _lying_over(rows: pd.DataFrame, ends: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Give the row whose amount covers each piece; −1 for none."""
    if not len(rows):
        return np.full(len(starts), -1)
    row = np.searchsorted(ends, starts, side="right")
    inside = np.minimum(row, len(ends) - 1)
    covers = (row < len(ends)) & (ends[inside] - rows["amount"].to_numpy()[inside] <= starts)
    return np.where(covers, row, -1)
