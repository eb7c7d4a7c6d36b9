"""What each customer's purchases come to: over the whole life, and over the last year."""

from __future__ import annotations

import ibis
import pandas as pd

from shophelm.shop.buyers import buyers, order_worths
from shophelm.shop.calendar import YEAR_OF_WEEKS, last_days
from shophelm.shop.definitions import as_floats
from shophelm.shop.spans import inside
from shophelm.shop.tables import Tables

YEAR = YEAR_OF_WEEKS.days
"""52 weeks, so that every week day is in it equally often."""


def lifetimes(shop: Tables) -> ibis.Table:
    """Give each customer's recency, frequency and monetary value over its whole life.

    Returns
    -------
    Table
        customer_id, recency (days from the last payment to as_of), frequency (days with a
        payment: an order split in two is one purchase), monetary (settled money: what was paid,
        with freight, less what was paid back; decimal).
    """
    every = buyers(shop)
    return every.select(
        "customer_id",
        recency=ibis.literal(shop.as_of).delta(every.last_day, unit="day"),
        frequency="purchases",
        monetary="settled",
    )


def year(shop: Tables) -> ibis.Table:
    """Add up what each customer who has ever paid bought in the 364 days that end on as_of.

    Returns
    -------
    Table
        customer_id, orders, settled, worth (decimal; see `shop.buyers.order_worths`): 0 for who
        bought nothing in that time.
    """
    orders = order_worths(shop)
    now = inside(orders.day, last_days(shop.as_of, days=YEAR).every_day)
    sums = {name: now.ifelse(orders[name], 0).sum() for name in ("settled", "worth")}
    return orders.group_by("customer_id").aggregate(orders=now.cast("int64").sum(), **sums)


def share_of(parts: pd.Series) -> pd.Series:
    """Give each part's share of their sum; null where they come to nothing."""
    values = as_floats(parts)
    whole = values.sum()
    return values / (whole if whole > 0 else float("nan"))
