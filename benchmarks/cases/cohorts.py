"""The cohort triangle: customers by month of first payment, and how many of them buy in each after.

Months that are over are held together, and cells in which somebody bought.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.harness import events, suite
from benchmarks.harness.case import Answer, Case, Contender

if TYPE_CHECKING:
    from shophelm.shop.tables import Tables

SQL = Path(__file__).with_suffix(".sql")


def count(shop: Tables) -> Answer:
    from shophelm.data import retention

    cells = retention.cohorts(shop)
    cells = cells[cells["buyers"] > 0]
    return _by_cell(cells["cohort"], cells["month"], cells["buyers"])


def duckdb(folder: Path) -> Answer:
    rows = events.ask_sql(SQL, folder)
    return _by_cell(rows["cohort"], rows["month"], rows["buyers"])


def pandas(folder: Path) -> Answer:
    import pandas as pd

    orders = pd.read_parquet(folder / "orders.parquet", columns=["customer_id", "paid_at"])
    orders = orders.dropna()
    month = orders["paid_at"].dt.year * 12 + orders["paid_at"].dt.month - 1
    bought = pd.DataFrame({"who": orders["customer_id"].factorize()[0], "month": month})
    bought = bought.drop_duplicates()
    bought["cohort"] = bought.groupby("who")["month"].transform("min")
    over = bought[bought["month"] < suite.AS_OF.year * 12 + suite.AS_OF.month - 1]
    cells = over.groupby(["cohort", "month"]).size().reset_index(name="buyers")
    cohort = pd.to_datetime({"year": cells.cohort // 12, "month": cells.cohort % 12 + 1, "day": 1})
    return _by_cell(cohort, cells["month"] - cells["cohort"], cells["buyers"])


def polars(folder: Path) -> Answer:
    import polars as pl

    bought = (
        pl.scan_parquet(folder / "orders.parquet")
        .filter(pl.col("paid_at").is_not_null() & pl.col("customer_id").is_not_null())
        .select("customer_id", day=pl.col("paid_at").dt.truncate("1mo").dt.date())
        .unique()
    )
    first = bought.group_by("customer_id").agg(cohort=pl.col("day").min())
    cells = (
        bought.filter(pl.col("day") < suite.AS_OF.replace(day=1))
        .join(first, on="customer_id")
        .group_by("cohort", "day")
        .agg(buyers=pl.len())
        .collect(engine="streaming")
        .to_dict(as_series=False)
    )
    pairs = zip(cells["cohort"], cells["day"], strict=True)
    months = [(d.year - c.year) * 12 + d.month - c.month for c, d in pairs]
    return _by_cell(cells["cohort"], months, cells["buyers"])


def _by_cell(cohorts: object, months: object, buyers: object) -> Answer:
    cells = zip(cohorts, months, strict=True)
    return {"cell": [f"{c:%Y-%m} +{int(m)}" for c, m in cells], "buyers": list(buyers)}


CASE = Case(
    module=__name__,
    title="the cohort triangle",
    key="cell",
    counts=("buyers",),
    money=(),
    contenders=(
        *suite.contenders(count, tables=["orders"], imports=["shophelm.data.retention"]),
        Contender("DuckDB SQL", duckdb, ("duckdb",)),
        Contender("pandas", pandas, ("pandas", "pyarrow.parquet")),
        Contender("polars", polars, ("polars",), environment="polars"),
    ),
)
