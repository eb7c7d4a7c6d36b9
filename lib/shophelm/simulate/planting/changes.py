"""What changed or broke, as entries of `truth.json`."""

from __future__ import annotations

from dataclasses import asdict

from shophelm.simulate.planted.changes import (
    CART_CAUSES,
    DRY_WEEK,
    MISSED_ORDERS,
    PRICE_CAUSE_ELASTICITY,
    PRICE_CAUSE_LEVEL,
    RIVAL_CUT,
    RIVAL_PRICE_CUTS,
    STOCK_CAUSE_SUPPLY,
    TITLE_CHANGE,
    Outage,
    ProductChange,
)
from shophelm.simulate.planted.marketing import PAID_WORDS


def search() -> dict:
    """Say which title change lifted search."""
    return {
        "product_id": TITLE_CHANGE.product_id, "title_changed_on": TITLE_CHANGE.since,
        "organic_search_visits_multiplier": TITLE_CHANGE.visits, "channel": TITLE_CHANGE.channel,
        "words_paid_for_though_first_anyway": PAID_WORDS, "meaning": TITLE_CHANGE.why,
    }  # fmt: skip


def rivals() -> dict:
    """Say whom a rival hurt."""
    return {
        "hurt_product": RIVAL_CUT.product_id, "since": RIVAL_CUT.since,
        "visits_multiplier": RIVAL_CUT.visits, "cart_multiplier": RIVAL_CUT.cart,
        "pay_multiplier": RIVAL_CUT.pay,
        "price_cuts": {p: {"since": since, "factor": factor} for p, (since,
        factor) in RIVAL_PRICE_CUTS.items()},
        "meaning": RIVAL_CUT.why,
    }  # fmt: skip


def carts() -> dict:
    """Say why carts are left, by cause."""
    causes = {
        cause: {
            "product_id": c.product_id,
            "since": c.since,
            "pay_multiplier": c.pay,
            "meaning": c.why,
        }
        for cause, c in CART_CAUSES.items()
    }
    causes["price"] |= {
        "own_price_elasticity_of_paying": PRICE_CAUSE_ELASTICITY,
        "price_raised_by_factor": PRICE_CAUSE_LEVEL,
    }
    causes["stock"] |= {"share_of_demand_supplied": STOCK_CAUSE_SUPPLY}
    return causes


def action(change: ProductChange) -> dict:
    """Say what an action did."""
    return {
        "product_id": change.product_id, "done_on": change.since, "cart_multiplier": change.cart,
        "worked": change.cart != 1.0, "meaning": change.why,
    }  # fmt: skip


def outage(planted: Outage) -> dict:
    """Say when the checkout was dead."""
    return asdict(planted) | {
        "meaning": "no payment between these hours (first inclusive, last exclusive)"
    }


def dry_week() -> dict:
    """Say which channel dried up."""
    return asdict(DRY_WEEK) | {
        "meaning": "visits by this channel are multiplied by `visits` on these days"
    }


def missed() -> dict:
    """Say what the event log misses."""
    return {
        "share_of_orders_missed": MISSED_ORDERS,
        "meaning": "checkout and payment of these orders are not in the log",
    }
