"""Who buys, as entries of `truth.json`."""

from __future__ import annotations

from dataclasses import asdict

from shophelm.simulate.planted.buyers import BUNDLES, BUYING


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
