"""One product's ways out: what each would do, or why that is not known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shophelm.methods.markdown import WEEKS, Goods, Way, cut_price, price_paths, send_back
from shophelm.supply_chain.clearance_facts import Hero
from shophelm.supply_chain.clearance_kinds import (
    BUNDLE,
    LUCKY_BAG,
    MARKDOWN,
    MEMBER_PRICE,
    RETURN,
)
from shophelm.words import count, plural, rate

LADDER = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5)
HOLDING_RATE = 0.12
ALL_MEMBERS = 0.95
"""A price for so large a share of the buyers is a price for all."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What the shop may do, and at what terms.

    Attributes
    ----------
    ladder
        Prices that may be asked, as shares of today's.
    holding_rate
        Yearly cost of the money that stock ties up, as a share.
    return_price_share
        What the supplier pays for a unit sent back, as a share of its cost; 0: not agreed.
    lucky_bag_price_share, lucky_bag_units
        Price of a unit in a lucky bag (福袋), as a share of today's, and the most units that bags
        may hold.
    """

    ladder: Sequence[float] = LADDER
    holding_rate: float = HOLDING_RATE
    return_price_share: float = 0.0
    lucky_bag_price_share: float = 0.4
    lucky_bag_units: int = 50


@dataclass(frozen=True, slots=True)
class Told:
    """A way as it is told: what it does (None: not known, or not open), its terms, and why not."""

    way: Way | None
    terms: str = ""
    why: str = ""


def ways_of(
    goods: Goods,
    offer: Offer,
    *,
    elasticity: np.ndarray | None,
    hero: Hero | None,
    member_share: float | None,
    unit_cost: float,
) -> dict[str, Told]:
    """Reckon every way to clear a product.

    Parameters
    ----------
    goods
        What is in time.
    offer
        What the shop may do.
    elasticity
        Equally likely elasticities; None where not known.
    hero
        The top seller it is bought with; None for none beyond chance.
    member_share
        Of its buyers, those whom a members' price reaches; None where not known.
    unit_cost
        What a unit has cost; null where not known.
    """
    if elasticity is None:
        told = {w: Told(None, why="its price elasticity is not known") for w in _PRICED}
    else:
        told = _by_price(goods, offer, elasticity, hero, member_share)
    return told | {
        LUCKY_BAG: _lucky_bag(goods, offer),
        RETURN: _send_back(goods, offer, unit_cost),
    }


_PRICED = (MARKDOWN, BUNDLE, MEMBER_PRICE)


def _by_price(
    goods: Goods,
    offer: Offer,
    elasticity: np.ndarray,
    hero: Hero | None,
    member_share: float | None,
) -> dict[str, Told]:
    paths = price_paths(offer.ladder)
    # the price of a bundle, or of members, stays as it is announced
    constant = np.repeat(np.array(sorted(offer.ladder, reverse=True))[:, None], WEEKS, axis=1)
    told = {
        MARKDOWN: _told(cut_price(goods, elasticity, paths), "{prices}"),
        BUNDLE: Told(None, why="no top seller is bought with it beyond chance"),
        MEMBER_PRICE: Told(None, why="who is a member is not known"),
    }
    if hero is not None:
        way = cut_price(goods, elasticity, constant, share=hero.share)
        told[BUNDLE] = _told(
            way, f"{{prices}} beside {hero.title}, which {rate(hero.share, digits=0)} of its "
            "orders hold"
        )  # fmt: skip
    if member_share is not None and member_share >= ALL_MEMBERS:
        told[MEMBER_PRICE] = Told(None, why="nearly all its buyers have a tier: it is a markdown")
    elif member_share is not None:
        way = cut_price(goods, elasticity, constant, share=member_share)
        told[MEMBER_PRICE] = _told(way, "{prices} for members")
    return told


def _told(way: Way, terms: str) -> Told:
    if way.prices == (1.0,) * WEEKS:
        return Told(way, terms="today's price", why="no lower price gains anything")
    return Told(way, terms=terms.format(prices=_spoken(way.prices)))


def _spoken(prices: tuple[float, ...]) -> str:
    off = [rate(1 - p, digits=0) for p in prices]
    if len(set(prices)) == 1:
        return f"{off[0]} off for {WEEKS} weeks"
    return f"{', '.join(map(str, off))} off, week by week"


def _lucky_bag(goods: Goods, offer: Offer) -> Told:
    most = min(goods.units, offer.lucky_bag_units)
    terms = (
        f"at most {plural(int(most), 'unit')} at {rate(offer.lucky_bag_price_share, digits=0)} of "
        "the price"
    )
    return Told(None, terms, "no past lucky bag tells how many would be bought")


def _send_back(goods: Goods, offer: Offer, unit_cost: float) -> Told:
    if offer.return_price_share <= 0:
        return Told(None, why="no return is agreed with the supplier")
    if np.isnan(unit_cost):
        return Told(None, why="what it has cost is not known")
    way = send_back(goods, offer.return_price_share * unit_cost)
    share = rate(offer.return_price_share, digits=0)
    if way.gain <= 0:
        return Told(way, terms="none", why="selling them brings more")
    return Told(way, terms=f"{count(way.returned)} units at {share} of their cost")
