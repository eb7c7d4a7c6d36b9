"""Refunds: whole orders before shipping, single lines weeks later, part for bad fruit."""

from __future__ import annotations

import numpy as np

from shophelm.simulate import calendar, words
from shophelm.simulate.catalogue import Catalogue
from shophelm.simulate.customers import People
from shophelm.simulate.ids import stream
from shophelm.simulate.orders import Orders
from shophelm.simulate.planted.shop import CATEGORIES, COMPLAINT_RETURNS, COMPLAINTS, WAY_TO
from shophelm.simulate.planted.team import GAMER, GAMING_DAYS, GAMING_RETURNS, MERCHANTS
from shophelm.simulate.sessions import Visits

_BURST_RETURNS = 1.35
_PARTIAL = {"fruit": 0.7}


def make(
    orders: Orders, visits: Visits, people: People, *, catalogue: Catalogue, seed: int
) -> dict[str, np.ndarray]:
    """Refunds of one block: order row, line (0: the whole order), second, units, cents, reason."""
    rng = stream(seed, "refunds", int(people.number[0]))
    whole = np.flatnonzero(orders.refunded_at >= 0)
    region = people.region[visits.person[orders.visit]]
    parts = _lines_back(rng, orders, region, catalogue)
    reason = np.concatenate(
        [np.full(len(whole), words.CANCEL_REASON, dtype=object), parts["reason"]]
    )
    return {
        "order": np.concatenate([whole, parts["order"]]),
        "line_no": np.concatenate([np.zeros(len(whole), np.int64), parts["line_no"]]),
        "second": np.concatenate([orders.refunded_at[whole], parts["second"]]),
        "quantity": np.concatenate([np.bincount(orders.line_order, orders.lines.quantity,
        len(orders.visit))[whole].astype(np.int64), parts["quantity"]]),
        "amount": np.concatenate([orders.amount[whole], parts["amount"]]),
        "reason": reason,
    }  # fmt: skip


def _lines_back(
    rng: np.random.Generator, orders: Orders, region: np.ndarray, catalogue: Catalogue
) -> dict[str, np.ndarray]:
    product, order = orders.lines.product, orders.line_order
    category, n = catalogue.category[product], len(product)
    paid = orders.paid[order]
    open_to = (paid >= 0) & (orders.refunded_at[order] < 0)
    chance = return_chance(product, paid // 86_400, catalogue)
    chance = chance * spoiling()[region[order]] ** catalogue.fruit[product]
    back = open_to & (rng.random(n) < chance)
    days = np.array([c.return_days for c in CATEGORIES])[category]
    second = paid + (86_400 * (1 + days * np.exp(rng.normal(0, 0.6, n)))).astype(np.int64)
    partial = rng.random(n) < np.array([_PARTIAL.get(c.name, 0.06) for c in CATEGORIES])[category]
    some = np.minimum(rng.integers(1, 3, n), orders.lines.quantity)
    quantity = np.where(rng.random(n) < 0.85, orders.lines.quantity, some)
    amount = np.where(
        partial, orders.line_paid * rng.integers(20, 61, n) // 100,
        orders.line_paid * quantity // orders.lines.quantity,
    )  # fmt: skip
    line_no = 1 + np.arange(n) - np.searchsorted(order, order)
    rows = np.flatnonzero(back & (second < calendar.END_SECOND) & (amount > 0))
    choices = [words.REFUND_REASONS[c.name] for c in CATEGORIES]
    pick = rng.random(n)
    reasons = np.array(
        [choices[category[r]][int(pick[r] * len(choices[category[r]]))] for r in rows], dtype=object
    )
    return {
        "order": order[rows], "line_no": line_no[rows], "second": second[rows],
        "quantity": np.where(partial, 0, quantity)[rows], "amount": amount[rows], "reason": reasons,
    }  # fmt: skip


def return_chance(product: np.ndarray, day: np.ndarray, catalogue: Catalogue) -> np.ndarray:
    """Planted chance that a line comes back, by product and day of payment, the way apart."""
    chance = np.array([c.return_rate for c in CATEGORIES])[catalogue.category[product]]
    for product_id, (_, _, since) in COMPLAINTS.items():
        hit = (product == catalogue.number(product_id)) & (day >= calendar.day_number(since))
        chance = np.where(hit, chance * COMPLAINT_RETURNS, chance)
    day = np.clip(day, 0, calendar.DAYS - 1)
    ahead = calendar.DATES + np.timedelta64(GAMING_DAYS, "D")
    month_end = ahead.astype("datetime64[M]") != calendar.DATES.astype("datetime64[M]")
    mine = catalogue.owner[product] == [p.person_id for p in MERCHANTS].index(GAMER)
    chance = np.where(mine & month_end[day], chance * GAMING_RETURNS, chance)
    return np.where(calendar.burst_days()[day] >= 0, chance * _BURST_RETURNS, chance)


def spoiling() -> np.ndarray:
    """Give, by province, the factor on the chance that fruit comes back."""
    return np.array([WAY_TO[province].spoils for province in words.PROVINCES])
