"""What each product's paid lines brought: GMV, refunds, and margin where its cost is known."""

from __future__ import annotations

import numpy as np
import pandas as pd

from shophelm.shop.calendar import Period
from shophelm.shop.paid_lines import paid_lines, refunded_lines
from shophelm.shop.ratios import as_floats
from shophelm.shop.tables import Tables

COLUMNS = ["gmv_paid", "units", "refunded", "unit_cost", "margin"]


def product_money(shop: Tables, period: Period) -> pd.DataFrame:
    """Add up the lines paid in a period.

    Returns
    -------
    DataFrame
        Indexed by product_id, those sold or listed: gmv_paid (of the lines, without freight),
        units, refunded (of these lines, by as_of; 0 without a refunds table), unit_cost, margin
        (after refunds; null where the cost is not known).

    Notes
    -----
    Goods are taken to come back, and to be sold again, in proportion to the money paid back: too
    kind where they spoil, too harsh where the goods stayed.
    """
    known = shop.has("refunds")
    lines = refunded_lines(shop, period) if known else paid_lines(shop, period)
    sums = {"gmv_paid": lines.paid_amount.sum(), "units": lines.quantity.sum()}
    if known:
        sums["refunded"] = lines.refunded.fill_null(0).sum()
    frame = shop.frame(lines.group_by("product_id").aggregate(**sums)).set_index("product_id")
    frame = frame.join(_costs(shop), how="outer").reindex(columns=COLUMNS).apply(as_floats)
    frame[["gmv_paid", "units", "refunded"]] = frame[["gmv_paid", "units", "refunded"]].fillna(0.0)
    kept = kept_share(frame)
    frame["margin"] = kept * (frame["gmv_paid"] - frame["units"] * frame["unit_cost"])
    return frame.sort_index().rename_axis("product_id")


def kept_share(money: pd.DataFrame) -> pd.Series:
    """Give the share of what was paid that was not paid back; 1 where nothing was paid."""
    paid = money["gmv_paid"].where(money["gmv_paid"] > 0)
    return (1 - money["refunded"] / paid).clip(lower=0.0).fillna(1.0)


def _costs(shop: Tables) -> pd.DataFrame:
    if not shop.has("products"):
        return pd.DataFrame({"unit_cost": np.array([])}, index=pd.Index([], dtype="str"))
    costs = shop["products"].select("product_id", "unit_cost")
    return shop.frame(costs).set_index("product_id")
