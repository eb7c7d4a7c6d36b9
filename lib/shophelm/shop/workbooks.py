"""Excel workbooks → text files, one per sheet, cell by cell as a person would read them."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from shophelm.errors import DataError

OLE = b"\xd0\xcf\x11\xe0"


def sheets(path: Path, folder: Path) -> list[tuple[str, Path]]:
    """Write each sheet that holds anything as a CSV file.

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
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        written = [
            (sheet.title, file)
            for number, sheet in enumerate(book.worksheets, start=1)
            if _write(sheet, file := folder / f"sheet{number}.csv")
        ]
        book.close()
    except (
        zipfile.BadZipFile,
        InvalidFileException,
        ParseError,
        KeyError,
        ValueError,
        OSError,
        EOFError,
    ) as error:
        raise DataError(
            f"{path.name} is cut short or damaged, or is no xlsx ({error}). "
            "Copy or export it again."
        ) from None
    if not written:
        raise DataError(f"{path.name} is blank. Export it again.")
    if len(written) == 1:
        return [(path.name, written[0][1])]
    return [(f"{path.name} [{title}]", file) for title, file in written]


def _refuse_protected(path: Path) -> None:
    with path.open("rb") as stream:
        head = stream.read(1 << 16)
    if not head.startswith(OLE):
        return
    if "EncryptedPackage".encode("utf-16-le") in path.read_bytes():
        raise DataError(
            f"{path.name} is protected with a password. Open it in Excel, save it without one, "
            "and import that."
        )
    raise DataError(f"{path.name} is an old Excel file under a new name. Save it as .xlsx or CSV.")


def _write(sheet: ReadOnlyWorksheet, file: Path) -> bool:
    """Write a sheet's rows that hold anything; say whether there were any."""
    # exports often state a size of one cell, at which reading would stop
    sheet.reset_dimensions()
    width = 0
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for cells in _filled(sheet):
            while len(cells) > max(width, 1) and not cells[-1]:
                cells.pop()
            width = width or len(cells)
            writer.writerow(cells + [""] * (width - len(cells)))
    return width > 0


def _filled(sheet: ReadOnlyWorksheet) -> Iterator[list[str]]:
    for row in sheet.iter_rows(values_only=True):
        cells = [_text(value) for value in row]
        if any(c.strip() for c in cells):
            yield cells


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
