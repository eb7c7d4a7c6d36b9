"""What each product sold week by week, beside what it was to be compared with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from shophelm.methods.bulk import tame_bulk
from shophelm.shop.product_days import product_days
from shophelm.shop.tables import Tables
from shophelm.shop.titles import products_of

_OPEN_DAYS = 4


@dataclass(frozen=True, slots=True)
class ProductWeeks:
    """Products × weeks of seven days, the last of which ends on as_of.

    Attributes
    ----------
    products
        Those on sale on the last day.
    category
        Of each; null where not known.
    units
        Paid for; a single order far beyond all others is capped (`methods.bulk`).
    yardstick
        Units of all the other products of its category, on the days the product could be bought.
    peers
        Number of the category a product is compared with; -1 for the whole shop.
    open_days
        Days of the week on which it could be bought.
    on_sale_days
        Days since it was first on sale.
    """

    products: pd.Index
    category: np.ndarray
    units: np.ndarray
    yardstick: np.ndarray
    peers: np.ndarray
    open_days: np.ndarray
    on_sale_days: np.ndarray

    @property
    def open(self) -> np.ndarray:
        """Whether it could be bought on at least four of the week's days."""
        return self.open_days >= _OPEN_DAYS

    @property
    def late(self) -> np.ndarray:
        """Whether a week is one of the later half."""
        weeks = self.units.shape[1]
        return np.arange(weeks) >= weeks // 2


def product_weeks(shop: Tables, *, weeks: int, yardstick: str) -> ProductWeeks:
    """Lay out the last weeks of every product on sale.

    Parameters
    ----------
    shop
        Needs order_lines.
    weeks
        How many; fewer where the shop is younger, and then an even number.
    yardstick
        `category` or `shop`: what a product is compared with. A product without a category, or
        whose category sold nothing else, is compared with the shop.
    """
    days = product_days(shop)
    weeks = min(weeks, days.period.days // 14 * 2)
    last = slice(days.period.days - 7 * weeks, None)
    units, can = tame_bulk(days.units)[:, last], days.can_be_bought[:, last]
    here = days.on_sale[:, -1] if days.period.days else np.zeros(len(days.products), bool)
    category = products_of(shop)["category"].reindex(days.products)
    numbers, _ = pd.factorize(category)
    if yardstick == "shop":
        numbers = np.full(len(numbers), -1)
    others, peers = _others(units, numbers)
    return ProductWeeks(
        products=days.products[here],
        category=category[here].to_numpy(dtype=object),
        units=_by_week(np.where(can, units, 0.0)[here], weeks),
        yardstick=_by_week(np.where(can, others, 0.0)[here], weeks),
        peers=peers[here],
        open_days=_by_week(can[here].astype(float), weeks),
        on_sale_days=days.on_sale[here].shape[1] - days.on_sale[here].argmax(axis=1),
    )


def _others(units: np.ndarray, category: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give, by product and day, what all its others sold, and the category they are of, or -1."""
    sums = np.zeros((category.max(initial=-1) + 2, units.shape[1]))
    np.add.at(sums, category, units)
    within = sums[category] - units
    alone = (category < 0) | (within.sum(axis=1) == 0)
    others = np.where(alone[:, None], units.sum(axis=0) - units, within)
    return others, np.where(alone, -1, category)


def _by_week(values: np.ndarray, weeks: int) -> np.ndarray:
    return values.reshape(len(values), weeks, 7).sum(axis=2)
