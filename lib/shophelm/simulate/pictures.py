"""Hashes of main pictures, as 64 bits: ours, and those of rivals who took ours."""

from __future__ import annotations

import numpy as np

from shophelm.simulate.catalogue import Catalogue
from shophelm.simulate.ids import stream

_BITS = 64
_MOST_MARKED = 4
"""Bits in which a picture with a mark on it differs, at most."""


def own_pictures(catalogue: Catalogue, *, seed: int) -> np.ndarray:
    """Hash the main picture of each product of ours."""
    return _drawn(stream(seed, "pictures"), len(catalogue.ids))


def rival_picture(rng: np.random.Generator, like: np.uint64 | None) -> str:
    """Hash a rival's main picture: ours with a mark on it, or one of its own."""
    if like is None:
        return as_hex(_drawn(rng, 1))[0]
    marked = rng.choice(_BITS, size=int(rng.integers(0, _MOST_MARKED + 1)), replace=False)
    mark = np.bitwise_or.reduce(np.uint64(1) << marked.astype(np.uint64), initial=np.uint64(0))
    return as_hex(np.array([like ^ mark]))[0]


def as_hex(hashes: np.ndarray) -> np.ndarray:
    """Write hashes as the tables have them."""
    return np.array([f"{int(h):016x}" for h in hashes], dtype=object)


def _drawn(rng: np.random.Generator, count: int) -> np.ndarray:
    return rng.integers(0, 2**_BITS, size=count, dtype=np.uint64)
