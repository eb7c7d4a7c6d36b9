"""Credit notes → refunds of the earlier orders they belong to.

A credit of goods goes to what the same customer bought of the same product before: lines at the
same price first, the newest of them first, each up to the units and the money left on it. A
credit without goods (freight, discount) goes to the customer's earlier orders, newest first, up
to what is left of what they paid. So no order is refunded more than it paid.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Credit:
    """A credit line; `product` is None where no goods came back, and units are then 0."""

    row: int
    invoice: str
    customer: str
    product: str | None
    at: datetime
    units: int
    amount: Decimal


@dataclass(slots=True)
class Bought:
    """An order line (or a whole order: `line_no` and `product` None) and what is left of it."""

    order_id: str
    line_no: int | None
    customer: str
    product: str | None
    at: datetime
    units: int
    left: Decimal
    price: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a credit that belongs to one order; `number` counts from 0 per credit."""

    credit: Credit
    number: int
    order_id: str
    line_no: int | None
    units: int
    amount: Decimal


def match(
    notes: Iterable[Credit], bought: Iterable[Bought], orders: Iterable[Bought]
) -> tuple[list[Part], dict[int, Decimal]]:
    """Match notes to what was bought before.

    Parameters
    ----------
    notes
        The credit lines.
    bought
        Order lines that notes of goods may go to.
    orders
        Orders that other notes may go to, with what they paid.

    Returns
    -------
    tuple
        The parts, and per credit `row` the amount that found no order (where there is any).
    """
    pools: dict[tuple[str, str | None], list[Bought]] = defaultdict(list)
    whole = {}
    for thing in (*bought, *orders):
        pools[thing.customer, thing.product].append(thing)
        if thing.line_no is None:
            whole[thing.order_id] = thing
    for pool in pools.values():
        pool.sort(key=lambda b: (b.at, b.order_id, b.line_no or 0), reverse=True)
    parts: list[Part] = []
    rests: dict[int, Decimal] = {}
    # goods first: they know their line
    for credit in sorted(notes, key=lambda c: (c.product is None, c.at, c.row)):
        earlier = [b for b in pools[credit.customer, credit.product] if b.at <= credit.at]
        found = _of_goods(credit, earlier) if credit.product else _of_money(credit, earlier)
        for part in found:
            if credit.product and part.order_id in whole:
                whole[part.order_id].left -= part.amount
        parts += found
        rest = credit.amount - sum((p.amount for p in found), Decimal(0))
        if rest or not found:
            rests[credit.row] = rest
    return parts, rests


def _of_goods(credit: Credit, earlier: Sequence[Bought]) -> list[Part]:
    price = credit.amount / credit.units
    parts: list[Part] = []
    wanted = credit.units
    for line in sorted(earlier, key=lambda b: b.price != price):
        units = min(wanted, line.units)
        if units:
            amount = min(units * price, line.left)
            line.units -= units
            line.left -= amount
            wanted -= units
            parts.append(Part(credit, len(parts), line.order_id, line.line_no, units, amount))
    return parts


def _of_money(credit: Credit, earlier: Sequence[Bought]) -> list[Part]:
    parts: list[Part] = []
    wanted = credit.amount
    for order in earlier:
        amount = min(wanted, order.left)
        if amount > 0:
            order.left -= amount
            wanted -= amount
            parts.append(Part(credit, len(parts), order.order_id, None, 0, amount))
    return parts
