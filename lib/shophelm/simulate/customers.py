"""The people: customers and visitors who never sign in, block by block.

Buying follows the usual story of BG/NBD: each customer visits at a gamma-distributed rate and,
after each purchase, leaves for good with a beta-distributed chance; spend is gamma-distributed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from shophelm.simulate import calendar, ids, words
from shophelm.simulate.demand import Draws
from shophelm.simulate.planted.buyers import BUYING
from shophelm.simulate.planted.marketing import COUPON_WAVES, EXPERIMENTS
from shophelm.simulate.planted.shop import CATEGORIES, CHANNEL_SHARE, CHANNELS

BLOCK = 20_000
"""Customers to a block. The bytes depend on it, so it is a constant and not a parameter."""


@dataclass(frozen=True, slots=True)
class People:
    """One block's visitors, as arrays; the first `customers` of them are customers.

    Attributes
    ----------
    number, visitor
        The customer's number in the shop, and the visitor's (which orders the event file).
    joined
        Second of joining; negative before the period. Newcomers join with their first visit.
    first_day, first_cell
        Where newcomers' first visit was drawn; −1 for customers of old.
    rate, dropout, spend
        Visits per day at usual intensity, chance of leaving after a purchase, spend factor.
    taste
        Rows × categories, summing to 1.
    variant, held_out
        Rows × experiments (1 is the treatment), rows × coupon waves.
    """

    customers: int
    number: np.ndarray
    visitor: np.ndarray
    joined: np.ndarray
    first_day: np.ndarray
    first_cell: np.ndarray
    rate: np.ndarray
    dropout: np.ndarray
    spend: np.ndarray
    taste: np.ndarray
    acquired_by: np.ndarray
    region: np.ndarray
    device: np.ndarray
    gender: np.ndarray
    birth_year: np.ndarray
    persona: np.ndarray
    variant: np.ndarray
    held_out: np.ndarray

    def __len__(self) -> int:
        return len(self.visitor)

    def customer_ids(self) -> pa.Array:
        """Ids of the block's customers."""
        return ids.customer_ids(self.number)


def blocks(customers: int) -> list[tuple[int, int]]:
    """First and last-plus-one customer number of each block."""
    return [(low, min(low + BLOCK, customers)) for low in range(0, customers, BLOCK)]


def make(block: tuple[int, int], *, draws: Draws, seed: int) -> People:
    """Make the people of one block, newcomers placed on the day of their first visit."""
    rng = ids.stream(seed, "customers", block[0])
    lot = ids.stream(seed, "assignment by lot", block[0])
    customers = block[1] - block[0]
    total = customers + round(customers * BUYING.prospects_per_customer)
    start = round(block[0] * (1 + BUYING.prospects_per_customer))
    of_old = (rng.random(total) < BUYING.joined_before) & (np.arange(total) < customers)
    first_day, first_cell = _first_visits(rng, total, of_old, draws)
    acquired = np.where(of_old, _choice(rng, total, CHANNEL_SHARE), first_cell % len(CHANNELS))
    return People(
        customers, block[0] + np.arange(customers), start + rng.permutation(total),
        np.where(of_old, -rng.integers(0, 700 * 86_400, total), 0), first_day, first_cell,
        **_buying(rng, total, first_day, acquired), acquired_by=acquired,
        region=_choice(rng, total, words.PROVINCE_WEIGHTS),
        device=_choice(rng, total, words.DEVICE_WEIGHTS),
        gender=_choice(rng, total, (0.62, 0.33, 0.05)),
        birth_year=np.clip(np.round(rng.normal(1993, 8.5, total)), 1950, 2010).astype(np.int64),
        persona=_choice(rng, total, (0.3, 0.28, 0.27, 0.15)),
        variant=lot.integers(0, 2, (total, len(EXPERIMENTS))),
        held_out=lot.random((total, len(COUPON_WAVES))) < [w.held_out for w in COUPON_WAVES],
    )  # fmt: skip


def _choice(rng: np.random.Generator, size: int, weights: tuple[float, ...]) -> np.ndarray:
    reach = np.cumsum(weights) / np.sum(weights)
    return np.minimum(np.searchsorted(reach, rng.random(size), side="right"), len(reach) - 1)


def _first_visits(
    rng: np.random.Generator, total: int, of_old: np.ndarray, draws: Draws
) -> tuple[np.ndarray, np.ndarray]:
    end = np.full(total, draws.newcomers.reach[-1])
    day, cell = draws.newcomers.draw(rng, np.zeros(total), end)
    return np.where(of_old, -1, day), np.where(of_old, -1, cell)


def _buying(
    rng: np.random.Generator, total: int, first_day: np.ndarray, acquired: np.ndarray
) -> dict[str, np.ndarray]:
    """Rates, dropout, spend and taste; who came with Double 11 2025 buys less and leaves sooner."""
    rate = rng.gamma(BUYING.rate_shape, BUYING.visits_per_day / BUYING.rate_shape, total)
    dropout = rng.beta(*BUYING.dropout, total)
    by_burst = from_double11_2025(first_day)
    rate *= np.where(acquired == CHANNELS.index("direct"), BUYING.direct_rate, 1.0)
    rate *= np.where(by_burst, BUYING.burst_rate, 1.0)
    dropout = np.minimum(dropout * np.where(by_burst, BUYING.burst_dropout, 1.0), 0.95)
    spend = rng.gamma(BUYING.spend_shape, 1 / BUYING.spend_shape, total)
    taste = rng.gamma(0.8, 1.0, (total, len(CATEGORIES))) * [c.share for c in CATEGORIES]
    return {
        "rate": rate, "dropout": dropout, "spend": spend,
        "taste": taste / taste.sum(axis=1, keepdims=True),
    }  # fmt: skip


def from_double11_2025(first_day: np.ndarray) -> np.ndarray:
    """Tell those whose first visit fell on the burst of Double 11 2025."""
    return first_day == calendar.day_number("2025-11-11")


def tiers(paid_cents: np.ndarray) -> np.ndarray:
    """Membership tier by money paid so far: thresholds at 500, 2,000 and 5,000 yuan."""
    return np.digitize(paid_cents, [50_000, 200_000, 500_000])


TIERS = np.array(["bronze", "silver", "gold", "diamond"], dtype=object)
GENDERS = np.array(["female", "male", None], dtype=object)
