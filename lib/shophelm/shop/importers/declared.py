"""Formats that are written down as a mapping (formats/*.toml) → formats that can be imported."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis

from shophelm.errors import DataError
from shophelm.shop.contract import TABLES
from shophelm.shop.importers.basket import ITEM, LINE, ORDER, baskets
from shophelm.shop.importers.cells import Cell, Test, read_cell, read_tests
from shophelm.shop.importers.cleaning import last_of_each, split
from shophelm.shop.importers.desk import Desk
from shophelm.shop.importers.flat import Rows, rows_of
from shophelm.shop.importers.joined import taken_apart
from shophelm.shop.importers.language import Apart, Format, Mapped, Role
from shophelm.shop.importers.recognising import matching

FOLDER = Path(__file__).with_name("formats")
FORMAT_KEYS = {"name", "help", "where", "currency", "notes", "role"}
ROLE_KEYS = {
    "name",
    "what",
    "needs",
    "unit",
    "days",
    "personal",
    "apart",
    "one_day",
    "joined",
    "money",
    "table",
    "lines",
}
SEVERAL = "{name}: amounts are in several currencies ({found}). Import one currency at a time."
MANY_DAYS = "the row is of several days: export it day by day"


@dataclass(frozen=True, slots=True)
class Declared:
    """What one kind of file becomes.

    Attributes
    ----------
    rows
        Tables of which each record is a row, the first; the others are lists carried along.
    lines
        What a record says as a line of an order; empty where it is none.
    apart
        Category → which records are no records of their own: where the first test holds, and none
        of the others.
    one_day
        Two columns that must hold the same day; () for none.
    joined
        What stands between products where cells hold several; "" where they hold one.
    money
        The column that holds the currency, or has it in brackets in its name; "" for none.
    """

    rows: tuple[Rows, ...]
    lines: Mapping[str, Cell]
    apart: Mapping[str, tuple[Test, ...]]
    one_day: tuple[str, ...] = ()
    joined: str = ""
    money: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column of the export that is read."""
        cells = [c for r in self.rows for c in r.columns.values()] + list(self.lines.values())
        named = [t.column for tests in self.apart.values() for t in tests]
        named += [*self.one_day, *([self.money] if self.money else [])]
        return tuple(dict.fromkeys([n for c in cells for n in c.columns] + named))

    @property
    def becomes(self) -> tuple[tuple[str, dict[str, str]], ...]:
        """What becomes of it, for people."""
        made = [(r.table, {n: c.said for n, c in r.columns.items()}) for r in self.rows]
        if self.lines:
            made.append(("orders", {n: c.said for n, c in self.lines.items() if n in ORDER}))
            made.append(("order_lines", {n: c.said for n, c in self.lines.items() if n in ITEM}))
        return tuple(made)


def written_down() -> Iterator[Format]:
    """Give the formats of the folder, in the order of their names."""
    for path in sorted(FOLDER.glob("*.toml")):
        yield read_format(path)


def read_format(path: Path) -> Format:
    """Read one mapping.

    Raises
    ------
    ValueError
        If it says what cannot be: a key, table or column that is not known. It names which.
    """
    said = tomllib.loads(path.read_text(encoding="utf-8"))
    _known(path, said, FORMAT_KEYS)
    declared = {r["name"]: _declared(path, r) for r in said["role"]}
    roles = tuple(_role(r, declared[r["name"]]) for r in said["role"])
    name, notes = said["name"], list(said.get("notes", ()))

    def map_files(desk: Desk) -> Mapped:
        mapped = _mapped(desk, name, declared)
        mapped.notes[:0] = notes
        return mapped

    return Format(
        name=name,
        help=said["help"],
        where=said["where"],
        roles=roles,
        map=map_files,
        required=tuple(n for n, d in declared.items() if d.rows or d.lines),
        currency=said.get("currency", ""),
    )


def _mapped(desk: Desk, name: str, declared: Mapping[str, Declared]) -> Mapped:
    """Map every role's files, and put together what they make."""
    mapped = Mapped(tables={}, records=())
    for role, said in declared.items():
        if not desk.has(role):
            continue
        cells = desk.cells(role)
        for category, (test, *others) in said.apart.items():
            held = test.holds(cells)
            for other in others:
                held &= ~other.holds(cells)
            held = desk.kept(cells.mutate(_apart=held))
            mapped.apart.append(
                Apart(category, held.filter(held["_apart"]).select("_row"), saved=False)
            )
            cells = held.filter(~held["_apart"]).drop("_apart")
        if said.one_day:
            first, last = (cells[c] for c in said.one_day)
            cells, refused = split(cells, (first != last, MANY_DAYS, last))
            table = said.rows[0].table
            there = mapped.refused.get(table)
            mapped.refused[table] = refused if there is None else ibis.union(there, refused)
        if said.money:
            mapped.currency = _currency(desk, name, role, cells, said.money) or mapped.currency
        if said.joined:
            cells = _taken_apart(mapped, desk, cells, said)
        if said.lines:
            _add(mapped, baskets(desk, name, cells, said.lines))
        elif said.rows:
            _add_rows(mapped, desk, cells, said)
        else:
            mapped.apart.append(Apart("not used", cells.select("_row"), saved=False))
    return mapped


def _taken_apart(mapped: Mapped, desk: Desk, cells: ibis.Table, said: Declared) -> ibis.Table:
    """Make a record of each product, and say how many amounts had to be shared."""
    own = {n: c.column for n, c in said.lines.items() if n in ITEM and c.column}
    count, amount = own.pop("quantity"), own.pop("line_paid")
    cells, n = taken_apart(
        desk, cells, said.joined, count=count, amount=amount, others=own.values()
    )
    if n:
        mapped.notes.append(
            f"Records that tell one amount for several products: {n:,}; it is shared by quantity."
        )
    return cells


def _currency(desk: Desk, name: str, role: str, cells: ibis.Table, column: str) -> str:
    """Find what the money is in, in a column or in the brackets of its name; "" for not told.

    Raises
    ------
    DataError
        If there are several.
    """
    if "*" in column:
        names = [c for i in desk.of(role) for c in matching(column, i.columns)]
        found = [n.rpartition("(")[2].strip(") ") for n in names]
    else:
        found = cells.select(column).distinct().to_pyarrow()[column].to_pylist()
    known = sorted({c.upper() for c in found if c})
    if len(known) > 1:
        raise DataError(SEVERAL.format(name=name, found=", ".join(known)))
    return known[0] if known else ""


def _add(mapped: Mapped, found: Mapped) -> None:
    """Put what one role's files make to what others made."""
    for table, rows in found.tables.items():
        _put(mapped, table, rows)
    mapped.records = (*mapped.records, *found.records)
    mapped.refused |= found.refused
    mapped.totals |= found.totals
    mapped.notes += found.notes


def _add_rows(mapped: Mapped, desk: Desk, cells: ibis.Table, said: Declared) -> None:
    for place, rows in enumerate(said.rows):
        made, added = rows_of(desk, cells, rows)
        if place == 0:
            mapped.records = tuple(dict.fromkeys((*mapped.records, rows.table)))
            mapped.apart += added
        else:
            made = last_of_each(made, *TABLES[rows.table].key)
        _put(mapped, rows.table, made)


def _put(mapped: Mapped, table: str, rows: ibis.Table) -> None:
    """Add rows to a table; columns that one side lacks read as null there."""
    if table in mapped.tables:
        there = mapped.tables[table]
        names = list(dict.fromkeys([*there.columns, *rows.columns]))
        sides = [
            t.select(*(t[n] if n in t.columns else ibis.null("string").name(n) for n in names))
            for t in (there, rows)
        ]
        rows = ibis.union(*sides)
    mapped.tables[table] = rows


def _role(said: Mapping[str, Any], declared: Declared) -> Role:
    needs = tuple(said["needs"])
    table = "order_lines" if declared.lines else next((r.table for r in declared.rows), "")
    return Role(
        name=said["name"],
        what=said["what"],
        needs=needs,
        uses=tuple(c for c in declared.columns if c not in needs),
        personal=dict(said.get("personal", {})),
        table=table,
        unit=tuple(said.get("unit", ())),
        days=said.get("days", ""),
        becomes=declared.becomes,
    )


def _declared(path: Path, said: Mapping[str, Any]) -> Declared:
    _known(path, said, ROLE_KEYS)
    tables = said.get("table", {})
    _known(path, tables, TABLES)
    lines = said.get("lines", {})
    _known(path, lines, LINE)
    return Declared(
        tuple(_rows(path, name, columns) for name, columns in tables.items()),
        {name: read_cell(cell) for name, cell in lines.items()},
        {t["category"]: _tests(t) for t in said.get("apart", ())},
        tuple(said.get("one_day", ())),
        said.get("joined", ""),
        said.get("money", ""),
    )


def _tests(said: Mapping[str, Any]) -> tuple[Test, ...]:
    return (*read_tests(said), *read_tests(said.get("unless", [])))


def _rows(path: Path, table: str, said: Mapping[str, Any]) -> Rows:
    names = [n for n in said if n != "add_up"]
    _known(path, names, TABLES[table].names)
    return Rows(table, {n: read_cell(said[n]) for n in names}, tuple(said.get("add_up", ())))


def _known(path: Path, said: Collection[str], known: Collection[str]) -> None:
    strange = sorted(set(said) - set(known))
    if strange:
        raise ValueError(f"{path.name}: {', '.join(strange)} is not known; {', '.join(known)} are")
