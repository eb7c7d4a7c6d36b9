"""Ids: short, opaque where they stand for people, and the same for the same number every time."""

from __future__ import annotations

import zlib

import numpy as np
import pyarrow as pa

_BASE32 = np.frombuffer(b"0123456789abcdefghjkmnpqrstvwxyz", dtype=np.uint8)
_VISITOR_STRIDE = 1 << 12


def stream(seed: int, purpose: str, block: int = 0) -> np.random.Generator:
    """Open a random stream of its own for each purpose and block, so that none disturbs another."""
    return np.random.default_rng(
        np.random.SeedSequence([seed, zlib.crc32(purpose.encode()), block])
    )


def scrambled(numbers: np.ndarray, bits: int) -> np.ndarray:
    """Numbers below 2**bits, mixed one-to-one so that neighbours look unrelated."""
    mask, half = np.uint64((1 << bits) - 1), np.uint64(bits // 2)
    mixed = numbers.astype(np.uint64) & mask
    for factor in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F):
        mixed = (mixed * np.uint64(factor | 1)) & mask
        mixed ^= mixed >> half
    return mixed


def customer_ids(numbers: np.ndarray) -> pa.Array:
    """Opaque customer ids, `c` and eight characters."""
    return _text("c", _digits(scrambled(numbers, 40), 8, 32, _BASE32))


def visitor_ids(numbers: np.ndarray) -> pa.Array:
    """Opaque visitor ids that sort as their numbers do, `v` and eight characters."""
    jitter = scrambled(numbers + 77, 40) % np.uint64(_VISITOR_STRIDE)
    return _text(
        "v",
        _digits(numbers.astype(np.uint64) * np.uint64(_VISITOR_STRIDE) + jitter, 8, 32, _BASE32),
    )


def numbered(prefix: str, numbers: np.ndarray, width: int) -> pa.Array:
    """`prefix` and the number, padded with zeros to `width` digits."""
    return _text(prefix, _digits(numbers.astype(np.uint64), width, 10, _BASE32))


def _digits(numbers: np.ndarray, width: int, base: int, alphabet: np.ndarray) -> np.ndarray:
    out = np.empty((len(numbers), width), dtype=np.uint8)
    rest = numbers.copy()
    for place in range(width - 1, -1, -1):
        out[:, place] = alphabet[(rest % np.uint64(base)).astype(np.int64)]
        rest //= np.uint64(base)
    return out


def _text(prefix: str, characters: np.ndarray) -> pa.Array:
    """Rows of characters as an Arrow text array, built from its buffers."""
    rows, width = characters.shape
    head = np.tile(np.frombuffer(prefix.encode(), dtype=np.uint8), (rows, 1))
    whole = np.ascontiguousarray(np.hstack([head, characters]))
    offsets = np.arange(rows + 1, dtype=np.int32) * np.int32(width + len(prefix))
    return pa.StringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(whole))
