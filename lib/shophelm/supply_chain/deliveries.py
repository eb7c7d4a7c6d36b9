"""What was ordered from suppliers and when it came, counted by how long it took."""

from __future__ import annotations

from datetime import timedelta

import ibis
import numpy as np
import pandas as pd

from shophelm.methods.survival import kaplan_meier
from shophelm.shop.ratios import as_floats
from shophelm.shop.tables import Tables

YEAR = 364
"""Suppliers change: orders of the last so many days tell what to expect of them."""
COLUMNS = ["supplier_id", "promised_days", "wait_days", "age_days", "arrived", "full"]


def deliveries(shop: Tables, *, days: int = YEAR) -> pd.DataFrame:
    """Count deliveries by supplier, promise, wait and age.

    A delivery is what came of one purchase order in one day, however many products. What is still
    open waits with as many days as have passed; what is dated before its order is left out.

    Parameters
    ----------
    shop
        No rows without purchase orders.
    days
        Only orders of the last so many days.

    Returns
    -------
    DataFrame
        supplier_id, promised_days, wait_days, age_days (since the order), arrived, full (all units
        of it came), deliveries, ordered and received (units; received 0 while open).
    """
    if not shop.has("purchase_orders"):
        return pd.DataFrame(columns=[*COLUMNS, "deliveries", "ordered", "received"])
    lines = shop["purchase_orders"]
    lines = lines.filter(lines.ordered_on > ibis.literal(shop.as_of - timedelta(days=days)))
    came = ibis.ifelse(
        lines.received_on.notnull(), ibis.coalesce(lines.received_quantity, lines.quantity), 0
    )
    together = lines.group_by(
        "supplier_id", "po_id", "ordered_on", "promised_on", "received_on"
    ).aggregate(
        ordered=lines.quantity.sum(),
        received=came.sum(),
        full=(came >= lines.quantity).all(),
    )
    day = ibis.literal(shop.as_of)
    waits = together.mutate(
        promised_days=together.promised_on.delta(together.ordered_on, unit="day"),
        wait_days=ibis.coalesce(together.received_on, day).delta(together.ordered_on, unit="day"),
        age_days=day.delta(together.ordered_on, unit="day"),
        arrived=together.received_on.notnull(),
    )
    waits = waits.filter(waits.wait_days >= 0)
    counts = waits.group_by(COLUMNS).aggregate(
        deliveries=waits.count(), ordered=waits.ordered.sum(), received=waits.received.sum()
    )
    frame = shop.frame(counts.order_by(COLUMNS))
    numbers = frame.columns.difference(["supplier_id", "arrived", "full"])
    return frame.assign(**{n: as_floats(frame[n]) for n in numbers})


def spread(waits: np.ndarray, arrived: np.ndarray, times: np.ndarray) -> pd.Series:
    """Give the distribution of waits, those still going on counted as longer (Kaplan & Meier).

    Parameters
    ----------
    waits
        Days of each; negative where they are days late.
    arrived
        Whether it is over.
    times
        How many waits each stands for.

    Returns
    -------
    Series
        Probability by days, ascending; what outlasts every wait that is over stands at the longest
        seen, so that means and quantiles are rather too short there.
    """
    counts = pd.DataFrame(
        {"happened": np.where(arrived, times, 0), "unfinished": np.where(arrived, 0, times)},
        index=waits,
    )
    share = kaplan_meier(counts)["share"]
    share.iloc[-1] = 1.0
    mass = share.diff().fillna(share.iloc[0])
    return mass[mass > 0]


def moments(mass: pd.Series) -> tuple[float, float]:
    """Give mean and standard deviation of a distribution as `spread` gives it."""
    days = mass.index.to_numpy(dtype=float)
    mean = float((days * mass).sum())
    return mean, float(np.sqrt((np.square(days - mean) * mass).sum()))
