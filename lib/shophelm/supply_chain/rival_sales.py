"""How rivals' sales move, beside each of the shop's products."""

from __future__ import annotations

import numpy as np
import pandas as pd

from shophelm.shop.calendar import Period
from shophelm.shop.ratios import as_floats
from shophelm.shop.tables import Tables

_NOW, _USUAL = 7, 56


def rival_sales(
    shop: Tables, products: pd.Index, category: pd.Series, period: Period
) -> np.ndarray | None:
    """Give the last week's sales of a product's rivals over those of their last eight weeks.

    Parameters
    ----------
    shop
        Reads rivals: sales_index, or monthly_sales where no index is shown.
    products, category
        The shop's products; one without matched rivals is held beside its whole category's.
    period
        The days.

    Returns
    -------
    ndarray
        Products × days, NaN where nothing is known; None for a shop without rivals' sales.
    """
    shown = next((c for c in ("sales_index", "monthly_sales") if shop.has(f"rivals.{c}")), None)
    if shown is None:
        return None
    rows = shop["rivals"].select("day", "rival_id", "category", "matched_product_id", sales=shown)
    frame = shop.frame(rows)
    by_rival = frame.assign(sales=as_floats(frame["sales"])).pivot_table(
        index="rival_id", columns="day", values="sales"
    )
    moved = _move(by_rival.reindex(columns=period.every_day))
    about = frame.drop_duplicates("rival_id").set_index("rival_id").reindex(moved.index)
    own = moved.groupby(about["matched_product_id"]).mean().reindex(products)
    theirs = moved.groupby(about["category"]).mean().reindex(category)
    return np.where(own.isna(), theirs.to_numpy(), own.to_numpy())


def _move(sales: pd.DataFrame) -> pd.DataFrame:
    days = sales.T.ffill()
    usual = days.rolling(_USUAL, min_periods=_NOW).mean()
    return (days.rolling(_NOW, min_periods=1).mean() / usual.where(usual > 0)).T
