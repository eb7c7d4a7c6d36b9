"""Excel workbooks → text files, one per sheet, cell by cell as a person would read them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from shophelm.errors import DataError

OLE, ZIP = b"\xd0\xcf\x11\xe0", b"PK\x03\x04"
READER = Path(__file__).with_name("workbook_reader.py")
MEGABYTES, SECONDS = (1_500, 6_000), (120, 900)
"""What reading a workbook may take of memory and time, a small one and a large one: a damaged one
may ask for any, and a small one may well have a cell in its last row."""
LARGE = 50 << 20
"""Bytes from which a workbook is a large one."""


def sheets(path: Path, folder: Path) -> list[tuple[str, Path]]:
    """Write each sheet that holds anything as a CSV file.

    A program of its own reads the workbook, so that a damaged one can do no harm.

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
    megabytes, seconds = _allowed(path)
    command = [sys.executable, str(READER), str(path), str(folder), str(megabytes)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds)
    except subprocess.TimeoutExpired:
        raise _damaged(path, f"reading it took more than {seconds // 60} minutes") from None
    if done.returncode:
        raise _damaged(path, "its parts do not fit each other")
    told = json.loads(done.stdout)
    if "error" in told:
        raise _damaged(path, told["error"])
    made = [(name, Path(file)) for name, file in told["sheets"]]
    if not made:
        raise DataError(f"{path.name} is blank. Export it again.")
    if len(made) == 1:
        return [(path.name, made[0][1])]
    return [(f"{path.name} [{title}]", file) for title, file in made]


def is_workbook(path: Path) -> bool:
    """Tell a workbook from text that only bears its name, as some platforms' xls files are."""
    with path.open("rb") as stream:
        return stream.read(4) in (OLE, ZIP)


def _allowed(path: Path) -> tuple[int, int]:
    """Say how many megabytes and seconds reading it may take."""
    share = min(1.0, path.stat().st_size / LARGE)
    return tuple(int(least + share * (most - least)) for least, most in (MEGABYTES, SECONDS))


def _damaged(path: Path, reason: str) -> DataError:
    return DataError(
        f"{path.name} is cut short or damaged, or is no workbook ({reason}). Copy or export it "
        "again."
    )


def _refuse_protected(path: Path) -> None:
    with path.open("rb") as stream:
        head = stream.read(4)
    if head == OLE and "EncryptedPackage".encode("utf-16-le") in path.read_bytes():
        raise DataError(
            f"{path.name} is protected with a password. Open it in Excel, save it without one, "
            "and import that."
        )
