"""Delimited text files, read so that every record is either a row or a fault with its reason.

DuckDB parses; this room finds out beforehand what it must be told (encoding, line end,
delimiter, header), because its own guess silently loses rows on a file that is cut short.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import ibis

from shophelm.errors import DataError

CHUNK = 1 << 20
csv.field_size_limit(sys.maxsize)
DELIMITERS = (",", "\t", ";")
TITLES = 16
"""Lines at the top of a file among which its header may stand."""
Stamps = tuple[tuple[Path, int, int], ...]
"""Files, each with its size and time of change."""
FAULTS = {
    "MISSING COLUMNS": "the line has too few columns",
    "TOO MANY COLUMNS": "the line has too many columns",
    "UNQUOTED VALUE": "a quote opens and never closes: all that follows it is unread",
    "LINE SIZE OVER MAXIMUM": "the line is too long to be read",
}


@dataclass(frozen=True, slots=True)
class Raw:
    """A table as its file holds it.

    Attributes
    ----------
    table
        The rows; every column a string when it came from text, with `_row` (1 is the first
        record under the header) where the store has an order.
    faults
        One row per record that could not be parsed: `_row`, `_rule`, `_value`. None where there
        is none.
    stored
        True where reading again costs little (Parquet, a database): nothing is copied.
    title
        The lines above a text file's header.
    key
        A digest of what it was read from; "" where that cannot be told.
    files
        The files it is read from, with the size and time of change that they had before.
    dear
        Whether reading and checking it again costs more than to keep what was found.
    """

    table: ibis.Table
    faults: ibis.Table | None = None
    stored: bool = True
    title: str = ""
    key: str = ""
    files: Stamps = ()
    dear: bool = False

    @property
    def unchanged(self) -> bool:
        """Whether its files are as they were; what was found of others is not to be kept."""
        return stamps(path for path, _, _ in self.files) == self.files


def stamps(files: Iterable[Path]) -> Stamps:
    """Give each file's size and time of change; of one that is gone, neither."""
    found = [(path, path.stat()) if path.exists() else (path, None) for path in files]
    return tuple((p, s.st_size, s.st_mtime_ns) if s else (p, -1, -1) for p, s in found)


@dataclass(frozen=True, slots=True)
class TextFile:
    """What must be known about a text file before it is parsed."""

    path: Path
    encoding: str
    plain: bool
    lines: int
    delimiter: str
    header: tuple[str, ...]
    above: tuple[str, ...] = ()


def read_text(
    con: ibis.BaseBackend,
    path: Path,
    name: str,
    *,
    scratch: Path,
    encodings: Sequence[str] = ("utf-8-sig",),
    header: Sequence[str] | None = None,
    is_header: Callable[[Sequence[str]], bool] | None = None,
    advice: str = "Save it as 'CSV UTF-8', or, if it is a platform's own export, use "
    "`shophelm import`.",
) -> Raw:
    """Read one CSV or TSV file, gzipped or not, into a temporary table called `name`.

    Parameters
    ----------
    con
        A DuckDB connection of Ibis.
    path, name
        The file, and the name of the table made from it.
    scratch
        A folder for the UTF-8 copy of a file in another encoding.
    encodings
        Tried in turn; the first that decodes the whole file is used.
    header
        Column names for a file without a header line.
    is_header
        Tells the header from titles above it, which exports have; the first line if None, or where
        it tells none of the first `TITLES`.
    advice
        What to do about a file in no encoding of these.

    Raises
    ------
    DataError
        If the file is empty, cut short, in none of the encodings, or names a column twice.
    """
    text = examine(path, encodings=encodings, header=header, is_header=is_header, advice=advice)
    skipped = len(text.above)
    readable = path if text.plain else _as_utf8(text, scratch / f"{name}.csv")
    columns = ", ".join(f"{_quoted(c)}: 'VARCHAR'" for c in text.header)
    for kind in ("", "_faults", "_scan"):
        con.raw_sql(f"DROP TABLE IF EXISTS {_quoted(name + kind, mark=chr(34))}")
    con.raw_sql(
        f"""CREATE TEMP TABLE "{name}" AS
        SELECT row_number() OVER () AS _row, * FROM read_csv(
            {_quoted(str(readable))}, auto_detect=false, columns={{{columns}}},
            header={header is None}, skip={skipped}, delim={_quoted(text.delimiter)},
            quote='"', escape='"', new_line='\\n', strict_mode=true, max_line_size=33554432,
            store_rejects=true, rejects_table='{name}_faults', rejects_scan='{name}_scan')"""
    )
    # plain SQL: three counts a table by Ibis are a third of what opening a small shop takes
    counts = f"""SELECT (SELECT count(*) FROM "{name}"),
        (SELECT count(DISTINCT line) FROM "{name}_faults")"""
    rows, faults = con.raw_sql(counts).fetchone()
    _count_again(text, rows, faults, headed=header is None)
    found = _faults(con, name, skipped + (header is None)) if faults else None
    return Raw(con.table(name), faults=found, stored=False, title="\n".join(text.above))


def examine(
    path: Path,
    *,
    encodings: Sequence[str],
    header: Sequence[str] | None,
    is_header: Callable[[Sequence[str]], bool] | None,
    advice: str,
) -> TextFile:
    """Find a file's encoding, line ends, delimiter and column names by reading it once."""
    if not path.stat().st_size:
        raise DataError(f"{path.name} is empty (0 bytes). Export it again.")
    encoding, lines, returns = _decoded(path, encodings, advice)
    with _opened(path, "rt", encoding, newline="") as stream:
        top = [line for _ in range(TITLES) if (line := stream.readline())]
    if not top:
        raise DataError(f"{path.name} is empty. Export it again.")
    above = _titles(top, is_header) if header is None and is_header else 0
    first = top[above]
    if "\0" in first:
        raise DataError(f"{path.name} is no text at all. Save it as 'CSV UTF-8', or as xlsx.")
    delimiter = max(DELIMITERS, key=first.count)
    names = tuple(header) if header else _names(path, first, delimiter)
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        raise DataError(
            f"{path.name} names the column {twice[0]!r} twice. Rename or remove one of them."
        )
    # DuckDB reads no row at all when it is told of \r\n, and stops at a change of line end
    plain = encoding == "utf-8-sig" and not returns
    titles = tuple(line.strip() for line in top[:above])
    return TextFile(path, encoding, plain, lines, delimiter, names, titles)


def _titles(top: Sequence[str], is_header: Callable[[Sequence[str]], bool]) -> int:
    """Count the lines above the header."""
    for place, line in enumerate(top):
        if any(is_header(next(csv.reader([line], delimiter=d), [])) for d in DELIMITERS):
            return place
    return 0


def _decoded(path: Path, encodings: Sequence[str], advice: str) -> tuple[str, int, bool]:
    r"""Find the encoding and, in the same pass, how many \n there are and whether any \r."""
    failed = []
    for encoding in encodings:
        fits, lines, returns = _decoded_by(encoding, path)
        if fits:
            return encoding, lines, returns
        failed.append(lines + 1)
    wanted = " or ".join(e.removesuffix("-sig").upper() for e in encodings)
    raise DataError(
        f"{path.name} is not {wanted}: the first byte that does not fit is on line {failed[0]}. "
        f"{advice}"
    )


def _decoded_by(encoding: str, path: Path) -> tuple[bool, int, bool]:
    """Say whether all of it fits; the lines and returns are those before what does not."""
    decoder = codecs.getincrementaldecoder(encoding)()
    lines, returns = 0, False
    try:
        for chunk in chunks(path):
            text = decoder.decode(chunk)
            lines += text.count("\n")
            returns = returns or "\r" in text
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return False, lines + error.object[: error.start].count(b"\n"), returns
    return True, lines, returns


def chunks(path: Path) -> Iterator[bytes]:
    """Give a file's bytes piece by piece, unpacked if it is gzipped.

    Raises
    ------
    DataError
        If a gzipped file is cut short or damaged.
    """
    try:
        with _opened(path, "rb") as stream:
            while chunk := stream.read(CHUNK):
                yield chunk
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise damaged(path, error) from None


def damaged(path: Path, reason: object) -> DataError:
    """Form the error about a file of which not all can be had."""
    return DataError(f"{path.name} is cut short or damaged ({reason}). Copy or export it again.")


def _opened(path: Path, mode: str, encoding: str | None = None, newline: str | None = None) -> IO:
    opener = gzip.open if path.suffix.lower() == ".gz" else open
    return opener(path, mode, encoding=encoding, newline=newline)


def _count_again(text: TextFile, rows: int, faults: int, *, headed: bool) -> None:
    """Count the records with another parser: a reader that loses rows must not do so unseen."""
    parsed = rows + faults
    # the cheap count settles it for a file whose records are lines
    if text.plain and parsed + headed + len(text.above) in (text.lines, text.lines + 1):
        return
    with _opened(text.path, "rt", text.encoding) as stream:
        for _ in text.above:
            stream.readline()
        counted = sum(1 for r in csv.reader(stream, delimiter=text.delimiter) if r) - headed
    if counted != parsed and not faults:
        raise DataError(
            f"{text.path.name} holds {counted:,} records, but only {parsed:,} could be parsed. "
            "Its quotes or line ends are irregular: open it in a spreadsheet and save it as "
            "'CSV UTF-8'."
        )


def _as_utf8(text: TextFile, copy: Path) -> Path:
    with (
        _opened(text.path, "rt", text.encoding) as source,
        copy.open("w", encoding="utf-8", newline="") as target,
    ):
        while chunk := source.read(CHUNK):
            target.write(chunk)
    return copy


def _names(path: Path, line: str, delimiter: str) -> tuple[str, ...]:
    """Read the column names; one without a name, as a trailing comma leaves, gets its place."""
    cells = [c.strip() for c in next(csv.reader([line], delimiter=delimiter), [])]
    if not any(cells):
        raise DataError(
            f"The first line of {path.name} is blank. A file begins with its column names: take "
            "the lines above them out."
        )
    return tuple(c or f"column {i}" for i, c in enumerate(cells, start=1))


def _faults(con: ibis.BaseBackend, name: str, above: int) -> ibis.Table:
    faults = con.table(f"{name}_faults")
    rule = faults.error_type.cast("string").cases(*FAULTS.items(), else_=faults.error_message)
    # DuckDB's own number has no sign, which Ibis does not know
    line = faults.line.cast("decimal(18, 0)").cast("int64")
    each = faults.select(_row=line - above, _rule=rule, _value=faults.csv_line)
    # a record may have several faults, listed in any order: tell one, always the same
    return each.group_by("_row").aggregate(_rule=each["_rule"].min(), _value=each["_value"].min())


def _quoted(text: str, mark: str = "'") -> str:
    return mark + text.replace(mark, mark * 2) + mark
