"""Excel workbooks → text files, one per sheet, cell by cell as a person would read them."""

from __future__ import annotations

import csv
from datetime import date, datetime
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from shophelm.errors import DataError

OLE, ZIP = b"\xd0\xcf\x11\xe0", b"PK\x03\x04"


def sheets(path: Path, folder: Path) -> list[tuple[str, Path]]:
    """Write each sheet that holds anything as a CSV file.

    Parameters
    ----------
    path
        An xlsx or xls file, by its content and not its name.
    folder
        Where the CSV files go.

    Returns
    -------
    list of (name, file)
        The workbook's name; with the sheet's in brackets where there are several.

    Raises
    ------
    DataError
        If the workbook is protected, damaged or blank.
    """
    _refuse_protected(path)
    try:
        book = CalamineWorkbook.from_path(path)
        written = [
            (name, file)
            for number, name in enumerate(book.sheet_names, start=1)
            if _write(book.get_sheet_by_name(name), file := folder / f"sheet{number}.csv")
        ]
    except (CalamineError, ValueError, OSError) as error:
        raise DataError(
            f"{path.name} is cut short or damaged, or is no workbook ({error}). "
            "Copy or export it again."
        ) from None
    if not written:
        raise DataError(f"{path.name} is blank. Export it again.")
    if len(written) == 1:
        return [(path.name, written[0][1])]
    return [(f"{path.name} [{title}]", file) for title, file in written]


def is_workbook(path: Path) -> bool:
    """Tell a workbook from text that only bears its name, as some platforms' xls files are."""
    with path.open("rb") as stream:
        return stream.read(4) in (OLE, ZIP)


def _refuse_protected(path: Path) -> None:
    with path.open("rb") as stream:
        head = stream.read(4)
    if head == OLE and "EncryptedPackage".encode("utf-16-le") in path.read_bytes():
        raise DataError(
            f"{path.name} is protected with a password. Open it in Excel, save it without one, "
            "and import that."
        )


def _write(sheet: CalamineSheet, file: Path) -> bool:
    """Write a sheet's rows that hold anything, all equally wide; say whether there were any."""
    every = ([_text(value) for value in row] for row in sheet.iter_rows())
    rows = [cells for cells in every if any(c.strip() for c in cells)]
    if not rows:
        return False
    width = max(_filled(cells) for cells in rows)
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerows((cells + [""] * width)[:width] for cells in rows)
    return True


def _filled(cells: list[str]) -> int:
    """Give the width of a row without the blank cells at its end."""
    return max((n for n, cell in enumerate(cells, start=1) if cell), default=1)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds" if not value.microsecond else "auto")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        # Excel keeps 15 digits: a longer number shows as 1.23457E+17, and is seen to be damaged
        return f"{value:.15G}"
    return str(value)
