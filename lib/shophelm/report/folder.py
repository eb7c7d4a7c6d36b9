"""A report's folder: replaced as a whole, or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shophelm.errors import ReportError

MARK = "report.json"
"""The file by which a folder is known to hold a report, which the next one may replace."""


@contextmanager
def publishing(out: Path) -> Iterator[Path]:
    """Give a folder to write a report into, and put it in the place of `out` when all went well.

    Raises
    ------
    ReportError
        Before anything is written, if `out` cannot be written or holds what is no report.
    """
    _refuse_foreign(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
        draft.chmod(0o755)
    except OSError as error:
        raise ReportError(
            f"The report cannot be written to {out} ({error.strerror}). Give another folder "
            "with --out."
        ) from None
    try:
        yield draft
        _swap(draft, out)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _refuse_foreign(out: Path) -> None:
    if out.is_file():
        raise ReportError(f"{out} is a file. Give a folder with --out.")
    if out.is_dir() and any(out.iterdir()) and not (out / MARK).exists():
        raise ReportError(
            f"{out} holds other things than a report, and a report replaces its folder. Give an "
            "empty or a new folder with --out."
        )


def _swap(draft: Path, out: Path) -> None:
    old = draft.with_name(f"{draft.name}.old")
    if out.exists():
        os.replace(out, old)
    try:
        os.replace(draft, out)
    except OSError:
        if old.exists():
            os.replace(old, out)
        raise
    shutil.rmtree(old, ignore_errors=True)
