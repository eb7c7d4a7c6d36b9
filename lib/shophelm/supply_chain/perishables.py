"""What spoils: how much to order next, what of it is wasted, and where not to ship."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from shophelm.actions import Action, cents, due
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
from shophelm.supply_chain.perishable_regions import LOSES, TOO_OLD, judged_regions
from shophelm.words import Sentence, count, listing, money, number, plural, rate, sentence

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
        expected to be wanted and is not there), and worth with its 80 % interval: margin over 28
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


@carries_missing
def find_perishables(found: Perishables, *, currency: str) -> list[Sentence]:
    """Say what to order, what is wasted and short of it, and where not to ship."""
    orders = found.orders
    said = []
    if len(orders):
        worth = orders["worth"].sum()
        said.append(
            sentence(
                "For the {days} days between two orders {wanted} units of {n} that spoil are "
                "wanted. Order {units}: {sold} are expected to be sold, {wasted} to spoil, "
                "{short} to be wanted in vain. Ordering what is expected to be wanted instead "
                "would cost {worth} over 28 days.",
                days=count(found.order_every),
                wanted=count(orders["expected_demand"].sum()),
                n=plural(len(orders), "product"),
                units=count(orders["order_quantity"].sum()),
                sold=number(orders["sold"].sum(), digits=1),
                wasted=number(orders["wasted"].sum(), digits=1),
                short=number(orders["short"].sum(), digits=1),
                worth=money(worth, currency=currency),
            )
        )
        said += _too_long(found) + _past(orders)
    if found.unplanned:
        said.append(
            sentence(
                "Not planned: {which}.",
                which=listing([f"{p} ({why})" for p, why in sorted(found.unplanned.items())]),
            )
        )
    return [*said, *_regions(found, currency)] or [sentence("Nothing that spoils is sold.")]


@carries_missing
def perishable_actions(shop: Tables, found: Perishables, *, most: int = 5) -> list[Action]:
    """Propose the orders of what spoils, and the regions to leave out.

    Parameters
    ----------
    shop
        For the day by which we will know.
    found
        As `perishables` gives it.
    most
        Products and regions proposed, of each.
    """
    orders, regions = found.orders, found.regions
    asked = orders[orders["order_quantity"] > 0].head(most)
    actions = [
        _action(
            shop,
            row,
            kind="order perishables",
            subject=f"product:{row.product_id}",
            action=f"Order {count(row.order_quantity)} units of {row.product} now: "
            f"{number(row.sold, digits=1)} are expected to be sold until the next order comes, "
            f"{number(row.wasted, digits=1)} to spoil.",
            owner_role="buyer",
            metric="units",
        )
        for row in asked.itertuples()
    ]
    out = regions[~regions["ship"]].sort_values("worth", ascending=False, kind="stable")
    return actions + [
        _action(
            shop,
            row,
            kind="where not to ship",
            subject=f"region:{row.region}",
            action=f"Stop sending what spoils to {row.region}, or mend the way there: "
            f"{_why(row, found.fresh_days)}.",
            owner_role="logistics manager",
            metric="return_rate",
        )
        for row in out.head(most).itertuples()
    ]


def _too_long(found: Perishables) -> list[Sentence]:
    """Say where goods cannot last from one order to the next."""
    orders = found.orders
    brief = orders[orders["sellable_days"] < found.order_every]
    if brief.empty:
        return []
    return [
        sentence(
            "{n} can be sent for {days} days or fewer after coming, and the next order comes after "
            "{every}: the shelf is bare, or holds what is too old, for the rest.",
            n=plural(len(brief), "product"),
            days=count(brief["sellable_days"].max()),
            every=count(found.order_every),
        )
    ]


def _past(orders: pd.DataFrame) -> list[Sentence]:
    past = orders["past_units"].sum()
    if not past:
        return []
    return [
        sentence(
            "{n} on the stock list are too old to be sent anywhere, and are not counted on.",
            n=plural(int(past), "unit"),
        )
    ]


def _regions(found: Perishables, currency: str) -> list[Sentence]:
    regions = found.regions
    if regions.empty:
        return []
    said, out = [], regions[~regions["ship"]]
    if len(out):
        which = [f"{r.region} ({_why(r, found.fresh_days)})" for r in out.itertuples()]
        said.append(sentence("Not to be shipped to: {which}.", which=listing(which, most=5)))
    else:
        said.append(
            sentence("Of {n} none loses money beyond doubt.", n=plural(len(regions), "region"))
        )
    if regions["return_share"].notna().any():
        worst = regions.sort_values(["return_share", "region"], ascending=[False, True]).iloc[0]
        said.append(
            sentence(
                "Most comes back from {region}: {share} of the lines (80% interval {low} to "
                "{high}), an order there earns {margin} after refunds and waste.",
                region=worst["region"],
                share=rate(worst["return_share"], digits=1),
                low=rate(worst["return_low"], digits=1),
                high=rate(worst["return_high"], digits=1),
                margin=money(worst["margin_per_order"], currency=currency),
            )
        )
    if regions["transit_days"].isna().all():
        said.append(
            sentence(
                "How old goods are when they come is not known: no regions table tells the days "
                "on the way. They are taken to come on the day they leave, which is too kind."
            )
        )
    return said


def _why(row: Any, fresh_days: int) -> str:
    if row.why == TOO_OLD:
        return (
            f"{plural(int(row.life_left), 'day')} of life left on arrival at best, "
            f"{fresh_days} demanded"
        )
    return f"{rate(row.return_share, digits=0)} of the lines come back: it {LOSES}"


def _action(shop: Tables, row: Any, **said: str) -> Action:
    worth = {name: cents(getattr(row, name)) for name in ("worth", "worth_low", "worth_high")}
    known = "unknown" if worth["worth"] is None else "margin"
    return Action(due_on=due(shop.as_of), worth_in=known, **worth, **said)
