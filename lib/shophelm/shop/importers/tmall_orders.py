"""The Tmall order report: seven columns, one line per order, neither buyer nor product."""

from __future__ import annotations

import ibis

from shophelm.shop.importers.alibaba import (
    order_totals,
    province,
    refund_notes,
    refunds,
    rounded_order,
    totals_shown,
    with_amounts,
)
from shophelm.shop.importers.cleaning import amount_text, shown, split
from shophelm.shop.importers.desk import Desk
from shophelm.shop.importers.language import Format, Mapped, Role

ORDERS = Role(
    "orders",
    "the order report",
    needs=("订单编号", "总金额", "买家实际支付金额", "订单创建时间", "订单付款时间", "退款金额"),
    uses=("收货地址",),
    personal={"收货地址": "province"},
    table="orders",
    unit=("订单编号",),
)


def map_files(desk: Desk) -> Mapped:
    """Map the report to orders and refunds.

    总金额 is what the buyer owed or paid; the goods are taken to be all of it.
    """
    cells = with_amounts(desk.cells("orders"))
    cells, refused = split(cells, rounded_order(cells["订单编号"]), show=("订单创建时间",))
    cells = desk.kept(cells)
    total = shown(cells["_total"], amount_text(cells["总金额"]))
    orders = cells.select(
        "_row",
        order_id=cells["订单编号"],
        created_at=cells["订单创建时间"],
        paid_at=cells["订单付款时间"],
        region=province(cells["收货地址"]),
        goods_amount=total,
        discount_amount=ibis.literal("0"),
        shipping_amount=ibis.literal("0"),
        paid_amount=total,
    )
    found = order_totals(desk, cells)
    return Mapped(
        tables={"orders": orders, "refunds": refunds(cells)},
        records=("orders",),
        refused={"orders": refused},
        totals=totals_shown(found),
        notes=[*_notes(desk), *refund_notes(found)],
    )


def _notes(desk: Desk) -> list[str]:
    notes = [
        "This export has no products: product questions stay closed.",
        "This export has no buyers: customer questions stay closed.",
        "Discounts and freight are not in this export: goods_amount is 总金额.",
    ]
    if any("订单状态" in i.columns for i in desk.inputs):
        notes.append(
            "The file has 订单状态: it is the full order list, of which `taobao-orders` keeps more."
        )
    return notes


FORMAT = Format(
    name="tmall-orders",
    help="Tmall order report (订单编号, 总金额, 买家实际支付金额, 退款金额 ...)",
    where="Export it at 千牛 › 交易 › 已卖出的宝贝 › 批量导出 › 订单报表.",
    roles=(ORDERS,),
    map=map_files,
    required=("orders",),
    currency="CNY",
)
