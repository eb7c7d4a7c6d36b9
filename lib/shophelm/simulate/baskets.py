"""What a visit would put in the order: quantities, additions, and what they would cost."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from shophelm.simulate import calendar
from shophelm.simulate.campaigns import CAMPAIGNS
from shophelm.simulate.catalogue import Catalogue
from shophelm.simulate.customers import People
from shophelm.simulate.demand import Draws
from shophelm.simulate.ids import stream
from shophelm.simulate.planted.buyers import BUNDLES, BUYING
from shophelm.simulate.planted.shop import CATEGORIES
from shophelm.simulate.sessions import Visits

_MOST_UNITS, _MOST_ADDED = 6, 3
FREE_SHIPPING_CENTS, SHIPPING_CENTS = 9_900, 800


@dataclass(frozen=True, slots=True)
class Lines:
    """One row per product in a basket, sorted by visit; the visit's own product comes first."""

    visit: np.ndarray
    product: np.ndarray
    quantity: np.ndarray
    day: np.ndarray

    def __len__(self) -> int:
        return len(self.visit)

    def take(self, rows: np.ndarray) -> Lines:
        """Keep some rows."""
        return Lines(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})


def make(visits: Visits, people: People, *, draws: Draws, catalogue: Catalogue, seed: int) -> Lines:
    """Fill the basket of every visit, bought or not: what is known of a wish is known of all."""
    rng = stream(seed, "baskets", int(people.number[0]))
    n, spend = len(visits), people.spend[visits.person]
    added = np.minimum(rng.poisson(BUYING.add_ons * spend), _MOST_ADDED)
    visit = np.concatenate([np.arange(n), np.repeat(np.arange(n), added)])
    product = np.concatenate([visits.product, _additions(rng, visits, visit[n:], draws, catalogue)])
    extra = np.array([c.extra_units for c in CATEGORIES])[catalogue.category[product]]
    quantity = np.minimum(1 + rng.poisson(extra * spend[visit]), _MOST_UNITS)
    order = np.lexsort((product, np.arange(len(visit)) >= n, visit))
    lines = Lines(visit[order], product[order], quantity[order], visits.day[visit[order]])
    return lines.take(_once_each(lines))


def _additions(
    rng: np.random.Generator, visits: Visits, visit: np.ndarray, draws: Draws, catalogue: Catalogue
) -> np.ndarray:
    """Choose additions: the planted companion for part of them, else what is popular."""
    reach = draws.of_day.reach
    day = visits.day[visit]
    _, popular = draws.of_day.draw(rng, reach[day], reach[day + 1])
    companion = np.full(len(catalogue), -1)
    for one, other in BUNDLES.items():
        companion[catalogue.number(one)] = catalogue.number(other)
    paired = companion[visits.product[visit]]
    on_sale = catalogue.popularity[paired, day] > 0
    use = (
        (paired >= 0)
        & on_sale
        & (rng.random(len(visit)) < BUYING.bundle * draws.eager[paired, day])
    )
    return np.where(use, paired, popular)


def _once_each(lines: Lines) -> np.ndarray:
    """Tell first mentions (true) from a product already in the same basket."""
    order = np.lexsort((np.arange(len(lines)), lines.product, lines.visit))
    visit, product = lines.visit[order], lines.product[order]
    again = (np.diff(visit, prepend=-1) == 0) & (np.diff(product, prepend=-1) == 0)
    keep = np.ones(len(lines), bool)
    keep[order[again]] = False
    return keep


@dataclass(frozen=True, slots=True)
class Money:
    """Amounts in cents: `subtotal` and `threshold_off` by basket, `list`, `unit` by line."""

    list_price: np.ndarray
    unit_price: np.ndarray
    goods: np.ndarray
    subtotal: np.ndarray
    threshold_off: np.ndarray
    shipping: np.ndarray


def money(
    lines: Lines, baskets: int, *, catalogue: Catalogue, price: np.ndarray, without: str = ""
) -> Money:
    """Price baskets 0 … `baskets` − 1 at the day's prices, threshold discounts taken off."""
    list_price, unit_price = catalogue.list_cents[lines.product], price[lines.product, lines.day]
    goods = _sum(lines.visit, list_price * lines.quantity, baskets)
    subtotal = _sum(lines.visit, unit_price * lines.quantity, baskets)
    day = np.zeros(baskets, dtype=np.int64)
    day[lines.visit] = lines.day
    off = threshold_discount(day, subtotal, without=without)
    shipping = np.where((subtotal - off < FREE_SHIPPING_CENTS) & (subtotal > 0), SHIPPING_CENTS, 0)
    return Money(list_price, unit_price, goods, subtotal, off, shipping)


def threshold_discount(day: np.ndarray, subtotal: np.ndarray, *, without: str = "") -> np.ndarray:
    """Cents off for every full threshold (满减), in bursts of campaigns that have one."""
    every, off = np.ones(len(CAMPAIGNS) + 1, np.int64), np.zeros(len(CAMPAIGNS) + 1, np.int64)
    for n, campaign in enumerate(CAMPAIGNS):
        if campaign.threshold_yuan and campaign.campaign_id != without:
            every[n], off[n] = campaign.threshold_yuan * 100, campaign.threshold_off_yuan * 100
    number = calendar.burst_days()[day]
    return np.minimum(subtotal // every[number], 3) * off[number]


def _sum(group: np.ndarray, values: np.ndarray, groups: int) -> np.ndarray:
    """Exact integer sums by group; groups are sorted."""
    total = np.zeros(groups, dtype=np.int64)
    np.add.at(total, group, values)
    return total


def allocated(amount: np.ndarray, lines_of: np.ndarray, share_of: np.ndarray) -> np.ndarray:
    """Divide each basket's `amount` over its lines by `share_of`, to the cent (largest remainder).

    Lines are sorted by basket; `lines_of` is the basket of each line.
    """
    total = _sum(lines_of, share_of, len(amount))
    numerator = amount[lines_of] * share_of
    divisor = np.maximum(total[lines_of], 1)
    part, rest = numerator // divisor, numerator % divisor
    missing = amount - _sum(lines_of, part, len(amount))
    order = np.lexsort((-rest, lines_of))
    starts = np.searchsorted(lines_of, lines_of)
    rank = np.empty(len(part), dtype=np.int64)
    rank[order] = np.arange(len(part)) - starts[order]
    return part + (rank < missing[lines_of])
