"""Files of one format → a shop's folder."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import duckdb
import ibis

from shophelm.errors import DataError, ParameterError, ReportError
from shophelm.shop.checks import Checked, check
from shophelm.shop.contract import TABLES
from shophelm.shop.imported import ImportRecord
from shophelm.shop.importers.accounting import account
from shophelm.shop.importers.desk import Desk
from shophelm.shop.importers.language import Format, Input, Mapped
from shophelm.shop.importers.opening import open_files
from shophelm.shop.importers.pseudonyms import read_key
from shophelm.shop.importers.recognising import recognise
from shophelm.shop.importers.writing import (
    publish,
    require_replaceable,
    workplace,
    write_apart,
    write_rejects,
    write_tables,
)
from shophelm.shop.reading import CHUNK, Raw


def import_into(
    form: Format,
    files: Iterable[str | Path],
    to: str | Path,
    *,
    key_file: str | Path | None,
    progress: Callable[[str], None] | None,
) -> ImportRecord:
    """Read, map, check and write; see `import_files`."""
    tell = progress or (lambda _: None)
    paths, target = _existing(files), Path(to)
    key = read_key(Path(key_file) if key_file else None, outside=target)
    with workplace(target) as work:
        scratch, shop = work / "scratch", work / "shop"
        scratch.mkdir()
        shop.mkdir()
        con = ibis.duckdb.connect(temp_directory=str(scratch / "spill"))
        try:
            tell(f"reading {len(paths)} file{'s' * (len(paths) > 1)}")
            inputs = open_files(con, form, paths, scratch=scratch)
            desk = Desk(con, inputs, recognise(form, inputs), key)
            tell("mapping columns to the shop's tables")
            mapped = form.map(desk)
            require_replaceable(target, list(mapped.tables), form.name)
            tell("checking every record")
            checked = _check(con, desk, mapped)
            record = account(form, desk, mapped, checked)
            tell("writing " + ", ".join(checked))
            write_tables(con, checked, shop)
            write_rejects(checked, inputs, shop)
            write_apart(mapped.apart, inputs, shop)
        except (duckdb.IOException, duckdb.OutOfMemoryException, OSError) as error:
            raise ReportError(
                f"{target} cannot be written ({str(error).splitlines()[0]}). Make room on the "
                "disk, or give --to a folder on another."
            ) from None
        except duckdb.Error as error:
            raise DataError(
                f"{form.name}: {str(error).splitlines()[0]}. Nothing was imported. This is a fault "
                "of Shophelm: please report it with the file's first lines, names taken out."
            ) from error
        finally:
            con.disconnect()
        publish(work, target, record)
    return record


def find_format(name: str, formats: Mapping[str, Format]) -> Format:
    """Look a format up by name; where there is none, suggest the nearest."""
    if name in formats:
        return formats[name]
    near = difflib.get_close_matches(name, formats, n=1, cutoff=0.4)
    meant = f"Did you mean {near[0]}? " if near else ""
    raise ParameterError(
        f"There is no format {name!r}. {meant}The formats are {', '.join(formats)}."
    )


def _existing(files: Iterable[str | Path]) -> list[Path]:
    paths = [Path(f) for f in files]
    if not paths:
        raise ParameterError("No files were given. Name the files to import.")
    for path in paths:
        if not path.exists():
            raise DataError(f"There is no file {path}. Check the path.")
        if not path.is_file():
            raise DataError(f"{path} is a folder. Name the files in it.")
    _refuse_twins(paths)
    return paths


def _refuse_twins(paths: list[Path]) -> None:
    """Refuse the same content twice: lines without a number of their own would count double."""
    seen: dict[tuple[int, str], Path] = {}
    sizes = [p.stat().st_size for p in paths]
    for path, size in zip(paths, sizes, strict=True):
        if sizes.count(size) > 1:
            mark = (size, _digest(path))
            if mark in seen:
                raise ParameterError(
                    f"{path.name} is the same file as {seen[mark].name}. Give it once."
                )
            seen[mark] = path


def _digest(path: Path) -> str:
    digest = hashlib.blake2b()
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}).") from None
    return digest.hexdigest()


def _check(con: ibis.BaseBackend, desk: Desk, mapped: Mapped) -> dict[str, Checked]:
    checked: dict[str, Checked] = {}
    for name, contract in TABLES.items():
        if name in mapped.tables:
            parent = contract.parent and contract.parent[1]
            raw = Raw(mapped.tables[name], _faults(desk, mapped, name), stored=False)
            checked[name] = check(con, contract, raw, checked.get(parent))
    return checked


def _faults(desk: Desk, mapped: Mapped, name: str) -> ibis.Table | None:
    """Gather the records of a table that failed before its check: unread, or refused."""
    refused = mapped.refused.get(name)
    unread = [f for i in desk.inputs if (f := _unread(desk, i, name)) is not None]
    if refused is None:
        return ibis.union(*unread) if len(unread) > 1 else (unread[0] if unread else None)
    blank = {c: ibis.null(t) for c, t in refused.schema().items() if not c.startswith("_")}
    every = ibis.union(refused, *(u.mutate(**blank) for u in unread)) if unread else refused
    return desk.kept(every)


def _unread(desk: Desk, file: Input, name: str) -> ibis.Table | None:
    return file.raw.faults if desk.roles[file.number].table == name else None
