"""What spoils: how much to order next, what of it is wasted, and where not to ship."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from shophelm.shop.needs import carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.supply_chain.outlook import Outlook
from shophelm.supply_chain.perishable_facts import (
    SHORT_LIFE,
    perishable_products,
    region_sales,
    what_is_lacking,
)
from shophelm.supply_chain.perishable_orders import plan_orders
from shophelm.supply_chain.perishable_regions import judged_regions

FRESH_DAYS, ORDER_EVERY = 2, 7


@dataclass(frozen=True, slots=True)
class Perishables:
    """The plan for what spoils.

    Attributes
    ----------
    orders
        One row per product: on_hand (that can still be sold), past_units (too old for every
        region), under_way, sellable_days (days from its arrival on which a unit can be sent to
        the nearest region), lead_days, expected_demand (from the day this order's goods come until
        the next one's do), critical_ratio, order_quantity, sold, wasted and short (expected, see
        `methods.shelf_life.Order`), margin (of what is sold, after refunds, less what is wasted),
        sold_anyway and wasted_anyway (without an order), usual_quantity (nearest to what is
        expected to be wanted and is not there), and worth with its 80% interval: margin over 28
        days of ordering this quantity rather than that.
    regions
        As `perishable_regions.judged_regions` gives it.
    unplanned
        Product → why nothing can be said of it.
    order_every, fresh_days
        As asked.
    """

    orders: pd.DataFrame
    regions: pd.DataFrame
    unplanned: dict[str, str]
    order_every: int
    fresh_days: int


@question(
    "How much of what spoils should be ordered, and where should it not be sent?",
    "order_lines",
    "products.shelf_life_days",
    "products.unit_cost",
    "stock",
    purchase_orders="how old what spoils is",
    suppliers="lead times, and how much of a life is spent on the way to the warehouse",
    regions="how old what spoils is when it comes to each region",
    refunds="where what spoils arrives bad",
)
def perishables(
    shop: Tables,
    outlook: Outlook,
    *,
    order_every: int = ORDER_EVERY,
    fresh_days: int = FRESH_DAYS,
    short_life: int = SHORT_LIFE,
    lead_days: Mapping[str, float] | None = None,
) -> Perishables:
    """Plan the next order of what spoils, waste traded against empty shelves.

    Parameters
    ----------
    shop
        Needs order_lines, stock and products with shelf lives and unit costs.
    outlook
        The demand to come.
    order_every
        Days from one order to the next.
    fresh_days
        Days of life that goods must have left when they come to the customer.
    short_life
        Goods that keep so many days or fewer count as perishable, and what must travel cold.
    lead_days
        Of suppliers (by supplier_id), where more is known than what they promised.

    Notes
    -----
    A unit short loses its margin after refunds, a unit wasted its cost. A life runs from the day
    the supplier sends the goods. The oldest unit that will do goes first. Draws of demand days
    (`methods.demand_days`) meet the shelf; demand of regions that are not to be served is left
    out. Without a regions table every parcel is taken to arrive on the day it leaves, which is
    too kind.
    """
    facts = perishable_products(shop, short_life=short_life, lead_days=lead_days)
    unplanned = what_is_lacking(facts, outlook)
    facts = facts.drop(index=list(unplanned))
    sales = region_sales(shop, facts.index)
    life = (facts["shelf_life_days"] - facts["transit_in"]).max() if len(facts) else np.nan
    regions = judged_regions(sales, life=life, fresh_days=fresh_days, waste_per_unit=0.0)
    terms = {"order_every": order_every, "fresh_days": fresh_days}
    orders = plan_orders(shop, outlook, facts, regions, **terms)
    # what the orders waste is paid for by what they sell: a region must earn its part of it
    cost = facts["unit_cost"].reindex(orders["product_id"]).to_numpy()
    wasted = ((orders["wasted"] - orders["wasted_anyway"]) * cost).sum()
    waste = wasted / max((orders["sold"] - orders["sold_anyway"]).sum(), 1.0)
    judged = judged_regions(sales, life=life, fresh_days=fresh_days, waste_per_unit=waste)
    if (judged["ship"] != regions["ship"]).any():
        orders = plan_orders(shop, outlook, facts, judged, **terms)
    orders = orders.sort_values(["worth", "product_id"], ascending=[False, True], ignore_index=True)
    return Perishables(orders, judged, unplanned, order_every, fresh_days)


@carries_missing
def order_table(found: Perishables) -> pd.DataFrame:
    """Pick what a table of the orders shows."""
    return found.orders.drop(columns="product_id")


@carries_missing
def region_table(found: Perishables) -> pd.DataFrame:
    """Pick what a table of the regions shows."""
    return found.regions
