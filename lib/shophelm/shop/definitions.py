"""Each business term once: its name, its Chinese platform term, its unit, and what it means.

`shop.measures` counts the plain terms in the engine; the ratios are divisions of those, declared
here and made nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the trade.

    Attributes
    ----------
    name, title, zh
        Its name in code and data, in English prose, and on the Chinese platforms.
    unit
        `money`, `count`, `rate` (shown in per cent) or `number`.
    meaning
        A sentence.
    of
        (numerator, denominator) where the term is a ratio of two others.
    more_is_better
        False where a rise is bad news.
    """

    name: str
    title: str
    zh: str
    unit: str
    meaning: str
    of: tuple[str, str] | None = None
    more_is_better: bool = True


TERMS: dict[str, Term] = {
    term.name: term
    for term in (
        Term(
            "visitors",
            "visitors",
            "访客数",
            "count",
            "Distinct visitors with any event in the period. From daily exports: the days' "
            "visitors added up, so that who comes on two days counts twice.",
        ),
        Term(
            "page_views", "page views", "浏览量", "count", "Home, list, search and item pages seen."
        ),
        Term(
            "cart_visitors",
            "cart visitors",
            "加购人数",
            "count",
            "Visitors who put something in the cart.",
        ),
        Term(
            "paying_visitors",
            "paying visitors",
            "支付访客数",
            "count",
            "Visitors whom the event log (or the daily export) saw pay.",
        ),
        Term(
            "orders",
            "paid orders",
            "支付订单数",
            "count",
            "Orders whose payment fell in the period.",
        ),
        Term(
            "buyers",
            "buyers",
            "支付买家数",
            "count",
            "Distinct customers of those orders. An order without a customer counts as a buyer of "
            "its own; where no order has one, buyers are not known.",
        ),
        Term(
            "new_buyers",
            "new buyers",
            "支付新买家数",
            "count",
            "Customers whose first paid order fell in the period.",
        ),
        Term(
            "returning_buyers",
            "returning buyers",
            "支付老买家数",
            "count",
            "Customers who had paid an order before the period.",
        ),
        Term("units", "units", "支付件数", "count", "Units in those orders."),
        Term(
            "gmv_placed",
            "GMV placed",
            "下单金额",
            "money",
            "What the orders placed in the period come to, paid or not.",
        ),
        Term(
            "gmv_paid",
            "GMV paid",
            "支付金额",
            "money",
            "What was paid in the period, freight included, on the day it was paid; refunds are "
            "not taken off. What platforms show.",
        ),
        Term(
            "gmv_settled",
            "GMV settled",
            "结算金额",
            "money",
            "GMV paid less all refunds of those same orders known at as_of, whenever they came. "
            "Falls for weeks after the period, while refunds still arrive.",
        ),
        Term(
            "gmv_cash",
            "GMV cash",
            "净收款",
            "money",
            "GMV paid less the refunds paid back in the period, whatever order they were for.",
        ),
        Term(
            "returned_orders",
            "returned orders",
            "退款订单数",
            "count",
            "Of those orders, the ones with a refund known at as_of.",
            more_is_better=False,
        ),
        Term(
            "repeat_customers",
            "repeat customers",
            "复购买家数",
            "count",
            "Customers with two or more paid orders in the 365 days that end with the period.",
        ),
        Term(
            "customers_365",
            "customers of 365 days",
            "年支付买家数",
            "count",
            "Customers with a paid order in the 365 days that end with the period.",
        ),
        Term(
            "cart_rate",
            "cart rate",
            "加购率",
            "rate",
            "Share of visitors who put something in the cart.",
            of=("cart_visitors", "visitors"),
        ),
        Term(
            "pay_conversion",
            "pay conversion",
            "支付转化率",
            "rate",
            "Share of visitors who paid; both counted by the same log.",
            of=("paying_visitors", "visitors"),
        ),
        Term(
            "cart_to_pay",
            "cart to pay",
            "加购支付转化率",
            "rate",
            "Visitors who paid for each who put something in the cart; above 100 % where people "
            "buy without the cart.",
            of=("paying_visitors", "cart_visitors"),
        ),
        Term(
            "log_coverage",
            "buyers per paying visitor",
            "买家/支付访客",
            "number",
            "1.00 where the log saw every buyer. Above it, the log missed some; it stands in the "
            "chain so that a broken log is not read as a broken shop.",
            of=("buyers", "paying_visitors"),
        ),
        Term(
            "spend_per_buyer",
            "spend per buyer",
            "客单价",
            "money",
            "GMV paid per buyer.",
            of=("gmv_paid", "buyers"),
        ),
        Term(
            "average_order_value",
            "average order value",
            "笔单价",
            "money",
            "GMV paid per paid order.",
            of=("gmv_paid", "orders"),
        ),
        Term(
            "orders_per_buyer",
            "orders per buyer",
            "人均订单数",
            "number",
            "Paid orders per buyer.",
            of=("orders", "buyers"),
        ),
        Term(
            "units_per_order",
            "units per order",
            "连带率",
            "number",
            "Units per paid order.",
            of=("units", "orders"),
        ),
        Term(
            "price_per_unit",
            "price per unit",
            "件单价",
            "money",
            "GMV paid per unit, freight included.",
            of=("gmv_paid", "units"),
        ),
        Term(
            "settled_share",
            "share kept after refunds",
            "结算率",
            "rate",
            "What refunds known at as_of left of GMV paid. Falls while refunds still arrive.",
            of=("gmv_settled", "gmv_paid"),
        ),
        Term(
            "uv_value",
            "UV value",
            "UV价值",
            "money",
            "GMV paid per visitor.",
            of=("gmv_paid", "visitors"),
        ),
        Term(
            "repurchase_rate",
            "repurchase rate",
            "复购率",
            "rate",
            "Of the customers of the 365 days that end with the period, the share with two or "
            "more paid orders in them. Orders without a customer are left out.",
            of=("repeat_customers", "customers_365"),
        ),
        Term(
            "return_rate",
            "return rate",
            "退款率",
            "rate",
            "Share of the period's paid orders with a refund known at as_of. Young periods look "
            "better than they will end.",
            of=("returned_orders", "orders"),
            more_is_better=False,
        ),
    )
}

CHAIN = ("visitors", "pay_conversion", "log_coverage", "spend_per_buyer")
"""The links whose product is GMV paid, to the cent."""
