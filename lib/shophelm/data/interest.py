"""What visitors did with each product, and what a sale of it brings."""

from __future__ import annotations

import ibis
import pandas as pd

from shophelm.shop.calendar import Period
from shophelm.shop.ratios import as_floats
from shophelm.shop.sales import paid_orders
from shophelm.shop.spans import inside
from shophelm.shop.tables import Tables
from shophelm.shop.visits import visit_source

INTEREST = ("view", "favourite", "cart")
STEPS = ("visitors", "cart_visitors", "paying_visitors", "paid_after_cart")


def steps_by_product(shop: Tables, period: Period) -> pd.DataFrame:
    """Count how far the visitors of each product went, on days when it was in stock.

    Days that ended with nothing on hand are left out, where stock is known: what was lost on them
    was lost to the empty shelf. A payment counts on any day.

    Returns
    -------
    DataFrame
        By product_id: visitors, cart_visitors and paying_visitors of the product, and
        paid_after_cart (carting visitors who paid). From events, people over the whole period;
        from traffic, the days' people added up, and whoever paid is taken to have carted.
    """
    if visit_source(shop) == "traffic":
        days = traffic_by_product(shop, period)
        sums = days.filter(~days.empty).group_by("product_id")
        counted = sums.aggregate(**{c: days[c].sum() for c in STEPS[:3]})
        frame = shop.frame(counted).set_index("product_id").astype("float64")
        # some exports count buyers who carted on an earlier day
        return frame.assign(
            paid_after_cart=frame[["paying_visitors", "cart_visitors"]].min(axis=1, skipna=False)
        )
    events = product_events(shop, period)
    people = events.group_by("visitor_id", "product_id").aggregate(
        seen=(events.kind.isin(INTEREST) & ~events.empty).any(),
        carted=((events.kind == "cart") & ~events.empty).any(),
        paid=(events.kind == "pay").any(),
    )
    counted = people.group_by("product_id").aggregate(
        visitors=people.seen.cast("int64").sum(),
        cart_visitors=people.carted.cast("int64").sum(),
        paying_visitors=(people.seen & people.paid).cast("int64").sum(),
        paid_after_cart=(people.carted & people.paid).cast("int64").sum(),
    )
    return shop.frame(counted).set_index("product_id").astype("float64")


def product_events(shop: Tables, period: Period) -> ibis.Table:
    """Give the period's events about a product, with `day` and whether its shelf was `empty`."""
    events = shop["events"].mutate(day=lambda t: t.occurred_at.date())
    events = events.filter(events.product_id.notnull() & inside(events.day, period.every_day))
    return _with_shelf(shop, events.select("visitor_id", "product_id", "day", "kind"))


def traffic_by_product(shop: Tables, period: Period) -> ibis.Table:
    """Give the period's daily people by product and day, with whether its shelf was `empty`.

    Rows of all channels together where there are any, otherwise the channels added up.
    """
    traffic = shop["traffic"]
    rows = traffic.filter(traffic.product_id.notnull() & inside(traffic.day, period.every_day))
    whole = rows.filter(rows.channel.isnull())
    rows = whole if whole.count().execute() else rows
    days = rows.group_by("product_id", "day").aggregate(
        visitors=rows.visitors.sum(),
        cart_visitors=rows.cart_visitors.sum(),
        paying_visitors=rows.buyers.sum(),
    )
    return _with_shelf(shop, days)


def worth_of_a_sale(shop: Tables, period: Period) -> pd.DataFrame:
    """Work out what one more buyer of each product brings.

    Returns
    -------
    DataFrame
        By product_id: value (contribution margin of its mean paid line: paid amount − quantity ×
        unit cost, refunds not taken off; the paid amount where its cost is not known), worth_in
        (margin or gmv), margin_share (of the paid amount; null where the cost is not known).
        A product without a paid line in the period is valued at one unit of its list price; one
        without either is absent.
    """
    parts = [p for p in (_sold(shop, period), _listed(shop)) if p is not None]
    if not parts:
        return pd.DataFrame(columns=["value", "worth_in", "margin_share"])
    frame = pd.concat(parts)
    frame = frame[~frame.index.duplicated() & (frame["paid"] > 0)]
    share = 1 - frame["cost"] / frame["paid"]
    known = share.notna()
    return pd.DataFrame(
        {
            "value": (frame["paid"] * share.where(known, 1)) / frame["lines"],
            "worth_in": known.map({True: "margin", False: "gmv"}),
            "margin_share": share,
        }
    )


def _sold(shop: Tables, period: Period) -> pd.DataFrame | None:
    if not shop.has("orders", "order_lines"):
        return None
    orders = paid_orders(shop)
    orders = orders.filter(inside(orders.day, period.every_day)).select("order_id")
    lines = shop["order_lines"].inner_join(orders, "order_id")
    sums = lines.group_by("product_id").aggregate(
        paid=lines.paid_amount.sum(), units=lines.quantity.sum(), lines=lines.count()
    )
    return _with_cost(shop, shop.frame(sums.order_by("product_id")).set_index("product_id"))


def _listed(shop: Tables) -> pd.DataFrame | None:
    if not shop.has("orders", "products"):
        return None
    products = shop["products"]
    listed = products.filter(products.list_price.notnull())
    one = listed.select("product_id", paid=listed.list_price).mutate(units=1, lines=1)
    return _with_cost(shop, shop.frame(one.order_by("product_id")).set_index("product_id"))


def _with_cost(shop: Tables, sums: pd.DataFrame) -> pd.DataFrame:
    costs = pd.Series(dtype="float64")
    if shop.has("products"):
        products = shop["products"].select("product_id", "unit_cost")
        costs = as_floats(shop.frame(products).set_index("product_id")["unit_cost"])
    frame = sums.apply(as_floats)
    return frame.assign(cost=frame["units"] * costs.reindex(frame.index))


def _with_shelf(shop: Tables, rows: ibis.Table) -> ibis.Table:
    if not shop.has("stock"):
        return rows.mutate(empty=ibis.literal(value=False))
    shelves = (
        shop["stock"].group_by("product_id", "day").aggregate(on_hand=lambda t: t.on_hand.sum())
    )
    gone = shelves.filter(shelves.on_hand == 0).select("product_id", "day")
    joined = rows.left_join(gone.mutate(gone=ibis.literal(value=True)), ["product_id", "day"])
    joined = joined.mutate(empty=joined.gone.fill_null(False))
    return joined.select(*rows.columns, "empty")
