"""Are there kinds of customers that no threshold was set for?"""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import numpy as np
import pandas as pd

from shophelm.methods.clusters import FEWEST, STABLE, TIGHTER, spread_counts, stable_clusters
from shophelm.shop.dealing import digest
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.sales import paid_orders
from shophelm.shop.tables import Tables
from shophelm.user.spending import customers, share_of
from shophelm.words import Sentence, count, listing, number, plural, rate, sentence

MOST = 2000
"""Customers that are enough to see clusters by; of more, so many are drawn."""
UNLIKE = 0.5
"""Standard deviations from the rest by which a measure describes a cluster (Cohen: medium)."""
MEASURES = {
    "frequency": ("often", "seldom"),
    "recency": ("long ago", "lately"),
    "spend": ("for much at a time", "for little at a time"),
    "discount_share": ("at high discounts", "at low discounts"),
    "categories": ("in many categories", "in few categories"),
}
"""Measure → how a customer buys who has much of it, and little."""


@dataclass(frozen=True, slots=True)
class Kinds:
    """What k-means found.

    Attributes
    ----------
    groups
        One row per cluster, worth most first: cluster (1 ...), customers, share, settled_share,
        the medians of the measures (recency in days, frequency in purchases, spend in money per
        purchase, discount_share of the goods' money, categories), what (in which its customers are
        unlike the rest). No rows where no clusters are stable.
    customers, drawn
        How many customers there are, and how many of them were looked at.
    tried
        The number of clusters that did best; 0 where there are too few customers.
    stability, by_chance
        How alike the clusters of two halves of the customers are (adjusted Rand index, 1: the
        same), and the highest that 19 simulated shops without clusters came to.
    tighter
        The share by which distances within clusters (the inertia) are less than in those shops.
    """

    groups: pd.DataFrame
    customers: int
    drawn: int
    tried: int = 0
    stability: float = float("nan")
    by_chance: float = float("nan")
    tighter: float = float("nan")


@question(
    "Are there kinds of customers that no threshold was set for?",
    "orders.customer_id",
    products="in how many categories a customer buys, when kinds of customers are looked for",
)
def clusters(shop: Tables) -> Kinds:
    """Look for clusters of customers by k-means, and say so where there are none.

    Customers are told apart by recency, frequency, settled money per purchase (logarithms),
    discounts as a share of their goods' money, and the number of categories they bought in; as far
    as the shop knows them. See `methods.clusters.stable_clusters` for the test. Of more than 2,000
    customers, 2,000 are drawn by a hash of their ids, always the same.

    Notes
    -----
    Clusters describe; they are not causes, and a customer near a border might be in either. That
    two halves agree does not make a cluster useful. Most shops have none: their customers differ
    by degrees, and thresholds serve better.
    """
    people = _measures(shop)
    customers = int(shop.frame(people.aggregate(n=people.count()))["n"].iloc[0])
    frame = shop.frame(people.order_by(digest(people.customer_id)).limit(MOST))
    frame = frame.drop(columns="customer_id").astype("float64")
    measures = frame[[m for m in MEASURES if m in frame]]
    scaled = _scaled(measures)
    found = stable_clusters(scaled)
    if found is None:
        return Kinds(pd.DataFrame(), customers, len(frame))
    groups = pd.DataFrame()
    if found.found:
        groups = _described(frame, pd.DataFrame(scaled, columns=measures.columns), found.labels)
    by_chance = float(found.by_chance.max())
    tested = (found.k, found.stability, by_chance, found.tighter)
    return Kinds(groups, customers, len(frame), *tested)


@carries_missing
def shown(kinds: Kinds) -> pd.DataFrame:
    """Give the clusters as a table; no rows where none is stable."""
    return kinds.groups


@carries_missing
def find_clusters(kinds: Kinds) -> Sentence:
    """Say whether there are clusters, how stable they are, and what is in them."""
    if not kinds.tried:
        return sentence(
            "Whether there are clusters of customers cannot be told from {n}; it takes {least}.",
            n=plural(kinds.customers, "customer"),
            least=count(FEWEST),
        )
    values = {
        "k": count(kinds.tried),
        "n": plural(kinds.drawn, "customer"),
        "stability": number(kinds.stability),
        "chance": number(kinds.by_chance),
        "tighter": rate(kinds.tighter, digits=0),
    }
    if kinds.groups.empty:
        return sentence(
            "No stable clusters here. Divided into {k}, two halves of {n} agree to {stability} "
            "(1.00: entirely; simulated shops without clusters reach {chance}), and the clusters "
            "are {tighter} tighter than theirs. It takes {stable}, more than by chance, and "
            "{least}.",
            **values,
            stable=number(STABLE),
            least=rate(TIGHTER, digits=0),
        )
    kinds_of = [f"{rate(r.share, digits=0)} bought {r.what}" for r in kinds.groups.itertuples()]
    return sentence(
        "{n} fall into {k} clusters, on which two halves of them agree to {stability} (1.00: "
        "entirely; simulated shops without clusters reach {chance}), {tighter} tighter than "
        "theirs: {kinds}.",
        **values,
        kinds=listing(kinds_of, most=len(kinds_of)),
    )


def _measures(shop: Tables) -> ibis.Table:
    """Give what tells customers apart: one row per customer, with its settled money."""
    every = customers(shop)
    spend = every.monetary.cast("float64") / every.frequency
    people = every.select(
        "customer_id", "recency", "frequency", spend=spend, settled=every.monetary.cast("float64")
    )
    orders = paid_orders(shop).filter(lambda t: t.customer_id.notnull())
    sums = orders.group_by("customer_id").aggregate(
        discounts=orders.discount_amount.sum(), goods=orders.goods_amount.sum()
    )
    given = sums.discounts.cast("float64") / sums.goods.cast("float64").nullif(0)
    people = people.inner_join(
        sums.select("customer_id", discount_share=given.fill_null(0)), "customer_id"
    )
    if not shop.filled("order_lines") or not shop.filled("products"):
        return people
    bought = shop["order_lines"].inner_join(shop["products"], "product_id")
    bought = bought.select("order_id", "category").inner_join(orders, "order_id")
    kinds = bought.select("customer_id", "category").distinct()
    kinds = kinds.group_by("customer_id").aggregate(categories=kinds.count())
    people = people.left_join(kinds, "customer_id").drop("customer_id_right")
    return people.mutate(categories=people.categories.fill_null(0))


def _scaled(measures: pd.DataFrame) -> np.ndarray:
    """Put measures on scales where as many times more is as far; shares stay as they are."""
    rng = np.random.default_rng(0)
    scales = {
        "recency": lambda days: spread_counts(days + 1, rng),
        "frequency": lambda purchases: spread_counts(purchases, rng),
        "spend": lambda amount: np.log1p(amount.clip(lower=0)),
        "discount_share": lambda share: share,
        # an order whose goods are not known has none
        "categories": lambda n: spread_counts(n.clip(lower=1), rng),
    }
    return np.column_stack([scales[name](values) for name, values in measures.items()])


def _described(frame: pd.DataFrame, scaled: pd.DataFrame, labels: np.ndarray) -> pd.DataFrame:
    by_cluster = frame.groupby(labels)
    sizes, money = by_cluster.size(), by_cluster["settled"].sum()
    groups = pd.DataFrame(
        {
            "customers": sizes,
            "share": share_of(sizes),
            "settled_share": share_of(money),
            **by_cluster[scaled.columns].median(),
            "what": [_unlike_the_rest(scaled, labels == k) for k in sizes.index],
        }
    )
    groups = groups.sort_values("settled_share", ascending=False, kind="stable", ignore_index=True)
    return groups.assign(cluster=range(1, len(groups) + 1))[["cluster", *groups]]


def _unlike_the_rest(scaled: pd.DataFrame, inside: np.ndarray) -> str:
    """Name up to three measures in which a cluster differs most from all others, in words."""
    apart = (scaled[inside].mean() - scaled[~inside].mean()) / scaled.std()
    largest = apart[apart.abs() >= UNLIKE].abs().nlargest(3).index
    words = [MEASURES[name][0 if apart[name] > 0 else 1] for name in MEASURES if name in largest]
    return listing(words) if words else "like the rest"
