"""What the order exports of Taobao and Tmall have in common."""

from __future__ import annotations

from decimal import Decimal

import ibis

from shophelm.shop.importers.cleaning import amount_text, money, rounded_id
from shophelm.shop.importers.desk import Desk, written

PROVINCES = (
    "北京", "天津", "上海", "重庆", "河北", "山西", "辽宁", "吉林", "黑龙江", "江苏", "浙江",
    "安徽",
    "福建", "江西", "山东", "河南", "湖北", "湖南", "广东", "海南", "四川", "贵州", "云南", "陕西",
    "甘肃", "青海", "台湾", "内蒙古", "广西", "西藏", "宁夏", "新疆", "香港", "澳门", "海外",
)  # fmt: skip
ROUNDED = "a spreadsheet has rounded the order number: export again and do not save it in Excel"


def province(address: ibis.StringValue) -> ibis.StringValue:
    """Keep the province an address begins with, in its short form; null where there is none."""
    found = address.re_extract(rf"^(?:中国)?[\s,，]*({'|'.join(PROVINCES)})", 1)
    return found.nullif("")


def with_amounts(orders: ibis.Table) -> ibis.Table:
    """Add `_total`, `_paid` and `_refund`: 总金额, 买家实际支付金额 and 退款金额 as amounts."""
    return orders.mutate(
        _total=money(amount_text(orders["总金额"])),
        _paid=money(amount_text(orders["买家实际支付金额"])),
        _refund=money(amount_text(orders["退款金额"])),
    )


def rounded_order(column: ibis.StringValue) -> tuple:
    """Give the rule against an order number that a spreadsheet has rounded."""
    return rounded_id(column), f"order_id cannot be told: {ROUNDED}", column


def refunds(orders: ibis.Table) -> ibis.Table:
    """Make one refund of each paid order with a 退款金额; an amount that is none is kept too.

    The export holds no refund date, so the refund is dated as the payment.

    Parameters
    ----------
    orders
        `_row`, 订单编号, 订单付款时间, 退款金额 and `_refund`.
    """
    paid = orders["订单付款时间"].notnull()
    stated = orders["_refund"].isnull() & orders["退款金额"].notnull()
    some = orders.filter(paid & ((orders["_refund"] != 0) | stated))
    return some.select(
        "_row",
        refund_id=some["订单编号"] + "-refund",
        order_id=some["订单编号"],
        refunded_at=some["订单付款时间"],
        amount=amount_text(some["退款金额"]),
    )


def order_totals(desk: Desk, orders: ibis.Table) -> dict[str, Decimal]:
    """Count and sum the orders in the export's own terms."""
    paid = orders["订单付款时间"].notnull()
    parts = orders["_paid"] + orders["_refund"].fill_null(Decimal(0))
    return desk.numbers(
        orders,
        orders=orders.count(),
        paid=paid.sum(),
        total=orders["_total"].sum(),
        net=orders["_paid"].sum(),
        refunded=orders["_refund"].sum(),
        unequal=(paid & (orders["_total"] != parts)).sum(),
        unpaid_refunds=(~paid & (orders["_refund"] > 0)).sum(),
    )


def totals_shown(found: dict[str, Decimal]) -> dict[str, str]:
    """Write `order_totals` under the export's own column names."""
    return {
        "orders": str(found["orders"]),
        "paid orders": str(found["paid"]),
        "总金额": written(found["total"]),
        "买家实际支付金额": written(found["net"]),
        "退款金额": written(found["refunded"]),
    }


def refund_notes(found: dict[str, Decimal]) -> list[str]:
    """Say what the export leaves open about refunds."""
    notes = [
        "The export has no refund dates: a refund is dated as its order's payment, so the cash "
        "view equals the settled view.",
        "买家实际支付金额 is net of refunds; what an order paid is its 总金额.",
    ]
    if found["unequal"]:
        notes.append(
            f"On {found['unequal']:,} paid orders 总金额 is not 买家实际支付金额 + 退款金额; "
            "总金额 and 退款金额 were taken."
        )
    if found["unpaid_refunds"]:
        notes.append(
            f"{found['unpaid_refunds']:,} orders have a 退款金额 but no time of payment; those "
            "refunds were left out."
        )
    return notes
