"""What the deposits paid so far say of the burst."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from shophelm.methods.peak_multiples import peak_multiples
from shophelm.shop.campaigns import Campaign
from shophelm.shop.ratios import as_floats
from shophelm.shop.tables import Tables
from shophelm.supply_chain.hidden_demand import Demand
from shophelm.supply_chain.peak_calendar import Peak


def deposit_units(
    shop: Tables, peak: Peak, wanted: Demand, group: np.ndarray, off: float
) -> pd.DataFrame:
    """Expect the burst from the deposits paid by now.

    Parameters
    ----------
    shop
        Without presales all is zero or null.
    peak, wanted, group
        The campaigns, the demand, and the number of each product's category.
    off
        How far a peak stands off what the one before says, see `peak_repeats`.

    Returns
    -------
    DataFrame
        By product: units (with a deposit paid by now), kept (of them; those whose balance is to be
        expected, by last year's unpaid share), burst (units the burst should bring: last year's
        burst per unit with a deposit paid as long before it, drawn to the category's) and variance
        (of its logarithm). Null burst where no deposit is paid, or none was last year.
    """
    rows = _deposits(shop)
    ahead = peak.now.burst_from - shop.as_of
    paid = _units(rows, peak.now, ahead, wanted.products)
    before = _units(rows, peak.before, ahead, wanted.products)
    all_then = _units(rows, peak.before, timedelta(0), wanted.products)
    balanced = rows[rows["balance_paid"]]
    balance = _units(balanced, peak.before, timedelta(0), wanted.products)
    kept = balance.sum() / all_then.sum() if all_then.sum() else 1.0
    burst = _burst(wanted, peak.before)
    with_deposit = before > 0
    ratio, variance = peak_multiples(
        np.where(with_deposit, burst, 0.0), before, before, group=group
    )
    known = (paid > 0) & (before.sum() > 0)
    return pd.DataFrame(
        {
            "units": paid,
            "kept": paid * kept,
            "burst": np.where(known, paid * ratio, np.nan),
            "variance": variance + 1 / np.maximum(paid, 1) + off**2,
        },
        index=wanted.products,
    )


def unpaid_share(shop: Tables, campaign: Campaign) -> float:
    """Give the share of a campaign's units with a deposit whose balance was never paid."""
    rows = _deposits(shop)
    rows = rows[_before(rows, campaign, timedelta(0))]
    return float(1 - rows.loc[rows["balance_paid"], "units"].sum() / rows["units"].sum())


def _deposits(shop: Tables) -> pd.DataFrame:
    """Give units by product, day of deposit, first day of the balance, and whether it was paid."""
    names = ["product_id", "day", "due", "units", "balance_paid"]
    if not shop.has("presales", "order_lines"):
        return pd.DataFrame(columns=names).astype({"units": float, "balance_paid": bool})
    sales = shop["presales"]
    sales = sales.select(
        "order_id",
        day=sales.deposit_paid_at.date(),
        due=sales.balance_due_from.date(),
        balance_paid=sales.balance_paid_at.notnull(),
    )
    lines = shop["order_lines"].select("order_id", "product_id", "quantity")
    joined = lines.inner_join(sales, "order_id")
    sums = joined.group_by("product_id", "day", "due", "balance_paid").aggregate(
        units=joined.quantity.sum()
    )
    frame = shop.frame(sums)
    return frame.assign(units=as_floats(frame["units"]))[names]


def _before(rows: pd.DataFrame, campaign: Campaign, ahead: timedelta) -> pd.Series:
    """Tell a campaign's deposits that were paid by so long before its burst."""
    last: date = campaign.burst_from - ahead
    return rows["due"].between(campaign.warmup_from, campaign.ends_on) & (rows["day"] <= last)


def _units(
    rows: pd.DataFrame, campaign: Campaign, ahead: timedelta, products: pd.Index
) -> np.ndarray:
    here = rows[_before(rows, campaign, ahead)]
    return here.groupby("product_id")["units"].sum().reindex(products, fill_value=0.0).to_numpy()


def _burst(wanted: Demand, campaign: Campaign) -> np.ndarray:
    at = [(d - wanted.period.first).days for d in campaign.days_of("burst")]
    return np.nan_to_num(wanted.demand[:, at]).sum(axis=1)
