"""What the cases about the event log share: opening it, SQL on it, and pandas in its order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.harness import suite
from benchmarks.harness.case import Answer, Contender

if TYPE_CHECKING:
    import pandas as pd

    from shophelm.shop.journeys import Journeys
    from shophelm.shop.tables import Tables


def whole_log(shop: Tables, *, columns: Sequence[str] = (), ties: bool = True) -> Journeys:
    from datetime import date

    from shophelm.shop.calendar import Period
    from shophelm.shop.journeys import journeys

    return journeys(shop, Period(date(2000, 1, 1), shop.as_of), columns=columns, ties=ties)


def ask_sql(file: Path, folder: Path, **values: int) -> Answer:
    import duckdb

    found = duckdb.sql(file.read_text(encoding="utf-8").format(folder=folder, **values))
    columns = zip(*found.fetchall(), strict=True)
    return dict(zip(found.columns, columns, strict=True))


def in_order(folder: Path, *columns: str) -> pd.DataFrame:
    """Read events with numbered visitors, by visitor and time, and whether each starts a session.

    The file keeps the order of event_id, and a stable sort does, too.
    """
    import pandas as pd

    columns = ["visitor_id", "occurred_at", "kind", *columns]
    events = pd.read_parquet(folder / "events.parquet", columns=columns)
    events["visitor"] = events.pop("visitor_id").factorize()[0]
    events = events.sort_values(["visitor", "occurred_at"], kind="stable", ignore_index=True)
    gap = events["occurred_at"].diff() > pd.Timedelta(minutes=30)
    return events.assign(starts=gap | (events["visitor"].diff() != 0))


def contenders(
    count: Callable[[Tables], Answer], *, sql: Path, pandas: Callable[[Path], Answer]
) -> tuple[Contender, ...]:
    """Lay out who takes part: the suite, hand-written SQL, pandas."""
    return (
        *suite.contenders(count, tables=["events"], imports=["shophelm.data.paths"]),
        Contender("DuckDB SQL", lambda folder: ask_sql(sql, folder), ("duckdb",)),
        Contender("pandas", pandas, ("pandas", "pyarrow.parquet")),
    )
