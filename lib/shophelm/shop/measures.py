"""The plain terms of `definitions`, counted in the engine.

Every count of people is made by grouping by the person first (one pass serves all spans), never
by an engine's own distinct count, which some engines approximate.

Visits come from `events` where the shop has them, otherwise from `traffic`; one ratio never mixes
the two. With `traffic`, people are counted per day and the days added up, for buyers too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

import ibis
import pandas as pd

from shophelm.shop.definitions import add_ratios
from shophelm.shop.tables import Tables

PAGES = ("home", "list", "search", "view")
SEEN = {"cart_visitors": "cart", "paying_visitors": "pay"}
FACTS = ("buyer", "known", "day", "first_day")
"""What is known of each order's buyer and day."""
DIMENSIONS = ("day", "channel", "region", "device", "product_id", "category")

Spans = Mapping[str, Sequence[date]]
"""Name of a span of time → its days, which need not be in one piece."""


def measure(
    shop: Tables,
    spans: Spans,
    *,
    by: Sequence[str] = (),
    refunds_by: Mapping[str, date] | None = None,
) -> pd.DataFrame:
    """Count the terms over each span, whole or by dimensions.

    Parameters
    ----------
    shop
        The shop; needs orders, events or traffic.
    spans
        The spans of days.
    by
        Some of `DIMENSIONS`. A visitor or buyer met in two slices counts in both, so slices of
        people add up to more than the whole. By product or category, money is the order lines'
        and leaves freight out.
    refunds_by
        Span → the last day whose refunds are taken off settled money, so that spans can be
        compared at the same age; by default every refund known at as_of.

    Returns
    -------
    DataFrame
        One row per span and slice, indexed by ("span", *by). Columns are terms; a term the shop's
        tables cannot give is absent, and so are all rows where nothing can be sliced so. Money
        is decimal, ratios are floats.
    """
    cut = [(refunds_by or {}).get(span, shop.as_of) for span in spans]
    parts = [_visits(shop, spans, by), _sales(shop, spans, by, cut)]
    parts = [p for p in parts if p is not None]
    if not parts:
        return pd.DataFrame(index=pd.MultiIndex.from_tuples([], names=["span", *by]))
    return add_ratios(_beside(parts).sort_index())


def visit_source(shop: Tables) -> str:
    """Name the table visits are counted from: `events`, `traffic`, or "" for none."""
    return next((t for t in ("events", "traffic") if shop.filled(t)), "")


def paid_orders(shop: Tables, *, refunds_by: Sequence[date] = ()) -> ibis.Table:
    """Give the paid orders.

    Parameters
    ----------
    shop
        Needs orders; without refunds, nothing is known to be paid back.
    refunds_by
        Days; for the i-th, a column `refunded_i` holds what had been paid back by its end.

    Returns
    -------
    Table
        The orders' columns, and: `day` (of payment), `buyer` (the customer; an order without one
        stands for itself), `known` (it has a customer), `refunded` (money paid back for it by
        as_of, decimal).
    """
    orders = shop["orders"].filter(lambda t: t.paid_at.notnull())
    orders = orders.mutate(
        day=orders.paid_at.date(),
        known=orders.customer_id.notnull(),
        buyer=ibis.coalesce(orders.customer_id, ibis.literal("order ") + orders.order_id),
    )
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


def freight(shop: Tables, spans: Spans) -> pd.Series:
    """Sum what the paid orders of each span were charged for freight; decimal, by span."""
    orders = paid_orders(shop)
    sums = {
        f"freight_{i}": inside(orders.day, days).ifelse(orders.shipping_amount, 0).sum()
        for i, days in enumerate(spans.values())
    }
    return _add_up(shop, orders.aggregate(**sums), spans, (), ("freight",))["freight"]


def inside(day: ibis.Value, days: Sequence[date]) -> ibis.BooleanValue:
    """Say whether a day is one of `days`, as a range where they are in one piece."""
    days = sorted(days)
    if (days[-1] - days[0]).days + 1 == len(days):
        return day.between(ibis.literal(days[0]), ibis.literal(days[-1]))
    return day.isin([ibis.literal(d) for d in days])


def _visits(shop: Tables, spans: Spans, by: Sequence[str]) -> pd.DataFrame | None:
    source = visit_source(shop)
    if source == "events":
        return _from_events(shop, spans, by)
    return _from_traffic(shop, spans, by) if source else None


def _from_events(shop: Tables, spans: Spans, by: Sequence[str]) -> pd.DataFrame | None:
    events = shop["events"].mutate(day=lambda t: t.occurred_at.date())
    events = _with_dimensions(shop, events, by)
    if events is None:
        return None
    events = events.filter(inside(events.day, _hull(spans)))
    flags = {}
    for i, days in enumerate(spans.values()):
        now = inside(events.day, days)
        flags[f"visitors_{i}"] = now.any()
        flags[f"page_views_{i}"] = (now & events.kind.isin(PAGES)).sum()
        flags |= {f"{term}_{i}": (now & (events.kind == k)).any() for term, k in SEEN.items()}
    visitors = events.group_by([*by, "visitor_id"]).aggregate(**flags)
    return _add_up(shop, visitors, spans, by, ("visitors", "page_views", *SEEN))


def _from_traffic(shop: Tables, spans: Spans, by: Sequence[str]) -> pd.DataFrame | None:
    grain = [d for d in by if d != "day"]
    if any(d not in ("channel", "product_id") for d in grain):
        return None
    traffic = shop["traffic"]
    for column in ("channel", "product_id"):
        kept = traffic[column].notnull() if column in grain else traffic[column].isnull()
        traffic = traffic.filter(kept)
    if not traffic.count().execute():
        return None
    traffic = traffic.rename(paying_visitors="buyers")
    terms = ["visitors", "page_views"]
    terms += [t for t in SEEN if shop.has(f"traffic.{'buyers' if t == 'paying_visitors' else t}")]
    sums = {
        f"{term}_{i}": inside(traffic.day, days).ifelse(traffic[term], 0).sum()
        for i, days in enumerate(spans.values())
        for term in terms
    }
    rows = traffic.filter(inside(traffic.day, _hull(spans)))
    rows = rows.group_by(by).aggregate(**sums) if by else rows.aggregate(**sums)
    return _add_up(shop, rows, spans, by, terms)


def _sales(
    shop: Tables, spans: Spans, by: Sequence[str], cut: Sequence[date]
) -> pd.DataFrame | None:
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
    frame = _beside([p for p in parts if p is not None])
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
    return _with_dimensions(shop, lines, by)


def _own(by: Sequence[str]) -> list[str]:
    return [d for d in by if d in ("channel", "region", "device")]


def _buying(
    shop: Tables, sold: ibis.Table, spans: Spans, by: Sequence[str], person: list[str]
) -> pd.DataFrame:
    by_line = "refunded_0" not in sold.columns
    sold = sold.filter(inside(sold.day, _hull(spans)))
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
    return _add_up(shop, people, spans, by, terms)


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
    return _add_up(shop, rows, spans, by, ("_refunds",))


def _placed(shop: Tables, spans: Spans) -> pd.DataFrame:
    orders = shop["orders"].mutate(day=lambda t: t.created_at.date())
    sums = {
        f"gmv_placed_{i}": inside(orders.day, days).ifelse(orders.paid_amount, 0).sum()
        for i, days in enumerate(spans.values())
    }
    return _add_up(shop, orders.aggregate(**sums), spans, (), ("gmv_placed",))


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
    return _add_up(shop, people.select(**flags), spans, (), terms)


def _add_up(
    shop: Tables, rows: ibis.Table, spans: Spans, by: Sequence[str], terms: Iterable[str]
) -> pd.DataFrame:
    """Sum columns named term_i over the slices, and lay the spans out as rows."""
    names = [f"{term}_{i}" for i in range(len(spans)) for term in terms]
    sums = {
        n: (rows[n].cast("int64") if rows[n].type().is_boolean() else rows[n]).sum() for n in names
    }
    wide = shop.frame(rows.group_by(list(by)).aggregate(**sums) if by else rows.aggregate(**sums))
    frames = []
    for i, span in enumerate(spans):
        part = wide[[*by, *(f"{term}_{i}" for term in terms)]].copy()
        part.columns = [*by, *terms]
        frames.append(part.assign(span=span))
    return pd.concat(frames).set_index(["span", *by])


def _beside(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Lay parts side by side; a slice that one of them does not have counts nothing there."""
    frame = pd.concat(parts, axis=1)
    return frame.apply(lambda c: c.fillna(Decimal(0) if c.dtype == object else 0))


def _with_dimensions(shop: Tables, rows: ibis.Table, by: Sequence[str]) -> ibis.Table | None:
    """Add the product's category where it is asked for; None where a dimension is not to be had."""
    if "category" in by:
        if not shop.has("products"):
            return None
        products = shop["products"].select("product_id", "category")
        rows = rows.left_join(products, "product_id").drop("product_id_right")
    return rows if all(d in rows.columns for d in by) else None


def _hull(spans: Spans) -> list[date]:
    days = [d for days in spans.values() for d in days]
    first, last = min(days), max(days)
    return [first + timedelta(days=i) for i in range((last - first).days + 1)]
