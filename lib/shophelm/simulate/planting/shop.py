"""What the shop is, as entries of `truth.json`."""

from __future__ import annotations

from shophelm.simulate import stock
from shophelm.simulate.catalogue import Catalogue
from shophelm.simulate.demand import World
from shophelm.simulate.planted.changes import CART_CAUSES, PRICE_CAUSE_ELASTICITY
from shophelm.simulate.planted.shop import (
    AS_OF,
    CATEGORIES,
    CHANNEL_SHARE,
    CHANNELS,
    COMPLAINT_RETURNS,
    COMPLAINTS,
    CURRENCY,
    FIRST_DAY,
    LATE_SUPPLIER,
    SUPPLIERS,
    WAY_TO,
)
from shophelm.simulate.planted.team import GAMER, GAMING_DAYS, GAMING_PRICE, GAMING_RETURNS


def size_and_shares(size: int, seed: int, rows: dict[str, int]) -> dict:
    """Say how large the shop is and how visits divide."""
    return {
        "first_day": FIRST_DAY, "as_of": AS_OF, "currency": CURRENCY, "customers": size,
        "seed": seed,
        "rows": rows, "categories": {c.name: c.share for c in CATEGORIES},
        "channels": dict(zip(CHANNELS, CHANNEL_SHARE, strict=True)),
        "spring_festival_lull": {"lowest_factor_on_visits": 0.5, "within_days_of_new_year": 10},
        "meaning": "shares are of visits, before season, spend and taste",
    }  # fmt: skip


def elasticity() -> dict:
    """Say how demand reacts to price."""
    return {
        "own_price_by_category": {c.name: c.elasticity for c in CATEGORIES},
        "exceptions": {CART_CAUSES["price"].product_id: PRICE_CAUSE_ELASTICITY},
        "month_end_price_cuts": {
            "person_id": GAMER, "factor": GAMING_PRICE, "last_days_of_month": GAMING_DAYS,
            "return_multiplier": GAMING_RETURNS,
        },
        "meaning": "orders of a product per visit move as unit_price ** elasticity; visits don't "
        "react to price; regular prices are drawn without regard to demand",
    }  # fmt: skip


def supply(catalogue: Catalogue, shelves: stock.Shelves, world: World) -> dict:
    """Say what was wanted and what stock gave, by product; who is late."""
    unmet, empty = shelves.unmet(), (shelves.on_hand == 0) & (catalogue.popularity > 0)
    products = {
        name: {
            "wanted_units": int(shelves.wanted[k].sum()), "sold_units": int(shelves.sold[k].sum()),
            "unmet_units": int(unmet[k].sum()), "days_empty": int(empty[k].sum()),
            "unmet_yuan": round(float((unmet[k] * world.price[k]).sum()) / 100, 2),
        }
        for k, name in enumerate(catalogue.ids)
    }  # fmt: skip
    return {
        "late_supplier": LATE_SUPPLIER,
        "suppliers": {
            s.supplier_id: {"promised_days": s.lead_days, "mean_days_late": s.late_days,
            "sd_days": s.late_sd}
            for s in SUPPLIERS
        },
        "unmet_units": int(unmet.sum()),
        "unmet_yuan": round(float((unmet * world.price).sum()) / 100, 2),
        "rationed_product": CART_CAUSES["stock"].product_id,
        "products": products,
        "fruit_on_the_way": {
            province: {"transit_days": way.days, "return_multiplier": way.spoils}
            for province, way in WAY_TO.items()
        },
        "meaning": "wanted counts units buyers went to pay for, sold what stock gave; the "
        "difference is hidden demand",
    }  # fmt: skip


def reviews() -> dict:
    """Say what reviews complain of."""
    topics = {
        product: {
            "topic": topic,
            "share_of_reviews": share,
            "since": since,
            "return_multiplier": COMPLAINT_RETURNS,
        }
        for product, (topic, share, since) in COMPLAINTS.items()
    }
    return {
        "complaints": topics,
        "meaning": "share of the product's reviews that carry the complaint, from that day on",
    }
