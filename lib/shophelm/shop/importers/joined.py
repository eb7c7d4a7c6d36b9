"""Records whose cells hold several products, joined by a mark → a record for each product."""

from __future__ import annotations

import re
from collections.abc import Collection

import ibis

from shophelm.shop.importers.cleaning import amount_text, money
from shophelm.shop.importers.desk import Desk
from shophelm.shop.importers.language import PART
from shophelm.shop.importers.sharing import shared

NUMBER = r"\s*[1-9]\d{0,8}\s*"


def taken_apart(
    desk: Desk, cells: ibis.Table, mark: str, *, count: str, amount: str, others: Collection[str]
) -> tuple[ibis.Table, int]:
    """Give each product of a record a record of its own.

    A record is taken apart where its counts are joined, and every other cell of a product holds
    either as many parts or none of the marks; otherwise it stays as it is, for the check to refuse.

    Parameters
    ----------
    desk
        Keeps what is computed.
    cells
        The records, with `_row`. Of what one becomes, the further ones are marked as its parts
        (`language.PART`).
    mark
        What stands between two products: ";".
    count, amount
        The columns of quantities and of money: an amount told once for all is shared among the
        products by quantity, to the cent.
    others
        The further columns that are of a product.

    Returns
    -------
    tuple
        The records, and how many amounts had to be shared.
    """
    parts = {c: cells[c].split(mark) for c in {count, amount, *others}}
    several = cells[count].re_search(rf"^{NUMBER}({re.escape(mark)}{NUMBER})+$").fill_null(False)
    size = several.ifelse(parts[count].length(), 1)
    for part in parts.values():
        several &= (part.length().fill_null(1) == 1) | (part.length() == size)
    size = several.ifelse(size, 1)
    every = cells.mutate(
        _whole=cells["_row"],
        _size=size,
        _part=ibis.range(0, size).unnest(),
        **{f"_of_{c}": part for c, part in parts.items()},
    )
    each = every.mutate(**{c: _piece(every, c) for c in parts})
    each = desk.kept(
        each.mutate(
            _row=each["_row"] + each["_part"].cast("int64") * PART,
            _once=(each["_size"] > 1) & (each[f"_of_{amount}"].length() == 1),
        ).drop(*(f"_of_{c}" for c in parts))
    )
    return _with_shares(each, count, amount).select(*cells.columns), _shared(desk, each)


def _piece(every: ibis.Table, column: str) -> ibis.StringValue:
    """Take the product's own part; what is told once is told of all of them."""
    joined = (every["_size"] > 1) & (every[f"_of_{column}"].length() == every["_size"])
    own = every[f"_of_{column}"][every["_part"]].strip().nullif("")
    return joined.ifelse(own, every[column])


def _with_shares(each: ibis.Table, count: str, amount: str) -> ibis.Table:
    """Share an amount told once among the products of its record."""
    weighed = each.mutate(
        _payable=money(amount_text(each[amount])),
        _owed=ibis.null("decimal(18,4)"),
        _worth=each["_once"].ifelse(each[count].try_cast("decimal(18,4)"), 1),
    )
    sharing = shared(weighed, group=("_whole",))
    known = sharing["_once"] & sharing["_share"].notnull()
    return sharing.mutate(
        **{amount: known.ifelse(sharing["_share"].cast("string"), sharing[amount])}
    )


def _shared(desk: Desk, each: ibis.Table) -> int:
    return int(desk.numbers(each, n=(each["_once"] & (each["_part"] == 0)).sum())["n"])
