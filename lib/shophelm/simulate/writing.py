"""Writing tables: CSV that a person can open, or Parquet laid out for queries."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from shophelm.shop.contract import TABLES
from shophelm.shop.contract.language import Column

_ARROW = {
    "id": pa.string(), "text": pa.string(), "choice": pa.string(), "money": pa.decimal128(18, 4),
    "time": pa.timestamp("us"), "day": pa.date32(), "count": pa.int64(), "number": pa.float64(),
    "flag": pa.bool_(),
}  # fmt: skip
_COMPRESSED = {
    "events",
    "traffic",
    "stock",
    "order_lines",
    "orders",
    "keywords",
    "coupons",
    "rivals",
    "points",
    "exposures",
    "reviews",
    "refunds",
    "customers",
}


class Writer:
    """Writes a shop's tables into a folder, in one go or in parts of rows.

    Columns are given by name, as numpy or Arrow arrays: money in whole cents, null as NaT, NaN,
    a mask, or None; a missing name or a plain None is a column of nulls.
    """

    def __init__(self, folder: Path, *, file_format: str) -> None:
        self.folder, self.file_format = folder, file_format
        self.rows: dict[str, int] = {}
        self._open: dict[str, object] = {}

    def write(self, name: str, columns: dict) -> None:
        """Add rows to a table; the first call makes its file."""
        table = as_arrow(name, columns)
        self.rows[name] = self.rows.get(name, 0) + table.num_rows
        if self.file_format == "parquet":
            self._parquet(name, table.schema).write_table(table, row_group_size=500_000)
        else:
            text = pd.DataFrame({c: _as_text(table[c]) for c in table.column_names})
            first = name not in self._open
            text.to_csv(self._csv(name), index=False, header=first, lineterminator="\n")

    def close(self) -> None:
        """Finish all files."""
        for handle in self._open.values():
            for each in handle if isinstance(handle, tuple) else (handle,):
                each.close()

    def _parquet(self, name: str, schema: pa.Schema) -> pq.ParquetWriter:
        if name not in self._open:
            self._open[name] = pq.ParquetWriter(
                self.folder / f"{name}.parquet", schema, compression="zstd"
            )
        return self._open[name]

    def _csv(self, name: str):
        """Open a text or gzip handle; the gzip header carries neither time nor file name."""
        if name not in self._open:
            if name in _COMPRESSED:
                raw = (self.folder / f"{name}.csv.gz").open("wb")
                self._open[name] = (
                    gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0, compresslevel=9),
                    raw,
                )
            else:
                self._open[name] = ((self.folder / f"{name}.csv").open("wb"),)
        return self._open[name][0]


def as_arrow(name: str, columns: dict) -> pa.Table:
    """Columns as an Arrow table with exactly the contract's columns, in its order."""
    rows = next(len(v) for v in columns.values() if v is not None and not isinstance(v, str))
    made = {c.name: _arrow(c, columns.get(c.name), rows) for c in TABLES[name].columns}
    unknown = set(columns) - set(made)
    if unknown:
        raise KeyError(f"{name}: not in the contract: {sorted(unknown)}")
    return pa.table(made)


def _arrow(column: Column, values: object, rows: int) -> pa.Array:
    dtype = _ARROW[column.kind]
    if values is None:
        return pa.nulls(rows, dtype)
    if isinstance(values, (pa.Array, pa.ChunkedArray)):
        return values
    if column.kind == "money":
        return decimals(values)
    if isinstance(values, np.ma.MaskedArray):
        return pa.array(
            values.filled(0).astype(np.int64), mask=np.ma.getmaskarray(values), type=dtype
        )
    if column.kind == "number":
        return pa.array(np.asarray(values, dtype=float), type=dtype, from_pandas=True)
    return pa.array(values, type=dtype, from_pandas=True)


def decimals(cents: np.ndarray) -> pa.Array:
    """Whole cents as decimal(18, 4), exact; a mask becomes null."""
    mask = np.ma.getmaskarray(cents) if isinstance(cents, np.ma.MaskedArray) else None
    low = np.ma.getdata(cents).astype(np.int64) * 100
    words = np.stack([low, low >> 63], axis=1)
    made = pa.Array.from_buffers(
        pa.decimal128(18, 4), len(low), [None, pa.py_buffer(np.ascontiguousarray(words))]
    )
    return made if mask is None else pc.if_else(pa.array(mask), pa.scalar(None, made.type), made)


def _as_text(column: pa.ChunkedArray) -> pd.Series:
    """Turn a column into CSV text: money with two decimals, whole seconds, no trailing zeros."""
    if pa.types.is_decimal(column.type):
        column = column.cast(pa.decimal128(18, 2)).cast(pa.string())
    elif pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("s")).cast(pa.string())
    elif pa.types.is_floating(column.type):
        column = pc.replace_substring_regex(column.cast(pa.string()), r"\.0$", "")
    elif pa.types.is_boolean(column.type) or not pa.types.is_string(column.type):
        column = column.cast(pa.string())
    return column.to_pandas()


def write_truth(folder: Path, truth: dict) -> dict:
    """`truth.json`, readable and the same every time; returns it as a reader would get it."""
    text = json.dumps(truth, ensure_ascii=False, indent=1, sort_keys=False, default=_plain)
    (folder / "truth.json").write_text(text + "\n", encoding="utf-8", newline="\n")
    return json.loads(text)


def _plain(value: object):
    if isinstance(value, (np.integer, np.floating, np.bool_)):
        return value.item()
    if isinstance(value, np.datetime64):
        return str(value)
    if isinstance(value, np.ndarray):
        return value.tolist()
    raise TypeError(f"{type(value)} has no place in truth.json")
