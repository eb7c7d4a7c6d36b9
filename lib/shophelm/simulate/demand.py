"""What visits each product should expect on each day by channel, and how they should convert.

These are expectations; `sessions` draws from them. A world can be made without one campaign, so
that what the campaign added is known and not estimated.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shophelm.simulate import calendar
from shophelm.simulate.campaigns import CAMPAIGNS, Phase
from shophelm.simulate.catalogue import Catalogue
from shophelm.simulate.planted.changes import (
    CART_CAUSES,
    PRICE_CAUSE_ELASTICITY,
    PRODUCT_CHANGES,
    ProductChange,
)
from shophelm.simulate.planted.shop import CATEGORIES, CHANNELS
from shophelm.simulate.planted.team import MERCHANTS
from shophelm.simulate.spending import Spending

_USUAL_PRICE = 0.90
_CART_PART = 0.35
_UNCHANGED = Phase()


@dataclass(frozen=True, slots=True)
class World:
    """Expectations by product (K), day (T) and channel (C).

    Attributes
    ----------
    visits
        K × T × C, in units in which a category's usual day is 1 before its share.
    cart, pay
        K × T: chance that a returning visitor carts, and that a cart is paid.
    price
        K × T: price of one unit, cents.
    eager
        K × T: how the price moves demand, 1 at the usual price (relative price ** elasticity).
    joining
        T: how much likelier than usual a newcomer is to arrive on that day.
    """

    visits: np.ndarray
    cart: np.ndarray
    pay: np.ndarray
    price: np.ndarray
    eager: np.ndarray
    joining: np.ndarray


def make(catalogue: Catalogue, spending: Spending, *, without: str = "") -> World:
    """Make the world as planted, or as it would have been `without` one campaign."""
    day_factors = calendar.visits_by_day()
    seasons = np.array([calendar.season_by_day(c.peak_month, c.season_swing) for c in CATEGORIES])
    category = catalogue.category
    visits = catalogue.popularity * seasons[category] * day_factors
    cart = np.tile(np.array([c.cart for c in CATEGORIES])[category, None], (1, calendar.DAYS))
    pay = np.tile(np.array([c.pay for c in CATEGORIES])[category, None], (1, calendar.DAYS))
    price = catalogue.price(without)
    eager = _react_to_price(catalogue, price, cart, pay)
    _campaigns(catalogue, visits, cart, pay, without)
    _skills(catalogue, cart)
    by_channel = visits[:, :, None] * spending.weight.T[None, :, :]
    for change in PRODUCT_CHANGES:
        _change(catalogue, change, by_channel, cart, pay)
    return World(by_channel, cart, pay, price, eager, _joining(without))


def _react_to_price(
    catalogue: Catalogue, price: np.ndarray, cart: np.ndarray, pay: np.ndarray
) -> np.ndarray:
    """Own-price elasticity, part of it on carting and the rest on paying."""
    relative = price / (catalogue.list_cents[:, None] * _USUAL_PRICE)
    elasticity = np.array([c.elasticity for c in CATEGORIES])[catalogue.category][:, None]
    cart *= relative ** (_CART_PART * elasticity)
    pay *= relative ** ((1 - _CART_PART) * elasticity)
    eager = relative**elasticity
    k = catalogue.number(CART_CAUSES["price"].product_id)
    category = CATEGORIES[catalogue.category[k]]
    eager[k] = (price[k] / price[k, 0]) ** PRICE_CAUSE_ELASTICITY
    cart[k], pay[k] = category.cart, category.pay * eager[k]
    return eager


def _campaigns(
    catalogue: Catalogue, visits: np.ndarray, cart: np.ndarray, pay: np.ndarray, without: str
) -> None:
    names = np.array([c.name for c in CATEGORIES])[catalogue.category]
    for campaign in CAMPAIGNS:
        if campaign.campaign_id == without:
            continue
        for group, warm, burst, after in (
            (campaign.promoted, campaign.warm, campaign.burst, campaign.after),
            (campaign.halo, _UNCHANGED, campaign.halo_burst, _UNCHANGED),
            (campaign.cannibalised, campaign.cannibal_warm, campaign.cannibal_burst, _UNCHANGED),
        ):
            rows = np.isin(names, group)
            factors = calendar.phase_factors(campaign, warm, burst, after)
            visits[rows] *= factors["visits"]
            cart[rows] *= factors["cart"]
            pay[rows] *= factors["pay"]


def _skills(catalogue: Catalogue, cart: np.ndarray) -> None:
    for n, person in enumerate(MERCHANTS):
        joined = max(calendar.day_number(person.joined_on), 0)
        cart[catalogue.owner == n, joined:] *= person.skill


def _change(
    catalogue: Catalogue,
    change: ProductChange,
    by_channel: np.ndarray,
    cart: np.ndarray,
    pay: np.ndarray,
) -> None:
    k = catalogue.number(change.product_id)
    days = slice(
        calendar.day_number(change.since), min(calendar.day_number(change.until), calendar.DAYS)
    )
    channels = [CHANNELS.index(change.channel)] if change.channel else list(range(len(CHANNELS)))
    for channel in channels:
        by_channel[k, days, channel] *= change.visits
    cart[k, days] *= change.cart
    pay[k, days] *= change.pay


def _joining(without: str) -> np.ndarray:
    weight = calendar.growth_by_day()
    for campaign in CAMPAIGNS:
        if campaign.campaign_id != without:
            _, burst, after, _ = calendar.phase_days(campaign)
            weight[max(burst, 0) : max(after, 0)] *= campaign.new_customers
    return weight


@dataclass(frozen=True, slots=True)
class Cells:
    """Something to draw (day, cell) from: a running sum of weights, day after day.

    `reach[d]` is the running sum before day d; within a day there are `width` cells.
    """

    running: np.ndarray
    reach: np.ndarray
    width: int

    def mass(self, first_day: np.ndarray) -> np.ndarray:
        """Weight from each given day to the end."""
        return self.reach[-1] - self.reach[first_day]

    def draw(
        self, rng: np.random.Generator, low: np.ndarray, high: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Day and cell for uniform draws between two points of the running sum."""
        point = low + rng.random(len(low)) * (high - low)
        at = np.minimum(np.searchsorted(self.running, point, side="right"), len(self.running) - 1)
        return at // self.width, at % self.width


def cells(weights: np.ndarray) -> Cells:
    """Cells from weights of shape days × cells."""
    running = np.cumsum(weights.ravel())
    ends = running.reshape(weights.shape)[:, -1]
    return Cells(running, np.concatenate([[0.0], ends]), weights.shape[1])


@dataclass(frozen=True, slots=True)
class Draws:
    """What is drawn from: each category's own visits, newcomers', and additions of a day."""

    categories: tuple[Cells, ...]
    products: tuple[np.ndarray, ...]
    newcomers: Cells
    of_day: Cells
    eager: np.ndarray


def draws(world: World, catalogue: Catalogue) -> Draws:
    """Add up what visits are drawn from of visits: built once, used by every block."""
    share = np.array([c.share for c in CATEGORIES])[catalogue.category]
    products = tuple(np.flatnonzero(catalogue.category == c) for c in range(len(CATEGORIES)))
    by_day = world.visits.transpose(1, 0, 2)
    own = tuple(cells(by_day[:, rows].reshape(calendar.DAYS, -1)) for rows in products)
    weighted = by_day * share[None, :, None]
    newcomers = cells((weighted * world.joining[:, None, None]).reshape(calendar.DAYS, -1))
    return Draws(own, products, newcomers, cells(weighted.sum(axis=2) * world.eager.T), world.eager)
