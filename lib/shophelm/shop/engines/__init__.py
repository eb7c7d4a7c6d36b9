"""Engines other than DuckDB, by the scheme of the URL that names a shop.

    chdb:///data/shop                      ClickHouse, embedded, over a folder of Parquet files
    clickhouse://user:password@host/shop   a ClickHouse server's database
    spark:///data/shop                     Spark on this machine, over a folder of Parquet files
    spark://host:7077/data/shop            a Spark cluster, over a folder that it sees, too

Each module opens a connection and gives the shop's tables. Where an engine's SQL gives other
answers than DuckDB's, its module teaches Ibis a form that gives the same.
"""

from collections.abc import Callable

from shophelm.shop.engines import clickhouse, spark
from shophelm.shop.engines.edge import Opened

ENGINES: dict[str, Callable[[str], Opened]] = {
    "chdb": clickhouse.open_embedded,
    "clickhouse": clickhouse.open_server,
    "spark": spark.open_folder,
}
"""Scheme → how it is opened. Ibis itself opens any other."""

__all__ = ["ENGINES", "Opened"]
