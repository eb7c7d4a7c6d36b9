"""Reviews in Chinese, put together from phrases about what buyers praise and complain of."""

from __future__ import annotations

import numpy as np

from shophelm.simulate import calendar, words
from shophelm.simulate.catalogue import Catalogue
from shophelm.simulate.customers import People
from shophelm.simulate.ids import stream
from shophelm.simulate.orders import Orders
from shophelm.simulate.planted.shop import CATEGORIES, COMPLAINTS
from shophelm.simulate.sessions import Visits

_WRITES, _COMPLAINS = 0.20, 0.08
_NO_TOPIC = -1
TOPICS = tuple(words.COMPLAINT_PHRASES)


def make(
    orders: Orders, visits: Visits, people: People, *, catalogue: Catalogue, seed: int
) -> dict:
    """Reviews of one block: line row, person, second, rating and text."""
    rng = stream(seed, "reviews", int(people.number[0]))
    n = len(orders.line_order)
    paid = orders.paid[orders.line_order]
    second = paid + rng.integers(3 * 86_400, 25 * 86_400, n)
    writes = (paid >= 0) & (orders.refunded_at[orders.line_order] < 0) & (rng.random(n) < _WRITES)
    rows = np.flatnonzero(writes & (second < calendar.END_SECOND))
    product, when = orders.lines.product[rows], second[rows]
    topic = _topics(rng, product, when, catalogue)
    rating = np.where(
        topic >= 0,
        rng.choice([1, 2, 3], len(rows), p=[0.45, 0.35, 0.2]),
        rng.choice([4, 5], len(rows), p=[0.2, 0.8]),
    )
    return {
        "product": product, "second": when, "rating": rating,
        "text": _texts(rng, catalogue.category[product], topic, rating),
        "person": visits.person[orders.visit[orders.line_order[rows]]],
    }  # fmt: skip


def _topics(
    rng: np.random.Generator, product: np.ndarray, second: np.ndarray, catalogue: Catalogue
) -> np.ndarray:
    """Draw the number in `TOPICS` of what is complained of, −1 for content buyers."""
    choices = [[TOPICS.index(t) for t in words.CATEGORY_COMPLAINTS[c.name]] for c in CATEGORIES]
    width = max(map(len, choices))
    table = np.array([(c * width)[:width] for c in choices])
    usual = table[catalogue.category[product], rng.integers(0, width, len(product))]
    topic = np.where(rng.random(len(product)) < _COMPLAINS, usual, _NO_TOPIC)
    for product_id, (name, share, since) in COMPLAINTS.items():
        hit = (product == catalogue.number(product_id)) & (
            second >= calendar.day_number(since) * 86_400
        )
        topic = np.where(hit & (rng.random(len(product)) < share), TOPICS.index(name), topic)
    return topic


def _texts(
    rng: np.random.Generator, category: np.ndarray, topic: np.ndarray, rating: np.ndarray
) -> np.ndarray:
    """One complaint phrase for the discontented, one to three phrases of praise for the others."""
    n = len(category)
    pick = rng.random((n, 5))
    out = np.empty(n, dtype=object)
    for row in range(n):
        praise = words.GOOD[CATEGORIES[category[row]].name]
        phrases = [praise[int(pick[row, 0] * len(praise))]]
        if topic[row] >= 0:
            bad = words.COMPLAINT_PHRASES[TOPICS[topic[row]]]
            kept = phrases if rating[row] == 3 else []
            phrases = [bad[int(pick[row, 1] * len(bad))], *kept]
        elif pick[row, 2] < 0.5:
            phrases.append(words.SERVICE_GOOD[int(pick[row, 3] * len(words.SERVICE_GOOD))])
        out[row] = "，".join(phrases)
    return out


def rows(reviews: dict, people: People, catalogue: Catalogue, *, first_number: int) -> dict:
    """Make the `reviews` table of one block."""
    n = len(reviews["product"])
    order = np.argsort(reviews["second"], kind="stable")
    return {
        "review_id": np.array([f"V{first_number + i:08d}" for i in range(n)], dtype=object),
        "product_id": np.array(catalogue.ids, dtype=object)[reviews["product"][order]],
        "written_at": calendar.times(reviews["second"][order]),
        "rating": reviews["rating"][order],
        "text": reviews["text"][order],
        "customer_id": people.customer_ids().take(reviews["person"][order]),
    }
