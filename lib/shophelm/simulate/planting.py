"""The planted values in words: `planted` as entries of `truth.json`, each with its meaning."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np

from shophelm.simulate import calendar, stock
from shophelm.simulate.campaigns import Campaign
from shophelm.simulate.catalogue import Catalogue
from shophelm.simulate.demand import World
from shophelm.simulate.market import CUTS, PAID_WORDS
from shophelm.simulate.plans import PLAN
from shophelm.simulate.planted import (
    AS_OF,
    BUNDLES,
    BUYING,
    CART_CAUSES,
    CATEGORIES,
    CHANNEL_OWNERS,
    CHANNEL_SHARE,
    CHANNELS,
    COMPLAINT_RETURNS,
    COMPLAINTS,
    COUPON_SEGMENTS,
    CREATORS,
    CURRENCY,
    DRY_WEEK,
    FIRST_DAY,
    GAMER,
    GAMING_DAYS,
    GAMING_PRICE,
    GAMING_RETURNS,
    LATE_SUPPLIER,
    MERCHANTS,
    MISSED_ORDERS,
    ORPHAN_GOAL,
    PRICE_CAUSE_ELASTICITY,
    PRICE_CAUSE_LEVEL,
    RESPONSES,
    RIVAL_CUT,
    STOCK_CAUSE_SUPPLY,
    SUPPLIERS,
    TITLE_CHANGE,
    CouponWave,
    Outage,
    ProductChange,
)
from shophelm.simulate.sessions import PRESALE


def shop(size: int, seed: int, rows: dict[str, int]) -> dict:
    """Say how large the shop is and how visits divide."""
    return {
        "first_day": FIRST_DAY, "as_of": AS_OF, "currency": CURRENCY, "customers": size,
        "seed": seed,
        "rows": rows, "categories": {c.name: c.share for c in CATEGORIES},
        "channels": dict(zip(CHANNELS, CHANNEL_SHARE, strict=True)),
        "spring_festival_lull": {"lowest_factor_on_visits": 0.5, "within_days_of_new_year": 10},
        "meaning": "shares are of visits, before season, spend and taste",
    }  # fmt: skip


def campaign(planted: Campaign) -> dict:
    """Say what a campaign multiplies, where and when."""
    names = ("warmup_from", "burst_from", "afterglow_from", "ends_on")
    return {
        "campaign_id": planted.campaign_id, "kind": planted.kind,
        **dict(zip(names, planted.days, strict=True)),
        "promoted": planted.promoted, "halo_on": planted.halo, "cannibalises": planted.cannibalised,
        "price_factor_in_burst": planted.price_factor,
        "new_customer_multiplier_in_burst": planted.new_customers,
        "multipliers": {
            "warmup_at_its_end": asdict(planted.warm), "burst": asdict(planted.burst),
            "afterglow_at_its_start": asdict(planted.after),
            "halo_burst": asdict(planted.halo_burst),
            "cannibalised_at_end_of_warmup": asdict(planted.cannibal_warm),
            "cannibalised_burst": asdict(planted.cannibal_burst),
        },
        "meaning": "expected GMV, orders and margin with the campaign minus without it, on its "
        "days up to as_of, given who was a customer and what stock could serve; "
        "multipliers come on top of the price's own effect",
    }  # fmt: skip


def presale() -> dict:
    """Say how deposits work."""
    return asdict(PRESALE) | {
        "meaning": "share of the burst's returning buyers of these products who paid a deposit "
        "beforehand, and of those who never paid the balance"
    }


def coupon_wave(wave: CouponWave) -> dict:
    """Say who got a coupon."""
    return asdict(wave) | {
        "meaning": "held out at random; given at midnight to all who had joined before"
    }


def coupon_segments() -> dict:
    """Say whom a coupon moves."""
    return {
        channel: {"segment": segment, "pay_multiplier": factor}
        for channel, (segment, factor) in COUPON_SEGMENTS.items()
    } | {
        "meaning": "by customers.acquired_by: the chance to pay a cart is multiplied while the "
        "coupon lasts"
    }


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
        "meaning": "wanted counts units buyers went to pay for, sold what stock gave; the "
        "difference is hidden demand",
    }  # fmt: skip


def search() -> dict:
    """Say which title change lifted search."""
    return {
        "product_id": TITLE_CHANGE.product_id, "title_changed_on": TITLE_CHANGE.since,
        "organic_search_visits_multiplier": TITLE_CHANGE.visits, "channel": TITLE_CHANGE.channel,
        "words_paid_for_though_first_anyway": PAID_WORDS, "meaning": TITLE_CHANGE.why,
    }  # fmt: skip


def spend(size: int) -> dict:
    """Say how visits answer to spend."""
    return {
        "scale": size / 4_000,
        "responses": [asdict(r) for r in RESPONSES],
        "creators": {c: dict(names) for c, names in CREATORS.items()},
        "bought_traffic": "爆款君",
        "channel_owner_multipliers": {c: p.skill for p in CHANNEL_OWNERS for c in p.channels},
        "meaning": "visits of a channel ∝ (1 − reach) + reach × s / (s + half × scale), where s is"
        " the sum over creators of effect × geometric adstock of yuan spent, with "
        "carry-over `decay`",
    }  # fmt: skip


def rivals() -> dict:
    """Say whom a rival hurt."""
    return {
        "hurt_product": RIVAL_CUT.product_id, "since": RIVAL_CUT.since,
        "visits_multiplier": RIVAL_CUT.visits, "cart_multiplier": RIVAL_CUT.cart,
        "pay_multiplier": RIVAL_CUT.pay,
        "price_cuts": {p: {"since": since, "factor": factor} for p, (since,
        factor) in CUTS.items()},
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


def people(catalogue: Catalogue) -> dict:
    """Say who is how good at what, and who games."""
    ids = np.array(catalogue.ids, dtype=object)
    merchants = {
        p.person_id: {
            "skill": p.skill,
            "on": "cart",
            "products": ids[catalogue.owner == n].tolist(),
        }
        for n, p in enumerate(MERCHANTS)
    }
    managers = {
        p.person_id: {"skill": p.skill, "on": "visits", "channels": p.channels}
        for p in CHANNEL_OWNERS
    }
    return {
        "skill": merchants | managers,
        "rank_of_merchandisers": [p.person_id for p in sorted(MERCHANTS, key=lambda p: -p.skill)],
        "gamer": {
            "person_id": GAMER, "price_factor": GAMING_PRICE, "last_days_of_month": GAMING_DAYS,
            "return_multiplier": GAMING_RETURNS,
        },
        "orphan_goal": dict(zip(("person_id", "metric"), ORPHAN_GOAL, strict=True)),
        "meaning": "skill multiplies carting of owned products, or visits of owned channels, since"
        " the person joined",
    }  # fmt: skip


def customers() -> dict:
    """Say how customers buy."""
    return asdict(BUYING) | {
        "double11_2025_newcomers": {
            "rate_multiplier": BUYING.burst_rate,
            "dropout_multiplier": BUYING.burst_dropout,
        },
        "meaning": "visits per day ~ gamma(rate_shape, mean visits_per_day); after each purchase a"
        " customer leaves for good with chance ~ beta(dropout); spend factor ~ "
        "gamma(spend_shape, mean 1) on added products and units; purchases are visits "
        "thinned by the chances of the product and day",
    }


def bundles() -> dict:
    """Say what is bought together."""
    return {
        "pairs": BUNDLES,
        "share_of_additions": BUYING.bundle,
        "meaning": "an addition to a basket of the first is the second in this share of "
        "cases, at its usual price",
    }


def missed() -> dict:
    """Say what the event log misses."""
    return {
        "share_of_orders_missed": MISSED_ORDERS,
        "meaning": "checkout and payment of these orders are not in the log",
    }


def action(change: ProductChange) -> dict:
    """Say what an action did."""
    return {
        "product_id": change.product_id, "done_on": change.since, "cart_multiplier": change.cart,
        "worked": change.cart != 1.0, "meaning": change.why,
    }  # fmt: skip


def targets() -> dict:
    """Say how targets were made."""
    drivers = ("visitors", "pay_conversion", "spend_per_buyer")
    return {
        "planned_growth": dict(zip(drivers, PLAN.growth, strict=True)),
        "days": calendar.DAYS,
        "meaning": "from the second year on a target is last year's period times this growth",
    }
