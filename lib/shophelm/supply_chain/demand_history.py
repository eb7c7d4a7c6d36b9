"""What forecasts start from: each product's known demand, and what else is known of its days."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from shophelm.methods.boosted import Setting
from shophelm.shop.calendar import Period
from shophelm.shop.product_days import ProductDays, product_days
from shophelm.shop.promotion_days import promotion_days
from shophelm.shop.tables import Tables, once_per_shop
from shophelm.shop.titles import products_of
from shophelm.supply_chain.hidden_demand import demanded
from shophelm.supply_chain.rival_sales import rival_sales

MOST_AHEAD = 182
"""Days after as_of whose calendar is laid out."""
_USUAL_DAYS = 91


@dataclass(frozen=True, slots=True)
class History:
    """Products × days of demand, and the setting of these days and of those ahead.

    Attributes
    ----------
    products, period
        As `product_days` gives them.
    demand
        Units wanted; NaN where that is not known or the product was not on sale.
    wanted
        The same, with what empty shelves hid by all that is known at the end: what is forecast
        from, and what no forecast from an earlier day may look at.
    sold
        Units sold.
    on_sale
        Products that are on sale on the last day.
    categories
        Names of the groups; "all products" where the shop lists no categories.
    setting
        What else is known of products and days (see `methods.boosted`).
    phases
        Of each day, ahead included, the campaign's kind and phase; "" for an ordinary day.
    """

    products: pd.Index
    period: Period
    demand: np.ndarray
    wanted: np.ndarray
    sold: np.ndarray
    on_sale: np.ndarray
    categories: list[str]
    setting: Setting
    phases: list[str]


@once_per_shop
def history(shop: Tables) -> History:
    """Lay out known demand and its setting; needs orders and order_lines."""
    days = product_days(shop)
    launched = _launched(shop, days)
    demand = _without_first_sale(known_demand(days), days, launched)
    category = _categories(shop, days.products)
    codes, names = pd.factorize(category, sort=True)
    every = days.period.every_day
    every += [shop.as_of + timedelta(days=i + 1) for i in range(MOST_AHEAD)]
    phases, from_burst = map(list, zip(*promotion_days(shop, every), strict=True))
    kinds = {name: i for i, name in enumerate(["", *sorted(set(phases) - {""})])}
    rivals = rival_sales(shop, days.products, category, days.period)
    setting = Setting(
        group=codes.astype(np.int64),
        kind=np.array([kinds[p] for p in phases]),
        from_burst=np.array(from_burst, dtype=float),
        year_share=np.array([(d.timetuple().tm_yday - 1) / 366 for d in every]),
        age=_ages(days, launched),
        price=_relative_price(days.price),
        moved={} if rivals is None else {"rivals": rivals},
    )
    return History(
        products=days.products,
        period=days.period,
        demand=demand,
        wanted=_without_first_sale(demanded(shop).demand, days, launched),
        sold=days.units,
        on_sale=days.on_sale[:, -1],
        categories=list(names),
        setting=setting,
        phases=phases,
    )


def alone(demand: np.ndarray) -> History:
    """Take series of which nothing but demand is known as a history; the last day is as_of."""
    many, days = demand.shape
    every = days + MOST_AHEAD
    setting = Setting(
        group=np.zeros(many, dtype=np.int64),
        kind=np.zeros(every, dtype=np.int64),
        from_burst=np.zeros(every),
        year_share=np.arange(every) / 365.25 % 1,
        age=np.full(many, np.nan),
        price=np.full(demand.shape, np.nan),
    )
    first = date(2001, 1, 1)
    return History(
        products=pd.Index([f"{i:06d}" for i in range(many)]),
        period=Period(first, first + timedelta(days=days - 1)),
        demand=demand,
        wanted=demand,
        sold=np.nan_to_num(demand),
        on_sale=np.ones(many, dtype=bool),
        categories=["all products"],
        setting=setting,
        phases=[""] * every,
    )


def some_of(past: History, *, most: int) -> History:
    """Keep at most so many products: of those sorted by units sold, every n-th."""
    step = -(-len(past.products) // most)
    if step <= 1:
        return past
    order = np.lexsort((np.arange(len(past.products)), -past.sold.sum(axis=1)))
    rows = np.sort(order[::step])
    kept, group = np.unique(past.setting.group[rows], return_inverse=True)
    setting = replace(
        past.setting,
        group=group,
        age=past.setting.age[rows],
        price=past.setting.price[rows],
        moved={name: moved[rows] for name, moved in past.setting.moved.items()},
    )
    return replace(
        past,
        products=past.products[rows],
        demand=past.demand[rows],
        wanted=past.wanted[rows],
        sold=past.sold[rows],
        on_sale=past.on_sale[rows],
        categories=[past.categories[i] for i in kept],
        setting=setting,
    )


def known_demand(days: ProductDays) -> np.ndarray:
    """Give the units sold; NaN where the product was not on sale or its shelf ended empty."""
    return np.where(days.on_sale & ~days.empty, days.units, np.nan)


def _categories(shop: Tables, products: pd.Index) -> pd.Series:
    if not shop.has("products"):
        return pd.Series("all products", index=products)
    return products_of(shop)["category"].reindex(products).fillna("not listed")


def _launched(shop: Tables, days: ProductDays) -> np.ndarray:
    """Give the day number of each product's launch as the shop lists it; NaN not listed."""
    if not shop.has("products.launched_on"):
        return np.full(len(days.products), np.nan)
    listed = shop.frame(shop["products"].select("product_id", "launched_on"))
    launched = listed.set_index("product_id")["launched_on"].reindex(days.products)
    return np.array([np.nan if pd.isna(d) else (d - days.period.first).days for d in launched])


def _without_first_sale(demand: np.ndarray, days: ProductDays, launched: np.ndarray) -> np.ndarray:
    """Forget the day that a product without a launch date began with.

    Its first sale is how it came to be known, and would make every newcomer a daily seller.
    """
    first = days.on_sale.argmax(axis=1)
    began = np.flatnonzero(np.isnan(launched) & (first > 0))
    kept = demand.copy()
    kept[began, first[began]] = np.nan
    return kept


def _ages(days: ProductDays, launched: np.ndarray) -> np.ndarray:
    """Give each product's age on the first day; NaN where it was there before the data begin."""
    first = np.where(days.on_sale.any(axis=1), days.on_sale.argmax(axis=1), 0)
    return np.where(np.isnan(launched), np.where(first > 0, -1.0 * first, np.nan), -launched)


def _relative_price(price: np.ndarray) -> np.ndarray:
    """Give the last known price over the median of the last quarter's."""
    known = pd.DataFrame(price.T).ffill()
    return (known / known.rolling(_USUAL_DAYS, min_periods=1).median()).to_numpy().T
