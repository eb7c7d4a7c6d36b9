"""Who looked at this is offered that, and what each customer is offered."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse

from shophelm.methods.item_to_item import incidence, ranked, similar_items
from shophelm.methods.proportions import beyond_chance, more_by_chance
from shophelm.shop.calendar import last_days
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.shop.titles import titled
from shophelm.user.histories import LOOK_BACK, NEEDS, VISITOR, histories
from shophelm.user.offering import LIKE, POPULAR, against, interest, likeness, lists
from shophelm.words import Sentence, listing, number, plural, rate, sentence

MOST_PRODUCTS = 100
EACH, BESIDE = 3, 2
ROWS = 50_000
"""Rows worked on at a time: it bounds the memory."""
PEOPLE, ORDERS = "people", "orders"
OFFERS = ["product", "among", "trials", "offer", "place", "both", "share", "lift", "likeness"]


@question("Who looked at this product is offered which?", *NEEDS, stock="offers that can be sent")
def offers(shop: Tables, judged: pd.DataFrame) -> pd.DataFrame:
    """Give the products to offer beside each product, under the rules of the shelf.

    Parameters
    ----------
    shop
        Needs events with products, or order lines.
    judged
        The answer of `lists_judged`: where the most popular products are ahead, they are offered
        to whoever looks at a product.

    Returns
    -------
    DataFrame
        For the 100 products most people met in the last 364 days, up to two rows each by what the
        same people looked at or bought (among "people": to show beside it), and two by what is in
        the same orders (among "orders": to show in the cart), at a false-discovery rate of 5 %
        over all pairs: product, among, trials (people or
        orders with the product), offer, place, both (with both), share (both / trials), lift
        (against the offer's share of all people or orders), likeness (see
        `methods.item_to_item.similar_items`; null for popular ones). ``attrs``: ids (pairs in the
        rows' order), against (reason → products not offered).
    """
    past = histories(shop, last_days(shop.as_of, days=LOOK_BACK))
    why = against(shop, past)
    met = np.bincount(past.product, minlength=len(past.products))
    busiest = np.lexsort((np.arange(len(met)), -met))[:MOST_PRODUCTS]
    popular = met * (_used(judged) == POPULAR)
    parts = [
        _beside(past.matrix(), busiest, allowed=why == "", popular=popular).assign(among=PEOPLE),
        _beside(past.baskets, busiest, allowed=why == "", popular=met * 0).assign(among=ORDERS),
    ]
    pairs = pd.concat(parts).sort_values(["nth", "among", "place"], ascending=[True, False, True])
    ids = [past.products[pairs[c]].tolist() for c in ("a", "b")]
    pairs["product"], pairs["offer"] = (titled(shop, i) for i in ids)
    shown = pairs[OFFERS].reset_index(drop=True)
    shown.attrs["ids"] = list(zip(*ids, strict=True))
    shown.attrs["against"] = pd.Series(why[why != ""]).value_counts().sort_index().to_dict()
    return shown


@carries_missing
def find_offers(beside: pd.DataFrame) -> Sentence:
    """Name what is offered for most people, and in the cart; and what is not offered and why."""
    if beside.empty:
        return sentence("No two products are met by the same people: there is nothing to offer.")
    pairs = beside.assign(ids=[frozenset(pair) for pair in beside.attrs["ids"]])
    pairs = pairs.sort_values("both", ascending=False, kind="stable")
    pairs = pairs.drop_duplicates(["among", "ids"])
    said, values = [], {}
    for among, text in (
        (PEOPLE, "Who looked at or bought {people}"),
        (ORDERS, "In the cart, beside {orders}"),
    ):
        if len(some := pairs[pairs["among"] == among].head(3)):
            said.append(text)
            values[among] = "; ".join(
                f"{r.product} is offered {r.offer} ({rate(r.share, digits=0)} have both, "
                f"{number(r.lift, digits=1)} times as many as of all)"
                for r in some.itertuples()
            )
    if kept := beside.attrs["against"]:
        said.append("Not offered: {kept}")
        values["kept"] = listing([f"{plural(n, 'product')} ({why})" for why, n in kept.items()])
    return sentence(". ".join(said) + ".", **values)


@question("What is each customer offered?", *NEEDS)
def offers_by_customer(shop: Tables, judged: pd.DataFrame) -> pd.DataFrame:
    """Give each known customer three products to offer, for send lists; never to be shown.

    Returns
    -------
    DataFrame
        customer_id, product_id, rank (from 1), score (0 for a popular product that fills the list
        up), reason (the product_id of the past that speaks most for it, "popular" for none).
        Customers of whom nothing is known in the last 364 days are absent.
    """
    past = histories(shop, last_days(shop.as_of, days=LOOK_BACK))
    customers = np.flatnonzero([not p.startswith(VISITOR) for p in past.people])
    alike, method = likeness(past), _used(judged)
    bought = bool(judged.attrs["bought"])
    found, score = lists(
        past, method, customers, allowed=against(shop, past) == "", alike=alike, bought=bought,
        most=EACH,
    )  # fmt: skip
    who, place = np.nonzero(found >= 0)
    product = found[who, place]
    spoke = product
    if method == LIKE:
        spoke = _speaks_most(interest(past)[customers[who]], alike, product)
    return pd.DataFrame(
        {
            "customer_id": past.people[customers[who]],
            "product_id": past.products[product],
            "rank": place + 1,
            "score": score[who, place],
            "reason": np.where(score[who, place] > 0, past.products[spoke], "popular"),
        }
    )


def _used(judged: pd.DataFrame) -> str:
    return LIKE if judged.empty else str(judged["method"].iloc[0])


def _beside(
    x: sparse.csr_array, products: np.ndarray, *, allowed: np.ndarray, popular: np.ndarray
) -> pd.DataFrame:
    """Give up to two products beside each, by the rows of x (people or orders) that have both.

    Where any is popular, the popular ones are given and not those that are alike.
    """
    alike = sparse.csr_array((x.shape[1], x.shape[1])) if popular.any() else similar_items(x)
    itself = incidence(np.arange(len(products)), products, shape=(len(products), len(allowed)))
    found, score = ranked(
        itself.astype(float), alike, popular=popular, allowed=allowed, barred=itself, most=BESIDE
    )
    row, place = np.nonzero(found >= 0)
    a, b = products[row], found[row, place]
    by_item = x.tocsc()
    both = np.asarray((by_item[:, a] * by_item[:, b]).sum(axis=0)).ravel()
    held = np.asarray(x.sum(axis=0)).ravel()
    frame = pd.DataFrame({"nth": row, "a": a, "b": b, "place": place + 1, "both": both})
    frame["trials"] = held[a]
    frame["share"] = frame["both"] / frame["trials"].where(frame["trials"] > 0)
    frame["lift"] = frame["share"] / (held[b] / max(x.shape[0], 1))
    frame["likeness"] = np.where(score[row, place] > 0, score[row, place], np.nan)
    by_chance = more_by_chance(both, held[a], held[b] - both, x.shape[0] - held[a])
    # every two products were looked at
    found = beyond_chance(by_chance, tests=len(held) * (len(held) - 1) // 2)
    return frame[found | popular.any()]


def _speaks_most(
    history: sparse.csr_array, alike: sparse.csr_array, product: np.ndarray
) -> np.ndarray:
    """Give, for each row of a history and a product, what speaks most for it; −1 for nothing."""
    spoke = np.full(len(product), -1)
    for first in range(0, len(product), ROWS):
        past = history[first : first + ROWS].tocoo()
        # only what is in the past is looked up: many products may be like a popular one
        part = past.data * np.asarray(alike[past.col, product[first + past.row]]).ravel()
        kept = part > 0
        row, item, part = past.row[kept], past.col[kept], part[kept]
        order = np.lexsort((item, -part, row))
        rows, best = np.unique(row[order], return_index=True)
        spoke[first + rows] = item[order][best]
    return spoke
