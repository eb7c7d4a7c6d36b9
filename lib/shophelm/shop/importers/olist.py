"""Olist: orders, items and products, with the hash ids of Kaggle or with integers for ids."""

from __future__ import annotations

from decimal import Decimal

import ibis

from shophelm.shop.contract import MONEY
from shophelm.shop.importers.cleaning import (
    NO_CATEGORY,
    first_file_only,
    money,
    numbered,
    split,
)
from shophelm.shop.importers.desk import Desk, written
from shophelm.shop.importers.language import Apart, Format, Mapped, file_of
from shophelm.shop.importers.olist_roles import ORDERS, ROLES, STATUSES

OVERLAP = "another file has the items of this order already"


def map_files(desk: Desk) -> Mapped:
    """Map Olist's files to orders, order_lines and products."""
    mapped = Mapped(tables={}, records=("orders", "order_lines", "products"))
    cells = desk.kept(_order_cells(desk))
    lines = None
    if desk.has("items"):
        lines, mapped.refused["order_lines"] = _lines(desk)
        mapped.tables["order_lines"] = lines.drop("_freight")
        if desk.has("products") or desk.has("products_by_number"):
            _add_products(desk, mapped, lines)
    orders = desk.kept(_orders(cells, lines))
    mapped.tables["orders"] = orders.drop("_lines")
    _set_look_ups_apart(desk, mapped)
    _tell(desk, mapped, orders)
    return mapped


def _order_cells(desk: Desk) -> ibis.Table:
    """Gather the orders of both kinds of file, with `_buyer` and `_state` where known."""
    tables = []
    if desk.has("orders"):
        tables.append(_with_customer(desk, desk.cells("orders")))
    if desk.has("orders_by_number"):
        t = desk.cells("orders_by_number")
        nothing = {c: ibis.null("string") for c in (*ORDERS.uses, "_buyer", "_state")}
        t = t.mutate(order_purchase_timestamp=t["date"], **nothing)
        # there is no time of approval: the purchase is taken for the payment
        tables.append(t.mutate(order_approved_at=t["date"]))
    return _stacked([t.select("_row", *ORDERS.mapped, "_buyer", "_state") for t in tables])


def _with_customer(desk: Desk, orders: ibis.Table) -> ibis.Table:
    if not desk.has("customers"):
        return orders.mutate(_buyer=ibis.null("string"), _state=ibis.null("string"))
    people = desk.cells("customers")
    people = people.order_by("_row").distinct(on="customer_id", keep="first")
    people = people.select(
        _id=people["customer_id"],
        _buyer=people["customer_unique_id"],
        _state=people["customer_state"],
    )
    joined = orders.left_join(people, orders["customer_id"] == people["_id"])
    return desk.hashed(joined.drop("_id"), "_buyer")


def _lines(desk: Desk) -> tuple[ibis.Table, ibis.Table]:
    """Map items to lines of one unit each; where they have no number, the file's order is it."""
    cells = desk.cells("items")
    cells = cells.mutate(_rank=file_of(cells["_row"]))
    freight, place = cells["freight_value"], cells["order_item_id"]
    rules = [
        (freight.notnull() & money(freight).isnull(), "freight_value is not an amount", freight),
        (~place.re_search(r"^\d{1,9}$"), "order_item_id is not a whole number", place),
    ]
    if not desk.has("items", "order_item_id"):
        late = first_file_only(cells, "order_id", rank="_rank")
        rules.append((late, OVERLAP, cells["order_id"]))
    cells, refused = split(cells, *rules, show=("order_id", "product_id", "price"))
    lines = cells.select(
        "_row",
        "order_id",
        line_no=cells["order_item_id"].fill_null(numbered(cells, "order_id").cast("string")),
        product_id=cells["product_id"],
        quantity=ibis.literal("1"),
        list_price=cells["price"],
        unit_price=cells["price"],
        paid_amount=cells["price"],
        _freight=cells["freight_value"],
    )
    return desk.kept(lines), refused


def _orders(cells: ibis.Table, lines: ibis.Table | None) -> ibis.Table:
    """Map orders, with `_lines`; goods and freight are summed over the lines that are usable."""
    if lines is None:
        zero = ibis.literal(Decimal(0)).cast(MONEY)
        cells = cells.mutate(_goods=zero, _freight=zero, _lines=0)
    else:
        cells = cells.left_join(_sums(lines), cells["order_id"] == _sums(lines)["_order"])
    goods = cells["_goods"].fill_null(Decimal(0))
    freight = cells["_freight"].fill_null(Decimal(0))
    return cells.select(
        "_row",
        "order_id",
        customer_id=cells["_buyer"],
        created_at=cells["order_purchase_timestamp"],
        paid_at=cells["order_approved_at"],
        closed_at=cells["order_delivered_customer_date"],
        status=cells["order_status"].cases(*STATUSES.items()),
        region=cells["_state"],
        goods_amount=goods,
        discount_amount=ibis.literal(Decimal(0)).cast(MONEY),
        shipping_amount=freight,
        paid_amount=(goods + freight).cast(MONEY),
        _lines=cells["_lines"].fill_null(0),
    )


def _sums(lines: ibis.Table) -> ibis.Table:
    usable = lines.filter(
        money(lines["paid_amount"]).notnull()
        & lines["product_id"].notnull()
        & lines["line_no"].try_cast("int64").notnull()
    )
    usable = usable.order_by("_row").distinct(on=["order_id", "line_no"], keep="first")
    return usable.group_by(_order=usable["order_id"]).aggregate(
        _goods=money(usable["paid_amount"]).sum().cast(MONEY),
        _freight=money(usable["_freight"]).sum().cast(MONEY),
        _lines=usable.count(),
    )


def _add_products(desk: Desk, mapped: Mapped, lines: ibis.Table) -> None:
    """Give each product sold its category (in English where it can be) and its highest price."""
    names = {"products": "product_category_name", "products_by_number": "category_name"}
    tables = [
        (t := desk.cells(role)).select("_row", "product_id", category=t[column])
        for role, column in names.items()
        if desk.has(role)
    ]
    known = _in_english(desk, _stacked(tables))
    prices = lines.group_by(_product=lines["product_id"]).aggregate(
        list_price=money(lines["list_price"]).max()
    )
    known = desk.kept(known.left_join(prices, known["product_id"] == prices["_product"]))
    sold = known["_product"].notnull() | known["product_id"].isnull()
    mapped.tables["products"] = known.filter(sold).select(
        "_row",
        "product_id",
        title=known["product_id"],
        category=known["category"].fill_null(NO_CATEGORY),
        list_price=known["list_price"],
    )
    unsold = known.filter(~sold).select("_row")
    mapped.apart.append(Apart("products that none of these orders sold", unsold, saved=False))


def _in_english(desk: Desk, products: ibis.Table) -> ibis.Table:
    if not desk.has("translation"):
        return products
    words = desk.cells("translation")
    words = words.order_by("_row").distinct(on="product_category_name", keep="first")
    words = words.select(
        _word=words["product_category_name"], _english=words["product_category_name_english"]
    )
    joined = products.left_join(words, products["category"] == words["_word"])
    return joined.mutate(category=joined["_english"].fill_null(joined["category"]))


def _set_look_ups_apart(desk: Desk, mapped: Mapped) -> None:
    words = {
        "customers": "customers, looked up for their orders",
        "translation": "category names, looked up for the products",
        "payments": "payments, only compared with the orders",
    }
    for role, category in words.items():
        if desk.has(role):
            cells = desk.cells(role)
            rows = cells.select("_row")
            if role == "payments":
                rows = cells.select("_row", amount=money(cells["payment_value"]))
            mapped.apart.append(Apart(category, rows, saved=False))


def _tell(desk: Desk, mapped: Mapped, orders: ibis.Table) -> None:
    found = desk.numbers(
        orders,
        orders=orders.count(),
        goods=orders["goods_amount"].sum(),
        freight=orders["shipping_amount"].sum(),
        bare=(orders["_lines"] == 0).sum(),
        lost=((orders["status"] == "cancelled") & orders["paid_at"].notnull()).sum(),
        unpaid=((orders["status"] == "completed") & orders["paid_at"].isnull()).sum(),
    )
    mapped.totals = {"orders": str(found["orders"]), "freight_value": written(found["freight"])}
    if desk.has("items"):
        items = desk.cells("items")
        price = desk.numbers(items, price=money(items["price"]).sum())["price"]
        mapped.totals |= {"price": written(price), "orders without items": str(found["bare"])}
    if desk.has("payments"):
        paid = desk.cells("payments")
        value = desk.numbers(paid, value=money(paid["payment_value"]).sum())["value"]
        mapped.totals["payment_value"] = written(value)
        found |= {"value": value, "owed": found["goods"] + found["freight"]}
    mapped.notes = [s.format(**found) for wanted, s in _sentences(desk, found) if wanted]


def _sentences(desk: Desk, found: dict[str, Decimal]) -> list[tuple[object, str]]:
    by_number = desk.has("orders_by_number")
    return [
        (not desk.has("items"), "No items were given: every order's amount is 0."),
        (
            desk.has("items") and found["bare"],
            "{bare:,} orders have no item: their goods_amount is 0.",
        ),
        (by_number, "The files have no time of payment: an order counts as paid when placed."),
        (
            by_number or not desk.has("customers"),
            "The files do not say which person ordered: customer questions stay closed.",
        ),
        (
            not desk.has("items", "freight_value"),
            "The files have no freight: paid_amount is the goods alone.",
        ),
        (
            found["lost"],
            "{lost:,} paid orders are cancelled or unavailable; Olist publishes no refunds, so "
            "they stay in paid and settled alike.",
        ),
        (found["unpaid"], "{unpaid:,} delivered orders have no time of payment."),
        (
            desk.has("payments"),
            "The payments come to {value:,.2f}, the orders' goods and freight to {owed:,.2f}; "
            "paid_amount is the latter.",
        ),
        (
            desk.has("products") or desk.has("products_by_number"),
            "Olist names no products: a product's title is its id, and its list price is the "
            "highest it was sold at.",
        ),
        (desk.has("items"), "A product bought twice stands on two lines of one unit."),
    ]


def _stacked(tables: list[ibis.Table]) -> ibis.Table:
    return ibis.union(*tables) if len(tables) > 1 else tables[0]


FORMAT = Format(
    name="olist",
    help="Olist's orders, items, products, customers and payments (Kaggle's files or the zips)",
    where="Get the files at kaggle.com/datasets/olistbr/brazilian-ecommerce.",
    roles=ROLES,
    map=map_files,
    required=("orders", "orders_by_number"),
    currency="BRL",
)
