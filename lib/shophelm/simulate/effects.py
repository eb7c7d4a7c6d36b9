"""What the planted effects were worth, from the chances behind the shop, not from its orders.

Each visit has a chance of an order. With one effect taken away the chance, the number of such
visits and the basket's price are known too, so the difference is an expectation and not a guess.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shophelm.simulate import baskets, calendar, demand
from shophelm.simulate.campaigns import CAMPAIGNS, Campaign
from shophelm.simulate.catalogue import Catalogue
from shophelm.simulate.customers import People
from shophelm.simulate.planted.marketing import PRESALE
from shophelm.simulate.planted.shop import CATEGORIES
from shophelm.simulate.sessions import Visits, chances
from shophelm.simulate.spending import Spending

PHASES = ("warmup", "burst", "afterglow")
GROUPS = ("promoted", "halo", "cannibalised", "other")
MEASURES = ("visits", "orders", "paid", "margin")


@dataclass(frozen=True, slots=True)
class Without:
    """The world without one campaign, on that campaign's days only (products × days)."""

    campaign: Campaign
    first: int
    last: int
    phase: np.ndarray
    group: np.ndarray
    visits: np.ndarray
    cart: np.ndarray
    pay: np.ndarray
    price: np.ndarray
    joining: np.ndarray


def without(
    campaign: Campaign, world: demand.World, catalogue: Catalogue, spending: Spending
) -> Without:
    """Work out what to expect on the campaign's days, had there been no campaign."""
    other = demand.make(catalogue, spending, without=campaign.campaign_id)
    warm, burst, after, last = calendar.phase_days(campaign)
    first, last = max(warm, 0), min(last, calendar.DAYS - 1)
    days = slice(first, last + 1)
    number = np.arange(first, last + 1)
    names = np.array([c.name for c in CATEGORIES])[catalogue.category]
    group = np.select(
        [np.isin(names, g) for g in (campaign.promoted, campaign.halo, campaign.cannibalised)],
        [0, 1, 2],
        3,
    )
    here = np.maximum(world.visits.sum(axis=2)[:, days], 1e-12)
    return Without(
        campaign, first, last, (number >= burst).astype(int) + (number >= after), group,
        other.visits.sum(axis=2)[:, days] / here, other.cart[:, days], other.pay[:, days],
        other.price, other.joining[days] / world.joining[days],
    )  # fmt: skip


def campaign_worth(
    other: Without, people: People, visits: Visits, lines: baskets.Lines, *, world: demand.World,
    catalogue: Catalogue, filled: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """Measures × phases × groups × (with, without): expected visits, orders, cents paid, margin.

    `filled` is the share of each product-day's wishes that stock could meet; it is held as it was.
    """
    during = (visits.day >= other.first) & (visits.day <= other.last)
    rows = np.flatnonzero(during & (visits.person < people.customers))
    some, basket = visits.take(rows), _subset(lines, rows)
    able = ~calendar.in_outage(some.start + some.browse + 45) * filled[some.product, some.day]
    presale = _presale_share(other, people, some, catalogue)
    with_it = _values(
        some.chance * able, np.ones(len(rows)), basket, catalogue, world.price, "", presale
    )
    chance, weight = _chance_without(other, some)
    had_not = _values(
        chance * able * weight, weight, basket, catalogue, other.price,
        other.campaign.campaign_id, np.zeros(len(rows)),
    )  # fmt: skip
    cell = other.phase[some.day - other.first] * len(GROUPS) + other.group[some.product]
    size = len(PHASES) * len(GROUPS)
    sums = [[np.bincount(cell, value, size) for value in side] for side in (with_it, had_not)]
    return np.array(sums).transpose(1, 2, 0).reshape(len(MEASURES), len(PHASES), len(GROUPS), 2)


def _chance_without(other: Without, some: Visits) -> tuple[np.ndarray, np.ndarray]:
    """Chance of an order, and how many such visits there would have been for each there was."""
    day = some.day - other.first
    cart, pay = chances(
        other.cart[some.product, day] * some.test_factor,
        other.pay[some.product, day] * some.coupon_factor,
        some.first,
    )
    joining = np.where(some.first, other.joining[day], 1.0)
    return cart * pay, other.visits[some.product, day] * joining


def _subset(lines: baskets.Lines, rows: np.ndarray) -> baskets.Lines:
    """Baskets of some visits, renumbered from 0."""
    low, high = np.searchsorted(lines.visit, rows), np.searchsorted(lines.visit, rows, side="right")
    count = high - low
    take = np.repeat(low - np.cumsum(count) + count, count) + np.arange(count.sum())
    part = lines.take(take)
    return baskets.Lines(
        np.repeat(np.arange(len(rows)), count), part.product, part.quantity, part.day
    )


def _presale_share(
    other: Without, people: People, some: Visits, catalogue: Catalogue
) -> np.ndarray:
    """Chance that a wish of the burst was made as a deposit beforehand."""
    if not other.campaign.presale:
        return np.zeros(len(some))
    year = other.campaign.days[0][:4]
    since = calendar.day_number(f"{year}-{PRESALE.deposit_from}")
    products = [catalogue.number(p) for p in PRESALE.products]
    able = (
        (some.day == calendar.phase_days(other.campaign)[1])
        & ~some.first
        & np.isin(some.product, products)
    )
    return np.where(able & (people.first_day[some.person] < since), PRESALE.share_of_burst, 0.0)


def _values(
    chance: np.ndarray,
    visits: np.ndarray,
    basket: baskets.Lines,
    catalogue: Catalogue,
    price: np.ndarray,
    campaign_id: str,
    presale: np.ndarray,
) -> tuple[np.ndarray, ...]:
    """Work out expected visits, orders, cents paid and margin of each visit."""
    money = baskets.money(
        basket, len(chance), catalogue=catalogue, price=price, without=campaign_id
    )
    cost = np.bincount(
        basket.visit, catalogue.cost_cents[basket.product] * basket.quantity, len(chance)
    )
    goods = money.subtotal - money.threshold_off
    kept = 1 - presale * PRESALE.unpaid_share
    extra_off = (
        presale
        * (1 - PRESALE.unpaid_share)
        * PRESALE.deposit_share
        * (PRESALE.deposit_worth - 1)
        * goods
    )
    paid = kept * (goods + money.shipping) - extra_off
    return visits, chance * kept, chance * paid, chance * (paid - kept * (money.shipping + cost))


def all_without(world: demand.World, catalogue: Catalogue, spending: Spending) -> list[Without]:
    """One world without each campaign."""
    return [without(c, world, catalogue, spending) for c in CAMPAIGNS]
