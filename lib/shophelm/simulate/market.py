"""The market around the shop: rivals' daily prices, and the words people search with."""

from __future__ import annotations

import numpy as np

from shophelm.simulate import calendar, words
from shophelm.simulate.catalogue import Catalogue
from shophelm.simulate.ids import stream
from shophelm.simulate.pictures import own_pictures, rival_picture
from shophelm.simulate.planted.changes import RIVAL_PRICE_CUTS, TITLE_CHANGE
from shophelm.simulate.planted.marketing import PAID_WORDS
from shophelm.simulate.planted.shop import CATEGORIES
from shophelm.simulate.traffic import Traffic

_MATCHED, _UNMATCHED = 4, 2
"""Rival products to a category: look-alikes of our first ones, and others."""
_TRACKED_PRODUCTS, _TRACKED_SLOTS = 5, (0, 2)
_CLICK_RATE, _CLICK_COST_CENTS = 0.06, 140


def rival_rows(catalogue: Catalogue, *, seed: int) -> dict:
    """Make the `rivals` table: each rival product's price, sales, rating and reviews, daily."""
    rng, shown = stream(seed, "rivals"), stream(seed, "rivals' pictures")
    ours_shown = own_pictures(catalogue, seed=seed)
    parts = []
    for c, category in enumerate(CATEGORIES):
        ours = np.flatnonzero(catalogue.category == c)[: _MATCHED + _UNMATCHED]
        for n, k in enumerate(ours):
            part = _rival(rng, catalogue, category.name, c, n, int(k))
            picture = rival_picture(shown, ours_shown[k] if n < _MATCHED else None)
            parts.append(part | {"image_hash": np.full(calendar.DAYS, picture, dtype=object)})
    return {name: np.concatenate([p[name] for p in parts]) for name in parts[0]}


def _rival(
    rng: np.random.Generator, catalogue: Catalogue, category: str, c: int, n: int, k: int
) -> dict:
    """One rival product, day by day; `k` is the product of ours it is like."""
    days = calendar.DAYS
    price, sales = _rival_price_and_sales(rng, catalogue, k)
    trait = words.TRAITS[category][n % len(words.TRAITS[category])]
    constant = {
        "rival_id": f"R{CATEGORIES[c].code}{n + 1:02d}",
        "rival_shop": words.RIVAL_SHOPS[c],
        "title": f"{words.RIVAL_SHOPS[c][:2]} {trait}{catalogue.keywords[k][0]}",
        "category": category,
        "matched_product_id": catalogue.ids[k] if n < _MATCHED else None,
    }
    return {name: np.full(days, value, dtype=object) for name, value in constant.items()} | {
        "day": calendar.DATES,
        "price": (np.round(price / 100) * 100).astype(np.int64),
        "monthly_sales": (np.round(sales / 50) * 50).astype(np.int64),
        "rating": np.full(days, round(float(rng.uniform(4.5, 4.9)), 1)),
        "reviews": (500 + np.arange(days) // 7 * int(rng.integers(10, 60))).astype(np.int64),
        "sales_index": np.round(sales / sales[0] * 100),
    }


def _rival_price_and_sales(
    rng: np.random.Generator, catalogue: Catalogue, k: int
) -> tuple[np.ndarray, np.ndarray]:
    """Prices move in steps of their own; a planted cut lasts and raises the rival's sales."""
    days, ours = calendar.DAYS, catalogue.list_cents[k]
    steps = rng.choice([1.0, 0.97, 0.94, 0.9], days // 21 + 1, p=[0.5, 0.2, 0.2, 0.1])
    price = ours * rng.uniform(0.88, 1.02) * np.repeat(steps, 21)[:days]
    price = price * np.where(calendar.burst_days() >= 0, 0.92, 1.0)
    sales = rng.uniform(200, 3_000) * np.exp(rng.normal(0, 0.06, days).cumsum() * 0.1)
    if catalogue.ids[k] in RIVAL_PRICE_CUTS:
        since, factor = RIVAL_PRICE_CUTS[catalogue.ids[k]]
        cut = np.arange(days) >= calendar.day_number(since)
        price = ours * 0.9 * np.where(cut, factor, 1.0)
        sales = np.where(cut, sales * 1.8, sales)
    return price, sales


def keyword_rows(traffic: Traffic, *, seed: int) -> dict:
    """Make the `keywords` table: clicks as the log saw them; impressions by rank and click rate."""
    rng = stream(seed, "keywords")
    catalogue = traffic.catalogue
    day, slot = _tracked(catalogue)
    clicks, buyers, paid = traffic.searches[:, day, slot]
    position = _position(rng, catalogue, slot, day)
    level = (traffic.searches[0][:, slot].mean(axis=0) + 0.2) * (1 + 0.15 * (5 - position))
    bought = np.isin(slot // 3, [catalogue.number(p) for p in PAID_WORDS]) & (slot % 3 == 2)
    cost = np.ma.masked_array(rng.poisson(0.35 * (clicks + 0.5)) * _CLICK_COST_CENTS, ~bought)
    own = np.array([word for product in catalogue.keywords for word in product], dtype=object)
    return {
        "day": calendar.dates(day),
        "keyword": own[slot],
        "product_id": np.array(catalogue.ids, dtype=object)[slot // 3],
        "impressions": clicks + rng.poisson(level / _CLICK_RATE),
        "clicks": clicks,
        "visitors": clicks,
        "buyers": np.minimum(buyers, clicks),
        "paid_amount": paid,
        "position": np.round(position, 1),
        "cost": cost,
    }


def _tracked(catalogue: Catalogue) -> tuple[np.ndarray, np.ndarray]:
    """Days and keyword slots that are followed: two words of each category's first products."""
    products = np.flatnonzero(catalogue.position <= _TRACKED_PRODUCTS)
    slots = (products[:, None] * 3 + np.array(_TRACKED_SLOTS)).ravel()
    day, slot = np.repeat(np.arange(calendar.DAYS), len(slots)), np.tile(slots, calendar.DAYS)
    on_sale = catalogue.popularity[slot // 3, day] > 0
    return day[on_sale], slot[on_sale]


def _position(
    rng: np.random.Generator, catalogue: Catalogue, slot: np.ndarray, day: np.ndarray
) -> np.ndarray:
    """Mean rank: brand words first, others by popularity; better after the title was rewritten."""
    rank = 1 + 4 * (1 - catalogue.popularity[slot // 3, day] / catalogue.popularity.max())
    changed = slot // 3 == catalogue.number(TITLE_CHANGE.product_id)
    rank = np.where(changed & (day >= calendar.day_number(TITLE_CHANGE.since)), rank * 0.6, rank)
    rank = np.where(slot % 3 == 2, 1.0, rank)
    return np.maximum(rank + np.abs(rng.normal(0, 0.2, len(slot))), 1)
