"""Paid order lines, and what was paid back for each."""

from __future__ import annotations

import ibis

from shophelm.shop.calendar import Period
from shophelm.shop.sales import paid_orders, share_of_order
from shophelm.shop.spans import inside
from shophelm.shop.tables import Tables


def paid_lines(shop: Tables, period: Period) -> ibis.Table:
    """Give the lines, in order_lines' columns, of the orders paid in a period."""
    orders = paid_orders(shop)
    orders = orders.filter(inside(orders.day, period.every_day)).select("order_id")
    return shop["order_lines"].semi_join(orders, "order_id")


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
