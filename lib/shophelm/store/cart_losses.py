"""What carts left behind cost: rates beside the usual ones, orders and money lost."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

from shophelm.methods.proportions import wilson
from shophelm.store.cart_usual import MONTH

_TENTH = float(special.ndtri(0.9))
"""Standard errors on either side of a mean that hold 80 %."""


def with_rates(products: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Add counts, and rates since the break beside the usual one, the category's and the shop's.

    Parameters
    ----------
    products, cells
        As `Carts` holds them, the cells with after and usual.
    """
    late = cells[cells["after"]].assign(
        expected=lambda t: t["carts"] * special.expit(t["usual"]), one=1
    )
    whole = cells.groupby("number")[["carts", "bought"]].sum()
    since = late.groupby("number")[["carts", "bought", "expected"]].sum()
    frame = products.join(whole).assign(left=lambda t: t["carts"] - t["bought"])
    since = since.reindex(frame.index)
    ends = wilson(since["bought"].fillna(0), since["carts"].fillna(0), level=0.8)
    frame[["rate", "rate_low", "rate_high"]] = ends.to_numpy()
    frame["rate_usual"] = since["expected"] / since["carts"]
    frame["left_beyond"] = (since["expected"] - since["bought"]).where(frame["found"])
    days = cells.groupby("day_number")[["carts", "bought"]].sum()
    grouped = cells.assign(group=frame["group"].to_numpy()[cells["number"]])
    of_group = grouped.groupby(["group", "day_number"])[["carts", "bought"]].sum()
    for n, own in late.groupby("number"):
        here = own["day_number"]
        frame.loc[n, "rate_shop"] = _others(days.loc[here], own)
        same = of_group.loc[frame["group"][n]].loc[here]
        frame.loc[n, "rate_category"] = _others(same, own)
    return frame


def _others(days: pd.DataFrame, own: pd.DataFrame) -> float:
    """Give the rate of the others' carts on a product's days, each day weighed by its carts."""
    carts = days["carts"].to_numpy() - own["carts"].to_numpy()
    bought = days["bought"].to_numpy() - own["bought"].to_numpy()
    weight = own["carts"].to_numpy() * (carts > 0)
    if not weight.sum():
        return np.nan
    # two of a product's days may be few: sums of weighted days, not means of their rates
    return float((weight * bought).sum() / (weight * carts).sum())


def with_losses(
    products: pd.DataFrame, cells: pd.DataFrame, per_order: pd.DataFrame, *, last: int
) -> pd.DataFrame:
    """Add what found products lose in 28 days, at the pace of the last 28 that are settled.

    Parameters
    ----------
    products, cells
        As `Carts` holds them, with what fell.
    per_order
        As `worth_per_order` gives it.
    last
        The last day number with settled carts.
    """
    month = cells[cells["day_number"] > last - MONTH]
    gap = {"": "fall", "_low": "fall_high", "_high": "fall_low"}
    by_peers = products["by"] == "peers"
    error = _TENTH * products["level_error"]
    level = {"": products["level_gap"], "_low": products["level_gap"] + error,
             "_high": products["level_gap"] - error}  # fmt: skip
    of_product = per_order.reindex(products["product_id"])
    products["paid_per_order"] = of_product["paid"].to_numpy()
    products["worth_per_order"] = of_product["worth"].to_numpy()
    pace = month.groupby("number")["carts"].sum().reindex(products.index, fill_value=0)
    products["carts_per_day"] = pace / MONTH
    carts, usual = month["carts"], month["usual"]
    for end, name in gap.items():
        moved = products[name].mask(by_peers, level[end]).to_numpy()[month["number"]]
        short = carts * (special.expit(usual) - special.expit(usual + moved))
        lost = short.groupby(month["number"]).sum().reindex(products.index, fill_value=0.0)
        products[f"lost_month{end}"] = lost.where(products["found"])
        products[f"lost_worth{end}"] = products[f"lost_month{end}"] * products["worth_per_order"]
    return products
