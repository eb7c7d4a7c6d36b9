"""Two folders change places in one step, and one import works at a time."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows has no such lock
    fcntl = None

AT_FDCWD, RENAME_EXCHANGE, RENAME_SWAP = -100, 2, 2


def exchange(new: Path, old: Path) -> None:
    """Let two folders change places.

    In one step on Linux and macOS: whoever looks sees the one or the other, also when the machine
    stops in between. Elsewhere in three, of which the first is undone if the second fails.

    Raises
    ------
    OSError
        If they cannot; both are then where they were.
    """
    if _at_once(new, old):
        return
    aside = new.with_name(f"{new.name}-old")
    old.rename(aside)
    try:
        new.rename(old)
    except OSError:
        aside.rename(old)
        raise
    aside.rename(new)


@contextmanager
def alone(folder: Path, tell: Callable[[str], None]) -> Iterator[None]:
    """Work in a folder while no other import does; wait for one that is at it."""
    if fcntl is None:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell("waiting for another import to end")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _at_once(new: Path, old: Path) -> bool:
    """Ask the system for it; False where it has no such call, or the file system does not."""
    names = os.fsencode(new), os.fsencode(old)
    try:
        library = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "darwin":
            return library.renamex_np(*names, RENAME_SWAP) == 0
        return library.renameat2(AT_FDCWD, names[0], AT_FDCWD, names[1], RENAME_EXCHANGE) == 0
    except (AttributeError, OSError, TypeError):
        return False
