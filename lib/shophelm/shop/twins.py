"""Rows that may share a key with another row, found without comparing all keys."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.datatypes as dt
import numpy as np


def suspects(rows: ibis.Table, key: Sequence[str]) -> ibis.Table | None:
    """Give the rows whose key may stand on another row too; None where every key stands once.

    DuckDB hashes each key and hands the hashes over, eight bytes a row, which sort several times
    faster than keys compare. Keys that hash alike may still differ, so that what is given must be
    looked at; what is not given stands alone. Any other engine gives all rows.

    Parameters
    ----------
    rows
        The rows.
    key
        Their columns.
    """
    if rows.get_backend().name != "duckdb":
        return rows
    one = _hash(ibis.struct({name: rows[name] for name in key}))
    hashes = np.sort(rows.select(_hash=one).to_pyarrow()["_hash"].to_numpy())
    shared = np.unique(hashes[1:][hashes[1:] == hashes[:-1]])
    if not len(shared):
        return None
    return rows.filter(one.isin(ibis.memtable({"_hash": shared})["_hash"]))


@ibis.udf.scalar.builtin(name="hash")
def _hash(value) -> dt.uint64:  # noqa: ANN001  a struct of any columns
    """Stand for DuckDB's own hash; that of Ibis casts it to another integer, at twice the cost."""
