"""What the shop does to sell more, as entries of `truth.json`."""

from __future__ import annotations

from dataclasses import asdict

from shophelm.simulate.campaigns import Campaign
from shophelm.simulate.planted.marketing import (
    COUPON_SEGMENTS,
    CREATORS,
    PRESALE,
    RESPONSES,
    CouponWave,
)
from shophelm.simulate.planted.team import CHANNEL_OWNERS


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
