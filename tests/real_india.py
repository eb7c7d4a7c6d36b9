"""A year of an Indian shop, with its targets by category and month."""

import csv
from collections import defaultdict
from datetime import datetime

import pandas as pd

from tests.conftest import SHARED

INDIA = SHARED / "india_ecom"


def rows_of(name):
    with (INDIA / name).open(encoding="utf-8") as file:
        return [row for row in csv.DictReader(file, delimiter=";") if any(row.values())]


def india_folder(folder):
    """Write the orders of a year from April 2018, and its targets, as our tables have them."""
    on = {
        row["Order ID"]: datetime.strptime(row["Order Date"], "%d/%m/%Y").date()
        for row in rows_of("List_of_Orders.csv")
    }
    paid, lines = defaultdict(float), []
    for n, row in enumerate(rows_of("Order_Details.csv")):
        paid[row["Order ID"]] += float(row["Amount"])
        each = float(row["Amount"]) / int(row["Quantity"])
        lines.append(
            (row["Order ID"], n, row["Sub-Category"], row["Quantity"], each, each, row["Amount"])
        )
    kinds = {row["Sub-Category"]: row["Category"] for row in rows_of("Order_Details.csv")}
    orders = [(o, on[o], on[o], v, 0, 0, v) for o, v in paid.items()]
    targets = []
    for row in rows_of("Sales_target.csv"):
        first = datetime.strptime(row["Month of Order Date"], "%b-%y").date()
        last = (pd.Timestamp(first) + pd.offsets.MonthEnd()).date()
        targets.append((first, last, f"category:{row['Category']}", "gmv_paid", row["Target"]))
    frames = {
        "orders": (orders, "order_id,created_at,paid_at,goods_amount,discount_amount,"
                           "shipping_amount,paid_amount"),
        "order_lines": (lines, "order_id,line_no,product_id,quantity,list_price,unit_price,"
                               "paid_amount"),
        "products": ([(k, k, v, 1) for k, v in kinds.items()],
                     "product_id,title,category,list_price"),
        "targets": (targets, "period_from,period_to,scope,metric,value"),
    }  # fmt: skip
    for name, (rows, columns) in frames.items():
        pd.DataFrame(rows, columns=columns.split(",")).to_csv(folder / f"{name}.csv", index=False)
    return folder
