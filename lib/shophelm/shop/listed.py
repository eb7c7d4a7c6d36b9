"""Rows that are known here → a table that queries can join."""

from __future__ import annotations

import ibis
import pandas as pd

from shophelm.shop.tables import Tables


def listed(shop: Tables, rows: pd.DataFrame, schema: dict[str, str]) -> ibis.Table:
    """Give the shop's engine a few rows.

    Parameters
    ----------
    shop
        Whose engine will read them.
    rows
        The rows, in the schema's columns; none is null.
    schema
        Column → type.

    Notes
    -----
    The embedded ClickHouse takes no table from outside, so that it gets them written into the
    query, which is slow beyond some ten thousand.
    """
    rows = rows[list(schema)]
    if shop.source.location.startswith("chdb:"):
        place = ibis.range(max(len(rows), 1)).unnest().name("_place").as_table()
        columns = {
            name: ibis.literal(rows[name].tolist() or [None], f"array<{kind}>")[place["_place"]]
            for name, kind in schema.items()
        }
        return place.select(**{n: c.cast(schema[n]) for n, c in columns.items()}).limit(len(rows))
    return ibis.memtable(rows, schema=ibis.schema(schema))
