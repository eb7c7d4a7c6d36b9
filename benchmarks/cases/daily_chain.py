"""The daily chain: visitors, carts, buyers and money for every day of the shop's life.

Rivals are written as one who knows the tool well would write them: only the columns needed are
read, and people are counted by the faster of the ways the tool offers.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.harness.case import Answer, Case, Contender

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

    from shophelm.shop.tables import Tables

PAGES = ("home", "list", "search", "view")
LONG_AGO = 10_000  # days


def shophelm(folder: Path) -> Answer:
    return count_days(open_tables(folder))


def open_tables(folder: Path) -> Tables:
    from shophelm.shop.tables import open_shop

    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    return open_shop(folder, as_of=truth["shop"]["as_of"])


def checked_tables(folder: Path) -> Tables:
    """Open the shop as it is for the second question that is put to it: tables checked."""
    shop = open_tables(folder)
    for name in ("orders", "order_lines", "refunds", "events", "traffic"):
        shop[name]
    return shop


def count_days(shop: Tables) -> Answer:
    from shophelm.data.trend import daily

    return daily(shop, days=LONG_AGO).to_dict("list")


DUCKDB = """
WITH people AS (
    SELECT
        occurred_at::DATE AS day,
        visitor_id,
        count(*) FILTER (kind IN ('home', 'list', 'search', 'view')) AS page_views,
        bool_or(kind = 'cart') AS in_cart,
        bool_or(kind = 'pay') AS paying
    FROM '{folder}/events.parquet'
    GROUP BY ALL
),
visits AS (
    SELECT
        day,
        count(*) AS visitors,
        sum(page_views) AS page_views,
        count_if(in_cart) AS cart_visitors,
        count_if(paying) AS paying_visitors
    FROM people
    GROUP BY day
),
units AS (
    SELECT order_id, sum(quantity) AS units FROM '{folder}/order_lines.parquet' GROUP BY order_id
),
refunded AS (
    SELECT order_id, sum(amount) AS refunded FROM '{folder}/refunds.parquet' GROUP BY order_id
),
paid AS (
    SELECT
        order_id,
        paid_at::DATE AS day,
        coalesce(customer_id, 'order ' || order_id) AS buyer,
        paid_amount,
        min(day) OVER (PARTITION BY buyer) AS first_day
    FROM '{folder}/orders.parquet'
    WHERE paid_at IS NOT NULL
),
sales AS (
    SELECT
        day,
        count(*) AS orders,
        count(DISTINCT buyer) AS buyers,
        count(DISTINCT buyer) FILTER (day = first_day) AS new_buyers,
        buyers - new_buyers AS returning_buyers,
        sum(units) AS units,
        sum(paid_amount) AS gmv_paid,
        sum(paid_amount - coalesce(refunded, 0)) AS gmv_settled,
        count_if(refunded > 0) AS returned_orders
    FROM paid LEFT JOIN units USING (order_id) LEFT JOIN refunded USING (order_id)
    GROUP BY day
),
cash AS (
    SELECT refunded_at::DATE AS day, sum(amount) AS paid_back
    FROM '{folder}/refunds.parquet' SEMI JOIN paid USING (order_id)
    GROUP BY 1
)
SELECT
    day,
    coalesce(COLUMNS(* EXCLUDE (day, paid_back)), 0),
    coalesce(gmv_paid, 0) - coalesce(paid_back, 0) AS gmv_cash
FROM visits FULL JOIN sales USING (day) FULL JOIN cash USING (day)
ORDER BY day
"""


def duckdb(folder: Path) -> Answer:
    import duckdb

    found = duckdb.sql(DUCKDB.format(folder=folder))
    columns = zip(*found.fetchall(), strict=True)
    return dict(zip(found.columns, columns, strict=True))


def pandas(folder: Path) -> Answer:
    orders = _paid_orders(folder)
    sums = _visits(folder).join(_sales(orders), how="outer").join(_paid_back(folder, orders))
    sums["gmv_cash"] = sums["gmv_paid"] - sums["paid_back"].fillna(0)
    return sums.fillna(0).rename_axis("day").reset_index().to_dict("list")


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
