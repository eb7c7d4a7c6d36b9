"""Who has bought: what each order left behind, and each customer's purchases added up."""

from __future__ import annotations

import ibis

from shophelm.shop.ratios import as_floats
from shophelm.shop.sales import paid_orders
from shophelm.shop.tables import Tables, once_per_shop

MONEY = "decimal(18, 4)"
ENOUGH = 0.8
"""The share of the goods' money whose cost must be known for margins to be spoken of."""


def worth_in(shop: Tables) -> str:
    """Say in what customers are valued: `margin`, or `gmv` where too few costs are known."""
    return "gmv" if _cost_share(shop) is None else "margin"


def order_money(shop: Tables) -> ibis.Table:
    """Give what each paid order of a known customer paid.

    Returns
    -------
    Table
        order_id, customer_id, day (of payment), paid (with freight) and settled (paid less what was
        paid back by as_of), both decimal. Cheaper than `order_worths`, which reads every line.
    """
    return _settled(shop).drop("goods")


def order_worths(shop: Tables) -> ibis.Table:
    """Give what each paid order of a known customer left behind.

    Returns
    -------
    Table
        order_id, customer_id, day (of payment), paid (with freight), settled (paid less what was
        paid back by as_of) and worth, all decimal. Worth is the contribution margin after refunds:
        the goods' money without freight, less refunds, less the cost of what was kept. Where
        `worth_in` says gmv, it is the settled money.

    Notes
    -----
    Goods are taken to come back, and to be sold again, in proportion to the money paid back: too
    kind where they spoil, too harsh where money was paid back and the goods stayed. An order none
    of whose goods has a known cost gets the shop's mean cost share.
    """
    orders = _settled(shop)
    usual = _cost_share(shop)
    if usual is None:
        return orders.mutate(worth=orders.settled).drop("goods")
    costs = _order_costs(shop)
    costs = costs.select("order_id", share=costs.cost.cast("float64") / costs.paid.nullif(0))
    both = orders.left_join(costs, "order_id").drop("order_id_right")
    kept = 1 - both.share.fill_null(usual)
    worth = (both.goods.cast("float64") * kept).round(4).cast(MONEY)
    return both.mutate(worth=worth).drop("goods", "share")


def buyers(shop: Tables) -> ibis.Table:
    """Add up the purchases of each customer who has paid.

    Returns
    -------
    Table
        customer_id, first_day, last_day (of payment), purchases (days with a payment: an order
        split in two is one purchase), orders, paid, settled, worth (decimal; see `order_worths`).
    """
    orders = order_worths(shop)
    days = orders.group_by("customer_id", "day").aggregate(
        orders=orders.count(),
        **{name: orders[name].sum() for name in ("paid", "settled", "worth")},
    )
    return days.group_by("customer_id").aggregate(
        first_day=days.day.min(),
        last_day=days.day.max(),
        purchases=days.count(),
        orders=days.orders.sum(),
        **{name: days[name].sum() for name in ("paid", "settled", "worth")},
    )


def purchases(shop: Tables) -> ibis.Table:
    """Give each known customer's purchases: customer_id, day, nth (from 0), and the next one's day.

    A purchase is a day with a payment; next_day is null for the last one.
    """
    days = order_money(shop).select("customer_id", "day").distinct()
    in_order = ibis.window(group_by=days.customer_id, order_by=days.day)
    return days.mutate(
        nth=ibis.row_number().over(in_order), next_day=days.day.lead().over(in_order)
    )


def _settled(shop: Tables) -> ibis.Table:
    """Give `order_money`, and goods: the settled money without freight."""
    orders = paid_orders(shop).filter(lambda t: t.customer_id.notnull())
    settled = (orders.paid_amount - orders.refunded.fill_null(0)).cast(MONEY)
    return orders.select(
        "order_id",
        "customer_id",
        "day",
        paid="paid_amount",
        settled=settled,
        goods=settled - orders.shipping_amount,
    )


@once_per_shop
def _order_costs(shop: Tables) -> ibis.Table:
    """Give what each order's lines come to: every, and paid and cost of those with a known cost.

    Every line is read for it, so the engine keeps it.
    """
    costs = shop["products"].select("product_id", "unit_cost")
    lines = shop["order_lines"].left_join(costs, "product_id").drop("product_id_right")
    known = lines.unit_cost.notnull()
    sums = lines.group_by("order_id").aggregate(
        every=lines.paid_amount.sum().cast(MONEY),
        paid=known.ifelse(lines.paid_amount, ibis.null(MONEY)).sum().cast(MONEY),
        cost=(lines.unit_cost * lines.quantity).sum().cast(MONEY),
    )
    return sums.cache()


@once_per_shop
def _cost_share(shop: Tables) -> float | None:
    """Give the cost of the goods as a share of their money; None where too little is known."""
    if not shop.filled("products.unit_cost") or not shop.filled("order_lines"):
        return None
    costs = _order_costs(shop).semi_join(paid_orders(shop), "order_id")
    names = ("every", "paid", "cost")
    sums = shop.frame(costs.aggregate(**{name: costs[name].sum() for name in names}))
    every, paid, cost = as_floats(sums.iloc[0])
    if not paid > 0 or paid < ENOUGH * every:
        return None
    return float(cost / paid)
