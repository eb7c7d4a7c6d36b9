"""Records that are lines of orders → orders, order_lines, refunds and products, to the cent."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import ibis

from shophelm.shop.contract import MONEY
from shophelm.shop.importers.cells import Cell
from shophelm.shop.importers.cleaning import (
    NO_CATEGORY,
    last_of_each,
    money,
    numbered,
    rounded_id,
    shown,
    split,
    told_by_title,
)
from shophelm.shop.importers.desk import Desk, written
from shophelm.shop.importers.language import PART, Mapped
from shophelm.shop.importers.sharing import shared

ORDER = {
    "order_id": "id", "customer_id": "id", "created_at": "time", "paid_at": "time",
    "closed_at": "time", "status": "choice", "channel": "text", "region": "text",
    "device": "text", "coupon_id": "id", "order_paid": "money", "order_discount": "money",
    "order_subtotal": "money", "order_tax": "money", "shipping": "money",
    "order_refund": "money",
}  # fmt: skip
"""What is said of an order, on all of its lines or on the first → its kind.

`order_paid` is what the order owes or paid, freight included; without it lines are added up.
`order_subtotal` (goods after discounts) tells whether `order_tax` comes on top of it.
"""
ITEM = {
    "product_id": "id", "title": "text", "category": "text", "quantity": "count",
    "list_price": "money", "line_list": "money", "line_paid": "money", "line_discount": "money",
    "line_shipping": "money", "line_refund": "money", "line_refunded": "text",
}  # fmt: skip
"""What is said of a line → its kind.

`line_list` is its worth at list price, where no price of one unit is told. `line_paid` is what was
paid for it; without it, its worth less `line_discount`. `line_refunded` is not null where all of
it came back.
"""
LINE = ORDER | ITEM
BAD_QUANTITY = "the quantity is not a whole number of 1 or more"
REFUNDS = {"order_refund", "line_refund", "line_refunded"}


def baskets(desk: Desk, name: str, cells: ibis.Table, columns: Mapping[str, Cell]) -> Mapped:
    """Make orders of their lines.

    Parameters
    ----------
    desk
        Hashes and keeps.
    name
        The format's, for messages.
    cells
        The records.
    columns
        Names in `LINE` → where they come from.

    Notes
    -----
    An order's own figures are those of its first line that has them. What it paid for goods is
    what it paid less freight, and less tax where that comes on top (goods, freight and tax are
    then the whole); its discount is what its lines come to at list price beyond it. That is shared
    among the lines by what they paid, or else by their worth at list price. A refund without a day
    of its own is dated as the order's payment.
    """
    lines = _lines(desk, cells, columns)
    rounded = f"order_id cannot be told: a spreadsheet has rounded it, export again: {name}"
    lines, refused = split(
        lines,
        (rounded_id(lines["order_id"]), rounded, lines["order_id"]),
        (lines["_units"].isnull() | (lines["_units"] < 1), BAD_QUANTITY, lines["quantity"]),
        show=("order_id", "title"),
    )
    lines = desk.kept(lines.mutate(line_no=numbered(lines, "order_id")))
    orders = desk.kept(_orders(lines))
    if "customer_id" in columns:
        orders = desk.hashed(orders, "customer_id")
    payable = orders.select(_id=orders["order_id"], _payable=orders["_payable"])
    worth = lines.left_join(payable, lines["order_id"] == payable["_id"])
    sharing = desk.kept(shared(worth, group=("order_id",)))
    tables = {"orders": _order_rows(orders), "order_lines": _line_rows(sharing)}
    tables["products"] = _products(lines)
    if REFUNDS & set(columns):
        tables["refunds"] = _refunds(orders, sharing)
    totals = desk.numbers(
        orders, orders=orders.count(), paid=orders["paid_at"].notnull().sum(),
        owed=orders["_paid"].sum(),
    )  # fmt: skip
    said = {"orders": str(totals["orders"]), "paid orders": str(totals["paid"])}
    return Mapped(
        tables,
        records=("order_lines",),
        refused={"order_lines": refused},
        totals=said | {"paid_amount": written(totals["owed"])},
        notes=_notes(desk, columns, orders, lines),
    )


def _lines(desk: Desk, cells: ibis.Table, columns: Mapping[str, Cell]) -> ibis.Table:
    """Read the lines: texts under the names of `LINE`, amounts as `_` and the name."""
    texts = {
        name: columns[name].text(cells, kind) if name in columns else ibis.null("string")
        for name, kind in LINE.items()
    }
    lines = cells.select("_row", **texts)
    amounts = [name for name, kind in LINE.items() if kind == "money"]
    lines = lines.mutate(**{f"_{name}": money(lines[name]) for name in amounts})
    # no column tells how many, where a record is one unit
    count = lines["quantity"] if "quantity" in columns else ibis.literal("1")
    whole = count.re_search(r"^\d{1,9}$").ifelse(count, ibis.null("string"))
    lines = lines.mutate(_units=whole.try_cast("int64"))
    each = lines["_list_price"] * lines["_units"]
    owed = lines["_line_paid"]
    worth = ibis.coalesce(each, lines["_line_list"], owed, ibis.literal(Decimal(0)))
    owed = owed.fill_null(
        lines["_line_list"].fill_null(each) - lines["_line_discount"].fill_null(Decimal(0))
    )
    return desk.kept(
        lines.mutate(
            _worth=worth.cast(MONEY),
            _owed=owed.cast(MONEY),
            product_id=lines["product_id"].fill_null(told_by_title(lines["title"])),
            _coded=lines["product_id"].notnull(),
        )
    )


def _orders(lines: ibis.Table) -> ibis.Table:
    """Gather each order's own figures, and what it paid for goods and freight."""
    first = {n: lines[n].first(order_by=lines["_row"]) for n in ORDER if n != "order_id"}
    amounts = [n for n, kind in ORDER.items() if kind == "money"]
    orders = lines.group_by("order_id").aggregate(
        _row=lines["_row"].min(),
        **first,
        **{f"_{n}": lines[f"_{n}"].first(order_by=lines["_row"]) for n in amounts},
        _goods=lines["_worth"].sum(),
        _owed=lines["_owed"].sum(),
        _freight=lines["_line_shipping"].sum(),
    )
    nothing = ibis.literal(Decimal(0))
    freight = ibis.coalesce(orders["_shipping"], orders["_freight"], nothing)
    added = orders["_owed"] - orders["_order_discount"].fill_null(nothing) + freight
    tax = orders["_order_tax"].fill_null(nothing)
    on_top = (orders["_order_subtotal"] + freight + tax) == orders["_order_paid"]
    paid = orders["_order_paid"] - on_top.fill_null(False).ifelse(tax, nothing)
    orders = orders.mutate(_paid=paid.fill_null(added).cast(MONEY), _on_top=on_top)
    # a price changed by hand can leave less than the freight
    orders = orders.mutate(
        _ship=ibis.least(freight, ibis.greatest(orders["_paid"], nothing)).cast(MONEY)
    )
    payable = (orders["_paid"] - orders["_ship"]).cast(MONEY)
    orders = orders.mutate(_payable=payable)
    goods = ibis.greatest(orders["_goods"].fill_null(nothing), orders["_payable"])
    return orders.mutate(_listed=goods.cast(MONEY))


def _order_rows(orders: ibis.Table) -> ibis.Table:
    """Make the `orders` table; an amount that is none is named by the check."""
    stated = orders["order_paid"]
    unread = stated.notnull() & orders["_order_paid"].isnull()
    texts = ("customer_id", "created_at", "paid_at", "closed_at", "status", "channel", "region",
             "device", "coupon_id")  # fmt: skip
    return orders.select(
        "order_id",
        *texts,
        _row=orders["_row"] + PART,
        goods_amount=shown(orders["_listed"], stated),
        discount_amount=shown((orders["_listed"] - orders["_payable"]).cast(MONEY), stated),
        shipping_amount=shown(orders["_ship"], stated),
        paid_amount=unread.ifelse(stated, shown(orders["_paid"], stated)),
    )


def _line_rows(lines: ibis.Table) -> ibis.Table:
    unit = (lines["_share"] / lines["_units"]).round(4).cast(MONEY)
    listed = (lines["_worth"] / lines["_units"]).round(4).cast(MONEY)
    return lines.select(
        "_row",
        "order_id",
        "line_no",
        "product_id",
        quantity=lines["_units"],
        list_price=ibis.coalesce(listed.cast("string"), lines["list_price"]),
        unit_price=unit.fill_null(listed),
        paid_amount=ibis.coalesce(lines["_share"], lines["_worth"]),
    )


def _products(lines: ibis.Table) -> ibis.Table:
    """Give each product the title and price of its last line."""
    price = (lines["_worth"] / lines["_units"]).round(4).cast(MONEY)
    rows = lines.select(
        "_row",
        "product_id",
        title=lines["title"].fill_null(lines["product_id"]),
        category=lines["category"].fill_null(NO_CATEGORY),
        list_price=price,
    )
    return last_of_each(rows, "product_id").mutate(_row=lambda t: t["_row"] + PART)


def _refunds(orders: ibis.Table, lines: ibis.Table) -> ibis.Table:
    """Make refunds of whole orders, and of lines that came back."""
    at = orders.select(_id="order_id", _at="paid_at", _whole="_order_refund", _most="_paid")
    whole = orders.filter((orders["_order_refund"] > 0) & orders["paid_at"].notnull())
    whole = whole.select(
        _row=whole["_row"] + PART,
        refund_id=whole["order_id"] + "-refund",
        order_id=whole["order_id"],
        line_no=ibis.null("string"),
        refunded_at=whole["paid_at"],
        amount=ibis.least(whole["_order_refund"], whole["_paid"]).cast("string"),
    )
    came = lines["line_refunded"].notnull().ifelse(lines["_share"], ibis.null(MONEY))
    came = lines["_line_refund"].fill_null(came)
    # the least of nothing and something is something
    back = came.notnull().ifelse(ibis.least(came, lines["_share"]), ibis.null(MONEY))
    parts = lines.mutate(_back=back, _no=lines["line_no"].cast("string"))
    parts = parts.inner_join(at, parts["order_id"] == at["_id"])
    parts = parts.filter((parts["_back"] > 0) & parts["_at"].notnull() & parts["_whole"].isnull())
    parts = parts.select(
        _row=parts["_row"] + PART,
        refund_id=parts["order_id"] + "-" + parts["_no"] + "-refund",
        order_id=parts["order_id"],
        line_no=parts["_no"],
        refunded_at=parts["_at"],
        amount=parts["_back"].cast("string"),
    )
    return ibis.union(whole, parts)


def _notes(
    desk: Desk, columns: Mapping[str, Cell], orders: ibis.Table, lines: ibis.Table
) -> list[str]:
    notes = []
    if "category" not in columns:
        notes.append(f"The export has no categories: every product's is '{NO_CATEGORY}'.")
    if REFUNDS & set(columns):
        notes.append("The export has no refund dates: a refund is dated as its order's payment.")
    else:
        notes.append("The export has no refunds: what came back is not known.")
    if "customer_id" not in columns:
        notes.append("This export has no buyers: customer questions stay closed.")
    counts = desk.numbers(
        orders, tax=(orders["_on_top"].fill_null(False) & (orders["_order_tax"] > 0)).sum()
    )
    if counts["tax"]:
        notes.append(f"On {counts['tax']:,} orders tax comes on top of the goods; it is left out.")
    untold = desk.numbers(lines, n=(~lines["_coded"]).sum())["n"]
    if untold:
        notes.append(
            f"{untold:,} lines have no product id: their product is told by its title, and a "
            "changed title is another product."
        )
    return notes
