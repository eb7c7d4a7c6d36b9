"""The daily chain: visitors, carts, buyers and money for every day of the shop's life.

Rivals are written as one who knows the tool well would write them: only the columns needed are
read, and people are counted by the faster of the ways the tool offers.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.harness import events, suite
from benchmarks.harness.case import Answer, Case, Contender

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

    from shophelm.shop.tables import Tables

PAGES = ("home", "list", "search", "view")
SQL = Path(__file__).with_suffix(".sql")
LONG_AGO = 10_000  # days


def count_days(shop: Tables) -> Answer:
    from shophelm.data.trend import daily

    days = daily(shop, days=LONG_AGO)
    # a day on which nothing happened is a row of nulls here, and no row with the rivals
    return days.dropna(subset=["visitors"]).to_dict("list")


def pandas(folder: Path) -> Answer:
    import pandas as pd

    orders = _paid_orders(folder)
    parts = [_visits(folder), _sales(orders), _paid_back(folder, orders)]
    days = pd.concat(parts, axis=1).fillna(0)
    days["gmv_cash"] = days["gmv_paid"] - days["paid_back"]
    return days.rename_axis("day").reset_index().to_dict("list")


def _visits(folder: Path) -> pd.DataFrame:
    import pandas as pd

    columns = ["visitor_id", "occurred_at", "kind"]
    events = pd.read_parquet(folder / "events.parquet", columns=columns)
    events["day"] = events["occurred_at"].dt.normalize()
    people = events.groupby("day")["visitor_id"]
    return pd.DataFrame(
        {
            "visitors": people.nunique(),
            "page_views": events["kind"].isin(PAGES).groupby(events["day"]).sum(),
            "cart_visitors": _people_who(events, "cart"),
            "paying_visitors": _people_who(events, "pay"),
        }
    )


def _people_who(events: pd.DataFrame, kind: str) -> pd.Series:
    return events[events["kind"] == kind].groupby("day")["visitor_id"].nunique()


def _paid_orders(folder: Path) -> pd.DataFrame:
    import pandas as pd

    columns = ["order_id", "customer_id", "paid_at", "paid_amount"]
    orders = pd.read_parquet(folder / "orders.parquet", columns=columns)
    lines = pd.read_parquet(folder / "order_lines.parquet", columns=["order_id", "quantity"])
    refunds = pd.read_parquet(folder / "refunds.parquet", columns=["order_id", "amount"])
    refunds["amount"] = refunds["amount"].astype("float64")
    orders = orders[orders["paid_at"].notna()]
    return orders.assign(
        day=orders["paid_at"].dt.normalize(),
        buyer=orders["customer_id"].fillna("order " + orders["order_id"]),
        paid_amount=orders["paid_amount"].astype("float64"),
        units=orders["order_id"].map(lines.groupby("order_id")["quantity"].sum()),
        refunded=orders["order_id"].map(refunds.groupby("order_id")["amount"].sum()).fillna(0),
    )


def _sales(orders: pd.DataFrame) -> pd.DataFrame:
    orders = orders.assign(
        net=orders["paid_amount"] - orders["refunded"],
        returned=orders["refunded"] > 0,
    )
    days = orders.groupby("day")
    sales = days.agg(
        orders=("order_id", "size"),
        buyers=("buyer", "nunique"),
        units=("units", "sum"),
        gmv_paid=("paid_amount", "sum"),
        gmv_settled=("net", "sum"),
        returned_orders=("returned", "sum"),
    )
    first = orders.groupby("buyer")["day"].min()
    sales["new_buyers"] = first.value_counts().reindex(sales.index, fill_value=0)
    sales["returning_buyers"] = sales["buyers"] - sales["new_buyers"]
    return sales


def _paid_back(folder: Path, orders: pd.DataFrame) -> pd.Series:
    import pandas as pd

    columns = ["order_id", "refunded_at", "amount"]
    refunds = pd.read_parquet(folder / "refunds.parquet", columns=columns)
    refunds = refunds[refunds["order_id"].isin(orders["order_id"])]
    amounts = refunds["amount"].astype("float64")
    return amounts.groupby(refunds["refunded_at"].dt.normalize()).sum().rename("paid_back")


def polars(folder: Path) -> Answer:
    import polars as pl

    paid = _paid_lazily(folder)
    refunds = pl.scan_parquet(folder / "refunds.parquet").join(paid, on="order_id", how="semi")
    cash = refunds.group_by(day=pl.col("refunded_at").dt.date()).agg(paid_back=pl.sum("amount"))
    days = _visits_lazily(folder)
    for part in (_sales_lazily(paid), cash):
        days = days.join(part, on="day", how="full", coalesce=True)
    days = days.fill_null(0).with_columns(gmv_cash=pl.col("gmv_paid") - pl.col("paid_back"))
    return days.collect(engine="streaming").to_dict(as_series=False)


def _visits_lazily(folder: Path) -> pl.LazyFrame:
    import polars as pl

    kind = pl.col("kind")
    events = pl.scan_parquet(folder / "events.parquet")
    people = events.group_by("visitor_id", day=pl.col("occurred_at").dt.date()).agg(
        page_views=kind.is_in(PAGES).sum(),
        cart_visitors=(kind == "cart").any(),
        paying_visitors=(kind == "pay").any(),
    )
    return people.group_by("day").agg(
        pl.col("page_views", "cart_visitors", "paying_visitors").sum(), visitors=pl.len()
    )


def _paid_lazily(folder: Path) -> pl.LazyFrame:
    import polars as pl

    orders = pl.scan_parquet(folder / "orders.parquet").filter(pl.col("paid_at").is_not_null())
    lines = pl.scan_parquet(folder / "order_lines.parquet")
    refunds = pl.scan_parquet(folder / "refunds.parquet")
    units = lines.group_by("order_id").agg(units=pl.sum("quantity"))
    refunded = refunds.group_by("order_id").agg(refunded=pl.sum("amount"))
    return (
        orders.select(
            "order_id",
            "paid_amount",
            day=pl.col("paid_at").dt.date(),
            buyer=pl.coalesce("customer_id", "order " + pl.col("order_id")),
        )
        .join(units, on="order_id", how="left")
        .join(refunded, on="order_id", how="left")
    )


def _sales_lazily(paid: pl.LazyFrame) -> pl.LazyFrame:
    import polars as pl

    buyer, day = pl.col("buyer"), pl.col("day")
    first = paid.group_by("buyer").agg(first_day=day.min())
    refunded = pl.col("refunded").fill_null(0)
    return (
        paid.join(first, on="buyer")
        .group_by("day")
        .agg(
            orders=pl.len(),
            buyers=buyer.n_unique(),
            new_buyers=buyer.filter(day == pl.col("first_day")).n_unique(),
            units=pl.sum("units"),
            gmv_paid=pl.sum("paid_amount"),
            gmv_settled=(pl.col("paid_amount") - refunded).sum(),
            returned_orders=(refunded > 0).sum(),
        )
        .with_columns(returning_buyers=pl.col("buyers") - pl.col("new_buyers"))
    )


CASE = Case(
    module=__name__,
    title="the daily chain",
    key="day",
    counts=(
        "visitors",
        "page_views",
        "cart_visitors",
        "paying_visitors",
        "orders",
        "buyers",
        "new_buyers",
        "returning_buyers",
        "units",
        "returned_orders",
    ),
    money=("gmv_paid", "gmv_settled", "gmv_cash"),
    contenders=(
        *suite.contenders(
            count_days,
            tables=["orders", "order_lines", "refunds", "events"],
            imports=["shophelm.data.trend"],
        ),
        Contender("DuckDB SQL", lambda folder: events.ask_sql(SQL, folder), ("duckdb",)),
        Contender("pandas", pandas, ("pandas", "pyarrow.parquet")),
        Contender("polars", polars, ("polars",), environment="polars"),
    ),
)
