"""An import's tables, rejected rows and record → the shop's folder, all or nothing."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import ibis
import pandas as pd

from shophelm.errors import ReportError
from shophelm.shop.checks import Checked, rejects
from shophelm.shop.contract import TABLES
from shophelm.shop.imported import (
    RECORD_FILE,
    ImportRecord,
    read_records,
    write_records,
)
from shophelm.shop.importers.language import Apart, Input, file_of, place_of
from shophelm.shop.source import SUFFIXES

LAYOUT = {
    "events": ("visitor_id", "occurred_at", "event_id"),
    "orders": ("created_at", "order_id"),
    "refunds": ("refunded_at", "refund_id"),
}
"""What a table is sorted by, where its key would not serve the queries to come."""

REJECTED = "rejected"
APART = "kept_apart"
NUMBER = r"[+-]?\d+(?:[.,]\d+)*"


@contextmanager
def workplace(to: Path) -> Iterator[Path]:
    """Give a private folder beside the shop's, gone afterwards whatever happens.

    Raises
    ------
    ReportError
        If the shop's folder cannot be written there.
    """
    target = to.resolve()
    try:
        if target.exists() and not target.is_dir():
            raise ReportError(f"{to} is a file. Give --to a folder.")
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.is_dir() and not os.access(target, os.W_OK):
            raise PermissionError(13, "Permission denied")
        work = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    except OSError as error:
        raise _unwritable(to, error) from None
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def require_replaceable(to: Path, making: Sequence[str], format_name: str) -> None:
    """Refuse a folder in which an import would leave a mixture.

    Raises
    ------
    ReportError
        If the folder holds anything but a shop's tables, one of the tables to be made in another
        form or made by hand, or tables of an earlier import that belong to ones now replaced.
    """
    if not to.is_dir():
        return
    earlier = {t for r in read_records(to) for t in r.tables}
    names = {f"{t}{s}" for t in TABLES for s in SUFFIXES} | {RECORD_FILE, REJECTED, APART}
    strange = sorted(p.name for p in to.iterdir() if p.name not in names)
    if strange:
        raise ReportError(
            f"{to} holds {', '.join(strange[:3])}{' …' if len(strange) > 3 else ''}, which no "
            "shop's folder does. Give --to a new or empty folder."
        )
    for name in making:
        for path in (to / f"{name}{suffix}" for suffix in SUFFIXES):
            if path.exists() and not (path.suffix == ".parquet" and name in earlier):
                raise ReportError(
                    f"{to} holds {path.name}, and {format_name} makes {name} too. Move that "
                    "file away, or give --to another folder."
                )
    for name in sorted(earlier - set(making)):
        if TABLES[name].parent and TABLES[name].parent[1] in making:
            raise ReportError(
                f"{to} holds {name} of an earlier import, which belong to the "
                f"{TABLES[name].parent[1]} that {format_name} would replace. Give --to a new "
                "folder, or import all files together."
            )


def write_tables(con: ibis.BaseBackend, checked: Mapping[str, Checked], folder: Path) -> None:
    """Write the accepted rows as Parquet, in the columns there are, sorted for the queries."""
    for name, table in checked.items():
        held = [c for c in table.contract.names if c in table.present]
        order = LAYOUT.get(name, table.contract.key)
        rows = table.accepted.select(*held).order_by(*order)
        con.to_parquet(rows, folder / f"{name}.parquet", compression="zstd")


def write_rejects(checked: Mapping[str, Checked], inputs: Sequence[Input], folder: Path) -> None:
    """Write each table's rejected rows with file, row, rule, value and the mapped columns."""
    for name, table in checked.items():
        if table.rejected:
            frame = rejects(table)
            rows = frame.pop("row")
            frame.insert(0, "row", rows % 10**11)
            frame.insert(0, "file", [_file_name(inputs, int(r)) for r in rows])
            _write_csv(frame, folder / REJECTED / f"{name}.csv")


def write_apart(apart: Sequence[Apart], inputs: Sequence[Input], folder: Path) -> None:
    """Write the records kept apart: category, file, row, amount and what there is to show."""
    for number, part in enumerate((a for a in apart if a.saved), start=1):
        rows = part.rows.mutate(file=file_of(part.rows["_row"]), row=place_of(part.rows["_row"]))
        frame = rows.order_by("_row").drop("_row").to_pandas()
        if frame.empty:
            continue
        names = {i.number: i.name for i in inputs}
        frame["file"] = frame["file"].map(names)
        frame.insert(0, "category", part.category)
        shown = ["category", "file", "row"]
        frame = frame[shown + [c for c in frame if c not in shown]]
        _write_csv(frame, folder / APART / f"{number:02} {part.category}.csv")


def publish(work: Path, to: Path, record: ImportRecord) -> None:
    """Put the new folder in the place of the old one, keeping what the import did not make.

    Raises
    ------
    ReportError
        If it cannot be put there; the old folder is then as it was.
    """
    new, old, target = work / "shop", work / "old", to.resolve()
    try:
        earlier = read_records(to) if to.is_dir() else ()
        write_records(new, [*_still_true(earlier, record), record])
        if target.is_dir():
            _carry_over(target, new, record)
            target.rename(old)
        try:
            new.rename(target)
        except OSError:
            if old.exists():
                old.rename(target)
            raise
    except OSError as error:
        raise _unwritable(to, error) from None


def _still_true(earlier: Sequence[ImportRecord], record: ImportRecord) -> list[ImportRecord]:
    """Leave out the earlier imports of which a table is replaced."""
    return [
        r for r in earlier if r.format != record.format and not set(r.tables) & set(record.tables)
    ]


def _carry_over(target: Path, new: Path, record: ImportRecord) -> None:
    made = {p.name for p in new.iterdir()} | {REJECTED, APART}
    for path in target.iterdir():
        if path.name not in made and path.name.partition(".")[0] not in record.tables:
            if path.is_dir():
                shutil.copytree(path, new / path.name)
            else:
                shutil.copy2(path, new / path.name)


def _file_name(inputs: Sequence[Input], row: int) -> str:
    number = row % 10**15 // 10**11
    return next((i.name for i in inputs if i.number == number), "")


def _write_csv(frame: pd.DataFrame, path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    texts = frame.select_dtypes(["object", "string"]).columns
    safe = frame.assign(**{c: [_harmless(v) for v in frame[c]] for c in texts})
    # with a BOM, or Excel shows Chinese as rubbish
    safe.to_csv(path, index=False, encoding="utf-8-sig")


def _harmless(value: object) -> object:
    """Keep text from becoming a formula in Excel; a plain number is none."""
    if not isinstance(value, str) or not value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return value
    return value if re.fullmatch(NUMBER, value) else "'" + value


def _unwritable(to: Path, error: OSError) -> ReportError:
    return ReportError(
        f"{to} cannot be written ({error.strerror or error}). Give --to a folder you may write, "
        "on a disk with room."
    )
