"""Long arrays worked through block by block on all cores, so that each stays in the cache."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Answer = TypeVar("Answer")
BLOCK = 1 << 14


def on_all_cores(work: Callable[[slice], Answer], blocks: Sequence[slice]) -> list[Answer]:
    """Ask about each block of rows; answers come in the order of blocks.

    `work` runs beside itself, so that it must only read.
    """
    if len(blocks) < 2:
        return [work(block) for block in blocks]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(work, blocks))


def in_blocks(work: Callable[[slice], Answer], rows: int, *, size: int = BLOCK) -> list[Answer]:
    """Ask about some rows after the other, of so many in all; about none, once."""
    blocks = [slice(start, start + size) for start in range(0, rows, size)]
    return on_all_cores(work, blocks or [slice(0, 0)])
