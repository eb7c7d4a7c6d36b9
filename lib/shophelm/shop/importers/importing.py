"""Files of one format → a shop's folder."""

from __future__ import annotations

import dataclasses
import difflib
import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import ibis

from shophelm.errors import DataError, ParameterError, ReportError
from shophelm.shop import kept
from shophelm.shop.checks import Checked, check
from shophelm.shop.contract import TABLES
from shophelm.shop.engines.embedded import embedded
from shophelm.shop.imported import ImportRecord, read_records, write_records
from shophelm.shop.importers.accounting import account
from shophelm.shop.importers.desk import Desk
from shophelm.shop.importers.language import Format, Input, Mapped, Role
from shophelm.shop.importers.opening import open_files
from shophelm.shop.importers.pseudonyms import read_key
from shophelm.shop.importers.recognising import recognise, sort_out
from shophelm.shop.importers.writing import (
    publish,
    require_currency,
    require_replaceable,
    stage,
    workplace,
    write_apart,
    write_rejects,
    write_tables,
)
from shophelm.shop.reading import Raw, Stamps, stamps

MEMORY = "2GB"
"""What DuckDB may hold before it spills to the disk, whatever the files' size."""


def import_into(
    choose: Callable[[ibis.BaseBackend, Sequence[Path], Path], Sequence[Share]],
    files: Iterable[str | Path],
    to: str | Path,
    *,
    key_file: str | Path | None,
    progress: Callable[[str], None] | None,
) -> tuple[ImportRecord, ...]:
    """Read, map, check, merge and write; see `import_files`.

    Parameters
    ----------
    choose
        Opens the files, and says which of them are of which format.
    files, to, key_file, progress
        As `import_files` takes them.
    """
    tell = progress or (lambda _: None)
    paths, target = _existing(files), Path(to)
    before = stamps(paths)
    digests = _digests(paths)
    key = read_key(Path(key_file) if key_file else None, outside=target)
    with workplace(target, tell) as work:
        scratch, shop = work / "scratch", work / "shop"
        scratch.mkdir()
        con = embedded(temp_directory=str(scratch / "spill"), memory_limit=MEMORY)
        try:
            tell(f"reading {len(paths)} file{'s' * (len(paths) > 1)}")
            shares = choose(con, paths, scratch)
            stage(target, shop, [s.form.name for s in shares])
            records = [
                _import_one(con, share, shop, target, key, digests, tell) for share in shares
            ]
        except (duckdb.IOException, duckdb.OutOfMemoryException, OSError) as error:
            raise ReportError(
                f"{target} cannot be written ({str(error).splitlines()[0]}). Make room on the "
                "disk, or give --to a folder on another."
            ) from None
        except duckdb.Error as error:
            raise DataError(
                f"{str(error).splitlines()[0]}. Nothing was imported. This is a fault of "
                "Shophelm: please report it with the file's first lines, names taken out."
            ) from error
        finally:
            con.disconnect()
        _require_unchanged(before)
        publish(shop, target)
    return tuple(records)


def _import_one(
    con: ibis.BaseBackend,
    share: Share,
    shop: Path,
    target: Path,
    key: bytes,
    digests: Mapping[str, str],
    tell: Callable[[str], None],
) -> ImportRecord:
    """Take one format's files into the folder that is being made."""
    form, inputs = share.form, share.inputs
    desk = Desk(con, inputs, share.roles, key)
    tell(f"{form.name}: mapping columns to the shop's tables")
    mapped = form.map(desk)
    mapped.apart += desk.superseded
    require_replaceable(shop, target, list(mapped.tables), form.name)
    require_currency(shop, target, mapped.currency or form.currency, form.name)
    tell(f"{form.name}: checking every record")
    checked = _check(con, desk, mapped)
    record = account(form, desk, mapped, checked)
    tell(f"{form.name}: writing " + ", ".join(checked))
    replaced = write_tables(con, checked, inputs, shop)
    write_rejects(checked, inputs, shop, form.name)
    write_apart(mapped.apart, inputs, shop, form.name)
    read = sorted({digests[i.name.partition(" [")[0]] for i in inputs})
    mark = hashlib.blake2b("".join([form.name, *read]).encode(), digest_size=16).hexdigest()
    record = dataclasses.replace(record, mark=mark, replaced=replaced)
    earlier = [r for r in read_records(shop) if r.mark != mark]
    write_records(shop, [*earlier, record])
    return record


@dataclass(frozen=True, slots=True)
class Share:
    """The files of one format among those that are imported."""

    form: Format
    inputs: Sequence[Input]
    roles: Mapping[int, Role]


def of_one_format(form: Format) -> Callable[..., list[Share]]:
    """Take all files for a format's."""

    def choose(con: ibis.BaseBackend, paths: Sequence[Path], scratch: Path) -> list[Share]:
        inputs = open_files(con, [form], paths, scratch=scratch)
        return [Share(form, inputs, recognise(form, inputs))]

    return choose


def by_header(
    forms: Mapping[str, Format], told: Callable[[str], None]
) -> Callable[..., list[Share]]:
    """Tell each file's format by its columns, and say why."""
    headed = {name: form for name, form in forms.items() if form.header is None}

    def choose(con: ibis.BaseBackend, paths: Sequence[Path], scratch: Path) -> list[Share]:
        inputs = open_files(con, list(headed.values()), paths, scratch=scratch)
        files: dict[str, list[tuple[Input, Role]]] = defaultdict(list)
        for file in inputs:
            form, role = sort_out(headed, file)
            told(f"{file.name} is {role.what} of {form.name}: it has {', '.join(role.needs)}")
            files[form.name].append((file, role))
        return [_share(headed[name], files[name]) for name in headed if name in files]

    return choose


def _share(form: Format, files: Sequence[tuple[Input, Role]]) -> Share:
    return Share(form, [file for file, _ in files], {file.number: role for file, role in files})


def _require_unchanged(before: Stamps) -> None:
    for stamp in before:
        path = stamp[0]
        if stamps([path]) != (stamp,):
            raise DataError(
                f"{path.name} changed while it was read. Nothing was imported: wait until its "
                "export is done, and import it again."
            )


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
    return paths


def _digests(paths: Sequence[Path]) -> dict[str, str]:
    """Give each file's digest by its name.

    The same content twice is refused: lines without a number of their own would count double.
    """
    seen: dict[str, Path] = {}
    for path in paths:
        digest = _digest(path)
        if digest in seen:
            raise ParameterError(
                f"{path.name} is the same file as {seen[digest].name}. Give it once."
            )
        seen[digest] = path
    return {path.name: digest for digest, path in seen.items()}


def _digest(path: Path) -> str:
    try:
        return kept.of_file(path)
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}).") from None


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
