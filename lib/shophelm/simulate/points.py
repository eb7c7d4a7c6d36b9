"""Points: one for each yuan paid since the programme began; they lapse in a year."""

from __future__ import annotations

import numpy as np

from shophelm.simulate import calendar
from shophelm.simulate.customers import People
from shophelm.simulate.ids import numbered, stream
from shophelm.simulate.orders import Orders
from shophelm.simulate.sessions import Visits

PROGRAMME_FROM, MEMBER_DAY, MEMBER_DAY_FACTOR = "2025-09-01", 18, 2
LIFE_DAYS = 365
_USES = 0.22


def make(orders: Orders, visits: Visits, people: People, *, seed: int) -> dict[str, np.ndarray]:
    """Movements of one block: person, second, points, reason, day the points lapse (−1 never)."""
    rng = stream(seed, "points", int(people.number[0]))
    since = calendar.day_number(PROGRAMME_FROM) * 86_400
    rows = np.flatnonzero((orders.paid >= since) & (orders.refunded_at < 0))
    person, second = visits.person[orders.visit[rows]], orders.paid[rows]
    day = second // 86_400
    month_day = (calendar.DATES - calendar.DATES.astype("datetime64[M]")).astype(int)[day] + 1
    earned = orders.amount[rows] // 100 * np.where(month_day == MEMBER_DAY, MEMBER_DAY_FACTOR, 1)
    later = second + rng.integers(86_400, 120 * 86_400, len(rows))
    used = (rng.random(len(rows)) < _USES) & (later < calendar.END_SECOND)
    lapsed = ~used & (day + LIFE_DAYS < calendar.DAYS)
    return {
        "person": np.concatenate([person, person[used], person[lapsed]]),
        "second": np.concatenate([second, later[used], (day[lapsed] + LIFE_DAYS) * 86_400]),
        "points": np.concatenate([earned, -(earned[used] // 2), -earned[lapsed]]),
        "reason": np.array(["order", "redeemed", "expired"], dtype=object)[
            np.repeat([0, 1, 2], [len(rows), used.sum(), lapsed.sum()])
        ],
        "expires": np.concatenate([day + LIFE_DAYS, np.full(used.sum() + lapsed.sum(), -1)]),
    }


def rows(points: dict, people: People, *, first_number: int) -> dict:
    """Make the `points` table of one block."""
    keep = np.flatnonzero(points["points"] != 0)
    order = keep[np.argsort(points["second"][keep], kind="stable")]
    expires = points["expires"][order]
    return {
        "movement_id": numbered("M", first_number + np.arange(len(order)), 8),
        "customer_id": people.customer_ids().take(points["person"][order]),
        "occurred_at": calendar.times(points["second"][order]),
        "points": points["points"][order],
        "reason": points["reason"][order],
        "expires_on": np.where(expires >= 0, calendar.dates(expires), np.datetime64("NaT", "D")),
    }
