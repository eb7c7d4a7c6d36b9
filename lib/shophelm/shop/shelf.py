"""What stands on the shelf, and for how long."""

from __future__ import annotations

import ibis
import numpy as np
import pandas as pd

from shophelm.shop.arrivals import arrivals
from shophelm.shop.ratios import as_floats
from shophelm.shop.tables import Tables


def stock_now(shop: Tables) -> ibis.Table:
    """Add up the stock of the last day the shop has, all warehouses together.

    Returns
    -------
    Table
        product_id, on_hand and reserved (units; 0 for a product that was in stock once and is not
        listed on the last day). Needs stock.
    """
    stock = shop["stock"].cross_join(shop["stock"].aggregate(last=lambda t: t.day.max()))
    now = stock.day == stock["last"]
    return stock.group_by("product_id").aggregate(
        on_hand=now.ifelse(stock.on_hand, 0).sum(),
        reserved=now.ifelse(stock.reserved.fill_null(0), 0).sum(),
    )


def on_the_shelf(shop: Tables) -> pd.DataFrame:
    """Give the stock of the last day the shop has, all warehouses together.

    Returns
    -------
    DataFrame
        Indexed by product_id: on_hand (units; 0 for a product that was in stock once and is not
        listed on the last day), stock_age_days (days since the delivery that the oldest unit came
        with, first in first out; null without deliveries or units). No rows without a stock
        table.
    """
    if not shop.has("stock"):
        columns = ["on_hand", "stock_age_days"]
        return pd.DataFrame(columns=columns, dtype="float64", index=pd.Index([], dtype="str"))
    now = stock_now(shop).drop("reserved").order_by("product_id")
    frame = shop.frame(now).set_index("product_id").apply(as_floats)
    return frame.assign(stock_age_days=_oldest(shop, frame["on_hand"]))


def _oldest(shop: Tables, on_hand: pd.Series) -> pd.Series:
    if not shop.has("purchase_orders.received_on"):
        return pd.Series(np.nan, index=on_hand.index)
    frame = shop.frame(arrivals(shop))
    frame = frame.sort_values(["product_id", "received_on"], ascending=[True, False])
    units = frame.groupby("product_id")["units"].cumsum()
    # the latest deliveries that together hold what is there: the first of them is the oldest
    enough = frame[units >= frame["product_id"].map(on_hand)]
    day = enough.drop_duplicates("product_id").set_index("product_id")["received_on"]
    ages = pd.Series([(shop.as_of - d).days for d in day], index=day.index, dtype="float64")
    return ages.reindex(on_hand.index).where(on_hand > 0)
