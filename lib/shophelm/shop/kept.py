"""What was computed from the content of files, kept on this machine for the next time it is asked.

An entry's name is a digest of all it was made of: the bytes of the files, this package's code, the
versions of what it uses. So an entry can be missing, and is never wrong. The folder is private, and
can be deleted whenever nothing runs; `SHOPHELM_CACHE` names another one, or is `off`.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path

import duckdb
import platformdirs

import shophelm

VARIABLE = "SHOPHELM_CACHE"
MOST = 10 << 30
"""Bytes beyond which what was not used for longest is deleted."""
LARGE = 64 << 20
"""Bytes of a file from which on its digest is kept, too."""
TICK = 1_000_000_000
"""Nanoseconds within which two changes of a file may bear the same time."""
USES = ("duckdb", "ibis-framework", "numpy", "pandas", "pyarrow", "python-calamine", "scikit-learn")
USES += ("scipy", "seaborn", "matplotlib", "holidays", "jieba")


def folder() -> Path | None:
    """Give the folder of everything kept; None where nothing is to be kept."""
    named = os.environ.get(VARIABLE, "")
    if named == "off":
        return None
    return Path(named) if named else Path(platformdirs.user_cache_dir("shophelm"))


def key(*parts: str) -> str:
    """Make an entry's name of all that it depends on, the code and its libraries included.

    "" where a part is "", which is what something has whose origin cannot be told.
    """
    if not all(parts):
        return ""
    return _digest(f"{len(p)}:{p}".encode() for p in (_code(), *parts))


def of_files(files: Iterable[Path]) -> str:
    """Give a digest of some files' bytes."""
    return _digest(of_file(f).encode() for f in files)


def of_file(file: Path) -> str:
    """Give the digest of a file's bytes; a large file is read once, until it is touched."""
    found = file.stat()
    if found.st_size < LARGE:
        return _read(file)
    state = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
    name = key("file", str(file.resolve()), *map(str, state))
    if place := find(name):
        return (place / "digest").read_text()
    digest = _read(file)
    place = keep(name, lambda folder: (folder / "digest").write_text(digest))
    # in the same tick of the clock it may be written again, and look the same
    if place and (place / "digest").stat().st_mtime_ns < found.st_ctime_ns + TICK:
        shutil.rmtree(place, ignore_errors=True)
    return digest


def _read(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, hashlib.blake2b).hexdigest()


def of_bytes(data: bytes) -> str:
    """Give a digest of some bytes."""
    return _digest([data])


def find(name: str) -> Path | None:
    """Find an entry's folder; None where it is not kept."""
    place = folder()
    if place is None or not name or not (place / name).is_dir():
        return None
    # the last time that it was of use; somebody else's folder can be read all the same
    with contextlib.suppress(OSError):
        os.utime(place / name)
    return place / name


def keep(name: str, write: Callable[[Path], None]) -> Path | None:
    """Make an entry, all of it or nothing.

    Parameters
    ----------
    name
        As `key` gives it; nothing is kept under "".
    write
        Puts the entry's files into the folder that it is given.

    Returns
    -------
    Path or None
        The entry's folder; None where nothing can be kept there, and one does without.
    """
    place = folder()
    if place is None or not name:
        return None
    try:
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        work = Path(tempfile.mkdtemp(prefix=".new-", dir=place))
    except OSError:
        return None
    try:
        write(work)
        work.rename(place / name)
    except (OSError, duckdb.Error):
        # a full disk, or somebody was faster
        shutil.rmtree(work, ignore_errors=True)
    return find(name)


def prune(most: int = MOST) -> None:
    """Delete what was not used for longest, until the rest takes no more than `most` bytes."""
    place = folder()
    if place is None or not place.is_dir():
        return
    entries = sorted((e for e in place.iterdir() if e.is_dir()), key=lambda e: -e.stat().st_mtime)
    size = 0
    for entry in entries:
        size += sum(f.stat().st_size for f in entry.rglob("*") if f.is_file())
        if size > most:
            shutil.rmtree(entry, ignore_errors=True)


@functools.cache
def _code() -> str:
    """Digest this package and the versions of what it reckons with."""
    package = Path(shophelm.__file__).parent
    files = sorted(p for p in package.rglob("*") if p.suffix in (".py", ".toml", ".j2", ".css"))
    return _digest(
        [*(_read(f).encode() for f in files), *(f"{u} {version(u)}".encode() for u in USES)]
    )


def _digest(parts: Iterable[bytes]) -> str:
    whole = hashlib.blake2b(digest_size=16)
    for part in parts:
        whole.update(part + b"\n")
    return whole.hexdigest()
