"""A stored table held against its contract: typed, with the rule each unusable row breaks.

A row that cannot be used (a value that is no amount, a missing key, a duplicate, an orphan) is
rejected, never dropped in silence: accepted + rejected = read. A promise that is broken but
leaves the row usable is only reported.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import ibis
import pandas as pd

from shophelm.errors import DataError
from shophelm.shop import kept
from shophelm.shop.contract import KINDS, Column, Table
from shophelm.shop.reading import Raw
from shophelm.shop.twins import suspects

PIECE = 100_000
"""Rows to be shown that are held at a time."""
_YEARS = {"day": (date.min, date.max), "time": (datetime.min, datetime.max)}  # noqa: DTZ901
TEXT_KINDS = ("id", "text", "choice")


@dataclass(frozen=True, slots=True)
class Checked:
    """A table after its check.

    Attributes
    ----------
    contract
        What was promised.
    rows
        Every row read, in the contract's columns and types, with `_row`, `_rule` and `_value`
        (the rule it breaks and what stood there; null where the row is accepted).
    raw
        As stored, to show a rejected row as it was.
    present
        Columns that really are there; the others read as null.
    read, rejected
        Records read, and how many of them were rejected, faults in the file included.
    days
        Per time column that says when something came to be or was known, the first and the last
        day of the accepted rows; None where it holds nothing.
    key
        A digest of all that it was made of; "" where that cannot be told.
    """

    contract: Table
    rows: ibis.Table
    raw: Raw
    present: frozenset[str]
    read: int
    rejected: int
    days: dict[str, tuple[date, date] | None]
    key: str = ""

    @property
    def accepted(self) -> ibis.Table:
        """The usable rows, in the contract's columns."""
        rows = self.rows if not self.rejected else self.rows.filter(self.rows["_rule"].isnull())
        return rows.select(*self.contract.names)


def check(con: ibis.BaseBackend, contract: Table, raw: Raw, parent: Checked | None) -> Checked:
    """Type a stored table and find the rows that cannot be used.

    Parameters
    ----------
    con
        The connection; text tables are kept there once typed.
    contract
        What the table promises.
    raw
        The table as stored.
    parent
        The parent table, where the contract names one and the shop has it.

    Raises
    ------
    DataError
        If a column that may not be absent is absent.
    """
    if lacking := lacking_columns(contract, raw):
        raise DataError(lacking)
    key = kept.key("check", contract.name, raw.key, parent.key if parent else "no parent")
    if place := kept.find(key):
        return _found(con, contract, raw, key, place)
    checked = replace(_check(con, contract, raw, parent), key=key)
    if raw.dear and raw.unchanged and (parent is None or parent.raw.unchanged):
        kept.keep(key, lambda folder: _write(con, checked, folder))
    return checked


def _found(con: ibis.BaseBackend, contract: Table, raw: Raw, key: str, place: Path) -> Checked:
    """Give a table as it was checked before."""
    told = json.loads((place / "checked.json").read_text())
    days = {t: d and tuple(map(date.fromisoformat, d)) for t, d in told["days"].items()}
    if (path := place / "rows.parquet").exists():
        rows = con.read_parquet(path, table_name=f"checked_{contract.name}")
    else:
        # all of them accepted
        rows = _typed(contract, raw)
    present = frozenset(told["present"])
    return Checked(contract, rows, raw, present, told["read"], told["rejected"], days, key)


def _write(con: ibis.BaseBackend, checked: Checked, folder: Path) -> None:
    """Keep what a check found: the rows too, where to find them again is dear."""
    if checked.rejected or not checked.raw.stored:
        con.to_parquet(checked.rows, folder / "rows.parquet", compression="zstd")
    days = {t: d and [day.isoformat() for day in d] for t, d in checked.days.items()}
    told = {"read": checked.read, "rejected": checked.rejected, "days": days}
    text = json.dumps(told | {"present": sorted(checked.present)})
    (folder / "checked.json").write_text(text)


def _check(con: ibis.BaseBackend, contract: Table, raw: Raw, parent: Checked | None) -> Checked:
    rows = _typed(contract, raw)
    if not raw.stored:
        rows = con.create_table(f"typed_{contract.name}", rows, temp=True, overwrite=True)
    rows = _mark_duplicates(contract, rows)
    if parent is not None:
        rows = _mark_orphans(contract, rows, parent)
    times = sorted(contract.known_at | {contract.time} - {""})
    accepted = rows["_rule"].isnull()
    ends = {f"first_{t}": _held(rows[t].min(where=accepted).cast("date")) for t in times}
    ends |= {f"last_{t}": _held(rows[t].max(where=accepted).cast("date")) for t in times}
    count, refused, *days = first_row(
        rows.aggregate(count=rows.count(), refused=(~accepted).sum(), **ends)
    )
    firsts, lasts = days[: len(times)], days[len(times) :]
    faults = int(raw.faults.count().execute()) if raw.faults is not None else 0
    return Checked(
        contract=contract,
        rows=rows,
        raw=raw,
        present=frozenset(contract.names) & frozenset(raw.table.columns),
        read=int(count) + faults,
        rejected=int(refused or 0) + faults,
        days={t: (a, z) if a else None for t, a, z in zip(times, firsts, lasts, strict=True)},
    )


def rejects(checked: Checked) -> pd.DataFrame:
    """List a table's rejected rows: row, rule, value, then the columns as they were stored.

    `row` counts records under the header, 1 first; null where the store keeps no order.
    """
    pieces = list(rejects_by_piece(checked))
    if not pieces:
        return pd.DataFrame(columns=["row", "rule", "value"])
    return pd.concat(pieces, ignore_index=True)


def rejects_by_piece(checked: Checked) -> Iterator[pd.DataFrame]:
    """Give what `rejects` lists piece by piece, for when there are very many."""
    rows = checked.rows.filter(checked.rows["_rule"].notnull())
    if "_row" in checked.raw.table.columns:
        rows = (
            rows.select("_row", "_rule", "_value")
            .inner_join(checked.raw.table, "_row")
            .order_by("_row")
        )
    faults = checked.raw.faults
    names = [*rows.columns, *(faults.columns if faults is not None else [])]
    told = [c for c in dict.fromkeys(names) if not c.startswith("_")]
    for frame in rows.to_pandas_batches(chunk_size=PIECE):
        frame["_value"] = [_offending(checked.contract, row) for row in frame.to_dict("records")]
        yield _told(frame, told)
    if faults is not None:
        for frame in faults.order_by("_row").to_pandas_batches(chunk_size=PIECE):
            yield _told(frame, told)


def _told(frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    every = frame.reindex(columns=["_row", "_rule", "_value", *columns])
    return every.rename(columns=lambda c: c.removeprefix("_"))


def lacking_columns(contract: Table, raw: Raw) -> str:
    """Say which columns a stored table lacks without which it cannot be used; "" for none."""
    there = [c for c in raw.table.columns if not c.startswith("_")]
    missing = [c.name for c in contract.columns if not c.optional and c.name not in there]
    if not missing:
        return ""
    return (
        f"{contract.name}: no column {', '.join(missing)}. The file has {', '.join(there)}. "
        "`shophelm tables` says what each column must hold; a platform's own export goes "
        "through `shophelm import` first."
    )


def first_row(expr: ibis.Table) -> tuple:
    """Run a query and give its first row."""
    return tuple(expr.to_pyarrow().to_pylist()[0].values())


def _typed(contract: Table, raw: Raw) -> ibis.Table:
    table = raw.table
    if not raw.stored:
        table = _trimmed(contract, table)
    values = {c.name: _value(c, table) for c in contract.columns}
    row = table["_row"] if "_row" in table.columns else ibis.null("int64")
    broken = _broken_rules(contract, table, values)
    return table.select(
        **values,
        _row=row,
        _rule=_first_case([(bad, rule) for bad, rule, _ in broken]),
        # a store without an order of rows is not asked again for what stood there
        _value=_first_case([(bad, stored) for bad, _, stored in broken]),
    )


def _trimmed(contract: Table, table: ibis.Table) -> ibis.Table:
    """Take the blanks off what people typed or an export padded: "O1 " is the order O1."""
    texts = [c.name for c in contract.columns if c.kind in TEXT_KINDS and c.name in table.columns]
    return table.mutate(**{name: table[name].cast("string").strip().nullif("") for name in texts})


def _value(column: Column, raw: ibis.Table) -> ibis.Value:
    if column.name not in raw.columns:
        return ibis.null(column.dtype)
    stored = raw[column.name]
    if stored.type().copy(nullable=True) == column.dtype:
        return stored
    if column.kind in TEXT_KINDS:
        return stored.cast("string")
    if column.kind == "count" and not stored.type().is_integer():
        number = stored.try_cast("float64")
        # past 2^53 a float is not exact, and infinity has no whole part
        number = (number.abs() < 2**53).ifelse(number, ibis.null("float64"))
        return (number == number.floor()).ifelse(number.try_cast("int64"), ibis.null("int64"))
    value = stored.try_cast(column.dtype)
    if column.kind == "number":
        return (value.isnan() | value.isinf()).ifelse(ibis.null("float64"), value)
    if column.kind in ("day", "time"):
        # an engine counts years on past what any calendar here can hold
        return value.between(*_YEARS[column.kind]).ifelse(value, ibis.null(column.dtype))
    return value


def _held(day: ibis.DateValue) -> ibis.DateValue:
    """Keep a day of a store's within what Python can hold; it is later than any as_of anyway."""
    last = ibis.literal(_YEARS["day"][1])
    return (day > last).ifelse(last, day)


def _broken_rules(
    contract: Table, raw: ibis.Table, values: dict[str, ibis.Value]
) -> list[tuple[ibis.BooleanValue, str, ibis.Value]]:
    """Build, for each rule of a column: where it is broken, its words, and the value stored."""
    broken = []
    for column in contract.columns:
        value = values[column.name]
        if column.name in raw.columns and column.kind not in TEXT_KINDS:
            stored = raw[column.name]
            if stored.type().copy(nullable=True) != column.dtype:
                bad = stored.notnull() & value.isnull()
                noun = KINDS[column.kind].noun
                broken.append((bad, f"{column.name} is not {noun}", stored.cast("string")))
        if not column.optional:
            broken.append((value.isnull(), f"{column.name} is missing", ibis.literal("")))
    return broken


def _first_case(branches: list[tuple[ibis.BooleanValue, ibis.Value | str]]) -> ibis.StringValue:
    return ibis.cases(*branches) if branches else ibis.null("string")


def _mark_duplicates(contract: Table, rows: ibis.Table) -> ibis.Table:
    some = suspects(rows.filter(rows["_rule"].isnull()), contract.key)
    if some is None:
        return rows
    keys = some.group_by(contract.key).aggregate(_n=lambda t: t.count())
    if not keys.filter(keys["_n"] > 1).count().execute():
        return rows
    place = ibis.row_number().over(
        group_by=[*contract.key, rows["_rule"].isnull()], order_by=["_row", *contract.names]
    )
    rule = f"the key ({', '.join(contract.key)}) stands on an earlier row"
    return _mark(rows.mutate(_place=place), lambda t: t["_place"] > 0, rule).drop("_place")


def _mark_orphans(contract: Table, rows: ibis.Table, parent: Checked) -> ibis.Table:
    column, table = contract.parent
    key = parent.contract.key[0]
    kept = parent.accepted.select(_known=key)
    if not rows.anti_join(kept, rows[column] == kept["_known"]).count().execute():
        return rows
    known = parent.rows.group_by(_known=parent.rows[key]).aggregate(
        _kept=lambda t: t["_rule"].isnull().any()
    )
    rows = rows.left_join(known, rows[column] == known["_known"])
    rows = _mark(rows, lambda t: t["_known"].isnull(), f"{column} is not in {table}")
    # what is wrong is told once, at the parent's row
    rows = _mark(rows, lambda t: ~t["_kept"], f"its {parent.contract.grain} was rejected")
    return rows.drop("_known", "_kept")


def _mark(
    rows: ibis.Table, broken: Callable[[ibis.Table], ibis.BooleanValue], rule: str
) -> ibis.Table:
    marked = (rows["_rule"].isnull() & broken(rows)).ifelse(rule, rows["_rule"])
    return rows.mutate(_rule=marked)


def _offending(contract: Table, row: dict) -> str:
    """Give the stored value that broke a rule; the key where the rule is about the key."""
    if not pd.isna(row["_value"]):
        return row["_value"]
    column = row["_rule"].split(" ")[0]
    if column in row and column in contract.names:
        return "" if pd.isna(row[column]) else str(row[column])
    return ", ".join(f"{k}={row.get(k)}" for k in contract.key)
