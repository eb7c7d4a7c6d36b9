"""What each customer's purchases come to: over the whole life, and over the last year."""

from __future__ import annotations

import ibis
import pandas as pd

from shophelm.shop.buyers import MONEY, order_money, order_worths
from shophelm.shop.calendar import YEAR_OF_WEEKS, last_days
from shophelm.shop.ratios import as_floats
from shophelm.shop.spans import inside
from shophelm.shop.tables import Tables, once_per_shop

YEAR = YEAR_OF_WEEKS.days
"""52 weeks, so that every week day is in it equally often."""


@once_per_shop
def customers(shop: Tables) -> ibis.Table:
    """Give what each customer who has ever paid bought, over its life and over the last year.

    Returns
    -------
    Table
        customer_id; over the whole life recency (days from the last payment to as_of), frequency
        (days with a payment: an order split in two is one purchase) and monetary (settled money:
        what was paid, with freight, less what was paid back); over the 364 days that end on as_of
        orders and settled, 0 for who bought nothing in them. Money is decimal. The engine keeps
        the table, since several questions ask for it.
    """
    orders = order_money(shop)
    days = orders.group_by("customer_id", "day").aggregate(
        orders=orders.count(), settled=orders.settled.sum().cast(MONEY)
    )
    now = _lately(shop, days.day)
    people = days.group_by("customer_id").aggregate(
        recency=ibis.literal(shop.as_of).delta(days.day.max(), unit="day"),
        frequency=days.count(),
        monetary=days.settled.sum().cast(MONEY),
        orders=now.ifelse(days.orders, 0).sum().cast("int64"),
        settled=now.ifelse(days.settled, 0).sum().cast(MONEY),
    )
    return people.cache()


def worths(shop: Tables) -> ibis.Table:
    """Give what each customer's orders of the last 364 days left behind: customer_id, worth."""
    orders = order_worths(shop)
    orders = orders.filter(_lately(shop, orders.day))
    return orders.group_by("customer_id").aggregate(worth=orders.worth.sum())


def share_of(parts: pd.Series) -> pd.Series:
    """Give each part's share of their sum; null where they come to nothing."""
    values = as_floats(parts)
    whole = values.sum()
    return values / (whole if whole > 0 else float("nan"))


def _lately(shop: Tables, day: ibis.Column) -> ibis.BooleanValue:
    return inside(day, last_days(shop.as_of, days=YEAR).every_day)
