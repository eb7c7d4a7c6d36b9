"""Where a notebook's time goes: seconds added up under a few words."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

_spent: dict[str, float] = {}
_running: set[str] = set()


@contextmanager
def timed(word: str) -> Iterator[None]:
    """Add the time of a block to `word`; a block inside another of the same word counts once."""
    if word in _running:
        yield
        return
    _running.add(word)
    start = time.perf_counter()
    try:
        yield
    finally:
        _running.discard(word)
        _spent[word] = _spent.get(word, 0.0) + time.perf_counter() - start


def spent() -> dict[str, float]:
    """Give the seconds spent so far in this process, by word."""
    return dict(_spent)
