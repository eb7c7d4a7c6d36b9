"""Buyer and visitor ids → keyed hashes: the same person, the same hash; no way back without key."""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
from contextlib import suppress
from pathlib import Path

import ibis
import pyarrow as pa

from shophelm.errors import ParameterError

BITS = 80
LEAST_KEY = 16


def default_key_file() -> Path:
    """Give ~/.config/shophelm/key, or its like under XDG_CONFIG_HOME."""
    config = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(config) / "shophelm" / "key"


def read_key(key_file: Path | None, *, outside: Path) -> bytes:
    """Read the key; the default one is made on first use, readable by its owner only.

    Parameters
    ----------
    key_file
        A file with at least 16 bytes; None for the default.
    outside
        The shop's folder, in which the key may not lie: who gets the one must not get the other.

    Raises
    ------
    ParameterError
        If the key cannot be read or made, is too short, or lies in the shop's folder.
    """
    path = key_file or default_key_file()
    if path.resolve().is_relative_to(outside.resolve()):
        raise ParameterError(
            f"The key file {path} lies in the shop's folder: whoever gets the tables would get "
            "the key to them. Keep it elsewhere."
        )
    try:
        if key_file is None and not path.exists():
            _make(path)
        secret = path.read_bytes().strip()
    except OSError as error:
        raise ParameterError(
            f"The key file {path} cannot be read ({error.strerror}). Name another with --key-file."
        ) from None
    if len(secret) < LEAST_KEY:
        raise ParameterError(
            f"The key file {path} holds {len(secret)} bytes; a key has at least {LEAST_KEY}. "
            "Restore it from its copy, or name another with --key-file."
        )
    return hashlib.sha256(secret).digest()


def hash_id(person: str, key: bytes) -> str:
    """Hash one id: BLAKE2b under the key, 80 bits as 16 letters and digits."""
    digest = hashlib.blake2b(person.encode(), key=key, digest_size=BITS // 8).digest()
    return base64.b32encode(digest).decode().lower()


def hashed(
    con: ibis.BaseBackend, table: ibis.Table, column: str, *, key: bytes, name: str
) -> ibis.Table:
    """Replace a column of ids by their hashes, each distinct id hashed once.

    Parameters
    ----------
    con, table, column
        Where, and which ids. Null stays null.
    key
        As `read_key` gives it.
    name
        A name of its own for the temporary table of hashes.
    """

    def of_each(ids: pa.StringArray) -> pa.StringArray:
        return pa.array([None if i is None else hash_id(i, key) for i in ids.to_pylist()])

    of_each.__name__ = f"hash_of_{name}"
    hashing = ibis.udf.scalar.pyarrow(of_each, signature=((str,), str))
    ids = table.select(_id=table[column]).filter(lambda t: t["_id"].notnull()).distinct()
    # as they stream: there may be more people than memory holds
    known = con.create_table(name, ids.mutate(_hash=hashing(ids["_id"])), temp=True)
    joined = table.left_join(known, table[column] == known["_id"])
    return joined.mutate(**{column: joined["_hash"]}).drop("_id", "_hash")


def _make(path: Path) -> None:
    """Make a key, whole or not at all: another import may look for it at the same moment."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as stream:
            stream.write(secrets.token_hex(32) + "\n")
        # a link does not replace the key that another one has made
        with suppress(FileExistsError):
            os.link(new, path)
    finally:
        new.unlink()
