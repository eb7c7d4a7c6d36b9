"""The items that go with a Taobao order list: ExportOrderDetailList, or the sub-order file."""

from __future__ import annotations

from dataclasses import dataclass

import ibis

from shophelm.shop.contract import MONEY
from shophelm.shop.importers.alibaba import rounded_order
from shophelm.shop.importers.cleaning import (
    NO_CATEGORY,
    amount_text,
    first_file_only,
    last_of_each,
    money,
    numbered,
    split,
    told_by_title,
    whole_id,
)
from shophelm.shop.importers.desk import Desk
from shophelm.shop.importers.language import Role, file_of
from shophelm.shop.importers.sharing import shared

DETAILS = Role(
    "items",
    "the order-detail list",
    needs=("订单编号", "标题", "价格", "购买数量"),
    uses=("外部系统编号", "商家编码"),
    personal={"备注": ""},
    table="order_lines",
    unit=("订单编号",),
)
SUBORDERS = Role(
    "suborders",
    "the sub-order file",
    needs=("子订单编号", "主订单编号", "标题", "价格", "购买数量"),
    uses=("外部系统编号", "商家编码", "买家应付货款", "退款金额"),
    personal={"备注": "", "支付单号": ""},
    table="order_lines",
    unit=("主订单编号",),
)
OVERLAP = "another file has the lines of this order already"
TWICE = "the sub-order stands on an earlier row"


@dataclass(frozen=True, slots=True)
class Items:
    """What the item files give.

    Attributes
    ----------
    lines, products, refunds
        Rows for the contract's tables; refunds (without a date) only from sub-orders.
    refused
        Lines that cannot be used.
    per_order
        `_order`, `_listed`: what the usable lines of an order come to at list price.
    notes
        Sentences.
    """

    lines: ibis.Table
    products: ibis.Table
    refunds: ibis.Table | None
    refused: ibis.Table
    per_order: ibis.Table
    notes: list[str]


def map_items(desk: Desk, orders: ibis.Table) -> Items:
    """Map item files to lines that add up to what their orders paid for goods.

    Parameters
    ----------
    desk
        The files.
    orders
        订单编号 and `_payable`, what the order paid for goods.
    """
    cells = _cells(desk)
    cells, refused = split(
        cells,
        rounded_order(cells["_order"]),
        (first_file_only(cells, "_order", rank="_rank"), OVERLAP, cells["_order"]),
        (_repeated(cells), TWICE, cells["_sub"]),
        (_units(cells).isnull(), "购买数量 is not a whole number", cells["购买数量"]),
        (_units(cells) < 1, "购买数量 is less than 1", cells["购买数量"]),
        show=("_order", "标题"),
    )
    refused = refused.rename(order_id="_order", title="标题")
    shares = desk.kept(_shared(_measured(cells), orders))
    usable = shares.filter(shares["_usable"])
    return Items(
        lines=_lines(shares),
        products=_products(usable),
        refunds=_refunds(shares) if desk.has("suborders", "退款金额") else None,
        refused=refused,
        per_order=usable.group_by("_order").aggregate(_listed=usable["_worth"].sum().cast(MONEY)),
        notes=_notes(desk, shares),
    )


def _cells(desk: Desk) -> ibis.Table:
    """Gather the lines of all item files; sub-orders rank first, then the earlier file."""
    tables = []
    for rank, (role, order) in enumerate((("suborders", "主订单编号"), ("items", "订单编号"))):
        if desk.has(role):
            t = desk.cells(role)
            lacking = {c: ibis.null("string") for c in SUBORDERS.mapped if c not in t.columns}
            t = t.mutate(**lacking).mutate(
                _order=t[order], _rank=file_of(t["_row"]) + 10_000 * rank
            )
            tables.append(
                t.mutate(_sub=t["子订单编号"])
                if rank == 0
                else t.mutate(_sub=lacking["子订单编号"])
            )
    columns = ("_row", "_rank", "_order", "_sub", *SUBORDERS.mapped[2:])
    tables = [t.select(*columns) for t in tables]
    return ibis.union(*tables) if len(tables) > 1 else tables[0]


def _repeated(cells: ibis.Table) -> ibis.BooleanValue:
    place = ibis.row_number().over(
        ibis.window(group_by=[cells["_rank"], cells["_sub"]], order_by=cells["_row"])
    )
    return cells["_sub"].notnull() & (place > 0)


def _measured(cells: ibis.Table) -> ibis.Table:
    """Add the line's number, product, and its worth at list price; null where it has none."""
    code = ibis.coalesce(cells["外部系统编号"], cells["商家编码"])
    price = money(amount_text(cells["价格"]))
    quantity = _units(cells)
    return cells.mutate(
        line_no=numbered(cells, "_order"),
        product_id=code.fill_null(told_by_title(cells["标题"])),
        _coded=code.notnull(),
        _price=price,
        _quantity=quantity,
        _worth=(price * quantity).cast(MONEY),
        _owed=money(amount_text(cells["买家应付货款"])),
        _usable=price.notnull() & cells["_order"].notnull(),
    )


def _units(cells: ibis.Table) -> ibis.IntegerValue:
    text = whole_id(cells["购买数量"])
    return text.re_search(r"^-?\d{1,9}$").ifelse(text, ibis.null("string")).try_cast("int64")


def _shared(lines: ibis.Table, orders: ibis.Table) -> ibis.Table:
    """Add `_share`: what the order paid for goods, by what the lines owe or else their worth."""
    known = orders.select(_id=orders["订单编号"], _payable=orders["_payable"]).distinct(on="_id")
    t = shared(lines.left_join(known, lines["_order"] == known["_id"]), group=("_order", "_usable"))
    return t.mutate(_share=t["_usable"].ifelse(t["_share"], ibis.null(MONEY)))


def _lines(shares: ibis.Table) -> ibis.Table:
    unit = (shares["_share"] / shares["_quantity"].nullif(0)).round(4).cast(MONEY)
    return shares.select(
        "_row",
        "line_no",
        "product_id",
        order_id=shares["_order"],
        quantity=shares["_quantity"],
        list_price=amount_text(shares["价格"]),
        unit_price=unit.fill_null(shares["_price"]),
        # an orphan has no order to share; the check must still see it as an orphan
        paid_amount=ibis.coalesce(shares["_share"], shares["_worth"]),
    )


def _products(lines: ibis.Table) -> ibis.Table:
    """Give each product the title and price of its last line."""
    last = last_of_each(lines, "product_id")
    return last.select(
        "_row",
        "product_id",
        title=last["标题"].fill_null(last["product_id"]),
        category=ibis.literal(NO_CATEGORY),
        list_price=last["_price"],
    )


def _refunds(lines: ibis.Table) -> ibis.Table:
    amount = money(amount_text(lines["退款金额"]))
    some = lines.filter(amount > 0)
    return some.select(
        "_row",
        refund_id=some["_order"] + "-" + some["line_no"].cast("string") + "-refund",
        order_id=some["_order"],
        line_no=some["line_no"].cast("string"),
        amount=amount_text(some["退款金额"]),
    )


def _notes(desk: Desk, lines: ibis.Table) -> list[str]:
    notes = [
        f"The export has no categories: every product's is '{NO_CATEGORY}'. A product's list "
        "price is that of its last line.",
        "What an order paid is shared among its lines by what they owed, or else by list price.",
    ]
    untold = desk.numbers(lines, n=(~lines["_coded"]).sum())["n"]
    if untold:
        notes.append(
            f"{untold:,} lines have neither 外部系统编号 nor 商家编码: their product is told by "
            "its title, and a changed title is another product."
        )
    return notes
