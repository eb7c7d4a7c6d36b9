"""Every record of every file accounted for: accepted, rejected, or kept apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import ibis

from shophelm.errors import DataError
from shophelm.shop.checks import Checked
from shophelm.shop.imported import ApartRecord, FileRecord, ImportRecord, TableRecord
from shophelm.shop.importers.desk import Desk, written
from shophelm.shop.importers.language import PART, Apart, Format, Input, Mapped, file_of
from shophelm.shop.importers.recognising import personal, unmapped

Counts = dict[int, dict[str, int]]
"""File number → rule or category → records."""


def account(
    form: Format, desk: Desk, mapped: Mapped, checked: Mapping[str, Checked]
) -> ImportRecord:
    """Count what became of every record.

    Raises
    ------
    DataError
        If no record could be used, or if records are unaccounted for.
    """
    accepted, rejected = _by_file(mapped, checked)
    _count_faults(desk, checked, rejected)
    apart = _apart_by_file(mapped)
    files = tuple(_file(desk, i, accepted, rejected, apart) for i in desk.inputs)
    _prove(files)
    if not sum(f.accepted for f in files):
        raise DataError(f"{form.name}: {_nothing_usable(files)} {form.where}")
    return ImportRecord(
        format=form.name,
        currency=mapped.currency or form.currency,
        files=files,
        tables={name: _table(c) for name, c in checked.items()},
        apart={a.category: _apart(desk, a) for a in mapped.apart if _records(a)},
        totals=mapped.totals,
        notes=tuple(mapped.notes),
    )


def _by_file(mapped: Mapped, checked: Mapping[str, Checked]) -> tuple[dict[int, int], Counts]:
    accepted: dict[int, int] = defaultdict(int)
    rejected: Counts = defaultdict(lambda: defaultdict(int))
    for name in mapped.records:
        if name not in checked:
            continue
        rows = checked[name].rows
        for file, rule, n in _grouped(rows.filter(rows["_row"] < PART), "_rule"):
            if rule is None:
                accepted[file] += n
            else:
                rejected[file][rule] += n
    return accepted, rejected


def _count_faults(desk: Desk, checked: Mapping[str, Checked], rejected: Counts) -> None:
    """Add the records refused before the check; files that are only looked up have some too."""
    tables = {c.contract.name for c in checked.values()}
    faults = [c.raw.faults for c in checked.values()]
    faults += [i.raw.faults for i in desk.inputs if desk.roles[i.number].table not in tables]
    for table in faults:
        if table is not None:
            for file, rule, n in _grouped(table.filter(table["_row"] < PART), "_rule"):
                rejected[file][rule] += n


def _apart_by_file(mapped: Mapped) -> Counts:
    counts: Counts = defaultdict(dict)
    for apart in mapped.apart:
        if apart.counted:
            for file, n in _grouped(apart.rows):
                counts[file][apart.category] = n
    return counts


def _grouped(rows: ibis.Table, *by: str) -> list[tuple]:
    counts = rows.group_by(_file=file_of(rows["_row"]), **{b: rows[b] for b in by}).aggregate(
        _n=lambda t: t.count()
    )
    return [tuple(r.values()) for r in counts.order_by("_file", *by).to_pyarrow().to_pylist()]


def _file(
    desk: Desk, file: Input, accepted: Mapping[int, int], rejected: Counts, apart: Counts
) -> FileRecord:
    role = desk.roles[file.number]
    faults = int(file.raw.faults.count().execute()) if file.raw.faults is not None else 0
    rules = dict(rejected.get(file.number, {}))
    return FileRecord(
        name=file.name,
        role=role.name,
        read=file.rows + faults,
        accepted=accepted.get(file.number, 0),
        rejected=sum(rules.values()),
        rejected_by_rule=rules,
        apart=dict(apart.get(file.number, {})),
        unmapped=unmapped(role, file),
        personal=personal(role, file),
    )


def _table(checked: Checked) -> TableRecord:
    rules: dict[str, int] = defaultdict(int)
    for rows in (checked.rows.select("_rule"), checked.raw.faults):
        if rows is not None:
            counts = rows.group_by("_rule").aggregate(_n=lambda t: t.count())
            for found in counts.order_by("_rule").to_pyarrow().to_pylist():
                if found["_rule"] is not None:
                    rules[found["_rule"]] += found["_n"]
    return TableRecord(
        read=checked.read,
        accepted=checked.read - checked.rejected,
        rejected=checked.rejected,
        rejected_by_rule=dict(rules),
    )


def _apart(desk: Desk, apart: Apart) -> ApartRecord:
    if "amount" not in apart.rows.columns:
        return ApartRecord(_records(apart), counted=apart.counted)
    total = desk.numbers(apart.rows, amount=apart.rows["amount"].sum())["amount"]
    return ApartRecord(_records(apart), written(total), apart.counted)


def _records(apart: Apart) -> int:
    return int(apart.rows.count().execute())


def _prove(files: Sequence[FileRecord]) -> None:
    for f in files:
        if f.read != f.accepted + f.rejected + f.kept_apart:
            raise DataError(
                f"{f.name}: {f.read} records were read, but {f.accepted} accepted, {f.rejected} "
                f"rejected and {f.kept_apart} kept apart. Nothing was imported. This is a fault "
                "of Shophelm: please report it with the file's first lines, names taken out."
            )


def _nothing_usable(files: Sequence[FileRecord]) -> str:
    rules: dict[str, int] = defaultdict(int)
    for f in files:
        for rule, n in f.rejected_by_rule.items():
            rules[rule] += n
    read = sum(f.read for f in files)
    if not rules:
        return f"none of the {read} records is a sale."
    worst = max(rules, key=rules.__getitem__)
    return f"none of the {read} records can be used; {rules[worst]} of them because {worst}."
