"""Data that cases read: made once per size, and kept."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.harness import BENCHMARKS

KEPT = BENCHMARKS / ".data"


def once(folder: Path, making: str, write: Callable[[Path], None]) -> Path:
    """Give a folder, written by `write` if it is not there; half-written ones are never seen."""
    if folder.exists():
        return folder
    print(f"{making} into {folder} (once) …", file=sys.stderr, flush=True)
    unfinished = folder.with_name(f"unfinished_{folder.name}")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.parent.mkdir(parents=True, exist_ok=True)
    write(unfinished)
    return unfinished.rename(folder)
