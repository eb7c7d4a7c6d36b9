"""The cells in which slices are looked for: money by order line, conversion by product visitor."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import ibis
import numpy as np
import pandas as pd

from shophelm.methods.main_effects import main_effects
from shophelm.shop.calendar import YEAR_OF_WEEKS
from shophelm.shop.dealing import dealt
from shophelm.shop.sales import paid_orders
from shophelm.shop.spans import inside, with_dimensions
from shophelm.shop.tables import Tables

BUYER = "new_or_returning"
BUCKETS = 128
MOST_VALUES = 200
"""Values of a dimension looked at one by one; smaller ones are looked at together."""
NOT_KNOWN, OTHERS = "(not known)", "(all others)"


def gmv_cells(
    shop: Tables, then: Sequence[date], now: Sequence[date]
) -> tuple[pd.DataFrame, tuple[float, float]]:
    """Sum GMV paid by channel, region, device, new or returning, category, product and bucket.

    Returns
    -------
    cells : DataFrame
        The dimensions the shop fills, bucket, units (order lines; orders where there are no
        lines), and the sums `slice_search.search` asks for.
    beside : (float, float)
        What no line holds, then and now: freight, and orders without lines.
    """
    orders = _orders(shop, then, now)
    sold = _by_line(shop, orders) if shop.has("order_lines") else orders.drop("order_id")
    dimensions = [d for d in sold.columns if d not in ("person", "amount", "now")]
    cells = _buckets(shop, sold, dimensions, _then_and_now(sold) | {"units": sold.count()})
    whole = shop.frame(orders.aggregate(**_then_and_now(orders))).astype(float).fillna(0).iloc[0]
    beside = tuple(float(whole[c] - cells[c].sum()) for c in ("then", "now"))
    return cells.assign(expected=cells["then"], fitted=cells["then"]), beside


def conversion_cells(shop: Tables, then: Sequence[date], now: Sequence[date]) -> pd.DataFrame:
    """Count product visitors, and those who paid for the product, by channel, category, product.

    Returns
    -------
    DataFrame
        The dimensions, bucket, units and visits_then, visits_now (product visitors), and the sums
        `slice_search.search` asks for: of those who paid, against what each cell's visitors would
        come to at the rates of the period before (main effects of the dimensions, since single
        cells are too small to have a rate).
    """
    events = shop["events"].filter(lambda t: t.product_id.notnull())
    events = _in_spans(events.mutate(day=events.occurred_at.date()), then, now)
    events = events.mutate(channel=_text(events.channel))
    seen = events.group_by("visitor_id", "channel", "product_id", "now").aggregate(
        paid=(events.kind == "pay").any()
    )
    seen = _with_category(shop, seen.rename(person="visitor_id"))
    dimensions = [d for d in ("channel", "category", "product_id") if d in seen.columns]
    one, paid = ibis.literal(1), seen.paid.ifelse(1, 0)
    sums = {
        "visits_then": seen.now.ifelse(0, one).sum(),
        "visits_now": seen.now.ifelse(one, 0).sum(),
        "then": seen.now.ifelse(0, paid).sum(),
        "now": seen.now.ifelse(paid, 0).sum(),
    }
    cells = _buckets(shop, seen, dimensions, sums)
    rate = main_effects(cells, dimensions_of(cells), yes="then", all_="visits_then")
    return cells.assign(
        units=cells["then"] + cells["now"],
        expected=cells["visits_now"] * rate,
        fitted=cells["visits_then"] * rate,
    )


def dimensions_of(cells: pd.DataFrame) -> list[str]:
    """List the dimensions among the columns of some cells."""
    names = ("channel", "region", "device", BUYER, "category", "product_id")
    return [d for d in names if d in cells]


def _orders(shop: Tables, then: Sequence[date], now: Sequence[date]) -> ibis.Table:
    """Give the orders paid in either span, in the dimensions of orders that the shop fills."""
    orders = paid_orders(shop)
    first = orders.group_by("buyer").aggregate(first_day=orders.day.min())
    orders = _in_spans(orders.left_join(first, "buyer").drop("buyer_right"), then, now)
    began = orders.now.ifelse(inside(orders.first_day, now), inside(orders.first_day, then))
    who = orders.known.ifelse(began.ifelse("new", "returning"), NOT_KNOWN)
    own = [d for d in ("channel", "region", "device") if shop.has(f"orders.{d}")]
    columns = {d: _text(orders[d]) for d in own}
    # who is new cannot be told from a short history
    if shop.has("orders.customer_id") and shop.first_day + YEAR_OF_WEEKS <= min(then):
        columns[BUYER] = who
    return orders.select("order_id", "now", person="buyer", amount="paid_amount", **columns)


def _by_line(shop: Tables, orders: ibis.Table) -> ibis.Table:
    lines = shop["order_lines"].select("order_id", "product_id", amount="paid_amount")
    each = lines.inner_join(orders.drop("amount"), "order_id").drop("order_id")
    return _with_category(shop, each)


def _then_and_now(rows: ibis.Table) -> dict[str, ibis.Value]:
    return {"then": rows.amount.sum(where=~rows.now), "now": rows.amount.sum(where=rows.now)}


def _in_spans(rows: ibis.Table, then: Sequence[date], now: Sequence[date]) -> ibis.Table:
    is_now = inside(rows.day, now)
    return rows.mutate(now=is_now).filter(is_now | inside(rows.day, then))


def _text(value: ibis.StringValue) -> ibis.StringValue:
    return value.fill_null(NOT_KNOWN)


def _with_category(shop: Tables, rows: ibis.Table) -> ibis.Table:
    joined = with_dimensions(shop, rows, ["category"])
    return rows if joined is None else joined.mutate(category=_text(joined.category))


def _buckets(
    shop: Tables, rows: ibis.Table, dimensions: Sequence[str], sums: dict[str, ibis.Value]
) -> pd.DataFrame:
    """Deal people to buckets by their ids, sum, and fold the rare values of each dimension."""
    cells = shop.frame(
        rows.group_by(*dimensions, bucket=dealt(rows.person, among=BUCKETS)).aggregate(**sums)
    )
    # sums are exact up to here, so that the order of rows changes nothing
    cells = cells.astype(dict.fromkeys(sums, np.float64)).fillna(dict.fromkeys(sums, 0.0))
    for d in dimensions:
        size = cells.assign(_size=cells["then"] + cells["now"]).groupby(d)["_size"].sum()
        large = size.sort_index().sort_values(ascending=False, kind="stable").index[:MOST_VALUES]
        cells[d] = cells[d].where(cells[d].isin(large), OTHERS)
    cells = cells.sort_values([*dimensions, "bucket"])
    return cells.groupby([*dimensions, "bucket"], as_index=False)[list(sums)].sum()
