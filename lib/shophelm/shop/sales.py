"""What was sold: paid orders, their money on each date basis, and who bought."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import ibis
import pandas as pd

from shophelm.shop.spans import Spans, add_up, beside, hull, inside, with_dimensions
from shophelm.shop.tables import Tables
from shophelm.shop.visits import visit_source

FACTS = ("buyer", "known", "day", "first_day")
"""What is known of each order's buyer and day."""


def paid(shop: Tables) -> ibis.Table:
    """Give the paid orders, of which nothing is asked that was paid back.

    Returns
    -------
    Table
        The orders' columns, and: `day` (of payment), `buyer` (the customer; an order without one
        stands for itself), `known` (it has a customer).
    """
    orders = shop["orders"].filter(lambda t: t.paid_at.notnull())
    return orders.mutate(
        day=orders.paid_at.date(),
        known=orders.customer_id.notnull(),
        buyer=ibis.coalesce(orders.customer_id, ibis.literal("order ") + orders.order_id),
    )


def paid_orders(shop: Tables, *, refunds_by: Sequence[date] = ()) -> ibis.Table:
    """Give the paid orders, and what was paid back for them.

    Parameters
    ----------
    shop
        Needs orders; without refunds, nothing is known to be paid back.
    refunds_by
        Days; for the i-th, a column `refunded_i` holds what had been paid back by its end.

    Returns
    -------
    Table
        As `paid` gives them, and: `refunded` (money paid back for the order by as_of, decimal).
    """
    orders = paid(shop)
    names = ["refunded", *(f"refunded_{i}" for i in range(len(refunds_by)))]
    if not shop.has("refunds"):
        return orders.mutate(**dict.fromkeys(names, ibis.null(orders.paid_amount.type())))
    refunds = shop["refunds"]
    days = refunds.refunded_at.date()
    sums = [refunds.amount.sum()]
    sums += [(days <= ibis.literal(d)).ifelse(refunds.amount, 0).sum() for d in refunds_by]
    back = refunds.group_by("order_id").aggregate(**dict(zip(names, sums, strict=True)))
    joined = orders.left_join(back, "order_id").drop("order_id_right")
    return joined.mutate(**{n: joined[n].fill_null(0) for n in names})


def share_of_order(lines: ibis.Table) -> ibis.Value:
    """Give each line's share of what its order's lines paid; as good a share each of nothing."""
    order = ibis.window(group_by="order_id")
    paid = lines.paid_amount.cast("float64")
    return (paid / paid.sum().over(order).nullif(0)).fill_null(1.0 / lines.count().over(order))


def coupon_faces(shop: Tables) -> ibis.Table:
    """Give what coupons took off each order one was used on: order_id, coupon."""
    used = shop["coupons"].filter(lambda t: t.redeemed_order_id.notnull())
    return used.group_by(order_id="redeemed_order_id").aggregate(coupon=used.face_value.sum())


def freight(shop: Tables, spans: Spans) -> pd.Series:
    """Sum what the paid orders of each span were charged for freight; decimal, by span."""
    orders = paid_orders(shop)
    sums = {
        f"freight_{i}": inside(orders.day, days).ifelse(orders.shipping_amount, 0).sum()
        for i, days in enumerate(spans.values())
    }
    return add_up(shop, orders.aggregate(**sums), spans, (), ("freight",))["freight"]


def count_sales(
    shop: Tables, spans: Spans, by: Sequence[str], cut: Sequence[date]
) -> pd.DataFrame | None:
    """Count orders, buyers, units and money; None where there are no orders, or no such slices.

    `cut` holds, for each span, the last day whose refunds are taken off.
    """
    if not shop.has("orders"):
        return None
    sold = _sold(shop, by, cut)
    if sold is None:
        return None
    person = ["buyer", "day"] if visit_source(shop) == "traffic" else ["buyer"]
    parts = [_buying(shop, sold, spans, by, person)]
    if not by:
        parts += [_cash(shop, spans), _placed(shop, spans), _repeats(shop, spans)]
    elif tuple(by) == ("day",):
        parts += [_cash(shop, spans, by=by)]
    frame = beside([p for p in parts if p is not None])
    if "_refunds" in frame:
        frame["gmv_cash"] = frame["gmv_paid"] - frame.pop("_refunds")
    unknown = [] if shop.has("orders.customer_id") else ["buyers", "new_buyers", "returning_buyers"]
    unknown += [] if shop.has("refunds") else ["gmv_settled", "returned_orders"]
    unknown += [] if shop.has("order_lines") else ["units"]
    return frame.drop(columns=unknown, errors="ignore")


def _sold(shop: Tables, by: Sequence[str], cut: Sequence[date]) -> ibis.Table | None:
    """Give what was sold: one row per paid order, or per line where products are asked for."""
    orders = paid_orders(shop, refunds_by=cut)
    first = orders.group_by("buyer").aggregate(first_day=orders.day.min())
    orders = orders.left_join(first, "buyer").drop("buyer_right")
    back = [f"refunded_{i}" for i in range(len(cut))]
    wanted = ["order_id", *FACTS, "paid_amount", *back]
    if not {"product_id", "category"} & set(by):
        slices = [d for d in by if d not in wanted]
        sold = orders.select(*wanted, *slices)
        if not shop.has("order_lines"):
            return sold.mutate(units=ibis.null("int64"))
        lines = shop["order_lines"].group_by("order_id").aggregate(units=lambda t: t.quantity.sum())
        return sold.left_join(lines, "order_id").drop("order_id_right")
    if not shop.has("order_lines"):
        return None
    head = orders.select("order_id", *FACTS, *_own(by))
    lines = shop["order_lines"].select("order_id", "product_id", "quantity", "paid_amount")
    lines = lines.rename(units="quantity").inner_join(head, "order_id")
    return with_dimensions(shop, lines, by)


def _own(by: Sequence[str]) -> list[str]:
    return [d for d in by if d in ("channel", "region", "device")]


def _buying(
    shop: Tables, sold: ibis.Table, spans: Spans, by: Sequence[str], person: list[str]
) -> pd.DataFrame:
    by_line = "refunded_0" not in sold.columns
    sold = sold.filter(inside(sold.day, hull(spans)))
    # one row per order and slice, so that an order with two lines of a category counts once
    keys = list(dict.fromkeys([*by, *FACTS, "order_id"]))
    sums = {"paid_amount": sold.paid_amount.sum(), "units": sold.units.sum()}
    if not by_line:
        sums |= {f"refunded_{i}": sold[f"refunded_{i}"].sum() for i in range(len(spans))}
    orders = sold.group_by(keys).aggregate(**sums)
    flags: dict[str, ibis.Value] = {}

    def began(first: ibis.Value, days: Sequence[date]) -> ibis.BooleanValue:
        # sliced by day, the day itself is the period
        return first == orders.day.max() if "day" in by else inside(first, days)

    for i, days in enumerate(spans.values()):
        now = inside(orders.day, days)
        bought = now.any()
        first, known = orders.first_day.min(), orders.known.any()
        flags |= {
            f"orders_{i}": now.sum(),
            f"buyers_{i}": bought,
            f"new_buyers_{i}": bought & known & began(first, days),
            f"returning_buyers_{i}": bought & known & ~began(first, days),
            f"units_{i}": now.ifelse(orders.units, 0).sum(),
            f"gmv_paid_{i}": now.ifelse(orders.paid_amount, 0).sum(),
        }
        if not by_line:
            back = orders[f"refunded_{i}"]
            flags[f"gmv_settled_{i}"] = now.ifelse(orders.paid_amount - back, 0).sum()
            flags[f"returned_orders_{i}"] = (now & (back > 0)).sum()
    people = orders.group_by(list(dict.fromkeys([*by, *person]))).aggregate(**flags)
    terms = list(dict.fromkeys(name.rpartition("_")[0] for name in flags))
    return add_up(shop, people, spans, by, terms)


def _cash(shop: Tables, spans: Spans, by: Sequence[str] = ()) -> pd.DataFrame | None:
    if not shop.has("refunds"):
        return None
    refunds = shop["refunds"].mutate(day=lambda t: t.refunded_at.date())
    # a refund of an order that was never paid moved no money
    refunds = refunds.semi_join(paid_orders(shop), "order_id")
    sums = {
        f"_refunds_{i}": inside(refunds.day, days).ifelse(refunds.amount, 0).sum()
        for i, days in enumerate(spans.values())
    }
    rows = refunds.group_by(by).aggregate(**sums) if by else refunds.aggregate(**sums)
    return add_up(shop, rows, spans, by, ("_refunds",))


def _placed(shop: Tables, spans: Spans) -> pd.DataFrame:
    orders = shop["orders"].mutate(day=lambda t: t.created_at.date())
    sums = {
        f"gmv_placed_{i}": inside(orders.day, days).ifelse(orders.paid_amount, 0).sum()
        for i, days in enumerate(spans.values())
    }
    return add_up(shop, orders.aggregate(**sums), spans, (), ("gmv_placed",))


def _repeats(shop: Tables, spans: Spans) -> pd.DataFrame | None:
    if not shop.has("orders.customer_id"):
        return None
    orders = paid_orders(shop).filter(lambda t: t.customer_id.notnull())
    sums = {}
    for i, days in enumerate(spans.values()):
        year = orders.day.between(max(days) - timedelta(days=364), max(days))
        sums[f"n_{i}"] = year.sum()
    people = orders.group_by("customer_id").aggregate(**sums)
    flags = {}
    for i in range(len(spans)):
        flags[f"customers_365_{i}"] = people[f"n_{i}"] >= 1
        flags[f"repeat_customers_{i}"] = people[f"n_{i}"] >= 2
    terms = ("customers_365", "repeat_customers")
    return add_up(shop, people.select(**flags), spans, (), terms)
