"""The event log of one block: every page a visitor opened, with its second and dwell time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shophelm.simulate import ids, pages
from shophelm.simulate.catalogue import Catalogue
from shophelm.simulate.customers import People
from shophelm.simulate.demand import Draws
from shophelm.simulate.orders import Orders
from shophelm.simulate.sessions import Visits
from shophelm.simulate.spending import Spending

_STEPS, _TO_PAY = 64, 20
_SIGNED_IN = 0.75


@dataclass(frozen=True, slots=True)
class Events:
    """One row per event, sorted by visitor and time; numbers stand for words (see `pages.Steps`).

    Attributes
    ----------
    session
        Number of the session within the block.
    person
        Row in `People`.
    second, dwell
        When it happened, and seconds spent on the page (NaN where it is no page).
    order
        Order row on payments, else −1.
    """

    session: np.ndarray
    person: np.ndarray
    second: np.ndarray
    kind: np.ndarray
    product: np.ndarray
    page: np.ndarray
    channel: np.ndarray
    keyword: np.ndarray
    dwell: np.ndarray
    order: np.ndarray
    signed_in: np.ndarray

    def __len__(self) -> int:
        return len(self.session)


@dataclass(frozen=True, slots=True)
class Sessions:
    """Visits, then returns to pay: the visit each belongs to, its seconds, its rank in the file.

    `paid` is when the payment goes through; it is read only where there is one.
    """

    visit: np.ndarray
    start: np.ndarray
    length: np.ndarray
    paid: np.ndarray
    rank: np.ndarray
    signed_in: np.ndarray


def make(
    visits: Visits, orders: Orders, people: People, *, draws: Draws, catalogue: Catalogue,
    spending: Spending, seed: int,
) -> Events:  # fmt: skip
    """All events of one block, those of returns to pay among them."""
    rng = ids.stream(seed, "events", int(people.number[0]))
    steps = pages.make(rng, visits, orders, draws=draws, catalogue=catalogue, spending=spending)
    sessions = _sessions(rng, visits, orders, people)
    in_turn = sessions.rank[steps.session] * _STEPS + steps.step
    steps = steps.take(np.argsort(in_turn, kind="stable"))
    second, dwell = _clock(rng, steps, sessions)
    visit = sessions.visit[steps.session]
    person = visits.person[visit]
    by_time = np.lexsort((second, people.visitor[person]))
    columns = (
        sessions.rank[steps.session], person, second, steps.kind, steps.product, steps.page,
        visits.channel[visit], steps.keyword, dwell, steps.order,
        sessions.signed_in[steps.session],
    )  # fmt: skip
    return Events(*(column[by_time] for column in columns))


def _sessions(rng: np.random.Generator, visits: Visits, orders: Orders, people: People) -> Sessions:
    """Place visits and returns to pay in the order of the file; a return begins the day it pays."""
    back, n = pages.returns(orders), len(visits)
    moments = np.minimum(_TO_PAY, orders.paid[back] % 86_400)
    visit = np.concatenate([np.arange(n), orders.visit[back]])
    start = np.concatenate([visits.start, orders.paid[back] - moments])
    paid = np.full(n, -1)
    paid[orders.visit] = orders.paid
    rank = np.empty(len(visit), np.int64)
    rank[np.lexsort((start, people.visitor[visits.person[visit]]))] = np.arange(len(visit))
    known = visits.checkout | (rng.random(n) < _SIGNED_IN)
    signed_in = np.append((visits.person < people.customers) & known, np.ones(len(back), bool))
    return Sessions(
        visit, start, np.append(visits.browse, moments), np.append(paid, orders.paid[back]),
        rank, signed_in,
    )  # fmt: skip


def _clock(
    rng: np.random.Generator, steps: pages.Steps, sessions: Sessions
) -> tuple[np.ndarray, np.ndarray]:
    """Second of each step, and seconds spent on pages (NaN elsewhere).

    Browsing is spread over the visit at random; checkout ends it, payment has its own moment.
    """
    session, total = steps.session, len(steps.session)
    start, length = sessions.start[session], sessions.length[session]
    weight = rng.exponential(1.0, total) + 0.05
    weight[steps.step >= pages.AT_CHECKOUT] = 0
    running = np.cumsum(weight)
    heads = np.flatnonzero(np.diff(session, prepend=-1))
    sizes = np.diff(np.append(heads, total))
    before = np.repeat((running - weight)[heads], sizes)
    whole = np.repeat(np.add.reduceat(weight, heads), sizes)
    second = start + (length * (running - weight - before) / whole).astype(np.int64)
    second = np.where(steps.step >= pages.AT_CHECKOUT, start + length, second)
    second = np.where(steps.step >= pages.AT_PAY, sessions.paid[session], second)
    last = np.append(np.diff(session) != 0, True)
    dwell = np.where(last, start + length, np.append(second[1:], 0)) - second
    return second, np.where(steps.kind <= pages.VIEW, np.maximum(dwell, 1), np.nan)
