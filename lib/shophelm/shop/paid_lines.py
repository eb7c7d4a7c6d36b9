"""Paid order lines, and what was paid back for each."""

from __future__ import annotations

import ibis
import numpy as np

from shophelm.shop.calendar import Period
from shophelm.shop.sales import paid, share_of_order
from shophelm.shop.spans import inside
from shophelm.shop.tables import Tables
from shophelm.timing import timed


def paid_lines(shop: Tables, period: Period) -> ibis.Table:
    """Give the lines, in order_lines' columns, of the orders paid in a period."""
    return shop["order_lines"].semi_join(_orders_of(shop, period), "order_id")


def _orders_of(shop: Tables, period: Period) -> ibis.Table:
    orders = paid(shop)
    return orders.filter(inside(orders.day, period.every_day)).select("order_id")


def paid_baskets(shop: Tables, period: Period) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give what was in the orders paid in a period, as numbers, which the engine gives out.

    Returns
    -------
    tuple
        One entry per order line: the order's number and the product's number; then the products'
        ids, sorted, which that one counts through.
    """
    lines = shop["order_lines"].select("order_id", "product_id")
    orders = _orders_of(shop, period).mutate(basket=ibis.row_number())
    products = lines.select("product_id").distinct()
    products = products.mutate(product=ibis.row_number().over(order_by="product_id"))
    rows = lines.inner_join(orders, "order_id").inner_join(products, "product_id")
    with timed("queries"):
        held = rows.select("basket", "product").to_pyarrow()
        names = products.order_by("product").to_pyarrow()["product_id"].to_pylist()
    basket, product = (held[c].to_numpy() for c in ("basket", "product"))
    return basket, product, np.array(names, dtype=object)


def refunded_lines(shop: Tables, period: Period) -> ibis.Table:
    """Give the lines of the orders paid in a period.

    Parameters
    ----------
    shop
        Needs order_lines and refunds.
    period
        The days of payment.

    Returns
    -------
    Table
        order_lines' columns, and: returned (there is a refund of the line, or of the whole order
        where the line is not known) and refunded (money; a refund of the whole order is its lines'
        in proportion to what they paid, at most what is left of that; 0 where none).
    """
    lines = paid_lines(shop, period)
    refunds = shop["refunds"]
    own = refunds.filter(refunds.line_no.notnull()).group_by("order_id", "line_no")
    own = own.aggregate(own=lambda t: t.amount.sum())
    whole = refunds.filter(refunds.line_no.isnull()).group_by("order_id")
    whole = whole.aggregate(whole=lambda t: t.amount.sum())
    columns = lines.columns
    lines = lines.left_join(own, ["order_id", "line_no"]).select(*columns, "own")
    lines = lines.left_join(whole, "order_id").select(*columns, "own", "whole")
    share = (lines.whole.cast("float64") * share_of_order(lines)).fill_null(0.0)
    own_part = lines.own.fill_null(0)
    part = ibis.least(share.cast(lines.paid_amount.type()), lines.paid_amount - own_part)
    return lines.mutate(
        returned=lines.own.notnull() | lines.whole.notnull(),
        refunded=own_part + ibis.greatest(part, 0),
    ).drop("own", "whole")
