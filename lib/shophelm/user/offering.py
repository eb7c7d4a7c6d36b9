"""What may be offered to whom, and in which order: the rules, and the ways to make a list."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse

from shophelm.methods.item_to_item import incidence, ranked, similar_items
from shophelm.shop.calendar import Period, last_days
from shophelm.shop.ratios import as_floats
from shophelm.shop.sales import paid_orders
from shophelm.shop.shelf import on_the_shelf
from shophelm.shop.spans import inside
from shophelm.shop.tables import Tables
from shophelm.user.histories import Histories

LIKE, POPULAR, AGAIN = "item to item", "most popular", "same again"
AT_ONCE = "same again, just bought or not"
"""What a person did last; the yardstick that knows no rule about what was just bought."""
HALF_LIFE = 60
"""Days after which what a person did counts half."""
RECENT = 56
"""Days in which an offered product must have been looked at or bought, and is called popular by."""
FEWEST = 5
"""Fewer people who bought a product again tell nothing of when it is due."""
LENGTH = 10


def against(shop: Tables, past: Histories) -> np.ndarray:
    """Say of each product what speaks against offering it; "" for nothing.

    Returns
    -------
    ndarray
        By the place of the product: "out of stock" (of the last day the shop has; a product that
        the stock list never had may well be there), "earns no margin" (at the mean price of the
        last 56 days, otherwise the list price), "not on sale yet", "not looked at lately".
    """
    ids = pd.Index(past.products)
    why = pd.Series("", index=ids)
    age = past.pairs["age"].groupby(past.product).min().to_numpy()
    why[age >= RECENT] = "not looked at lately"
    if shop.has("products"):
        listed = _listed(shop).reindex(ids)
        why[listed["later"].fillna(0).to_numpy() > 0] = "not on sale yet"
        why[(listed["price"] <= listed["unit_cost"]).to_numpy()] = "earns no margin"
    on_hand = on_the_shelf(shop)["on_hand"].reindex(ids)
    why[(on_hand <= 0).to_numpy()] = "out of stock"
    return why.to_numpy(dtype=object)


def likeness(past: Histories) -> sparse.csr_array:
    """Give the likeness of products: by people who took an interest in both, and by baskets.

    The two are worked out apart and added, so that the many who look do not drown the few who
    buy. On the diagonal stands the share of a product's people who came back to it on another
    day, shrunk towards all products'.
    """
    alike = similar_items(past.matrix()) + similar_items(past.baskets)
    people = np.bincount(past.product, minlength=len(past.products))
    back = np.bincount(past.product, weights=past.pairs["days"] > 1, minlength=len(past.products))
    usual = back.sum() / max(people.sum(), 1)
    own = (back + FEWEST * usual) / (people + FEWEST)
    return (alike + sparse.diags_array(own)).tocsr()


def interest(past: Histories) -> sparse.csr_array:
    """Give how much each product of the past says of what a person wants now."""
    return past.matrix(past.pairs["strength"] * 0.5 ** (past.pairs["age"] / HALF_LIFE))


def waits(past: Histories) -> np.ndarray:
    """Give the days after a purchase from which each product may be offered to its buyer again.

    The lower quartile of the mean gaps of those who bought it more than once; of all products
    together where fewer than five did; infinite where fewer than five did for all together.
    """
    known = past.pairs["gap"].notna().to_numpy()
    gaps = past.pairs["gap"][known]
    usual = gaps.quantile(0.25) if len(gaps) >= FEWEST else np.inf
    own = gaps.groupby(past.product[known]).agg(["count", lambda g: g.quantile(0.25)])
    own = own[own["count"] >= FEWEST].iloc[:, 1]
    return own.reindex(range(len(past.products)), fill_value=usual).to_numpy()


def lists(
    past: Histories,
    method: str,
    people: np.ndarray,
    *,
    allowed: np.ndarray,
    alike: sparse.csr_array,
    bought: bool,
    most: int = LENGTH,
) -> tuple[np.ndarray, np.ndarray]:
    """Make each person's list by one of the methods.

    Parameters
    ----------
    past
        What was known.
    method
        LIKE, POPULAR, AGAIN or AT_ONCE.
    people
        Places in `past.people`.
    allowed
        Which products may be offered.
    alike
        As `likeness` gives it.
    bought
        Whether popularity is that of purchases; of any interest otherwise.
    most
        Length of the lists.

    Returns
    -------
    (ndarray, ndarray)
        See `methods.item_to_item.ranked`. What a person bought too lately is on no list
        but AT_ONCE's.
    """
    pairs = past.pairs
    age = pairs["bought_age" if bought else "age"]
    popular = np.bincount(past.product[age < RECENT], minlength=len(past.products)).astype(float)
    soon = (pairs["bought_age"] < waits(past)[past.product]).to_numpy()
    if method in (AGAIN, AT_ONCE):
        history, alike = past.matrix(1 / (1 + pairs["age"])), _itself(past)
        soon = soon & (method == AGAIN)
    else:
        history = interest(past) if method == LIKE else past.matrix(0.0)
    barred = incidence(past.person[soon], past.product[soon], shape=past.shape)
    return ranked(
        history[people], alike, popular=popular, allowed=allowed, barred=barred[people], most=most
    )


def _itself(past: Histories) -> sparse.csr_array:
    return sparse.diags_array(np.ones(len(past.products))).tocsr()


def _listed(shop: Tables) -> pd.DataFrame:
    """Give, by product_id: price, unit_cost, and whether it is launched later (1 or 0)."""
    products = shop["products"]
    frame = shop.frame(
        products.select(
            "product_id",
            "unit_cost",
            "list_price",
            later=(products.launched_on > shop.as_of).cast("int64"),
        )
    )
    frame = frame.set_index("product_id").apply(as_floats)
    paid = _mean_price(shop, last_days(shop.as_of, days=RECENT)).reindex(frame.index)
    return frame.assign(price=paid.fillna(frame["list_price"]))


def _mean_price(shop: Tables, period: Period) -> pd.Series:
    if not shop.has("orders", "order_lines"):
        return pd.Series(dtype="float64")
    orders = paid_orders(shop)
    orders = orders.filter(inside(orders.day, period.every_day)).select("order_id")
    lines = shop["order_lines"].semi_join(orders, "order_id")
    sums = lines.group_by("product_id").aggregate(
        paid=lines.paid_amount.sum(), units=lines.quantity.sum()
    )
    frame = shop.frame(sums).set_index("product_id").apply(as_floats)
    return frame["paid"] / frame["units"]
