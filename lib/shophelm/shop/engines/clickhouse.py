"""ClickHouse: embedded, over Parquet files, or a server."""

from __future__ import annotations

import logging
from typing import Any

import ibis
import ibis.expr.operations as ops
import sqlglot.expressions as sge
from ibis.backends.sql.compilers.clickhouse import ClickHouseCompiler

from shophelm.shop.contract import TABLES
from shophelm.shop.engines.edge import ZONE, Opened, Taught, on_the_wall, parquet_files

# it lists the arguments of Ibis that only a server needs, and errors that are raised anyway
logging.getLogger("clickhouse_connect").setLevel(logging.CRITICAL)
SETTINGS = {
    "session_timezone": ZONE,
    # as SQL has it: else what a join does not find, or the least of nothing, is 0 or blank
    "join_use_nulls": 1,
    "aggregate_functions_null_for_empty": 1,
}


def open_embedded(url: str) -> Opened:
    """Open the folder of Parquet files that the URL's path names."""
    files = parquet_files(url)
    con = ibis.clickhouse.connect(interface="chdb", settings=SETTINGS)
    con.compiler = ExactCompiler()
    for name, file in files.items():
        quoted = file.replace("\\", "\\\\").replace("'", "\\'")
        con.raw_sql(f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM file('{quoted}', Parquet)")
    return con, {name: on_the_wall(con.table(name)) for name in files}


def open_server(url: str) -> Opened:
    """Open the database of a server that the URL names."""
    con = ibis.connect(url, settings=SETTINGS)
    con.compiler = ExactCompiler()
    there = con.list_tables()
    return con, {name: on_the_wall(con.table(name)) for name in TABLES if name in there}


class ExactCompiler(Taught, ClickHouseCompiler):
    """Ibis's ClickHouse, with exact counts and quantiles, and integers that have a sign."""

    __slots__ = ()

    def visit_CountStar(self, op: ops.CountStar, *, where: Any, arg: Any) -> Any:  # noqa: ARG002, N802
        """Count rows; unsigned, as ClickHouse counts, it mixes with no other integer."""
        return self.f.toInt64(self.f.countIf(where) if where is not None else self.f.count())

    def visit_Count(self, op: ops.Count, *, arg: Any, where: Any) -> Any:  # noqa: ARG002, N802
        """Count values."""
        return self.f.toInt64(self.agg.count(arg, where=where))

    def visit_CountDistinct(self, op: ops.CountDistinct, *, arg: Any, where: Any) -> Any:  # noqa: ARG002, N802
        """Count distinct values exactly; `uniq` is off by some thousandths."""
        return self.f.toInt64(self.agg.uniqExact(arg, where=where))

    def visit_WindowFunction(self, op: ops.WindowFunction, *, func: Any, **over: Any) -> Any:  # noqa: N802
        """Cast a count over a window outside of the window, where casts may stand."""
        if isinstance(func, sge.Anonymous) and func.this == "toInt64":
            return self.f.toInt64(
                super().visit_WindowFunction(op, func=func.expressions[0], **over)
            )
        return super().visit_WindowFunction(op, func=func, **over)

    @staticmethod
    def _minimize_spec(op: ops.WindowFunction, spec: Any) -> Any:
        """Leave the frame out where ranks are asked: over rows, equals would get unlike ranks."""
        return None if isinstance(op.func, (ops.RankBase, ops.NTile)) else spec

    def visit_Quantile(self, op: ops.Quantile, *, arg: Any, quantile: Any, where: Any) -> Any:  # noqa: ARG002, N802
        """Interpolate between the values themselves; `quantile` draws a sample of them."""
        return self._visit_quantile("quantileExactInclusive", arg, quantile, where)

    def visit_Median(self, op: ops.Median, *, arg: Any, where: Any) -> Any:  # noqa: ARG002, N802
        """Take the middle, or the middle of the two in the middle."""
        return self._visit_quantile("quantileExactInclusive", arg, sge.convert(0.5), where)

    def of_least(self, arg: Any, key: list, where: Any) -> Any:
        """Take the value that has the least key."""
        least = self.agg.argMin(self.f.tuple(arg), self.f.tuple(*key), where=where)
        return sge.Dot(this=least, expression=sge.convert(1))

    def visit_ArrayIndex(self, op: ops.ArrayIndex, *, arg: Any, index: Any) -> Any:  # noqa: ARG002, N802
        """Take an element by its place: Ibis counts from 0, ClickHouse from 1."""
        return self.f.arrayElement(arg, self.if_(index >= 0, index + 1, index))

    def visit_StringLength(self, op: ops.StringLength, *, arg: Any) -> Any:  # noqa: ARG002, N802
        """Count letters; ClickHouse counts bytes."""
        return self.f.lengthUTF8(arg)

    def visit_Substring(  # noqa: N802
        self,
        op: ops.Substring,  # noqa: ARG002
        *,
        arg: Any,
        start: Any,
        length: Any = None,
    ) -> Any:
        """Cut between letters; ClickHouse cuts between bytes."""
        return self.f.substringUTF8(arg, start + 1, *([] if length is None else [length]))

    def visit_HexDigest(self, op: ops.HexDigest, *, arg: Any, how: str) -> Any:  # noqa: ARG002, N802
        """Write a digest as the other engines do."""
        return self.f.lower(self.f.hex(self.f[how.upper()](arg)))
