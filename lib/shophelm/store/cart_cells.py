"""What became of each cart, product by product and day by day: counted in the engine, once."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import ibis
import numpy as np
import pandas as pd

from shophelm.shop.calendar import Period
from shophelm.shop.tables import Tables

WITHIN_DAYS = 3
"""Days after the last time it was put in by which a cart is paid for, or left."""
SESSION_MINUTES = 30
"""What a visitor does this soon after filling a cart belongs to the same visit."""
COUPON_DAYS = 28
"""Days after a grant for which a customer counts as one with the coupon, or held out from it."""
COUNTS = ("carts", "bought", "read", "searched")
ARMS = ("granted", "granted_bought", "held_out", "held_out_bought")
_REVIEWS_PAGE = "review|评价|评论"


def cart_cells(shop: Tables, period: Period, *, within: int = WITHIN_DAYS) -> pd.DataFrame:
    """Count the carts opened on each day of a period, and what became of them.

    A cart is a person's wish for one product: it opens when the product is put into the cart, and
    stays the same cart while it is put in again within `within` days and not paid for. It is
    bought if the same person pays for the product (or pays a deposit for it) no later than
    `within` days after it was last put in, in any visit, whether the log or the orders saw it;
    else it is left. A person is the customer a visitor ever signed in as, or else the visitor.

    Parameters
    ----------
    shop
        Needs events; orders with order_lines add payments the log missed, presales add deposits,
        coupons the arms of hold-outs.
    period
        The days of opening. Carts last put in less than `within` days before as_of ended may
        still be bought, and are not there.
    within
        Days.

    Returns
    -------
    DataFrame
        One row per product_id and day with a cart: carts, bought; of the carts left, read (its
        reviews were read within half an hour of filling it) and searched (something was searched
        for); of the carts of customers in a coupon's hold-out granted, granted_bought, held_out,
        held_out_bought. Floats; read is null where the log tells no reviews page, searched where
        it has no searches, the arms where no coupon was held out from anyone.
    """
    carts = _carts(shop, period, within)
    kept = _with_arms(shop, carts)
    left = ~kept.bought
    sums = {
        "carts": kept.count(),
        "bought": kept.bought.sum(),
        "read": (left & kept.read).sum(),
        "searched": (left & kept.searched).sum(),
    }
    for arm in ("granted", "held_out"):
        sums |= {arm: kept[arm].sum(), f"{arm}_bought": (kept[arm] & kept.bought).sum()}
    grouped = kept.group_by("product_id", "day").aggregate(**sums)
    frame = shop.frame(grouped.order_by("product_id", "day"))
    frame[[*COUNTS, *ARMS]] = frame[[*COUNTS, *ARMS]].astype("float64")
    if not _met(shop, shop["events"].kind == "search"):
        frame["searched"] = np.nan
    if not _met(shop, _reviews(shop["events"])):
        frame["read"] = np.nan
    if not shop.filled("coupons") or not frame["held_out"].sum():
        frame[list(ARMS)] = np.nan
    return frame


def _carts(shop: Tables, period: Period, within: int) -> ibis.Table:
    """One row per cart: person, product_id, opened, day, bought, read, searched."""
    since = ibis.literal(_instant(period.first - timedelta(days=within)))
    steps = _puts(shop, since).union(_payments(shop, since))
    turn = {"group_by": ["person", "product_id"], "order_by": ["at", "paid"]}
    before = ibis.window(**turn)
    close = ibis.interval(days=within)
    again = ~steps.paid.lag().over(before) & (steps.at <= steps.at.lag().over(before) + close)
    steps = steps.mutate(opens=~steps.paid & ~again.fill_null(False))
    running = ibis.window(**turn, preceding=None, following=0)
    steps = steps.mutate(cart=steps.opens.cast("int64").sum().over(running))
    steps = steps.filter(steps.cart > 0)
    put_at = steps.paid.ifelse(ibis.null(steps.at.type()), steps.at)
    whole = ibis.window(group_by=["person", "product_id", "cart"])
    steps = steps.mutate(last_put=put_at.max().over(whole))
    is_last = ~steps.paid & (steps.at == steps.last_put)
    carts = steps.group_by("person", "product_id", "cart").aggregate(
        opened=steps.at.min(),
        last_put=steps.last_put.max(),
        bought=(steps.paid & (steps.at <= steps.last_put + close)).any(),
        read=(is_last & steps.read).any(),
        searched=(is_last & steps.searched).any(),
    )
    day = carts.opened.date()
    settled = carts.last_put < ibis.literal(_instant(shop.as_of + timedelta(days=1 - within)))
    inside = (day >= ibis.literal(period.first)) & (day <= ibis.literal(period.last))
    return carts.mutate(day=day).filter(settled & inside)


def _puts(shop: Tables, since: ibis.Value) -> ibis.Table:
    """Carts filled and payments seen by the log; with each filling, what the visitor did next."""
    events = shop["events"].filter(lambda t: t.occurred_at >= since)
    reads, searches = _reviews(events), events.kind == "search"
    wanted = events.filter(events.kind.isin(["cart", "pay"]) | reads | searches)
    at = wanted.occurred_at
    never = ibis.null(at.type())
    # of the same instant, by event_id, so that the order of rows changes nothing
    after = {"order_by": [at, wanted.event_id], "preceding": 0, "following": None}
    ends = at + ibis.interval(minutes=SESSION_MINUTES)
    next_search = (wanted.kind == "search").ifelse(at, never).min()
    next_reading = _reviews(wanted).ifelse(at, never).min()
    own = [wanted.visitor_id, wanted.product_id]
    wanted = wanted.mutate(
        searched=next_search.over(ibis.window(group_by=wanted.visitor_id, **after)) <= ends,
        read=next_reading.over(ibis.window(group_by=own, **after)) <= ends,
    )
    puts = wanted.filter(wanted.kind.isin(["cart", "pay"]) & wanted.product_id.notnull())
    puts = puts.left_join(_customers(shop), "visitor_id")
    return puts.select(
        "product_id",
        person=ibis.coalesce(puts.signed_in, ibis.literal("visitor ") + puts.visitor_id),
        at=puts.occurred_at,
        paid=puts.kind == "pay",
        read=puts.read.fill_null(False),
        searched=puts.searched.fill_null(False),
    )


def _payments(shop: Tables, since: ibis.Value) -> ibis.Table:
    """Payments and deposits by the orders of known customers."""
    if not shop.has("orders", "order_lines"):
        return _puts(shop, since).limit(0)
    orders = shop["orders"].filter(lambda t: t.customer_id.notnull())
    paid = orders.select("order_id", "customer_id", at="paid_at")
    if shop.has("presales"):
        deposits = shop["presales"].select("order_id", at="deposit_paid_at")
        paid = paid.union(deposits.inner_join(orders.select("order_id", "customer_id"), "order_id")
                          .select("order_id", "customer_id", "at"))  # fmt: skip
    paid = paid.filter(paid.at.notnull() & (paid.at >= since))
    lines = shop["order_lines"].select("order_id", "product_id").distinct()
    no = ibis.literal(False)
    return paid.inner_join(lines, "order_id").select(
        "product_id", person="customer_id", at="at", paid=ibis.literal(True), read=no, searched=no
    )


def _customers(shop: Tables) -> ibis.Table:
    """Give the customer each visitor signed in as; of several, the last by name."""
    known = shop["events"].filter(lambda t: t.customer_id.notnull())
    return known.group_by("visitor_id").aggregate(signed_in=lambda t: t.customer_id.max())


def _with_arms(shop: Tables, carts: ibis.Table) -> ibis.Table:
    """Tell the carts opened by those granted a coupon, and by those held out from it by lot."""
    if not shop.filled("coupons"):
        return carts.mutate(granted=ibis.literal(False), held_out=ibis.literal(False))
    grants = shop["coupons"]
    tried = grants.filter(grants.held_out).select("coupon_id").distinct()
    grants = grants.semi_join(tried, "coupon_id")
    grants = grants.select("customer_id", "granted_at", "held_out")
    close = ibis.interval(days=COUPON_DAYS)
    both = carts.inner_join(
        grants,
        [
            carts.person == grants.customer_id,
            carts.opened >= grants.granted_at,
            carts.opened < grants.granted_at + close,
        ],
    )
    arms = both.group_by("person", "product_id", "cart").aggregate(
        held_out=lambda t: t.held_out.any(), granted=lambda t: (~t.held_out).any()
    )
    joined = carts.left_join(arms, ["person", "product_id", "cart"])
    # whoever is in both arms at once tells nothing
    granted, held = joined.granted.fill_null(False), joined.held_out.fill_null(False)
    return joined.select(*carts.columns, granted=granted & ~held, held_out=held & ~granted)


def _reviews(events: ibis.Table) -> ibis.BooleanValue:
    page = events.page.lower().re_search(_REVIEWS_PAGE).fill_null(False)
    return (events.kind == "view") & page & events.product_id.notnull()


def _met(shop: Tables, condition: ibis.BooleanValue) -> bool:
    return len(shop["events"].filter(condition).limit(1).to_pyarrow()) > 0


def _instant(day: date) -> datetime:
    return datetime.combine(day, time())
