"""What the ways to clear a stock are reckoned from: goods in time, prices, heroes, members."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from shophelm.actions import HORIZON_DAYS
from shophelm.methods.association import baskets_with, pairs
from shophelm.methods.demand_days import wanted_by
from shophelm.methods.markdown import WEEKS, Goods
from shophelm.methods.proportions import beyond_chance
from shophelm.shop.calendar import last_days
from shophelm.shop.paid_lines import paid_baskets, paid_lines
from shophelm.shop.ratios import as_floats
from shophelm.shop.tables import Tables
from shophelm.shop.titles import products_of, titled
from shophelm.supply_chain.outlook import Outlook

PRICE_DAYS = 91
PAIR_DAYS = 364
HEROES = 10
FEWEST = 5
"""Orders that must hold a pair before anything is said of it."""


@dataclass(frozen=True, slots=True)
class Hero:
    """A top seller that a product is bought with more often than chance gives.

    Attributes
    ----------
    title
        The hero's.
    share
        Of the product's orders, those that hold the hero, too.
    lift
        How many times as often as if they had nothing to do with each other.
    """

    title: str
    share: float
    lift: float


def selling_facts(shop: Tables) -> pd.DataFrame:
    """Give what a unit sells for and what it has cost.

    Returns
    -------
    DataFrame
        Indexed by product_id: price (mean paid for a unit in the last 91 days, freight apart; the
        list price where none was sold) and unit_cost; null where not known.
    """
    lines = paid_lines(shop, last_days(shop.as_of, days=PRICE_DAYS))
    sums = lines.group_by("product_id").aggregate(
        money=lines.paid_amount.sum(), units=lines.quantity.sum()
    )
    sold = shop.frame(sums).set_index("product_id").apply(as_floats)
    price = (sold["money"] / sold["units"]).rename("price")
    if not shop.has("products"):
        return price.to_frame().assign(unit_cost=np.nan)
    listed = shop["products"].select("product_id", "list_price", "unit_cost")
    frame = shop.frame(listed).set_index("product_id").apply(as_floats).join(price, how="outer")
    return frame.assign(price=frame["price"].fillna(frame["list_price"])).drop(columns="list_price")


def goods_in_time(
    rows: pd.DataFrame, outlook: Outlook, facts: pd.DataFrame, *, holding_rate: float
) -> dict[str, Goods]:
    """Lay out what is still in time of each product that the outlook knows and that has a price.

    Parameters
    ----------
    rows
        As `write_off.batches` gives them.
    outlook
        The demand to come.
    facts
        As `selling_facts` gives them.
    holding_rate
        Yearly cost of the money tied up, as a share.
    """
    rows = rows[rows["days_left"] > 0]
    return {
        str(product): _goods(own, outlook.spread[place], facts.loc[product], holding_rate)
        for product, own in rows.groupby("product_id", sort=True)
        if (place := outlook.products.get_indexer([product])[0]) >= 0
        and product in facts.index
        and facts.loc[product, "price"] > 0
    }


def heroes_of(shop: Tables, products: list[str]) -> dict[str, Hero]:
    """Find for each product the top seller that its orders hold most often, beyond chance.

    Heroes are the ten products with most orders in a year, `products` apart. A pair counts from
    five orders on, with a lift above 1, where orders of the product hold the hero more often than
    like orders (with another product of its category) beyond chance, at a false-discovery rate of
    5 %.
    """
    order, item, names = paid_baskets(shop, last_days(shop.as_of, days=PAIR_DAYS))
    category = products_of(shop)["category"].reindex(names).factorize(sort=True)[0]
    frame = pairs(order, item, category, fewest=FEWEST)
    held = baskets_with(order, item, len(names))
    order_of_fame = np.lexsort((np.arange(len(names)), -held))
    top = order_of_fame[~np.isin(names[order_of_fame], products)][:HEROES]
    frame["product_id"] = names[frame["a"]]
    asked = frame["product_id"].isin(products) & frame["b"].isin(top)
    frame = frame[asked & (frame["lift"] > 1)]
    tests = int((held[np.isin(names, products)] >= FEWEST).sum())
    frame = frame[beyond_chance(frame["p_value"], tests=tests * len(top))]
    frame = frame.sort_values(["product_id", "confidence", "b"], ascending=[True, False, True])
    best = frame.drop_duplicates("product_id")
    rows = zip(
        best["product_id"],
        titled(shop, names[best["b"]]),
        best["confidence"],
        best["lift"],
        strict=True,
    )
    return {product: Hero(title, share, lift) for product, title, share, lift in rows}


def member_shares(shop: Tables) -> dict[str, float]:
    """Give by category the share of its units that customers with a tier bought, in a year.

    Empty where customers, their tiers or the products' categories are not known. Tiers are those
    of the export.
    """
    needed = ("orders.customer_id", "customers.tier", "products.category")
    if not all(map(shop.filled, needed)):
        return {}
    tiers = shop["customers"].select("customer_id", "tier")
    orders = shop["orders"].left_join(tiers, "customer_id").select("order_id", "tier")
    lines = paid_lines(shop, last_days(shop.as_of, days=PAIR_DAYS))
    lines = lines.inner_join(orders, "order_id")
    lines = lines.inner_join(shop["products"].select("product_id", "category"), "product_id")
    member = lines.tier.notnull().ifelse(lines.quantity, 0)
    sums = lines.group_by("category").aggregate(member=member.sum(), every=lines.quantity.sum())
    frame = shop.frame(sums).set_index("category").apply(as_floats)
    return (frame["member"] / frame["every"]).to_dict()


def _goods(own: pd.DataFrame, spread: np.ndarray, facts: pd.Series, holding_rate: float) -> Goods:
    dates = own["days_left"].to_numpy()
    last = int(dates[-1])
    ends = np.minimum(np.arange(WEEKS + 1) * HORIZON_DAYS // WEEKS, last)

    def wanted(days: np.ndarray) -> np.ndarray:
        return wanted_by(spread[None], np.zeros(len(days), dtype=int), days)

    month = wanted(np.array([min(HORIZON_DAYS, last)]))
    cost = 0.0 if np.isnan(facts["unit_cost"]) else facts["unit_cost"]
    # gone within the four weeks, halfway on average, instead of until the last day
    freed = min(last, HORIZON_DAYS) / 2 + max(last - HORIZON_DAYS, 0) / 2
    return Goods(
        weekly=np.diff(wanted(ends), axis=0).T,
        due=own["units"].to_numpy().cumsum(),
        later=np.maximum(wanted(dates) - month, 0),
        price=float(facts["price"]),
        saving=holding_rate * cost * freed / 365,
    )
