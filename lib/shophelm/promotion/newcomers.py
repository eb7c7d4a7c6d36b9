"""Who paid for the first time, and since when that can be told."""

from __future__ import annotations

from datetime import date, timedelta

import ibis

from shophelm.shop.sales import paid_orders
from shophelm.shop.tables import Tables

HALF_A_YEAR = timedelta(days=182)
"""Who pays first in the first half year of a shop's tables may well have paid before them."""


def newcomers_from(shop: Tables) -> date:
    """Give the first day of which newcomers can be told from customers who had bought before."""
    return shop.first_day + HALF_A_YEAR


def first_payments(shop: Tables) -> ibis.Table:
    """Give each known customer's first payment in the shop's tables.

    Returns
    -------
    Table
        customer_id, first_paid (time), first_day and sure (whether it is taken for the customer's
        first of all: it lies half a year or more after the tables begin).
    """
    orders = paid_orders(shop).filter(lambda t: t.customer_id.notnull())
    firsts = orders.group_by("customer_id").aggregate(
        first_paid=orders.paid_at.min(), first_day=orders.day.min()
    )
    return firsts.mutate(sure=firsts.first_day >= ibis.literal(newcomers_from(shop)))
