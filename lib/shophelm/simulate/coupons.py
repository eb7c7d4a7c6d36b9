"""Coupons: who got one, who was held out by lot, and on which order it was used."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shophelm.simulate import calendar
from shophelm.simulate.customers import People
from shophelm.simulate.ids import numbered, stream
from shophelm.simulate.planted.marketing import COUPON_WAVES, FIRST_ORDER_COUPON
from shophelm.simulate.sessions import Visits, eligible

ALL_COUPONS = (*COUPON_WAVES, FIRST_ORDER_COUPON)
_USED = 0.85
_FIRST_USED = 0.65


class DailyTotals:
    """Coupons granted and used, by day, as a coupon tool adds them up."""

    def __init__(self) -> None:
        self.granted, self.redeemed, self.buyers, self.paid = (
            np.zeros(calendar.DAYS, np.int64) for _ in range(4)
        )

    def add(
        self, grants: Grants, grant: np.ndarray, paid_at: np.ndarray, paid_cents: np.ndarray
    ) -> None:
        """Add a block: its grants, and of each order the grant used, when it was paid and what."""
        given = grants.granted[~grants.held_out] // 86_400
        self.granted += np.bincount(given[given < calendar.DAYS], minlength=calendar.DAYS)
        used = (grant >= 0) & (paid_at >= 0)
        day = paid_at[used] // 86_400
        self.redeemed += np.bincount(day, minlength=calendar.DAYS)
        self.paid += np.bincount(day, paid_cents[used], calendar.DAYS).astype(np.int64)
        pairs = np.unique(grants.person[grant[used]] * calendar.DAYS + day)
        self.buyers += np.bincount(pairs % calendar.DAYS, minlength=calendar.DAYS)

    def rows(self) -> dict:
        """Make the `coupon_days` table: the days on which there was anything."""
        days = np.flatnonzero((self.granted > 0) | (self.redeemed > 0))
        return {
            "day": calendar.START + days,
            "granted": self.granted[days],
            "redeemed": self.redeemed[days],
            "buyers": self.buyers[days],
            "paid_amount": self.paid[days],
        }


@dataclass(frozen=True, slots=True)
class Grants:
    """One row per coupon granted or held out in a block.

    Attributes
    ----------
    person, coupon
        Row in `People`, number in `ALL_COUPONS`.
    granted, until
        Seconds: when it was granted, and when it lapses.
    held_out
        In the hold-out: got none.
    willing
        Would use it if an order allowed.
    """

    person: np.ndarray
    coupon: np.ndarray
    granted: np.ndarray
    until: np.ndarray
    held_out: np.ndarray
    willing: np.ndarray

    def redeem(
        self, visits: Visits, visit: np.ndarray, amount: np.ndarray
    ) -> tuple[np.ndarray, ...]:
        """Coupon number, grant row (−1 for none) and cents off of each order made in `visit`."""
        coupon, grant = np.full(len(visit), -1), np.full(len(visit), -1)
        payable = visits.paid_at[visit] >= 0
        for number, plan in enumerate(ALL_COUPONS):
            rows = np.flatnonzero((self.coupon == number) & ~self.held_out & self.willing)
            of_person = np.full(int(visits.person.max(initial=0)) + 1, -1)
            of_person[self.person[rows]] = rows
            mine = of_person[visits.person[visit]]
            created = visits.start[visit]
            able = payable & (mine >= 0) & (coupon < 0) & (amount >= plan.threshold_yuan * 100)
            able &= (
                ~visits.deposit[visit]
                & (created >= self.granted[mine])
                & (created < self.until[mine])
            )
            chosen = np.flatnonzero(able)
            _, first = np.unique(mine[chosen], return_index=True)
            coupon[chosen[first]], grant[chosen[first]] = number, mine[chosen[first]]
        face = np.array([*(p.face_yuan * 100 for p in ALL_COUPONS), 0])
        return coupon, grant, face[coupon]


def make(people: People, *, seed: int) -> Grants:
    """All grants of one block: every wave to all who had joined, the first-order one on joining."""
    rng = stream(seed, "coupons", int(people.number[0]))
    parts = [_wave(people, n) for n in range(len(COUPON_WAVES))] + [_first_order(people)]
    person, coupon, granted, until, held_out = (np.concatenate(c) for c in zip(*parts, strict=True))
    share = np.where(coupon == len(COUPON_WAVES), _FIRST_USED, _USED)
    return Grants(person, coupon, granted, until, held_out, rng.random(len(person)) < share)


def _wave(people: People, number: int) -> tuple[np.ndarray, ...]:
    wave = COUPON_WAVES[number]
    day = calendar.day_number(wave.granted_on)
    person = np.flatnonzero(eligible(people, day))
    size = len(person)
    return (
        person, np.full(size, number), np.full(size, day * 86_400),
        np.full(size, (day + wave.days) * 86_400), people.held_out[person, number],
    )  # fmt: skip


def _first_order(people: People) -> tuple[np.ndarray, ...]:
    since = calendar.day_number(FIRST_ORDER_COUPON.granted_on)
    person = np.flatnonzero(
        (people.first_day >= since) & (np.arange(len(people)) < people.customers)
    )
    joined, size = people.joined[person], len(person)
    return (
        person, np.full(size, len(COUPON_WAVES)), joined,
        joined + FIRST_ORDER_COUPON.days * 86_400, np.zeros(size, bool),
    )  # fmt: skip


def rows(grants: Grants, people: People, order_of_grant: np.ndarray, *, first_number: int) -> dict:
    """Make the `coupons` table of one block; `order_of_grant` holds order ids or None."""
    plan = [ALL_COUPONS[n] for n in range(len(ALL_COUPONS))]
    return {
        "coupon_grant_id": numbered("G", first_number + np.arange(len(grants.person)), 8),
        "coupon_id": np.array([p.coupon_id for p in plan], dtype=object)[grants.coupon],
        "campaign_id": None,
        "customer_id": people.customer_ids().take(grants.person),
        "granted_at": calendar.times(grants.granted),
        "kind": np.array([p.kind for p in plan], dtype=object)[grants.coupon],
        "face_value": np.array([p.face_yuan * 100 for p in plan])[grants.coupon],
        "threshold": np.array([p.threshold_yuan * 100 for p in plan])[grants.coupon],
        "held_out": grants.held_out,
        "redeemed_order_id": order_of_grant,
    }
