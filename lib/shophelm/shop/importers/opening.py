"""Files as people have them (csv, tsv, gz, zip, xls, xlsx, parquet) → tables of text."""

from __future__ import annotations

import lzma
import shutil
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import ibis

from shophelm.errors import DataError
from shophelm.shop.importers.language import FILE, Format, Input
from shophelm.shop.importers.recognising import fits, named
from shophelm.shop.reading import CHUNK, TITLES, Raw, chunks, damaged, read_text
from shophelm.shop.workbooks import is_workbook, sheets

TEXTS = (".csv", ".tsv", ".txt")
UNZIPPING = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error),
    *(EOFError, NotImplementedError, ValueError, OSError),
)
"""What the standard library raises over archives that are damaged in one way or another."""
BOMS = (b"\xff\xfe", b"\xfe\xff")


def open_files(
    con: ibis.BaseBackend, forms: Sequence[Format], paths: Sequence[Path], *, scratch: Path
) -> list[Input]:
    """Read every file, and every sheet of a workbook, with each cell as text.

    Parameters
    ----------
    con
        A DuckDB connection of Ibis.
    forms
        Say which encodings to try, which line is the header, and, where there is one only, the
        header of files without any.
    paths
        The files.
    scratch
        A folder for copies that are uncompressed, in UTF-8, with one kind of line end.

    Raises
    ------
    DataError
        If a file is missing, empty, damaged, protected, or of no kind that can be read.
    """
    inputs: list[Input] = []
    for path in paths:
        for name, file in _tables(path, scratch / f"file{len(inputs) + 1}"):
            inputs.append(_input(con, forms, len(inputs) + 1, name, file, scratch))
    return inputs


def _tables(path: Path, folder: Path) -> list[tuple[str, Path]]:
    """List the tables of a file by name, each as a text or Parquet file."""
    kind = path.suffix.lower()
    folder.mkdir()
    if not path.stat().st_size:
        raise DataError(f"{path.name} is empty (0 bytes). Export it again.")
    if kind in (".xls", ".xlsx") and (kind == ".xlsx" or is_workbook(path)):
        return sheets(path, folder)
    if kind == ".gz":
        return [(path.name, _unpacked(path, folder))]
    if kind == ".zip":
        return _unzipped(path, folder)
    if kind in (*TEXTS, ".xls", ".parquet"):
        return [(path.name, path)]
    raise DataError(
        f"{path.name} is of a kind that cannot be imported: csv, tsv, txt, their .gz or .zip, "
        "xls, xlsx and parquet can. Export it as CSV or xlsx."
    )


def _unpacked(path: Path, folder: Path) -> Path:
    target = folder / path.stem
    with target.open("wb") as copy:
        copy.writelines(chunks(path))
    return target


def _unzipped(path: Path, folder: Path) -> list[tuple[str, Path]]:
    """Unpack the text files of an archive."""
    found = []
    try:
        with zipfile.ZipFile(path) as archive:
            held = [m for m in archive.infolist() if _is_table(m)]
            if not held:
                raise DataError(f"{path.name} holds no csv file. Unpack it and give the files.")
            for number, member in enumerate(held, start=1):
                target = folder / f"member{number}.csv"
                with archive.open(member) as source, target.open("wb") as copy:
                    shutil.copyfileobj(source, copy, CHUNK)
                inside = Path(member.filename).name
                found.append((path.name if len(held) == 1 else f"{path.name} [{inside}]", target))
    except UNZIPPING as error:
        raise damaged(path, error) from None
    except RuntimeError:
        raise DataError(
            f"{path.name} is protected with a password. Unpack it and give the file in it."
        ) from None
    return found


def _is_table(member: zipfile.ZipInfo) -> bool:
    inside = Path(member.filename)
    return inside.suffix.lower() in TEXTS and "__MACOSX" not in inside.parts


def _input(
    con: ibis.BaseBackend,
    forms: Sequence[Format],
    number: int,
    name: str,
    file: Path,
    scratch: Path,
) -> Input:
    try:
        if file.suffix.lower() == ".parquet":
            raw = _parquet(con, number, file)
        else:
            raw = _text(con, forms, number, file, scratch)
        rows = int(raw.table.count().execute())
    except duckdb.Error as error:
        raise damaged(Path(name), str(error).splitlines()[0]) from None
    if not rows and raw.faults is None:
        raise DataError(f"{name} has no records under its header. Export it again.")
    columns = {named(c): c for c in raw.table.columns if c != "_row"}
    return Input(number, name, _numbered(raw, number), columns, rows)


def _text(
    con: ibis.BaseBackend, forms: Sequence[Format], number: int, file: Path, scratch: Path
) -> Raw:
    return read_text(
        con,
        file,
        f"input{number}",
        scratch=scratch,
        encodings=_encodings(file, forms),
        header=forms[0].header if len(forms) == 1 else None,
        is_header=_is_header(forms),
        advice="Export it again, or save it as 'CSV UTF-8'.",
    )


def _is_header(forms: Sequence[Format]) -> Callable[[Sequence[str]], bool]:
    roles = [role for form in forms for role in form.roles]

    def is_header(cells: Sequence[str]) -> bool:
        names = {named(c) for c in cells}
        return any(fits(role, names) for role in roles)

    return is_header


def _encodings(file: Path, forms: Sequence[Format]) -> tuple[str, ...]:
    """Choose by the first line that tells, so that one cut within a letter is not misread."""
    with file.open("rb") as stream:
        top = [stream.readline(CHUNK) for _ in range(TITLES)]
    line = next((part for part in top if not part.isascii() or b"\0" in part), b"")
    encodings = tuple(dict.fromkeys(e for form in forms for e in form.encodings))
    if top[0].startswith(BOMS):
        return ("utf-16",)
    if b"\0" in line:
        raise DataError(
            f"{file.name} is UTF-16 or no text at all. Save it as 'CSV UTF-8', or as xlsx."
        )
    if line.isascii():
        return encodings
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return tuple(e for e in encodings if not e.startswith("utf-8")) or encodings
    return ("utf-8-sig",)


def _parquet(con: ibis.BaseBackend, number: int, file: Path) -> Raw:
    stored = con.read_parquet(str(file), table_name=f"input{number}", file_row_number=True)
    texts = {c: stored[c].cast("string") for c in stored.columns if c != "file_row_number"}
    return Raw(stored.select(_row=stored["file_row_number"] + 1, **texts))


def _numbered(raw: Raw, number: int) -> Raw:
    """Make `_row` tell the file too, and leave out the text of faults: it may be personal."""
    first = number * FILE
    faults = raw.faults
    if faults is not None:
        faults = faults.mutate(_row=faults["_row"] + first, _value=ibis.null("string"))
    return Raw(raw.table.mutate(_row=raw.table["_row"] + first), faults, raw.stored, raw.title)
