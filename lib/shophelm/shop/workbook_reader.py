"""Read a workbook's sheets into CSV files, as a program of its own: see `workbooks.sheets`.

    python workbook_reader.py WORKBOOK FOLDER MEGABYTES

It prints what it made as JSON. It stands alone, and imports nothing of the suite: it must start
fast, and may be killed by the file it reads.
"""

from __future__ import annotations

import csv
import json
import sys
from datetime import date, datetime
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

try:
    import resource
except ImportError:  # Windows has no such limit
    resource = None


def main(workbook: str, folder: str, megabytes: str) -> None:
    """Write each sheet that holds anything, and print its name and file."""
    if resource:
        most = int(megabytes) << 20
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    try:
        book = CalamineWorkbook.from_path(workbook)
        made = [
            (name, str(file))
            for number, name in enumerate(book.sheet_names, start=1)
            if _write(book.get_sheet_by_name(name), file := Path(folder) / f"sheet{number}.csv")
        ]
    except (CalamineError, ValueError, OSError) as error:
        print(json.dumps({"error": str(error)}))
        return
    print(json.dumps({"sheets": made}))


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


if __name__ == "__main__":
    main(*sys.argv[1:])
