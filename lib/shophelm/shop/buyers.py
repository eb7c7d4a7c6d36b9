"""Who has bought: what each order left behind, and each customer's purchases added up."""

from __future__ import annotations

from decimal import Decimal
from weakref import WeakKeyDictionary

import ibis

from shophelm.shop.definitions import as_floats
from shophelm.shop.sales import paid_orders
from shophelm.shop.tables import Tables

MONEY = "decimal(18, 4)"
ENOUGH = 0.8
"""The share of the goods' money whose cost must be known for margins to be spoken of."""
_SHARES: WeakKeyDictionary[Tables, float | None] = WeakKeyDictionary()
"""Read once per shop, since every line takes part."""


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
    costs = (
        _costed_lines(shop)
        .group_by("order_id")
        .aggregate(paid=lambda t: t.paid_amount.sum(), cost=lambda t: t.cost.sum())
    )
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


def _settled(shop: Tables) -> ibis.Table:
    """Give `order_money`, and goods: the settled money without freight."""
    orders = paid_orders(shop).filter(lambda t: t.customer_id.notnull())
    settled = orders.paid_amount - orders.refunded.fill_null(Decimal(0))
    return orders.select(
        "order_id",
        "customer_id",
        "day",
        paid="paid_amount",
        settled=settled,
        goods=settled - orders.shipping_amount,
    )


def _costed_lines(shop: Tables) -> ibis.Table:
    """Give the lines whose unit cost is known, with their cost."""
    costs = shop["products"].filter(lambda t: t.unit_cost.notnull())
    lines = shop["order_lines"].inner_join(costs.select("product_id", "unit_cost"), "product_id")
    return lines.mutate(cost=lines.unit_cost * lines.quantity)


def _cost_share(shop: Tables) -> float | None:
    """Give the cost of the goods as a share of their money; None where too little is known."""
    if shop not in _SHARES:
        _SHARES[shop] = _read_cost_share(shop)
    return _SHARES[shop]


def _read_cost_share(shop: Tables) -> float | None:
    if not shop.filled("products.unit_cost") or not shop.filled("order_lines"):
        return None
    lines = shop["order_lines"].semi_join(paid_orders(shop), "order_id")
    known = _costed_lines(shop).semi_join(paid_orders(shop), "order_id")
    every = as_floats(shop.frame(lines.aggregate(paid=lines.paid_amount.sum())).iloc[0])
    sums = as_floats(
        shop.frame(known.aggregate(paid=known.paid_amount.sum(), cost=known.cost.sum())).iloc[0]
    )
    if not sums["paid"] > 0 or sums["paid"] < ENOUGH * every["paid"]:
        return None
    return float(sums["cost"] / sums["paid"])
