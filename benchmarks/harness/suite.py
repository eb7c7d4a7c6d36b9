"""This suite as a contender: with a shop it knows already, and with one it never saw before.

What it checked and laid out is kept from round to round; its answers are not (`child`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.harness.case import Answer, Contender

if TYPE_CHECKING:
    from shophelm.shop.tables import Tables

AS_OF = date(2026, 11, 15)
"""The last day of the shops here, unless told otherwise."""
NAME, FIRST_TIME = "shophelm", "shophelm, the first time"


def contenders(
    count: Callable[[Tables], Answer],
    *,
    tables: Sequence[str],
    imports: Sequence[str],
    as_of: date = AS_OF,
) -> tuple[Contender, Contender]:
    """Lay out the suite's two rows: a further question put to a shop, and the first one.

    Parameters
    ----------
    count
        Answers from an open shop.
    tables
        Those that are checked before the further question; of events, the log is laid out too.
    imports
        The modules of the question.
    as_of
        The last day.
    """
    # what the suite imports only when a shop is opened stands here too
    imports = (*imports, "ibis.backends.duckdb", "ibis.formats.pandas")
    return (
        Contender(NAME, count, imports, prepare=lambda folder: _checked(folder, as_of, tables)),
        Contender(FIRST_TIME, lambda folder: count(_opened(folder, as_of)), imports, knows=False),
    )


def _checked(folder: Path, as_of: date, tables: Sequence[str]) -> Tables:
    from shophelm.shop.journeys import laid_out

    shop = _opened(folder, as_of)
    for name in tables:
        shop[name]
    if "events" in tables:
        laid_out(shop)
    return shop


def _opened(folder: Path, as_of: date) -> Tables:
    from shophelm.shop.tables import open_shop

    return open_shop(folder, as_of=as_of)
