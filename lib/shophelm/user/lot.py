"""Was the lot fair: are the arms as large as planned, and alike before the grant?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from shophelm.methods.two_sample import difference
from shophelm.user.grants import arm, both_arms

ORIGIN = "acquired_by"
BEFORE = ("recency", "frequency", "spend", "tenure")


def lots(cells: pd.DataFrame, *, planned_share: float = 0.0) -> pd.DataFrame:
    """Check each coupon's lot.

    Parameters
    ----------
    cells
        As `grants.arm_sums` gives them by acquired_by, of coupons with a hold-out.
    planned_share
        As in `holdouts.holdouts`.

    Returns
    -------
    DataFrame
        Indexed by coupon_id: split_p (chi-square of the arms' sizes), balance_p (the smallest
        chance of arms so unlike in one thing, times the things looked at), unlike (that thing).
    """
    given, held = both_arms(cells)
    n, out = given["customers"], held["customers"]
    share = planned_share or out.sum() / max((n + out).sum(), 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = (out - share * (n + out)) ** 2 / ((n + out) * share * (1 - share))
    frame = pd.DataFrame({"split_p": stats.chi2.sf(distance, 1)}, index=n.index)
    chances = {
        name: difference(arm(given, name), arm(held, name))["p_value"].to_numpy() for name in BEFORE
    }
    chances[ORIGIN] = [_origins(cells[cells["coupon_id"] == coupon]) for coupon in n.index]
    each = pd.DataFrame(chances, index=n.index).astype("float64")
    looked_at = each.notna().sum(axis=1)
    frame["balance_p"] = (each.min(axis=1) * looked_at).clip(upper=1)
    frame["unlike"] = [row.idxmin() if row.notna().any() else None for _, row in each.iterrows()]
    return frame


def _origins(cells: pd.DataFrame) -> float:
    """Give the chance that the arms' customers come from such unlike places."""
    table = cells.pivot_table(
        index=ORIGIN, columns="held_out", values="customers", aggfunc="sum", fill_value=0
    )
    if len(table) < 2 or table.shape[1] < 2:
        return np.nan
    return float(stats.chi2_contingency(table, correction=False).pvalue)
