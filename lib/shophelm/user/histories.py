"""What each person looked at and bought: pairs of person and product, and baskets."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import numpy as np
import pandas as pd
from scipy import sparse

from shophelm.methods.item_to_item import incidence
from shophelm.shop.calendar import Period
from shophelm.shop.paid_lines import paid_lines
from shophelm.shop.sales import paid_orders
from shophelm.shop.spans import inside
from shophelm.shop.tables import Tables

STRENGTH = {"view": 1, "favourite": 2, "cart": 3, "pay": 5}
"""How much an event says about what a person wants."""
LOOK_BACK = 364
NEEDS = ("events.product_id|orders.customer_id", "events.product_id|order_lines")
VISITOR = "visitor "
"""Stands before the ids of visitors who are not known as customers."""


@dataclass(frozen=True, slots=True)
class Histories:
    """What people did with products, one row per pair.

    Attributes
    ----------
    people, products
        Ids, sorted; who is not known as a customer is told by "visitor " and the visitor's id.
    person, product
        Places in these.
    pairs
        strength (of the strongest event), days (on which there was one), age (days since the last
        of them), bought_age (days since the last purchase; null for none), gap (mean days between
        own purchases of it; null for fewer than two).
    baskets
        Orders × products, ones; no rows without order lines.
    """

    people: np.ndarray
    products: np.ndarray
    person: np.ndarray
    product: np.ndarray
    pairs: pd.DataFrame
    baskets: sparse.csr_array

    @property
    def shape(self) -> tuple[int, int]:
        """People × products."""
        return len(self.people), len(self.products)

    def matrix(self, weight: np.ndarray | int = 1) -> sparse.csr_array:
        """Lay the pairs out as people × products."""
        return incidence(self.person, self.product, shape=self.shape, weight=weight)


def histories(shop: Tables, period: Period) -> Histories:
    """Read who did what with which product in a period, up to its last day.

    Parameters
    ----------
    shop
        Needs events, or order lines with customers.
    period
        The days that count.
    """
    frame = shop.frame(_pairs(shop, period))
    person, people = frame.pop("person").factorize(sort=True)
    product, products = frame.pop("product_id").factorize(sort=True)
    # in the order of ids, whatever the order of rows
    order = np.lexsort((product, person))
    frame = frame.astype("float64").iloc[order].reset_index(drop=True)
    products = np.asarray(products, dtype=object)
    baskets = _baskets(shop, period, products)
    return Histories(
        np.asarray(people, dtype=object), products, person[order], product[order], frame, baskets
    )


def taken(shop: Tables, period: Period, *, bought: bool) -> pd.DataFrame:
    """Give the distinct pairs of person and product_id of a period: bought, or looked at too."""
    acts = _acts(shop, period)
    acts = acts.filter(acts.kind == "pay") if bought else acts
    return shop.frame(acts.select("person", "product_id").distinct())


def _acts(shop: Tables, period: Period) -> ibis.Table:
    """Give every act about a product: person, product_id, kind, day."""
    parts = []
    # a table without rows is one, too: of the shop as it was before its first order
    if shop.has("events"):
        parts.append(_events(shop))
    if shop.has("order_lines", "orders"):
        orders = paid_orders(shop).filter(lambda t: t.known)
        orders = orders.select("order_id", person="customer_id", day="day")
        lines = shop["order_lines"].select("order_id", "product_id").inner_join(orders, "order_id")
        parts.append(lines.select("person", "product_id", kind=ibis.literal("pay"), day=lines.day))
    acts = parts[0] if len(parts) == 1 else ibis.union(*parts)
    return acts.filter(inside(acts.day, period.every_day))


def _events(shop: Tables) -> ibis.Table:
    events = shop["events"]
    events = events.filter(events.product_id.notnull() & events.kind.isin(list(STRENGTH)))
    signed_in = shop["events"].filter(lambda t: t.customer_id.notnull())
    known = signed_in.group_by("visitor_id").aggregate(customer=signed_in.customer_id.max())
    events = events.left_join(known, "visitor_id").drop("visitor_id_right")
    person = ibis.coalesce(events.customer, ibis.literal(VISITOR) + events.visitor_id)
    return events.select("product_id", "kind", person=person, day=events.occurred_at.date()).select(
        "person", "product_id", "kind", "day"
    )


def _pairs(shop: Tables, period: Period) -> ibis.Table:
    acts = _acts(shop, period)
    days = acts.group_by("person", "product_id", "day").aggregate(
        strength=acts.kind.cases(*STRENGTH.items()).max(), bought=(acts.kind == "pay").any()
    )
    bought_on = days.bought.ifelse(days.day, ibis.null("date"))
    pairs = days.group_by("person", "product_id").aggregate(
        strength=days.strength.max(),
        last=days.day.max(),
        days=days.count(),
        bought_days=days.bought.cast("int64").sum(),
        first_bought=bought_on.min(),
        last_bought=bought_on.max(),
    )
    end = ibis.literal(period.last)
    return pairs.select(
        "person",
        "product_id",
        "strength",
        "days",
        age=end.delta(pairs["last"], unit="day"),
        bought_age=end.delta(pairs.last_bought, unit="day"),
        gap=pairs.last_bought.delta(pairs.first_bought, unit="day")
        / (pairs.bought_days - 1).nullif(0),
    )


def _baskets(shop: Tables, period: Period, products: np.ndarray) -> sparse.csr_array:
    if not shop.filled("order_lines"):
        return sparse.csr_array((0, len(products)), dtype=np.int64)
    sold = shop.frame(paid_lines(shop, period).select("order_id", "product_id").distinct())
    order = sold["order_id"].factorize(sort=True)[0]
    product = pd.Index(products).get_indexer(sold["product_id"])
    # what only guests bought is in nobody's history
    known = product >= 0
    return incidence(
        order[known], product[known], shape=(int(order.max(initial=-1)) + 1, len(products))
    )
