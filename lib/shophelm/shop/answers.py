"""Answers that took long, kept for whoever asks the same of the same shop again.

Two notebooks ask some of the same questions, and the next report asks most of them again.
"""

from __future__ import annotations

import io
import pickle
import time
from collections.abc import Callable
from typing import Any

import ibis

from shophelm.shop import kept
from shophelm.shop.tables import Tables

DEAR, MOST = 0.2, 64 << 20
"""Seconds from which on an answer is kept, and bytes beyond which it is not."""
FILE = "answer"


class _BoundError(Exception):
    """What is to be written holds on to a connection."""


class _Pickler(pickle.Pickler):
    """Writes values; a query or a shop is none, since it would be another one when read again."""

    def reducer_override(self, value: Any) -> Any:
        """Refuse what holds on to a connection; leave the rest to pickle."""
        if isinstance(value, (ibis.Expr, ibis.BaseBackend, Tables)):
            raise _BoundError
        return NotImplemented


def answered(question: Callable, shop: Tables, args: tuple, parameters: dict[str, Any]) -> Any:
    """Ask a question, or find what it answered when all that it can see was the same.

    A question sees the shop up to its day, and what else it is given; what it answers may be found
    again by the same code only (`shop.kept`).
    """
    asked = _written((args, sorted(parameters.items()))) if shop.source.key else None
    name = f"{question.__module__}.{question.__qualname__}"
    mark = kept.of_bytes(asked) if asked is not None else ""
    key = kept.key("answer", name, shop.source.key, str(shop.as_of), mark)
    if place := kept.find(key):
        return pickle.loads((place / FILE).read_bytes())
    began = time.perf_counter()
    answer = question(shop, *args, **parameters)
    if not key or time.perf_counter() - began < DEAR or not shop.source.unchanged:
        return answer
    told = _written(answer)
    if told is None or len(told) > MOST:
        return answer
    kept.keep(key, lambda folder: (folder / FILE).write_bytes(told))
    # as whoever finds it will have it, to the last dtype
    return pickle.loads(told)


def _written(value: Any) -> bytes | None:
    """Write a value as bytes; None where it cannot be, or must not."""
    to = io.BytesIO()
    try:
        _Pickler(to, protocol=5).dump(value)
    except (_BoundError, pickle.PicklingError, TypeError, AttributeError):
        # a function made on the spot, for one
        return None
    return to.getvalue()
