"""DuckDB, the engine that comes with the suite, in a process's own memory or a file."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import duckdb
import ibis


def embedded(file: Path | str = ":memory:", **config: Any) -> ibis.BaseBackend:
    """Open a database that draws no progress bars: whoever asks says how far it is.

    Parameters
    ----------
    file
        A DuckDB file, or none.
    config
        DuckDB's own settings.
    """
    con = ibis.duckdb.connect(file, **config)
    # in JupyterLab it refuses even this where it has nothing to draw a bar with
    with contextlib.suppress(duckdb.InvalidInputException):
        con.raw_sql("SET enable_progress_bar = false")
    return con
