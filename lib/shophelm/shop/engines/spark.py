"""Spark over Parquet files, on this machine or on a cluster."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
import sqlglot.expressions as sge
from ibis.backends.sql.compilers.pyspark import PySparkCompiler

from shophelm.shop.engines.edge import ZONE, Opened, Taught, on_the_wall, parquet_files

SETTINGS = {
    "spark.sql.session.timeZone": ZONE,
    # hundreds of small queries: each would be parted two hundred ways
    "spark.sql.shuffle.partitions": "4",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    # it writes every plan out each time one changes: with tables that are kept, gigabytes
    "spark.sql.maxPlanStringLength": "4096",
    "spark.sql.adaptive.enabled": "false",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
"""What is set unless the URL sets it."""
HERE = ("127.0.0.1", "localhost")


def open_folder(url: str) -> Opened:
    """Open the folder that a URL's path names; settings of Spark may stand in its query."""
    from pyspark.sql import SparkSession

    files, parts = parquet_files(url), urlsplit(url)
    settings = SETTINGS | ({"spark.driver.host": HERE[0]} if parts.hostname in HERE else {})
    master = f"spark://{parts.netloc}" if parts.netloc else "local[*]"
    builder = SparkSession.builder.master(master).appName("shophelm")
    for name, value in (settings | dict(parse_qsl(parts.query))).items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    con = ibis.pyspark.connect(session)
    con.compiler = ExactCompiler()
    for name, file in files.items():
        session.read.parquet(file).createOrReplaceTempView(name)
    return con, {name: on_the_wall(con.table(name)) for name in files}


class ExactCompiler(Taught, PySparkCompiler):
    """Ibis's Spark, with first values by a key, and numbers as wide as they are taken to be."""

    __slots__ = ()

    def visit_NonNullLiteral(self, op: ops.Literal, *, value: Any, dtype: dt.DataType) -> Any:  # noqa: N802
        """Write whole numbers as wide as Ibis takes them to be."""
        if dtype.is_int64():
            return self.cast(sge.convert(value), dtype)
        return super().visit_NonNullLiteral(op, value=value, dtype=dtype)

    def of_least(self, arg: Any, key: list, where: Any) -> Any:
        """Take the value that has the least key."""
        return self.agg.min_by(arg, self.f.struct(*key), where=where)
