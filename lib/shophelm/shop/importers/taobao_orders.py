"""The order list of Taobao and Tmall (ExportOrderList 2017 to 2022), with or without its items."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import ibis

from shophelm.shop.contract import MONEY
from shophelm.shop.importers.alibaba import (
    order_totals,
    province,
    refund_notes,
    refunds,
    rounded_order,
    totals_shown,
    with_amounts,
)
from shophelm.shop.importers.cleaning import amount_text, money, shown, split
from shophelm.shop.importers.desk import Desk
from shophelm.shop.importers.language import Format, Mapped, Role
from shophelm.shop.importers.taobao_items import DETAILS, SUBORDERS, Items, map_items

STATUSES = (
    ("交易成功", "completed"),
    ("交易关闭", "cancelled"),
    ("卖家已发货", "shipped"),
    ("买家已付款", "paid"),
    ("卖家部分发货", "paid"),
    ("等待卖家发货", "paid"),
    ("等待买家确认", "shipped"),
    ("等待买家付款", "created"),
    ("付款确认中", "created"),
    ("没有创建支付宝交易", "created"),
)
"""A status belongs to the first word it holds."""

STAGES = ("分阶段订单信息", "特权订金订单id", "预售订单")
PERSONAL = (
    "买家支付宝账号", "支付单号", "支付详情", "买家留言", "收货人姓名", "联系电话", "联系手机",
    "虚拟号过期时间",
    "物流单号", "订单备注", "商家备忘", "发票抬头", "修改后的sku", "异常信息", "定金排名",
)  # fmt: skip
ORDERS = Role(
    "orders",
    "the order list",
    needs=("订单编号", "总金额", "订单状态", "订单创建时间", "订单付款时间"),
    uses=(
        "买家会员名",
        "买家会员昵称",
        "买家应付货款",
        "买家应付邮费",
        "买家实际支付金额",
        "收货地址",
        "修改后的收货地址",
        "是否手机订单",
        "退款金额",
        "确认收货时间",
        *STAGES,
    ),
    personal=dict.fromkeys(PERSONAL, "")
    | dict.fromkeys(("买家会员名", "买家会员昵称"), "keyed hash")
    | dict.fromkeys(("收货地址", "修改后的收货地址"), "province"),
    table="orders",
    unit=("订单编号",),
)


def map_files(desk: Desk) -> Mapped:
    """Map the order list and its items to orders, order_lines, refunds and products."""
    cells = with_amounts(_with_buyer(desk.cells("orders")))
    cells, refused = split(cells, rounded_order(cells["订单编号"]), show=("订单创建时间",))
    cells = desk.kept(desk.hashed(_with_goods(cells), "_buyer"))
    items = map_items(desk, cells) if desk.has("items") or desk.has("suborders") else None
    tables = {"orders": _orders(cells, items)}
    tables["refunds"] = _refunds(cells, items)
    records, refusals = ["orders"], {"orders": refused}
    if items:
        tables |= {"order_lines": items.lines, "products": items.products}
        records.append("order_lines")
        refusals["order_lines"] = items.refused
    found = order_totals(desk, cells)
    return Mapped(
        tables=tables,
        records=tuple(records),
        refused=refusals,
        totals=totals_shown(found),
        notes=_notes(desk, cells, found, items),
    )


def _with_buyer(cells: ibis.Table) -> ibis.Table:
    """Add `_buyer`; a masked name (t**1) fits many people, and tells none of them apart."""
    name = cells["买家会员名"].fill_null(cells["买家会员昵称"])
    masked = name.contains("*")
    return cells.mutate(_buyer=masked.ifelse(ibis.null("string"), name), _masked=masked)


def _with_goods(cells: ibis.Table) -> ibis.Table:
    """Add `_freight` and `_payable`: what the order paid for freight and for goods."""
    freight = money(amount_text(cells["买家应付邮费"])).fill_null(Decimal(0))
    # a price changed by hand can leave less than the freight
    freight = ibis.least(freight, cells["_total"])
    return cells.mutate(_freight=freight, _payable=(cells["_total"] - freight).cast(MONEY))


def _orders(cells: ibis.Table, items: Items | None) -> ibis.Table:
    listed = ibis.literal(Decimal(0)).cast(MONEY)
    if items:
        sums = items.per_order.select("_order", "_listed")
        cells = cells.left_join(sums, cells["订单编号"] == sums["_order"])
        listed = cells["_listed"].fill_null(Decimal(0))
    goods = ibis.greatest(cells["_payable"], listed).cast(MONEY)
    goods = cells["_payable"].isnull().ifelse(ibis.null(MONEY), goods)
    total = amount_text(cells["总金额"])
    return cells.select(
        "_row",
        order_id=cells["订单编号"],
        customer_id=cells["_buyer"],
        created_at=cells["订单创建时间"],
        paid_at=cells["订单付款时间"],
        closed_at=cells["确认收货时间"],
        status=_status(cells["订单状态"]),
        region=province(cells["修改后的收货地址"].fill_null(cells["收货地址"])),
        device=_device(cells["是否手机订单"]),
        goods_amount=shown(goods, total),
        discount_amount=shown((goods - cells["_payable"]).cast(MONEY), total),
        shipping_amount=shown(cells["_freight"], total),
        paid_amount=total,
    )


def _refunds(cells: ibis.Table, items: Items | None) -> ibis.Table:
    """Take the items' refunds where they add up to the order's, the order's own otherwise."""
    whole = refunds(cells)
    if items is None or items.refunds is None:
        return whole
    sums = items.refunds.group_by("order_id").aggregate(_sum=lambda t: money(t["amount"]).sum())
    owed = cells.select(
        _order=cells["订单编号"], _owed=cells["_refund"], _paid_at=cells["订单付款时间"]
    )
    agreed = sums.inner_join(owed, sums["order_id"] == owed["_order"])
    agreed = agreed.filter((agreed["_sum"] == agreed["_owed"]) & agreed["_paid_at"].notnull())
    agreed = agreed.select("_order", "_paid_at").distinct()
    by_item = items.refunds.inner_join(agreed, items.refunds["order_id"] == agreed["_order"])
    by_item = by_item.mutate(refunded_at=by_item["_paid_at"])
    rest = whole.anti_join(agreed, whole["order_id"] == agreed["_order"])
    columns = ("_row", "refund_id", "order_id", "line_no", "refunded_at", "amount")
    rest = rest.mutate(line_no=ibis.null("string"))
    return ibis.union(by_item.select(*columns), rest.select(*columns))


def _status(cell: ibis.StringValue) -> ibis.StringValue:
    return ibis.cases(*((cell.contains(word), status) for word, status in STATUSES))


def _device(cell: ibis.StringValue) -> ibis.StringValue:
    return ibis.cases(
        (cell.isin(("手机订单", "是", "手机", "true", "TRUE", "1", "Y")), "mobile"),
        (cell.isin(("否", "电脑", "false", "FALSE", "0", "N")), "pc"),
    )


def _notes(
    desk: Desk, cells: ibis.Table, found: dict[str, Decimal], items: Items | None
) -> list[str]:
    notes = refund_notes(found)
    if items:
        notes += items.notes
    else:
        notes.append(
            "No item list was given (宝贝报表, ExportOrderDetailList): product questions stay "
            "closed."
        )
    counts = desk.numbers(
        cells,
        masked=cells["_masked"].sum(),
        status=(cells["订单状态"].notnull() & _status(cells["订单状态"]).isnull()).sum(),
        staged=_any_stage(cells, STAGES).sum(),
        address=(cells["收货地址"].notnull() & province(cells["收货地址"]).isnull()).sum(),
    )
    sentences = {
        "masked": "{:,} orders have a masked buyer name (t**1), which fits many people: their "
        "buyer is left empty.",
        "status": "{:,} orders have a 订单状态 that is not known: their status is left empty.",
        "staged": "{:,} orders carry stages or deposits (分阶段订单信息): their amounts are "
        "counted as one payment, and presales stay closed.",
        "address": "{:,} addresses begin with no province: their region is left empty.",
    }
    return notes + [s.format(counts[name]) for name, s in sentences.items() if counts[name]]


def _any_stage(cells: ibis.Table, columns: Sequence[str]) -> ibis.BooleanValue:
    nothing = ("否", "0", "N", "false", "FALSE")
    return ibis.or_(*(cells[c].notnull() & cells[c].notin(nothing) for c in columns))


FORMAT = Format(
    name="taobao-orders",
    help="Taobao/Tmall ExportOrderList, with ExportOrderDetailList or the sub-order file",
    where="Export it at 千牛 › 交易 › 已卖出的宝贝 › 批量导出 (订单报表, 宝贝报表).",
    roles=(ORDERS, SUBORDERS, DETAILS),
    map=map_files,
    required=("orders",),
    currency="CNY",
)
