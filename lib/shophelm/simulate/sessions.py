"""Visits: when, to what, by which channel, and how far they went before stock is asked.

A visit ends as a look, a cart, a checkout or a wish to pay. Whether the wish is met depends on
stock, which the whole shop shares: `stock` decides it afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from shophelm.simulate import calendar
from shophelm.simulate.campaigns import CAMPAIGNS
from shophelm.simulate.catalogue import Catalogue
from shophelm.simulate.customers import People
from shophelm.simulate.demand import Draws, World
from shophelm.simulate.ids import stream
from shophelm.simulate.planted.buyers import BUYING
from shophelm.simulate.planted.marketing import COUPON_SEGMENTS, COUPON_WAVES, EXPERIMENTS, PRESALE
from shophelm.simulate.planted.shop import CHANNELS

LONGEST = 2_400
_MOST = 0.97


@dataclass(frozen=True, slots=True)
class Visits:
    """One row per visit, sorted by visitor and start. Seconds are counted from day 0.

    Attributes
    ----------
    person
        Row in `People`.
    day
        Day whose prices hold; `start` lies on it but for presale deposits, which lie earlier.
    chance, coupon_factor, test_factor
        Chance of a wish to pay, and the planted multipliers that are part of it.
    wish
        True where the visitor goes on to pay, stock permitting.
    deposit
        True for presale orders: paid later, or never.
    paid_at
        Second of payment; −1 where the visit ends without.
    """

    person: np.ndarray
    product: np.ndarray
    channel: np.ndarray
    first: np.ndarray
    day: np.ndarray
    start: np.ndarray
    browse: np.ndarray
    chance: np.ndarray
    coupon_factor: np.ndarray
    test_factor: np.ndarray
    cart: np.ndarray
    checkout: np.ndarray
    wish: np.ndarray
    deposit: np.ndarray
    paid_at: np.ndarray

    def __len__(self) -> int:
        return len(self.person)

    def take(self, rows: np.ndarray) -> Visits:
        """Keep some rows."""
        return Visits(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})


def make(people: People, *, draws: Draws, world: World, catalogue: Catalogue, seed: int) -> Visits:
    """Draw the visits of one block's people. The same arguments give the same visits."""
    rng = stream(seed, "visits", int(people.number[0]))
    person, day, product, channel, first = _arrivals(rng, people, draws)
    order = np.lexsort((day, person))
    person, day, product, channel, first = (
        a[order] for a in (person, day, product, channel, first)
    )
    second = calendar.seconds_of_day(rng, day)
    visits = _outcomes(rng, people, world, (person, product, channel, first, day, second))
    visits = visits.take(np.lexsort((visits.start, visits.person)))
    visits = visits.take(_still_customers(rng, people, visits))
    visits = _presale(rng, people, catalogue, visits)
    order = np.lexsort((visits.start, people.visitor[visits.person]))
    return _pay_later(rng, visits.take(order))


def _arrivals(rng: np.random.Generator, people: People, draws: Draws) -> tuple[np.ndarray, ...]:
    """Who comes to which product on which day by which channel."""
    parts = [_newcomers(people, people.first_day >= 0)]
    returning = np.arange(people.customers)
    for c, source in enumerate(draws.categories):
        since = np.minimum(people.first_day[returning] + 1, calendar.DAYS)
        mass = people.rate[returning] * people.taste[returning, c] * source.mass(since)
        person = np.repeat(returning, rng.poisson(mass))
        low = source.reach[since[person]]
        day, cell = source.draw(rng, low, np.full(len(person), source.reach[-1]))
        product = draws.products[c][cell // len(CHANNELS)]
        parts.append((person, day, product, cell % len(CHANNELS), np.zeros(len(person), bool)))
    parts.append(_prospects_again(rng, people, draws))
    return tuple(np.concatenate(columns) for columns in zip(*parts, strict=True))


def _newcomers(people: People, rows: np.ndarray) -> tuple[np.ndarray, ...]:
    person = np.flatnonzero(rows)
    cell = people.first_cell[person]
    return (
        person, people.first_day[person], cell // len(CHANNELS), cell % len(CHANNELS),
        np.ones(len(person), bool),
    )  # fmt: skip


def _prospects_again(
    rng: np.random.Generator, people: People, draws: Draws
) -> tuple[np.ndarray, ...]:
    prospects = np.arange(people.customers, len(people))
    person = np.repeat(prospects, rng.poisson(BUYING.prospect_return, len(prospects)))
    source = draws.newcomers
    low = source.reach[people.first_day[person]]
    high = source.reach[np.minimum(people.first_day[person] + 15, calendar.DAYS)]
    day, cell = source.draw(rng, low, high)
    return person, day, cell // len(CHANNELS), cell % len(CHANNELS), np.zeros(len(person), bool)


def _outcomes(
    rng: np.random.Generator, people: People, world: World, arrivals: tuple[np.ndarray, ...]
) -> Visits:
    """How far each visit goes: cart, checkout, wish to pay."""
    person, product, channel, first, day, second = arrivals
    n = len(person)
    buys = person < people.customers
    test, coupon = _test_factor(people, person, day), _coupon_factor(people, person, day)
    cart_chance, pay_chance = chances(
        world.cart[product, day] * test, world.pay[product, day] * coupon, first
    )
    cart_chance = np.where(buys, cart_chance, 0.35 * cart_chance)
    cart = rng.random(n) < cart_chance
    checkout = cart & buys & (rng.random(n) < pay_chance**0.75)
    wish = checkout & (rng.random(n) < pay_chance**0.25)
    browse = np.exp(rng.normal(4.1, 0.7, n) + 0.45 * cart + 0.3 * wish)
    browse = np.clip(browse, 15, LONGEST - 700).astype(np.int64)
    latest = 86_399 - LONGEST
    start = day * 86_400 + np.where(second > latest, 2 * latest - second, second)
    paid_at = start + browse + np.clip(rng.gamma(1.4, 35, n), 6, 600).astype(np.int64)
    wish &= ~calendar.in_outage(paid_at)
    return Visits(
        person, product, channel, first, day, start, browse,
        np.where(buys, cart_chance * pay_chance, 0.0), coupon, test,
        cart, checkout, wish, np.zeros(n, bool), np.where(wish, paid_at, -1),
    )  # fmt: skip


def chances(cart: np.ndarray, pay: np.ndarray, first: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Chances to cart and, once carted, to pay; newcomers' are higher, none is certain."""
    cart_chance = np.minimum(cart * np.where(first, BUYING.first_cart, 1), _MOST)
    return cart_chance, np.minimum(pay * np.where(first, BUYING.first_pay, 1), _MOST)


def _test_factor(people: People, person: np.ndarray, day: np.ndarray) -> np.ndarray:
    factor = np.ones(len(person))
    for n, test in enumerate(EXPERIMENTS):
        first, last = (calendar.day_number(d) for d in test.days)
        treated = (day >= first) & (day <= last) & (people.variant[person, n] == 1)
        factor[treated] *= test.cart
    return factor


def _coupon_factor(people: People, person: np.ndarray, day: np.ndarray) -> np.ndarray:
    factor = np.ones(len(person))
    uplift = np.array([COUPON_SEGMENTS[c][1] for c in CHANNELS])
    for n, wave in enumerate(COUPON_WAVES):
        given = calendar.day_number(wave.granted_on)
        reached = (day >= given) & (day < given + wave.days) & eligible(people, given)[person]
        reached &= ~people.held_out[person, n]
        factor[reached] *= uplift[people.acquired_by[person[reached]]]
    return factor


def eligible(people: People, day: int) -> np.ndarray:
    """Tell customers who had joined before that day."""
    return (np.arange(len(people)) < people.customers) & (people.first_day < day)


def _still_customers(rng: np.random.Generator, people: People, visits: Visits) -> np.ndarray:
    """Tell visits up to the purchase after which the customer leaves for good."""
    leaves = visits.wish & (rng.random(len(visits)) < people.dropout[visits.person])
    running = np.cumsum(leaves)
    starts = np.flatnonzero(np.diff(visits.person, prepend=-1))
    before = np.repeat((running - leaves)[starts], np.diff(np.append(starts, len(visits))))
    return (running - leaves) == before


def _presale(
    rng: np.random.Generator, people: People, catalogue: Catalogue, visits: Visits
) -> Visits:
    """Turn part of the burst's purchases of presale products into deposits made beforehand."""
    products = [catalogue.number(p) for p in PRESALE.products]
    n, start, paid_at, deposit = (
        len(visits),
        visits.start.copy(),
        visits.paid_at.copy(),
        visits.deposit.copy(),
    )
    for campaign in (c for c in CAMPAIGNS if c.presale):
        burst = calendar.phase_days(campaign)[1]
        low, high = (
            calendar.day_number(f"{campaign.days[0][:4]}-{d}")
            for d in (PRESALE.deposit_from, PRESALE.deposit_to)
        )
        rows = (
            visits.wish & (visits.day == burst) & ~visits.first & np.isin(visits.product, products)
        )
        rows &= (rng.random(n) < PRESALE.share_of_burst) & (people.first_day[visits.person] < low)
        days = rng.integers(low, high + 1, n)
        start = np.where(rows, days * 86_400 + visits.start % 86_400, start)
        paid_at = np.where(rows, _balance_time(rng, n, burst), paid_at)
        paid_at[rows & (rng.random(n) < PRESALE.unpaid_share)] = -1
        deposit |= rows
    return replace(visits, start=start, paid_at=paid_at, deposit=deposit)


def _balance_time(rng: np.random.Generator, n: int, burst: int) -> np.ndarray:
    """Seconds at which balances are paid: most in the first two hours, the rest over two days."""
    early = burst * 86_400 + np.minimum(rng.exponential(2_000, n), 7_199).astype(np.int64)
    late = burst * 86_400 + 7_200 + (rng.beta(1.2, 2.0, n) * (2 * 86_400 - 7_300)).astype(np.int64)
    second = np.where(rng.random(n) < PRESALE.paid_in_first_two_hours, early, late)
    return np.where(calendar.in_outage(second), second + 4 * 3_600, second)


def _pay_later(rng: np.random.Generator, visits: Visits) -> Visits:
    """Let some pay hours after they ordered, in a visit of its own; none after the data end."""
    late = (visits.paid_at >= 0) & ~visits.deposit & (rng.random(len(visits)) < BUYING.late_pay)
    paid_at = visits.paid_at + np.where(late, rng.integers(3_600, 20 * 3_600, len(visits)), 0)
    paid_at = np.where(late & calendar.in_outage(paid_at), paid_at + 8 * 3_600, paid_at)
    return replace(visits, paid_at=np.where(paid_at >= calendar.END_SECOND, -1, paid_at))
