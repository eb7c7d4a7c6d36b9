"""What is known of goods that spoil: lives, ways in and out, prices, what regions sent back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import ibis
import numpy as np
import pandas as pd

from shophelm.shop.calendar import Period, last_days
from shophelm.shop.paid_lines import paid_lines, refunded_lines
from shophelm.shop.ratios import as_floats
from shophelm.shop.tables import Tables
from shophelm.supply_chain.clearance_facts import selling_facts
from shophelm.supply_chain.outlook import Outlook

SHORT_LIFE = 60
RIPE_DAYS = 14
REGION_DAYS = 364
ELSEWHERE = "not known"
"""Stands for the region of an order that names none."""


def perishable_products(
    shop: Tables, *, short_life: int, lead_days: Mapping[str, float] | None
) -> pd.DataFrame:
    """List the goods that spoil, and what ordering them takes.

    Returns
    -------
    DataFrame
        By product_id, those that keep `short_life` days or less or travel cold: title,
        supplier_id, shelf_life_days, transit_in (days from supplier to warehouse, of that life; 0
        where not known), lead_days (of `lead_days`, by supplier_id, otherwise what the supplier
        promised), pack_size, moq (1 where not known), price and unit_cost; null where not known.
    """
    products = shop["products"]
    cold = products.cold_chain.fill_null(False)
    perishable = products.filter((products.shelf_life_days <= short_life) | cold)
    columns = ["product_id", "title", "supplier_id", "shelf_life_days"]
    frame = shop.frame(perishable.select(*columns).order_by("product_id"))
    frame["shelf_life_days"] = as_floats(frame["shelf_life_days"])
    names = ["lead_time_days", "transit_days", "pack_size", "moq"]
    suppliers = pd.DataFrame(columns=names, dtype="float64")
    if shop.has("suppliers"):
        listed = shop["suppliers"].select("supplier_id", *names)
        suppliers = shop.frame(listed).set_index("supplier_id").apply(as_floats)
    own = suppliers.reindex(frame["supplier_id"])
    asked = frame["supplier_id"].map(dict(lead_days or {})).astype("float64")
    frame["lead_days"] = asked.fillna(pd.Series(own["lead_time_days"].to_numpy()))
    frame["transit_in"] = own["transit_days"].astype("float64").fillna(0).to_numpy()
    for name in ("pack_size", "moq"):
        frame[name] = own[name].astype("float64").fillna(1).to_numpy()
    return frame.set_index("product_id").join(selling_facts(shop))


def what_is_lacking(facts: pd.DataFrame, outlook: Outlook) -> dict[str, str]:
    """Say of each product of which something is lacking what it is."""
    needed = {
        "shelf_life_days": "how long it keeps is not known",
        "unit_cost": "what it costs is not known",
        "price": "what it sells for is not known",
        "lead_days": "how long an order takes is not known",
    }
    lacking = {
        product: next((why for name, why in needed.items() if np.isnan(row[name])), "")
        for product, row in facts[list(needed)].iterrows()
    }
    for product in facts.index.difference(outlook.products):
        lacking[product] = lacking[product] or "its demand is not forecast"
    return {product: why for product, why in lacking.items() if why}


def region_sales(shop: Tables, products: pd.Index) -> pd.DataFrame:
    """Count by region what perishables were sold to it in a year, and what came back.

    Orders count from an age of two weeks on, when most that spoilt on the way has been paid back.

    Returns
    -------
    DataFrame
        By region, most units first: orders (with a perishable), units, lines, returned (lines
        with a refund), paid, refunded, cost (null where a unit cost is not known), freight (that
        the buyers of those orders were charged), transit_days and parcel_cost (null without a
        regions table).
    """
    newest = shop.as_of - timedelta(days=RIPE_DAYS)
    lines = _lines(shop, products, last_days(newest, days=REGION_DAYS))
    orders = lines.group_by("order_id").aggregate(
        units=lines.quantity.sum(),
        lines=lines.count(),
        returned=lines.returned.cast("int64").sum(),
        paid=lines.paid_amount.sum(),
        refunded=lines.refunded.sum(),
        cost=(lines.unit_cost * lines.quantity).sum(),
        without_cost=lines.unit_cost.isnull().cast("int64").sum(),
    )
    head = shop["orders"].select(
        "order_id",
        region=shop["orders"].region.fill_null(ELSEWHERE),
        freight="shipping_amount",
    )
    orders = orders.inner_join(head, "order_id")
    names = ["units", "lines", "returned", "paid", "refunded", "cost", "without_cost", "freight"]
    sums = orders.group_by("region").aggregate(
        orders=orders.count(), **{name: orders[name].sum() for name in names}
    )
    frame = shop.frame(sums).set_index("region").apply(as_floats).sort_index()
    frame["cost"] = frame["cost"].where(frame.pop("without_cost") == 0)
    return frame.sort_values("units", ascending=False, kind="stable").join(_ways(shop))


def _lines(shop: Tables, products: pd.Index, period: Period) -> ibis.Table:
    """Give the perishables' paid lines; without refunds, returned and refunded are null."""
    if shop.has("refunds"):
        lines = refunded_lines(shop, period)
    else:
        lines = paid_lines(shop, period)
        lines = lines.mutate(
            returned=ibis.null("boolean"), refunded=ibis.null(lines.paid_amount.type())
        )
    lines = lines.filter(lines.product_id.isin(list(products)))
    costs = shop["products"].select("product_id", "unit_cost")
    return lines.left_join(costs, "product_id").drop("product_id_right")


def _ways(shop: Tables) -> pd.DataFrame:
    names = ["transit_days", "parcel_cost"]
    if not shop.has("regions"):
        return pd.DataFrame(columns=names, dtype="float64", index=pd.Index([], dtype="str"))
    ways = shop.frame(shop["regions"].select("region", *names))
    return ways.set_index("region").apply(as_floats)


def under_way(shop: Tables, products: pd.Index, days: int) -> pd.DataFrame:
    """Give what is ordered and has not come: products × days ahead, units.

    What is overdue is taken to come tomorrow, the rest on the day that was promised.
    """
    coming = pd.DataFrame(0.0, index=products, columns=range(days))
    if not shop.has("purchase_orders"):
        return coming
    open_ = shop["purchase_orders"].filter(lambda t: t.received_on.isnull())
    sums = open_.group_by("product_id", "promised_on").aggregate(units=open_.quantity.sum())
    for row in shop.frame(sums).itertuples():
        day = max((row.promised_on - shop.as_of).days - 1, 0)
        if row.product_id in products and day < days:
            coming.loc[row.product_id, day] += row.units
    return coming
