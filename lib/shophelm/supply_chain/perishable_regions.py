"""Where goods that spoil may be sent: days on the way, what comes back, and what is earned."""

from __future__ import annotations

import numpy as np
import pandas as pd

from shophelm.actions import HORIZON_DAYS
from shophelm.methods.empirical_bayes import shrink_rates
from shophelm.supply_chain.perishable_facts import REGION_DAYS

TOO_OLD, LOSES = "arrives too old", "loses money"
REGIONS = [
    *("region", "demand_share", "orders", "transit_days", "parcel_cost", "life_left", "returned"),
    *("lines", "return_share", "return_low", "return_high", "refund_share", "margin_per_order"),
    *("margin_low", "margin_high", "ship", "why", "worth", "worth_low", "worth_high"),
]


def judged_regions(
    sales: pd.DataFrame, *, life: float, fresh_days: int, waste_per_unit: float
) -> pd.DataFrame:
    """Judge each region by the life its goods have left and by what an order to it earns.

    Parameters
    ----------
    sales
        As `perishable_facts.region_sales` gives it.
    life
        Days that the longest-lived product has left when it comes to the warehouse.
    fresh_days
        Days of life that goods must have left when they come to the customer.
    waste_per_unit
        Money wasted for each unit sold.

    Returns
    -------
    DataFrame
        `REGIONS`, in the order of `sales`: demand_share (of units), orders a year, transit_days,
        parcel_cost, life_left (days, of goods sent on the day they came), returned of lines,
        return_share (shrunk towards the other regions') with its 80% interval, refund_share (of
        the money), margin_per_order (after refunds and waste, and freight where parcel_cost is
        known) with the interval that the returned share's gives, ship, why (not), and worth with
        its interval: money saved over 28 days by not shipping. Without refunds what comes back is
        null, and margins are before it.

    Notes
    -----
    A region is left out only where the whole interval of its margin is below zero (nine chances
    in ten), or where nothing could arrive fresh. Goods that come back are taken to be lost.
    """
    frame = sales.assign(
        demand_share=sales["units"] / sales["units"].sum(),
        life_left=life - np.ceil(sales["transit_days"]),
        **_returned(sales),
    )
    back = _paid_back(sales) * frame[["return_share", "return_low", "return_high"]]
    frame["refund_share"] = back["return_share"]
    freight = (sales["parcel_cost"] - sales["freight"] / sales["orders"]).fillna(0)
    each = sales[["paid", "cost", "units"]].div(sales["orders"], axis=0)
    kept = each["paid"] - each["cost"] - freight - waste_per_unit * each["units"]
    for name, share in (("per_order", "share"), ("low", "high"), ("high", "low")):
        frame[f"margin_{name}"] = kept - each["paid"] * back[f"return_{share}"].fillna(0)
    old = frame["life_left"] < fresh_days
    loses = frame["margin_high"] < 0
    frame["ship"] = ~(old | loses)
    frame["why"] = np.select([old, loses], [TOO_OLD, LOSES], "")
    month = frame["orders"] * HORIZON_DAYS / REGION_DAYS
    for name, margin in (("", "per_order"), ("_low", "high"), ("_high", "low")):
        frame[f"worth{name}"] = (-frame[f"margin_{margin}"] * month).where(loses)
    return frame.rename_axis("region").reset_index()[REGIONS]


def _returned(sales: pd.DataFrame) -> dict[str, pd.Series]:
    names = ("return_share", "return_low", "return_high")
    if sales["returned"].isna().any() or len(sales) < 2:
        # without refunds nothing is known, and one region has no peers to be shrunk towards
        own = sales["returned"] / sales["lines"]
        return dict.fromkeys(names, own)
    rates = shrink_rates(sales.rename(columns={"returned": "yes", "lines": "trials"}))
    return dict(zip(names, (rates[c] for c in ("shrunk", "rate_low", "rate_high")), strict=True))


def _paid_back(sales: pd.DataFrame) -> float:
    """Give what a returned line is paid back of what an average line paid, in all regions."""
    returned, lines = sales["returned"].sum(), sales["lines"].sum()
    paid, refunded = sales["paid"].sum(), sales["refunded"].sum()
    return (refunded / returned) / (paid / lines) if returned and paid else 0.0
