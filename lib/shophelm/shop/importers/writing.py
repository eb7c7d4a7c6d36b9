"""An import's tables, rejected rows and record → the shop's folder, all or nothing."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import ibis
import pandas as pd

from shophelm.errors import ReportError
from shophelm.shop.checks import PIECE, Checked, rejects_by_piece
from shophelm.shop.contract import TABLES
from shophelm.shop.imported import RECORD_FILE, Overlap, read_records
from shophelm.shop.importers.exchanging import alone, exchange
from shophelm.shop.importers.language import FILE, PART, Apart, Input, file_of, place_of
from shophelm.shop.importers.merging import merged
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
def workplace(to: Path, tell: Callable[[str], None]) -> Iterator[Path]:
    """Give a private folder beside the shop's, gone afterwards whatever happens.

    One import at a time works beside a shop's folder; another one waits. What an import that was
    killed left there is removed.

    Raises
    ------
    ReportError
        If the shop's folder cannot be written there.
    """
    target = to.resolve()
    prefix = f".{target.name}-import-"
    with ExitStack() as held:
        try:
            if target.exists() and not target.is_dir():
                raise ReportError(f"{to} is a file. Give --to a folder.")
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.is_dir() and not os.access(target, os.W_OK):
                raise PermissionError(13, "Permission denied")
            held.enter_context(alone(target.parent, tell))
            for left in target.parent.glob(f"{prefix}*"):
                shutil.rmtree(left, ignore_errors=True)
            work = Path(tempfile.mkdtemp(prefix=prefix, dir=target.parent))
        except OSError as error:
            raise _unwritable(to, error) from None
        try:
            yield work
        finally:
            shutil.rmtree(work, ignore_errors=True)


def stage(to: Path, shop: Path, formats: Sequence[str]) -> None:
    """Lay a folder out as the shop's is, without what earlier imports of these formats refused."""
    shop.mkdir()
    if not to.is_dir():
        return
    for path in sorted(to.rglob("*")):
        within = path.relative_to(to).parts
        refused = within[0] in (REJECTED, APART) and (len(within) < 3 or within[1] in formats)
        if path.is_file() and not refused:
            copy = shop.joinpath(*within)
            copy.parent.mkdir(parents=True, exist_ok=True)
            _same_file(path, copy)


def require_replaceable(shop: Path, to: Path, making: Sequence[str], format_name: str) -> None:
    """Refuse a folder in which an import would leave a mixture; `shop` is what will stand at `to`.

    Raises
    ------
    ReportError
        If the folder holds anything but a shop's tables, or one of the tables to be made in another
        form or made by hand.
    """
    earlier = {t for r in read_records(shop) for t in r.tables}
    names = {f"{t}{s}" for t in TABLES for s in SUFFIXES} | {RECORD_FILE, REJECTED, APART}
    strange = sorted(p.name for p in shop.iterdir() if p.name not in names)
    if strange:
        raise ReportError(
            f"{to} holds {', '.join(strange[:3])}{' …' if len(strange) > 3 else ''}, which no "
            "shop's folder does. Give --to a new or empty folder."
        )
    for name in making:
        for path in (shop / f"{name}{suffix}" for suffix in SUFFIXES):
            if path.exists() and not (path.suffix == ".parquet" and name in earlier):
                raise ReportError(
                    f"{to} holds {path.name}, and {format_name} makes {name} too. Move that "
                    "file away, or give --to another folder."
                )


def require_currency(shop: Path, to: Path, currency: str, name: str) -> None:
    """Refuse a folder whose money is in another currency.

    Raises
    ------
    ReportError
        If it is.
    """
    held = {r.currency for r in read_records(shop) if r.currency}
    if currency and held - {currency}:
        raise ReportError(
            f"{to} holds amounts in {', '.join(sorted(held))}, and {name} gives {currency}. Give "
            "--to another folder: amounts of two currencies do not add up."
        )


def write_tables(
    con: ibis.BaseBackend, checked: Mapping[str, Checked], inputs: Sequence[Input], folder: Path
) -> dict[str, Overlap]:
    """Put the accepted rows into the folder's tables, as Parquet, sorted for the queries.

    Returns
    -------
    dict
        Table → what gave way of earlier imports.
    """
    gave_way = {}
    for name, table in checked.items():
        path = folder / f"{name}.parquet"
        rows, gave_way[name] = merged(con, table, inputs, path if path.exists() else None)
        order = [c for c in LAYOUT.get(name, table.contract.key) if c in rows.columns]
        made = path.with_suffix(".new")
        con.to_parquet(rows.order_by(*order), made, compression="zstd")
        # the old file may be the shop's own, under a second name: it is left as it is
        made.replace(path)
    return gave_way


def write_rejects(
    checked: Mapping[str, Checked], inputs: Sequence[Input], folder: Path, format_name: str
) -> None:
    """Write each table's rejected rows with file, row, rule, value and the mapped columns."""
    for name, table in checked.items():
        if table.rejected:
            path = folder / REJECTED / format_name / f"{name}.csv"
            for frame in rejects_by_piece(table):
                rows = frame.pop("row")
                frame.insert(0, "row", rows % FILE)
                frame.insert(0, "file", [_file_name(inputs, int(r)) for r in rows])
                _write_csv(frame, path)


def write_apart(
    apart: Sequence[Apart], inputs: Sequence[Input], folder: Path, format_name: str
) -> None:
    """Write the records kept apart: category, file, row, amount and what there is to show."""
    names = {i.number: i.name for i in inputs}
    for number, part in enumerate((a for a in apart if a.saved), start=1):
        path = folder / APART / format_name / f"{number:02} {part.category}.csv"
        rows = part.rows.mutate(file=file_of(part.rows["_row"]), row=place_of(part.rows["_row"]))
        told = [c for c in part.rows.columns if c != "_row"]
        for frame in rows.order_by("_row").to_pandas_batches(chunk_size=PIECE):
            frame["file"] = frame["file"].map(names)
            frame.insert(0, "category", part.category)
            _write_csv(frame[["category", "file", "row", *told]], path)


def publish(shop: Path, to: Path) -> None:
    """Put the new folder in the place of the old one, in one step where the system has such.

    Raises
    ------
    ReportError
        If it cannot be put there; the old folder is then as it was.
    """
    target = to.resolve()
    try:
        if target.is_dir():
            exchange(shop, target)
        else:
            shop.rename(target)
    except OSError as error:
        raise _unwritable(to, error) from None


def _same_file(path: Path, copy: Path) -> None:
    """Give a file a second name, or copy it where that cannot be."""
    try:
        os.link(path, copy)
    except OSError:
        shutil.copy2(path, copy)


def _file_name(inputs: Sequence[Input], row: int) -> str:
    number = row % PART // FILE
    return next((i.name for i in inputs if i.number == number), "")


def _write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write rows, under a header where the file is new."""
    new = not path.exists()
    path.parent.mkdir(exist_ok=True, parents=True)
    texts = frame.select_dtypes(["object", "string"]).columns
    safe = frame.assign(**{c: [_harmless(v) for v in frame[c]] for c in texts})
    # with a BOM, or Excel shows Chinese as rubbish
    encoding = "utf-8-sig" if new else "utf-8"
    safe.to_csv(path, mode="a", header=new, index=False, encoding=encoding)


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
