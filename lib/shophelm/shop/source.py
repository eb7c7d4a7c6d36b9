"""Where a shop's tables come from: a folder, a DuckDB file, or any Ibis URL."""

from __future__ import annotations

import functools
import shutil
import tempfile
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import duckdb
import ibis

from shophelm.errors import DataError
from shophelm.shop import kept
from shophelm.shop.contract import TABLES
from shophelm.shop.engines import ENGINES, Opened
from shophelm.shop.engines.embedded import embedded
from shophelm.shop.imported import ImportRecord, read_records
from shophelm.shop.reading import Raw, read_text, stamps
from shophelm.shop.workbooks import sheets

SUFFIXES = (".parquet", ".csv", ".csv.gz", ".xlsx")
DEAR = 64 << 10
"""Bytes of a file from which on what was read and checked of it is kept."""
DATABASES = (".duckdb", ".ddb", ".db")


@dataclass(frozen=True)
class Source:
    """An open connection and the shop's tables as they are stored.

    Attributes
    ----------
    location
        What the user gave.
    con
        The Ibis connection.
    raw
        Contract name → the table as stored.
    unreadable
        Contract name → why its file cannot be read, and what to do about it.
    imports
        What `shophelm import` wrote of the imports that made the folder.
    """

    location: str
    con: ibis.BaseBackend
    raw: dict[str, Raw]
    imports: tuple[ImportRecord, ...] = ()
    unreadable: dict[str, str] = field(default_factory=dict)

    @property
    def dear(self) -> bool:
        """Whether to read and check any table again costs more than to keep what was found."""
        return any(raw.dear for raw in self.raw.values())

    @property
    def unchanged(self) -> bool:
        """Whether its files are as they were when it was opened."""
        return all(raw.unchanged for raw in self.raw.values())

    @functools.cached_property
    def key(self) -> str:
        """A digest of all that the shop is made of; "" where that cannot be told."""
        told = [repr(self.imports), repr(sorted(self.unreadable.items()))]
        return kept.key(self.location, *told, *self.raw, *(r.key for r in self.raw.values()))


def open_source(location: str | Path) -> Source:
    """Open a folder (CSV, CSV.gz, Parquet, Excel), a DuckDB file, or an Ibis URL.

    Raises
    ------
    DataError
        If there is nothing there, or no table of the contract in it that can be read.
    """
    location = str(location)
    if "://" in location:
        engine = ENGINES.get(location.partition("://")[0])
        return _engine(location, engine) if engine else _database(location, _connect(location))
    path = Path(location)
    if path.is_dir():
        return _folder(path)
    if path.is_file() and path.suffix in DATABASES:
        return _database(location, _connect(path))
    if path.exists():
        raise DataError(
            f"{location} is a file, not a shop's folder. Give the folder that holds orders.csv "
            "and the other tables, or turn the file into one with `shophelm import`."
        )
    raise DataError(f"There is no {location}. Give the folder that holds the shop's tables.")


def _folder(path: Path) -> Source:
    scratch = Path(tempfile.mkdtemp(prefix="shophelm-"))
    con = embedded(temp_directory=str(scratch))
    # every expression holds the connection, and the connection its temporary folder
    weakref.finalize(con, shutil.rmtree, scratch, ignore_errors=True)
    raw, unreadable = {}, {}
    for name in TABLES:
        try:
            if file := find_file(path, name):
                raw[name] = read_file(con, name, file, scratch)
        except DataError as error:
            unreadable[name] = str(error)
    if not raw and unreadable:
        raise DataError(next(iter(unreadable.values())))
    if not raw:
        raise _not_a_shop(str(path), sorted(p.name for p in path.iterdir()))
    return Source(str(path), con, raw, read_records(path), unreadable)


def find_file(folder: Path, name: str) -> Path | None:
    """Find the file that holds a table in a shop's folder; None where there is none."""
    found = [p for s in SUFFIXES if (p := folder / f"{name}{s}").exists()]
    if len(found) > 1:
        raise DataError(
            f"{folder} holds {name} more than once: {', '.join(p.name for p in found)}. "
            "Keep one of them."
        )
    return found[0] if found else None


def read_file(con: ibis.BaseBackend, name: str, file: Path, scratch: Path) -> Raw:
    """Read one table's file, by its suffix, as it is stored."""
    files = sorted(file.glob("*.parquet")) if file.is_dir() else [file]
    before = stamps(files)
    key = _key_of(name, files)
    dear = sum(size for _, size, _ in before) > DEAR
    if file.suffix != ".parquet":
        raw = _read_once(con, name, file, scratch, key=key, dear=dear)
        return replace(raw, key=key, files=before)
    try:
        table = con.read_parquet([str(f) for f in files], table_name=f"raw_{name}")
        return Raw(table, key=key, files=before, dear=dear)
    except (duckdb.Error, OSError) as error:
        reason = str(error).splitlines()[0]
        raise DataError(
            f"{file.name} cannot be read as Parquet ({reason}). It is cut short or damaged: "
            "write it again."
        ) from None


def _key_of(name: str, files: Sequence[Path]) -> str:
    return kept.key("read", name, kept.of_files(files))


def _read_once(
    con: ibis.BaseBackend, name: str, file: Path, scratch: Path, *, key: str, dear: bool
) -> Raw:
    """Read a text file or workbook, or find what was read of it before."""
    raw = None
    if (place := kept.find(key)) is None:
        text = file
        if file.suffix == ".xlsx":
            folder = scratch / f"sheets_{name}"
            folder.mkdir()
            # the first sheet is the table; people keep notes on the others
            text = sheets(file, folder)[0][1]
        raw = read_text(con, text, f"raw_{name}", scratch=scratch)
        # somebody may have saved it meanwhile
        if dear and _key_of(name, [file]) == key:
            place = kept.keep(key, lambda folder: _write_raw(con, raw, folder))
    if place is None:
        return raw
    rows, faults = (
        con.read_parquet(path, table_name=f"{path.stem}_{name}") if path.exists() else None
        for path in (place / "rows.parquet", place / "faults.parquet")
    )
    return Raw(rows, faults, stored=False, dear=True)


def _write_raw(con: ibis.BaseBackend, raw: Raw, folder: Path) -> None:
    con.to_parquet(raw.table.order_by("_row"), folder / "rows.parquet", compression="zstd")
    if raw.faults is not None:
        con.to_parquet(raw.faults.order_by("_row"), folder / "faults.parquet")


def _connect(target: str | Path) -> ibis.BaseBackend:
    try:
        if isinstance(target, Path):
            return embedded(target, read_only=True)
        return ibis.connect(target)
    except Exception as error:
        raise _unopened(target, error) from None


def _engine(location: str, engine: Callable[[str], Opened]) -> Source:
    parts = urlsplit(location)
    try:
        con, tables = engine(location)
    except DataError:
        raise
    except ImportError as error:
        raise DataError(
            f"{_safe(parts)} needs {error.name}, which is not installed. Install it with "
            f"`pip install 'shophelm[{'spark' if parts.scheme == 'spark' else 'clickhouse'}]'`."
        ) from None
    except Exception as error:
        raise _unopened(_safe(parts), error) from None
    if not tables:
        raise _not_a_shop(_safe(parts), [])
    folder = Path(parts.path)
    imports = read_records(folder) if folder.is_dir() else ()
    return Source(location, con, {name: Raw(table) for name, table in tables.items()}, imports)


def _safe(parts: SplitResult) -> str:
    """Write an address without its user and password."""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _unopened(location: object, error: Exception) -> DataError:
    """Form the error about a database; each engine raises errors of its own."""
    reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return DataError(
        f"{location} cannot be opened: {reason}. Check the path, or the address, user and password."
    )


def _database(location: str, con: ibis.BaseBackend) -> Source:
    there = con.list_tables()
    raw = {name: Raw(con.table(name)) for name in TABLES if name in there}
    if not raw:
        raise _not_a_shop(location, sorted(there))
    return Source(location, con, raw)


def _not_a_shop(location: str, there: list[str]) -> DataError:
    held = ", ".join(there[:5]) + (" …" if len(there) > 5 else "") if there else "nothing"
    return DataError(
        f"{location} is not a shop: it holds {held}, and none of the tables a shop can have. "
        "`shophelm tables` lists them, and `shophelm import` makes them from a platform's export."
    )
