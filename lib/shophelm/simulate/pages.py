"""Steps of a visit: the pages it opens one after the other, and what is done on them."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from shophelm.shop.contract.visiting import EVENT_KINDS
from shophelm.simulate import calendar, words
from shophelm.simulate.catalogue import Catalogue
from shophelm.simulate.demand import Draws
from shophelm.simulate.orders import Orders
from shophelm.simulate.planted.changes import CART_CAUSES
from shophelm.simulate.planted.marketing import CREATORS
from shophelm.simulate.planted.shop import CHANNELS
from shophelm.simulate.sessions import Visits
from shophelm.simulate.spending import Spending

HOME, LIST, SEARCH, VIEW, FAVOURITE, CART, CHECKOUT, PAY = range(len(EVENT_KINDS))
_ENTRY_KIND = np.array([SEARCH, HOME, LIST, LIST, LIST, HOME])
_SIDE_VIEWS, _FAVOURITES = 0.75, 0.07
_READS_REVIEWS, _DOUBTER_READS = 0.10, 0.75
_SEARCHES_ON, _DIVERTED = 0.06, 0.80
_KEYWORD_ODDS = np.array([0.5, 0.3, 0.2])
_MAIN, _REVIEWS, _FAV, _CART, _ADDED, _ON, AT_CHECKOUT, AT_PAY = 10, 11, 12, 13, 14, 30, 40, 50


@dataclass(frozen=True, slots=True)
class Steps:
    """One row per page or act, in any order; numbers stand for words, −1 for none.

    Attributes
    ----------
    session
        The visit; numbers from the count of visits on are returns to pay (see `returns`).
    step
        Its place within the visit.
    keyword
        Product × 3 + slot in `Catalogue.keywords`; −2 − product for a search elsewhere.
    order
        Order row, on payments only.
    """

    session: np.ndarray
    step: np.ndarray
    kind: np.ndarray
    product: np.ndarray
    page: np.ndarray
    keyword: np.ndarray
    order: np.ndarray

    def take(self, rows: np.ndarray) -> Steps:
        """Keep some rows."""
        return Steps(*(getattr(self, f.name)[rows] for f in fields(self)))


def step_rows(
    session: np.ndarray, step: object, kind: object, product: object = -1, page: object = -1,
    keyword: object = -1, order: object = -1,
) -> Steps:  # fmt: skip
    """Make steps of the given visits; single values hold for all of them."""
    rest = (step, kind, product, page, keyword, order)
    return Steps(session, *(np.broadcast_to(np.asarray(v), session.shape) for v in rest))


def pages() -> list[str]:
    """Every page name; the entry pages of live and content carry the creator."""
    entry = [words.ENTRY_PAGES[c] for c in CHANNELS]
    creators = [
        f"{words.ENTRY_PAGES[c]}/{name}" for c, names in CREATORS.items() for name, _ in names
    ]
    return ["detail", "reviews", "order", "checkout", *entry, *creators]


_DETAIL, _REVIEW_PAGE, _ORDER_PAGE, _CHECKOUT_PAGE, _FIRST_ENTRY = 0, 1, 2, 3, 4


def make(
    rng: np.random.Generator, visits: Visits, orders: Orders, *, draws: Draws,
    catalogue: Catalogue, spending: Spending,
) -> Steps:  # fmt: skip
    """All steps of one block's visits, those of returns to pay among them."""
    order_of = np.full(len(visits), -1)
    order_of[orders.visit] = np.arange(len(orders.visit))
    parts = [
        _entry(rng, visits, spending), _side_views(rng, visits, draws, catalogue),
        *_main(rng, visits, catalogue, order_of), *_additions(visits, orders),
        *_settling(visits, orders, order_of),
    ]  # fmt: skip
    return Steps(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Steps)))


def returns(orders: Orders) -> np.ndarray:
    """Orders paid in a visit of their own: balances, and those who paid hours later."""
    own = (orders.paid >= 0) & (orders.paid - orders.created > 3_000) & orders.seen
    return np.flatnonzero(own)


def _entry(rng: np.random.Generator, visits: Visits, spending: Spending) -> Steps:
    """How the visit begins: a search, the home page, a list, a live room or a note."""
    n = len(visits)
    slot = np.searchsorted(np.cumsum(_KEYWORD_ODDS), rng.random(n), side="right").clip(max=2)
    keyword = np.where(visits.channel == SEARCH_CHANNEL, visits.product * 3 + slot, -1)
    page = _FIRST_ENTRY + visits.channel
    offset = _FIRST_ENTRY + len(CHANNELS)
    for channel, pull in spending.creator_pull.items():
        names = CREATORS.get(channel, ())
        if names:
            rows = visits.channel == CHANNELS.index(channel)
            share = np.cumsum(pull / pull.sum(axis=0), axis=0)[:, visits.start[rows] // 86_400]
            page[rows] = offset + (rng.random(rows.sum()) > share).sum(axis=0).clip(
                max=len(names) - 1
            )
            offset += len(names)
    return step_rows(np.arange(n), 0, _ENTRY_KIND[visits.channel], -1, page, keyword)


SEARCH_CHANNEL = CHANNELS.index("search")


def _side_views(
    rng: np.random.Generator, visits: Visits, draws: Draws, catalogue: Catalogue
) -> Steps:
    """Other products of the same category, looked at on the way."""
    count = np.minimum(rng.poisson(_SIDE_VIEWS, len(visits)), 8)
    session = np.repeat(np.arange(len(visits)), count)
    step = 1 + np.arange(len(session)) - np.repeat(np.cumsum(count) - count, count)
    day = visits.start[session] // 86_400
    product = np.empty(len(session), np.int64)
    category = catalogue.category[visits.product[session]]
    for c, source in enumerate(draws.categories):
        rows = category == c
        _, cell = source.draw(rng, source.reach[day[rows]], source.reach[day[rows] + 1])
        product[rows] = draws.products[c][cell // len(CHANNELS)]
    return step_rows(session, step, VIEW, product, _DETAIL)


def _main(
    rng: np.random.Generator, visits: Visits, catalogue: Catalogue, order_of: np.ndarray
) -> list[Steps]:
    """Turn to the product the visit is about: view, reviews, favourite, cart, search elsewhere."""
    n, every = len(visits), np.arange(len(visits))
    left = visits.cart & (order_of < 0)
    doubts = left & _concerned(visits, catalogue, "trust")
    diverted = left & _concerned(visits, catalogue, "diversion")
    reads = rng.random(n) < np.where(doubts, _DOUBTER_READS, _READS_REVIEWS)
    favourite = rng.random(n) < _FAVOURITES
    on = visits.cart & (rng.random(n) < np.where(diverted, _DIVERTED, _SEARCHES_ON * left))
    return [
        step_rows(every, _MAIN, VIEW, visits.product, _DETAIL),
        step_rows(
            every[reads],
            np.where(visits.cart, _CART + 16, _REVIEWS)[reads],
            VIEW,
            visits.product[reads],
            _REVIEW_PAGE,
        ),
        step_rows(every[favourite], _FAV, FAVOURITE, visits.product[favourite]),
        step_rows(every[visits.cart], _CART, CART, visits.product[visits.cart]),
        step_rows(every[on], _ON, SEARCH, -1, _FIRST_ENTRY, -2 - visits.product[on]),
    ]


def _concerned(visits: Visits, catalogue: Catalogue, cause: str) -> np.ndarray:
    change = CART_CAUSES[cause]
    return (visits.product == catalogue.number(change.product_id)) & (
        visits.day >= calendar.day_number(change.since)
    )


def _additions(visits: Visits, orders: Orders) -> list[Steps]:
    """Products added to an order: seen and carted before the checkout."""
    visit = orders.visit[orders.line_order]
    added = np.flatnonzero(orders.lines.product != visits.product[visit])
    place = np.arange(len(visit)) - np.searchsorted(orders.line_order, orders.line_order)
    step = _ADDED + 2 * np.minimum(place[added], 6)
    product = orders.lines.product[added]
    return [
        step_rows(visit[added], step, VIEW, product, _DETAIL),
        step_rows(visit[added], step + 1, CART, product),
    ]


def _settling(visits: Visits, orders: Orders, order_of: np.ndarray) -> list[Steps]:
    """Checkout and payment, at once or in a visit of its own; some orders the log never saw."""
    n, back = len(visits), returns(orders)
    at_checkout = visits.checkout & (
        (order_of < 0) & ~visits.wish | (order_of >= 0) & orders.seen[order_of]
    )
    seats = np.full(len(orders.visit), -1)
    seats[back] = n + np.arange(len(back))
    paid_now = (orders.paid >= 0) & orders.seen & (seats < 0)
    seats[paid_now] = orders.visit[paid_now]
    lines = np.flatnonzero(seats[orders.line_order] >= 0)
    order = orders.line_order[lines]
    place = (
        np.arange(len(orders.line_order)) - np.searchsorted(orders.line_order, orders.line_order)
    )[lines]
    again = seats[order] >= n
    product = orders.lines.product[lines]
    return [
        step_rows(
            np.flatnonzero(at_checkout),
            AT_CHECKOUT,
            CHECKOUT,
            visits.product[at_checkout],
            _CHECKOUT_PAGE,
        ),
        step_rows(seats[order[again]], place[again], VIEW, product[again], _ORDER_PAGE),
        step_rows(seats[order], AT_PAY + place, PAY, product, -1, -1, order),
    ]
