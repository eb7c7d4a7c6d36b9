"""UCI Online Retail: a wholesaler's invoice lines, credit notes and service codes in one table."""

from __future__ import annotations

import ibis

from shophelm.shop.contract import MONEY
from shophelm.shop.importers.cleaning import (
    NO_CATEGORY,
    first_file_only,
    money,
    most_frequent,
    numbered,
    split,
    whole_id,
)
from shophelm.shop.importers.desk import Desk, written
from shophelm.shop.importers.language import Apart, Format, Mapped, Role, file_of
from shophelm.shop.importers.online_retail_refunds import map_credits

LINES = Role(
    "lines",
    "the invoice lines",
    needs=("InvoiceNo", "StockCode", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID"),
    uses=("Description", "Country"),
    personal={"CustomerID": "keyed hash"},
    table="order_lines",
)
FREIGHT = ("POST", "DOT", "C2")
FEES = ("AMAZONFEE", "BANK CHARGES", "CRUK")
GOODS, CREDIT, IN_SHIPPING = "goods", "credit", "freight, in the order's shipping_amount"
OVERLAP = "another file has the lines of this invoice already"
SLASHED = r"^(\d{1,2})/(\d{1,2})/(\d{4}) +(\d{1,2}:\d{2}(:\d{2})?)$"


def map_files(desk: Desk) -> Mapped:
    """Map invoice lines to orders, order_lines, refunds and products."""
    cells, refused = _usable(desk)
    lines = desk.kept(_classified(cells))
    goods = lines.filter(lines["_class"] == GOODS)
    goods = desk.kept(goods.mutate(line_no=numbered(goods, "invoice")))
    orders = desk.kept(_orders(lines, goods))
    credited = map_credits(desk, lines.filter(lines["_class"] == CREDIT), goods, orders)
    total = desk.numbers(lines, all=lines["value"].sum())["all"]
    return Mapped(
        tables={
            "orders": orders,
            "order_lines": _order_lines(goods),
            "refunds": credited.refunds,
            "products": _products(goods),
        },
        records=("order_lines", "refunds"),
        refused={"order_lines": refused},
        apart=_apart(lines) + credited.apart,
        totals={"Quantity × UnitPrice of all usable lines": written(total)},
        notes=_notes(desk, lines, goods),
    )


def _usable(desk: Desk) -> tuple[ibis.Table, ibis.Table]:
    """Type the lines; those with an unusable cell are refused."""
    cells = desk.cells("lines")
    cells = cells.mutate(
        invoice=whole_id(cells["InvoiceNo"]).upper(),
        product=cells["StockCode"].upper(),
        units=whole_id(cells["Quantity"]).try_cast("int64"),
        price=money(cells["UnitPrice"]),
        at=_moment(desk, cells["InvoiceDate"], cells),
        customer=whole_id(cells["CustomerID"]),
        _rank=file_of(cells["_row"]),
    )
    cells = desk.kept(desk.hashed(cells, "customer"))
    return split(
        cells,
        (cells["invoice"].isnull(), "InvoiceNo is missing", cells["InvoiceNo"]),
        (cells["product"].isnull(), "StockCode is missing", cells["StockCode"]),
        (cells["units"].isnull(), "Quantity is not a whole number", cells["Quantity"]),
        (cells["price"].isnull(), "UnitPrice is not an amount", cells["UnitPrice"]),
        (cells["at"].isnull(), "InvoiceDate is not a time", cells["InvoiceDate"]),
        (first_file_only(cells, "invoice", rank="_rank"), OVERLAP, cells["InvoiceNo"]),
        show=("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice"),
    )


def _moment(desk: Desk, text: ibis.StringValue, cells: ibis.Table) -> ibis.TimestampValue:
    """Read ISO times, and 12/1/2010 8:26 as month/day unless a first number is beyond 12."""
    slashed = text.re_search(SLASHED)
    first, second, year, clock = (text.re_extract(SLASHED, i) for i in (1, 2, 3, 4))
    beyond = slashed & (first.try_cast("int64") > 12)
    if desk.numbers(cells, n=beyond.sum())["n"]:
        first, second = second, first
    iso = year + "-" + first + "-" + second + " " + clock
    return slashed.ifelse(iso, text).try_cast("timestamp(6)")


def _classified(cells: ibis.Table) -> ibis.Table:
    """Add `value` and `_class`: goods, credit, or the words under which a line is kept apart."""
    units, price, code = cells["units"], cells["price"], cells["product"]
    credit = cells["invoice"].startswith("C") & (units < 0)
    known = cells["customer"].notnull()
    freight = code.isin(FREIGHT)
    unmatched = "credit notes without a customer"
    kind = ibis.cases(
        (cells["invoice"].startswith("A") | (code == "B"), "bad-debt adjustments"),
        (code.isin(FEES), "fees and commissions"),
        (code == "M", "manual entries"),
        (code == "S", "samples"),
        (code.startswith("GIFT"), "gift vouchers"),
        (price == 0, "lines at price 0 (gifts, write-offs, stock corrections)"),
        (price < 0, "lines at a negative price"),
        (credit & known, CREDIT),
        (credit, unmatched),
        (units <= 0, "negative quantities without a credit note"),
        (freight | (code == "D"), "charges"),
        else_=GOODS,
    )
    cells = cells.mutate(value=(price * units).cast(MONEY), _class=kind)
    sold = (cells["_class"] == GOODS).any().over(ibis.window(group_by=cells["invoice"]))
    charge = ibis.cases(
        (freight & sold, IN_SHIPPING),
        (freight, "freight on an invoice without goods"),
        else_="discounts taken back",
    )
    return cells.mutate(_class=(cells["_class"] == "charges").ifelse(charge, cells["_class"]))


def _orders(lines: ibis.Table, goods: ibis.Table) -> ibis.Table:
    """Make an order of each invoice with goods, paid when invoiced."""
    freight = lines.filter(lines["_class"] == IN_SHIPPING)
    freight = freight.group_by(_id=freight["invoice"]).aggregate(_freight=freight["value"].sum())
    sold = goods.group_by(order_id=goods["invoice"]).aggregate(
        _row=goods["_row"].min(),
        customer_id=goods["customer"].min(),
        created_at=goods["at"].min(),
        region=goods["Country"].min(),
        goods_amount=goods["value"].sum().cast(MONEY),
    )
    sold = sold.left_join(freight, sold["order_id"] == freight["_id"])
    shipping = sold["_freight"].fill_null(0).cast(MONEY)
    return sold.select(
        "_row",
        "order_id",
        "customer_id",
        "created_at",
        "region",
        "goods_amount",
        paid_at=sold["created_at"],
        status=ibis.literal("completed"),
        discount_amount=ibis.literal(0).cast(MONEY),
        shipping_amount=shipping,
        paid_amount=(sold["goods_amount"] + shipping).cast(MONEY),
    )


def _order_lines(goods: ibis.Table) -> ibis.Table:
    return goods.select(
        "_row",
        "line_no",
        order_id=goods["invoice"],
        product_id=goods["product"],
        quantity=goods["units"],
        list_price=goods["price"],
        unit_price=goods["price"],
        paid_amount=goods["value"],
    )


def _products(goods: ibis.Table) -> ibis.Table:
    """Give each product the description and the price that most of its lines have."""
    first = goods.group_by("product").aggregate(_row=goods["_row"].min())
    titles = most_frequent(goods, "product", "Description").rename(_p="product")
    prices = most_frequent(goods, "product", "price").rename(_q="product")
    known = first.left_join(titles, first["product"] == titles["_p"])
    known = known.left_join(prices, known["product"] == prices["_q"])
    return known.select(
        "_row",
        product_id=known["product"],
        title=known["Description"].fill_null(known["product"]),
        category=ibis.literal(NO_CATEGORY),
        list_price=known["price"],
    )


def _apart(lines: ibis.Table) -> list[Apart]:
    other = lines.filter(lines["_class"].notin((GOODS, CREDIT)))
    classes = other.select("_class").distinct().order_by("_class").to_pyarrow()["_class"]
    return [
        Apart(word, _shown(lines.filter(lines["_class"] == word)), saved=word != IN_SHIPPING)
        for word in classes.to_pylist()
    ]


def _shown(lines: ibis.Table) -> ibis.Table:
    return lines.select(
        "_row", "InvoiceNo", "StockCode", "Description", "units", "InvoiceDate", "price",
        amount=lines["value"],
    )  # fmt: skip


def _notes(desk: Desk, lines: ibis.Table, goods: ibis.Table) -> list[str]:
    columns = ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice",
               "CustomerID", "Country"]  # fmt: skip
    groups = lines.group_by(columns).aggregate(_n=lines.count())
    found = desk.numbers(groups, repeated=(groups["_n"] - 1).sum())
    found |= desk.numbers(goods, guests=goods["customer"].isnull().sum())
    return [
        "Amounts are in pounds sterling.",
        "The file has no time of payment: an invoice counts as paid when it was written.",
        "A credit note is taken off the newest earlier invoices on which its customer bought the "
        "product, those at its price first; one for freight or a discount, off the customer's "
        "newest earlier invoices. Where there are none, it is kept apart.",
        f"{found['repeated']:,} lines repeat another line exactly; they were kept, for an invoice "
        "may list a product twice.",
        f"{found['guests']:,} lines of goods have no CustomerID: their orders have no customer.",
        f"The file has no categories: every product's is '{NO_CATEGORY}'. Stock codes that differ "
        "in case only are one product; its list price is the one on most of its lines.",
    ]


FORMAT = Format(
    name="online-retail",
    help="UCI Online Retail: InvoiceNo, StockCode, Description, Quantity, InvoiceDate ...",
    where="Get the file at archive.ics.uci.edu/dataset/352/online+retail.",
    roles=(LINES,),
    map=map_files,
    required=("lines",),
    currency="GBP",
    encodings=("utf-8-sig", "cp1252"),
)
