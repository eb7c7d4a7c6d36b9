"""Records that are rows of the contract's tables as they stand: daily figures, lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import ibis

from shophelm.shop.contract import TABLES
from shophelm.shop.importers.cells import Cell
from shophelm.shop.importers.cleaning import money
from shophelm.shop.importers.desk import Desk
from shophelm.shop.importers.language import Apart

PEOPLE = frozenset({"customer_id", "visitor_id"})
ADDED = "added to an earlier row of the same key"


@dataclass(frozen=True, slots=True)
class Rows:
    """What a record becomes.

    Attributes
    ----------
    table
        The contract's table.
    columns
        Its columns → where they come from.
    add_up
        Columns that are added up over records of the same key; records of one key are an error
        where there are none.
    """

    table: str
    columns: Mapping[str, Cell]
    add_up: Sequence[str] = field(default_factory=tuple)


def rows_of(desk: Desk, cells: ibis.Table, rows: Rows) -> tuple[ibis.Table, list[Apart]]:
    """Make the rows of a table, one of each record but those that are added to others.

    Parameters
    ----------
    desk
        Hashes and keeps.
    cells
        The records.
    rows
        What they become.
    """
    contract = TABLES[rows.table]
    made = {name: cell.text(cells, contract[name].kind) for name, cell in rows.columns.items()}
    table = cells.select("_row", **made)
    for column in PEOPLE & set(rows.columns):
        table = desk.hashed(table, column)
    return _added(desk, table, rows) if rows.add_up else (table, [])


def _added(desk: Desk, table: ibis.Table, rows: Rows) -> tuple[ibis.Table, list[Apart]]:
    """Add records of one key up; one with a cell that is no number stays for the check to name."""
    key = [k for k in TABLES[rows.table].key if k in rows.columns]
    numbers = {name: money(table[name]) for name in rows.add_up if name in rows.columns}
    odd = ibis.or_(*(table[n].notnull() & v.isnull() for n, v in numbers.items()))
    marked = desk.kept(table.mutate(_odd=odd, **{f"_{n}": v for n, v in numbers.items()}))
    sound, odd_rows = marked.filter(~marked["_odd"]), marked.filter(marked["_odd"])
    group = ibis.window(group_by=[sound[k] for k in key])
    sums = {n: sound[f"_{n}"].sum().over(group) for n in numbers}
    place = ibis.row_number().over(
        ibis.window(group_by=[sound[k] for k in key], order_by=sound["_row"])
    )
    summed = desk.kept(sound.mutate(_place=place, **{f"_{n}": v for n, v in sums.items()}))
    first = summed.filter(summed["_place"] == 0)
    texts = {n: _written(first[f"_{n}"]) for n in numbers}
    made = ibis.union(first.mutate(**texts).select(*table.columns), odd_rows.select(*table.columns))
    rest = summed.filter(summed["_place"] > 0).select("_row")
    return made, [Apart(ADDED, rest, saved=False)]


def _written(number: ibis.DecimalValue) -> ibis.StringValue:
    return number.cast("string").re_replace(r"\.0+$", "")
