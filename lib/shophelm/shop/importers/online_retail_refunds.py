"""Online Retail's credit notes: read, matched to earlier invoices, written as refunds."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

import ibis
import pyarrow as pa

from shophelm.shop.importers.cancellations import Bought, Credit, Part, match
from shophelm.shop.importers.desk import Desk
from shophelm.shop.importers.language import PART, Apart

MONEY = pa.decimal128(18, 4)
REFUNDS = pa.schema(
    {
        "_row": pa.int64(),
        "refund_id": pa.string(),
        "order_id": pa.string(),
        "line_no": pa.int64(),
        "refunded_at": pa.timestamp("us"),
        "quantity": pa.int64(),
        "amount": MONEY,
        "reason": pa.string(),
    }
)
RESTS = pa.schema({"_row": pa.int64(), "amount": MONEY, "_whole": pa.bool_()})
NOT_GOODS = {"D": "discount", "POST": "freight", "DOT": "freight", "C2": "freight"}
UNMATCHED = "credit notes whose customer had bought nothing of the kind before"
REST = "rest of credit notes that exceed what their customer had bought"


@dataclass(frozen=True, slots=True)
class Credits:
    """Refunds, and the credit notes (or rests of them) that belong to no order."""

    refunds: ibis.Table
    apart: list[Apart]


def map_credits(desk: Desk, notes: ibis.Table, goods: ibis.Table, orders: ibis.Table) -> Credits:
    """Turn credit lines into refunds of earlier orders.

    Parameters
    ----------
    desk
        The means.
    notes
        Credit lines of known customers: `_row`, invoice, customer, product, at, units, value.
    goods
        Order lines, with line_no.
    orders
        Orders, with what they paid.
    """
    credited = [_credit(row) for row in notes.order_by("_row").to_pyarrow().to_pylist()]
    parts, rests = match(credited, _lines(notes, goods), _orders(notes, orders))
    codes = dict(
        zip(*notes.select("_row", "product").to_pyarrow().to_pydict().values(), strict=True)
    )
    matched = {p.credit.row for p in parts}
    left = pa.table(
        [list(rests), [-r for r in rests.values()], [r not in matched for r in rests]],
        schema=RESTS,
    )
    left = _table(desk, "credit_rests", left).inner_join(notes.drop("value"), "_row")
    shown = left.select(
        "_row", "InvoiceNo", "StockCode", "Description", "units", "InvoiceDate", "price",
        "amount", "_whole",
    )  # fmt: skip
    return Credits(
        refunds=_table(desk, "credit_refunds", _refunds(parts, codes)),
        apart=[
            Apart(UNMATCHED, shown.filter(shown["_whole"]).drop("_whole")),
            Apart(REST, shown.filter(~shown["_whole"]).drop("_whole"), counted=False),
        ],
    )


def _credit(row: dict) -> Credit:
    goods = row["product"] not in NOT_GOODS
    return Credit(
        row=row["_row"],
        invoice=row["invoice"],
        customer=row["customer"],
        product=row["product"] if goods else None,
        at=row["at"],
        units=-row["units"] if goods else 0,
        amount=-row["value"],
    )


def _lines(notes: ibis.Table, goods: ibis.Table) -> list[Bought]:
    """Read the lines that some credit may go to: same customer, same product."""
    pairs = notes.select(_c=notes["customer"], _p=notes["product"]).distinct()
    same = [goods["customer"] == pairs["_c"], goods["product"] == pairs["_p"]]
    lines = goods.semi_join(pairs, same).select(
        "invoice", "line_no", "customer", "product", "at", "units", "value", "price"
    )
    return [Bought(*row.values()) for row in lines.to_pyarrow().to_pylist()]


def _orders(notes: ibis.Table, orders: ibis.Table) -> list[Bought]:
    """Read the orders that some credit without goods may go to: same customer."""
    without = notes.filter(notes["product"].isin(tuple(NOT_GOODS)))
    people = without.select(_c=without["customer"]).distinct()
    theirs = orders.semi_join(people, orders["customer_id"] == people["_c"])
    theirs = theirs.select("order_id", "customer_id", "created_at", "paid_amount")
    return [
        Bought(order, None, customer, None, at, 0, paid)
        for order, customer, at, paid in (r.values() for r in theirs.to_pyarrow().to_pylist())
    ]


def _refunds(parts: list[Part], codes: dict[int, str]) -> pa.Table:
    written: Counter[str] = Counter()
    rows = []
    for part in parts:
        credit = part.credit
        written[credit.invoice] += 1
        rows.append(
            {
                "_row": credit.row + PART * part.number,
                "refund_id": f"{credit.invoice}-{written[credit.invoice]}",
                "order_id": part.order_id,
                "line_no": part.line_no,
                "refunded_at": credit.at,
                "quantity": part.units if credit.product else None,
                "amount": Decimal(part.amount),
                "reason": NOT_GOODS.get(codes[credit.row], "cancellation"),
            }
        )
    return pa.Table.from_pylist(rows, schema=REFUNDS)


def _table(desk: Desk, name: str, rows: pa.Table) -> ibis.Table:
    return desk.con.create_table(name, rows, temp=True)
