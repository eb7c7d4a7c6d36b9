"""Orders: which visits became one, what was owed, what came off, how far it has come."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from shophelm.simulate import baskets, calendar
from shophelm.simulate.campaigns import CAMPAIGNS
from shophelm.simulate.catalogue import Catalogue
from shophelm.simulate.coupons import Grants
from shophelm.simulate.customers import People
from shophelm.simulate.ids import stream
from shophelm.simulate.planted.changes import MISSED_ORDERS
from shophelm.simulate.planted.marketing import PRESALE
from shophelm.simulate.planted.shop import CATEGORIES
from shophelm.simulate.sessions import Visits

STATUSES = np.array(["created", "paid", "shipped", "completed", "cancelled"], dtype=object)
_CREATED, _PAID, _SHIPPED, _COMPLETED, _CANCELLED = range(5)
_UNPAID_CHECKOUTS = 0.55
_DAY = 86_400
_CANCELLED_SHARE = 0.015


@dataclass(frozen=True, slots=True)
class Orders:
    """One row per order, in the order of visits; amounts in cents, times in seconds, −1 for never.

    Attributes
    ----------
    visit
        Row in `Visits`.
    coupon, grant
        Number in `coupons.ALL_COUPONS` and row in the block's grants, −1 for none.
    refunded_at
        For orders taken back before they were shipped.
    seen
        False where the event log missed checkout and payment.
    line_order, line_paid
        By line: the order it belongs to, and its share of what was paid.
    """

    visit: np.ndarray
    created: np.ndarray
    paid: np.ndarray
    closed: np.ndarray
    status: np.ndarray
    campaign: np.ndarray
    coupon: np.ndarray
    grant: np.ndarray
    goods: np.ndarray
    discount: np.ndarray
    shipping: np.ndarray
    amount: np.ndarray
    deposit: np.ndarray
    worth: np.ndarray
    refunded_at: np.ndarray
    seen: np.ndarray
    lines: baskets.Lines
    line_order: np.ndarray
    line_list: np.ndarray
    line_unit: np.ndarray
    line_paid: np.ndarray


def make(
    visits: Visits, lines: baskets.Lines, people: People, grants: Grants, *, catalogue: Catalogue,
    price: np.ndarray, seed: int,
) -> Orders:  # fmt: skip
    """Orders of one block; `lines` hold the units that stock could give (zero: none)."""
    rng = stream(seed, "orders", int(people.number[0]))
    visit, lines, line_order = _which(rng, visits, lines)
    n = len(visit)
    money = baskets.money(replace(lines, visit=line_order), n, catalogue=catalogue, price=price)
    after = money.subtotal - money.threshold_off
    coupon, grant, face = grants.redeem(visits, visit, after)
    deposit, worth = _deposit(visits, visit, after)
    off = money.threshold_off + face + (worth - deposit)
    created = visits.start[visit] + visits.browse[visit]
    times = _times(rng, visits, visit, created)
    full = money.unit_price * lines.quantity
    return Orders(
        visit, created, visits.paid_at[visit], **times,
        campaign=_campaign(visits, visit, catalogue), coupon=coupon, grant=grant, goods=money.goods,
        discount=money.goods - money.subtotal + off, shipping=money.shipping,
        amount=money.subtotal - off + money.shipping,
        deposit=deposit, worth=worth, seen=rng.random(n) >= MISSED_ORDERS, lines=lines,
        line_order=line_order, line_list=money.list_price, line_unit=money.unit_price,
        line_paid=full - baskets.allocated(off, line_order, full),
    )  # fmt: skip


def _deposit(
    visits: Visits, visit: np.ndarray, amount: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Deposit of presale orders in cents, whole yuan, and what it counts for."""
    share = np.where(visits.deposit[visit], PRESALE.deposit_share, 0.0)
    deposit = (np.round(amount * share / 100) * 100).astype(np.int64)
    return deposit, np.round(deposit * PRESALE.deposit_worth).astype(np.int64)


def _which(
    rng: np.random.Generator, visits: Visits, lines: baskets.Lines
) -> tuple[np.ndarray, baskets.Lines, np.ndarray]:
    """Visits that became orders: paid and in stock, or left unpaid at the checkout."""
    paid = visits.paid_at >= 0
    unpaid = visits.checkout & ~paid & (visits.wish | (rng.random(len(visits)) < _UNPAID_CHECKOUTS))
    lines = lines.take((paid | unpaid)[lines.visit] & (lines.quantity > 0))
    visit, line_order = np.unique(lines.visit, return_inverse=True)
    return visit, lines, line_order


def _campaign(visits: Visits, visit: np.ndarray, catalogue: Catalogue) -> np.ndarray:
    """Campaign number of orders for its promoted categories on its days, else −1."""
    number = calendar.campaign_days()[visits.day[visit]]
    promoted = np.zeros((len(CAMPAIGNS) + 1, len(CATEGORIES)), bool)
    for n, campaign in enumerate(CAMPAIGNS):
        promoted[n] = [c.name in campaign.promoted for c in CATEGORIES]
    return np.where(promoted[number, catalogue.category[visits.product[visit]]], number, -1)


def _times(
    rng: np.random.Generator, visits: Visits, visit: np.ndarray, created: np.ndarray
) -> dict[str, np.ndarray]:
    """Status, closing time, and the moment of those taken back before shipping."""
    n, end = len(visit), calendar.END_SECOND
    paid = visits.paid_at[visit]
    unpaid = paid < 0
    back = paid + rng.integers(1_800, 20 * 3_600, n)
    refunded = np.where(~unpaid & (rng.random(n) < _CANCELLED_SHARE) & (back < end), back, -1)
    shipped = paid + rng.integers(4 * 3_600, 2 * _DAY, n)
    completed = paid + rng.integers(8 * _DAY, 15 * _DAY, n)
    burst = visits.day[visit]
    closed = np.where(
        unpaid, np.where(visits.deposit[visit], (burst + 2) * _DAY, created + _DAY), completed
    )
    closed = np.where(refunded >= 0, refunded, closed)
    known = closed < end
    status = np.select(
        [known & (unpaid | (refunded >= 0)), unpaid, known, shipped < end],
        [_CANCELLED, _CREATED, _COMPLETED, _SHIPPED], _PAID,
    )  # fmt: skip
    return {"closed": np.where(known, closed, -1), "status": status, "refunded_at": refunded}
