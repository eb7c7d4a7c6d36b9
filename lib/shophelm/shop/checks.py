"""A stored table held against its contract: typed, with the rule each unusable row breaks.

A row that cannot be used (a value that is no amount, a missing key, a duplicate, an orphan) is
rejected, never dropped in silence: accepted + rejected = read. A promise that is broken but
leaves the row usable is only reported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import ibis
import pandas as pd

from shophelm.errors import DataError
from shophelm.shop.contract import KINDS, TABLES, Column, Table
from shophelm.shop.reading import Raw

TEXT_KINDS = ("id", "text", "choice")


@dataclass(frozen=True, slots=True)
class Checked:
    """A table after its check.

    Attributes
    ----------
    contract
        What was promised.
    rows
        Every row read, in the contract's columns and types, with `_row` and `_rule` (null where
        the row is accepted).
    raw
        As stored, to show a rejected row as it was.
    present
        Columns that really are there; the others read as null.
    read, rejected
        Records read, and how many of them were rejected, faults in the file included.
    """

    contract: Table
    rows: ibis.Table
    raw: Raw
    present: frozenset[str]
    read: int
    rejected: int

    @property
    def accepted(self) -> ibis.Table:
        """The usable rows, in the contract's columns."""
        rows = self.rows if not self.rejected else self.rows.filter(self.rows["_rule"].isnull())
        return rows.select(*self.contract.names)


def check(con: ibis.BaseBackend, contract: Table, raw: Raw, parent: ibis.Table | None) -> Checked:
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
        Accepted rows of the parent table, where the contract names one and the shop has it.

    Raises
    ------
    DataError
        If a column that may not be absent is absent.
    """
    _require_columns(contract, raw.table)
    rows = _typed(contract, raw.table)
    if not raw.stored:
        rows = con.create_table(f"typed_{contract.name}", rows, temp=True, overwrite=True)
    rows = _mark_duplicates(contract, rows)
    if parent is not None:
        rows = _mark_orphans(contract, rows, parent)
    count, refused = _first(
        rows.aggregate(count=rows.count(), refused=rows["_rule"].notnull().sum())
    )
    faults = int(raw.faults.count().execute()) if raw.faults is not None else 0
    return Checked(
        contract=contract,
        rows=rows,
        raw=raw,
        present=frozenset(contract.names) & frozenset(raw.table.columns),
        read=int(count) + faults,
        rejected=int(refused or 0) + faults,
    )


def rejects(checked: Checked) -> pd.DataFrame:
    """List a table's rejected rows: row, rule, value, then the columns as they were stored.

    `row` counts records under the header, 1 first; null where the store keeps no order.
    """
    rows = checked.rows.filter(checked.rows["_rule"].notnull())
    if "_row" in checked.raw.table.columns:
        rows = rows.select("_row", "_rule").inner_join(checked.raw.table, "_row").order_by("_row")
    frame = rows.to_pandas()
    frame["_value"] = [_offending(checked.contract, row) for row in frame.to_dict("records")]
    if checked.raw.faults is not None:
        frame = pd.concat([frame, checked.raw.faults.order_by("_row").to_pandas()])
    columns = ["_row", "_rule", "_value", *(c for c in frame if not c.startswith("_"))]
    return frame[columns].rename(columns=lambda c: c.removeprefix("_")).reset_index(drop=True)


def broken_promises(checked: Checked, others: Mapping[str, ibis.Table]) -> pd.DataFrame:
    """Count, per promise, the accepted rows that break it.

    Parameters
    ----------
    checked
        The table.
    others
        Accepted rows of the shop's tables, for columns that refer to them and for totals.

    Returns
    -------
    DataFrame
        table, promise, rows, broken, example. One row per promise that could be checked; rows
        are the table's rows, for a total the parents that have any.
    """
    rows = checked.accepted
    found = _count(rows, [*_row_tests(checked), *_reference_tests(checked, others)])
    for total in checked.contract.totals:
        column, parent = checked.contract.parent
        if parent in others:
            sums = rows.group_by(column).aggregate(_total=rows[total.column].sum())
            joined = sums.inner_join(others[parent], column)
            found += _count(joined, [(total.sentence, ~total.kept(joined, joined["_total"]))])
    return pd.DataFrame(found, columns=["promise", "rows", "broken", "example"]).assign(
        table=checked.contract.name
    )[["table", "promise", "rows", "broken", "example"]]


def _count(
    rows: ibis.Table, tests: list[tuple[str, ibis.BooleanValue]]
) -> list[tuple[str, int, int, str]]:
    """Count in one pass the rows that fail each test, with the least id of one that does."""
    if not tests:
        return []
    label = rows[rows.columns[0]].cast("string")
    count, *broken = _first(
        rows.aggregate(
            rows=rows.count(),
            **{f"b{i}": fails.sum() for i, (_, fails) in enumerate(tests)},
            **{f"e{i}": label.min(where=fails) for i, (_, fails) in enumerate(tests)},
        )
    )
    examples = broken[len(tests) :]
    return [
        (sentence, int(count), int(n or 0), f"{rows.columns[0]}={e}" if n else "")
        for (sentence, _), n, e in zip(tests, broken, examples, strict=False)
    ]


def _require_columns(contract: Table, table: ibis.Table) -> None:
    missing = [c.name for c in contract.columns if not c.optional and c.name not in table.columns]
    if missing:
        there = ", ".join(c for c in table.columns if not c.startswith("_"))
        raise DataError(
            f"{contract.name}: no column {', '.join(missing)}. The file has {there}. "
            "`shophelm tables` says what each column must hold; a platform's own export goes "
            "through `shophelm import` first."
        )


def _typed(contract: Table, raw: ibis.Table) -> ibis.Table:
    values = {c.name: _value(c, raw) for c in contract.columns}
    row = raw["_row"] if "_row" in raw.columns else ibis.null("int64")
    return raw.select(**values, _row=row, _rule=_rule(contract, raw, values))


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
    return value


def _rule(contract: Table, raw: ibis.Table, values: dict[str, ibis.Value]) -> ibis.StringValue:
    """Build the first rule a row breaks, null where it keeps them all."""
    branches = []
    for column in contract.columns:
        value = values[column.name]
        if column.name in raw.columns and column.kind not in TEXT_KINDS:
            stored = raw[column.name]
            if stored.type().copy(nullable=True) != column.dtype:
                bad = stored.notnull() & value.isnull()
                branches.append((bad, f"{column.name} is not {KINDS[column.kind].noun}"))
        if not column.optional:
            branches.append((value.isnull(), f"{column.name} is missing"))
    return ibis.cases(*branches) if branches else ibis.null("string")


def _mark_duplicates(contract: Table, rows: ibis.Table) -> ibis.Table:
    usable = rows.filter(rows["_rule"].isnull())
    keys = usable.group_by(contract.key).aggregate(_n=lambda t: t.count())
    if not keys.filter(keys["_n"] > 1).count().execute():
        return rows
    place = ibis.row_number().over(
        group_by=[*contract.key, rows["_rule"].isnull()], order_by=["_row", *contract.names]
    )
    rule = f"the key ({', '.join(contract.key)}) stands on an earlier row"
    return _mark(rows.mutate(_place=place), lambda t: t["_place"] > 0, rule).drop("_place")


def _mark_orphans(contract: Table, rows: ibis.Table, parent: ibis.Table) -> ibis.Table:
    column, table = contract.parent
    known = parent.select(_known=parent[TABLES[table].key[0]])
    if not rows.anti_join(known, rows[column] == known["_known"]).count().execute():
        return rows
    joined = rows.left_join(known, rows[column] == known["_known"])
    return _mark(joined, lambda t: t["_known"].isnull(), f"{column} is not in {table}").drop(
        "_known"
    )


def _mark(
    rows: ibis.Table, broken: Callable[[ibis.Table], ibis.BooleanValue], rule: str
) -> ibis.Table:
    marked = (rows["_rule"].isnull() & broken(rows)).ifelse(rule, rows["_rule"])
    return rows.mutate(_rule=marked)


def _row_tests(checked: Checked) -> list[tuple[str, ibis.BooleanValue]]:
    rows, tests = checked.accepted, []
    for c in checked.contract.columns:
        if c.name not in checked.present:
            continue
        if c.values:
            words = ", ".join(c.values)
            tests.append((f"{c.name} is one of {words}", rows[c.name].notin(c.values)))
        if c.least is not None:
            tests.append((f"{c.name} is at least {c.least:g}", rows[c.name] < c.least))
        if c.most is not None:
            tests.append((f"{c.name} is at most {c.most:g}", rows[c.name] > c.most))
    return tests + [(p.sentence, ~p.kept(rows)) for p in checked.contract.promises]


def _reference_tests(
    checked: Checked, others: Mapping[str, ibis.Table]
) -> list[tuple[str, ibis.BooleanValue]]:
    rows, tests = checked.accepted, []
    for c in checked.contract.columns:
        table, _, column = c.refers_to.partition(".")
        if table in others and c.name in checked.present:
            known = others[table][column]
            tests.append(
                (f"{c.name} is in {table}", rows[c.name].notnull() & rows[c.name].notin(known))
            )
    return tests


def _offending(contract: Table, row: dict) -> str:
    """Give the stored value that broke a rule; the key where the rule is about the key."""
    column = row["_rule"].split(" ")[0]
    if column in row and column in contract.names:
        return "" if pd.isna(row[column]) else str(row[column])
    return ", ".join(f"{k}={row.get(k)}" for k in contract.key)


def _first(expr: ibis.Table) -> tuple:
    return tuple(expr.to_pyarrow().to_pylist()[0].values())
