"""Long arrays worked through block by block on all cores, so that each stays in the cache."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Answer = TypeVar("Answer")
BLOCK = 1 << 14


def in_blocks(work: Callable[[slice], Answer], rows: int, *, size: int = BLOCK) -> list[Answer]:
    """Ask about each block of rows; answers come in the order of rows.

    Parameters
    ----------
    work
        Is given a block's rows. It runs beside itself, so that it must only read.
    rows
        How many there are in all.
    size
        Rows of a block.
    """
    blocks = [slice(start, start + size) for start in range(0, rows, size)] or [slice(0, 0)]
    if len(blocks) < 2:
        return [work(block) for block in blocks]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(work, blocks))
