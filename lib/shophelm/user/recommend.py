"""Who looked at this is offered that; and whether such offers beat the most popular products."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd
from scipy import sparse

from shophelm.actions import HORIZON_DAYS
from shophelm.methods.item_to_item import bootstrap_means, hits, incidence, ranked, similar_items
from shophelm.methods.proportions import beyond_chance, more_by_chance
from shophelm.shop.calendar import Period, last_days
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.shop.titles import titled
from shophelm.user.histories import VISITOR, Histories, histories, taken
from shophelm.user.offering import (
    AGAIN,
    AT_ONCE,
    LIKE,
    POPULAR,
    against,
    interest,
    likeness,
    lists,
)
from shophelm.words import Sentence, count, listing, number, plural, rate, sentence

LOOK_BACK = 364
SHARE_HELD = 4
"""A log shorter than four horizons is judged on its last quarter."""
FEWEST_PEOPLE = 30
MOST_JUDGED = 20_000
MOST_PRODUCTS = 100
EACH, BESIDE = 3, 2
PEOPLE, ORDERS = "people", "orders"
ROWS = 50_000
"""Rows worked on at a time: it bounds the memory."""
METHODS = (LIKE, POPULAR, AGAIN)
"""The lists that offers may be made of, the preferred one of equals first."""
NEEDS = ("events.product_id|orders.customer_id", "events.product_id|order_lines")
OFFERS = ["product", "among", "trials", "offer", "place", "both", "share", "lift", "likeness"]
JUDGED = ["method", "people", "hit_rate", "hit_low", "hit_high", "ndcg", "ndcg_low", "ndcg_high"]


@question("Do offers from what people did beat the most popular products?", *NEEDS)
def lists_judged(shop: Tables) -> pd.DataFrame:
    """Judge ways to make a list of ten products by what people took afterwards.

    The shop as it was known 28 days ago (or at three quarters of a log shorter than 112 days)
    makes a list for each person of whom it knew something; the list is held against what the
    person bought in the days after or, where fewer than 30 people bought, against what they looked
    at, favourited or carted too.

    Returns
    -------
    DataFrame
        One row per method, best ndcg first: item to item; most popular; same again (what the
        person did last, what was just bought left out); and last a yardstick that offers do not
        use, the same again without that rule. Columns: people (judged; at most 20,000), hit_rate
        (share of lists with at least one product taken) and ndcg (see `methods.item_to_item.hits`),
        each with a 95 % bootstrap interval over people, and ahead, ahead_low, ahead_high: by how
        much the first row's ndcg is larger, over the same draws. No rows where fewer than 30
        people can be judged.
        ``attrs``: days, bought (whether purchases were held against), unknown (people who took
        something and of whom nothing was known).

    Notes
    -----
    All lists obey the rules of the shelf as known then. Products that nobody had met by then are
    left out of what was taken. What people took without offers is held against offers they did not
    get: it tells which list knows them better, not what offers would add. That takes a test.
    """
    horizon = _horizon(shop)
    cut = shop.as_of - timedelta(days=horizon)
    after = Period(cut + timedelta(days=1), shop.as_of)
    earlier = shop.at(cut)
    past = histories(earlier, last_days(cut, days=LOOK_BACK))
    for bought in (True, False):
        people, relevant, unknown = _taken_later(past, taken(shop, after, bought=bought))
        if len(people) >= FEWEST_PEOPLE:
            break
    about = {"days": horizon, "bought": bought, "unknown": unknown}
    if len(people) < FEWEST_PEOPLE:
        frame = pd.DataFrame(columns=[*JUDGED, "ahead", "ahead_low", "ahead_high"])
    else:
        allowed, alike = against(earlier, past) == "", likeness(past)
        judged = {}
        for method in (*METHODS, AT_ONCE):
            made = {"allowed": allowed, "alike": alike, "bought": bought}
            judged[method] = hits(lists(past, method, people, **made)[0], relevant)
        frame = _compared(judged)
    frame.attrs |= about
    return frame


@carries_missing
def find_lists_judged(judged: pd.DataFrame) -> Sentence:
    """Say which list knows people best, and whether that is beyond chance."""
    if judged.empty:
        return sentence(
            "Fewer than {n} people came back in the last {days} days: which offers suit them "
            "cannot be judged.",
            n=count(FEWEST_PEOPLE),
            days=count(judged.attrs["days"]),
        )
    best, *others = (r for r in judged.itertuples() if r.method != AT_ONCE)
    rest = [f"“{r.method}” {rate(r.hit_rate, digits=1)}" for r in judged.itertuples()][1:]
    sure = [f"“{r.method}”" for r in others if r.ahead_low > 0]
    tied = [f"“{r.method}”" for r in others if not r.ahead_low > 0]
    text = (
        "Of {people} who {did} in the last {days} days, {hit} took one of the ten products that "
        "“{best}” would have listed before ({rest}). By NDCG ({ndcg})"
    )
    text += " it is ahead of {sure} beyond chance" if sure else ""
    text += ", of {tied} not" if sure and tied else ""
    text += " it is not ahead of {tied} beyond chance" if not sure else ""
    text += "; offers use it."
    if best.method == POPULAR:
        text += " What a person did tells no more than what everybody buys."
    if (row := judged[judged["method"] == AT_ONCE].iloc[0])["ahead_high"] < 0:
        text += (
            " Listing even what was just bought would have been right more often still (NDCG "
            "{again}): people buy that again without an offer."
        )
    return sentence(
        text,
        people=plural(int(best.people), "person", "people"),
        did="bought" if judged.attrs["bought"] else "came back",
        days=count(judged.attrs["days"]),
        hit=rate(best.hit_rate, digits=1),
        best=best.method,
        rest=listing(rest),
        ndcg=number(best.ndcg, digits=3),
        sure=listing(sure) if sure else "",
        tied=listing(tied) if tied else "",
        again=number(row["ndcg"], digits=3),
    )


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


def _horizon(shop: Tables) -> int:
    return max(1, min(HORIZON_DAYS, ((shop.as_of - shop.first_day).days + 1) // SHARE_HELD))


def _used(judged: pd.DataFrame) -> str:
    return LIKE if judged.empty else str(judged["method"].iloc[0])


def _taken_later(past: Histories, later: pd.DataFrame) -> tuple[np.ndarray, sparse.csr_array, int]:
    """Give who can be judged, what they took, and how many took something unknown to the shop."""
    person = pd.Index(past.people).get_indexer(later["person"])
    product = pd.Index(past.products).get_indexer(later["product_id"])
    unknown = later["person"][person < 0].nunique()
    known = (person >= 0) & (product >= 0)
    relevant = incidence(person[known], product[known], shape=past.shape)
    people = np.flatnonzero(np.diff(relevant.indptr))
    # evenly through the ids, which say nothing of the people
    people = people[:: -(-len(people) // MOST_JUDGED) or 1]
    return people, relevant[people], unknown


def _compared(judged: dict[str, pd.DataFrame]) -> pd.DataFrame:
    best = max(METHODS, key=lambda m: (judged[m]["ndcg"].mean(), -METHODS.index(m)))
    columns = [judged[m][c] for m in judged for c in ("hit", "ndcg")]
    columns += [judged[best]["ndcg"] - judged[m]["ndcg"] for m in judged]
    values = np.column_stack(columns)
    low, high = bootstrap_means(values)
    rows = []
    for i, method in enumerate(judged):
        at = {"hit": 2 * i, "ndcg": 2 * i + 1, "ahead": 2 * len(judged) + i}
        row = {"method": method, "people": len(values)}
        for name, j in at.items():
            title = "hit_rate" if name == "hit" else name
            row |= {title: values[:, j].mean(), f"{name}_low": low[j], f"{name}_high": high[j]}
        rows.append(row)
    *usable, yardstick = rows
    # of equals the preferred one stands first
    usable = sorted(usable, key=lambda row: (row["method"] != best, row["ahead"]))
    return pd.DataFrame([*usable, yardstick])


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
    towards = alike.T.tocsr()
    for first in range(0, len(product), ROWS):
        rows = slice(first, first + ROWS)
        part = (history[rows] * towards[product[rows]]).tocoo()
        order = np.lexsort((part.col, -part.data, part.row))
        row, best = np.unique(part.row[order], return_index=True)
        spoke[first + row] = part.col[order][best]
    return spoke
