"""What adds up day by day: visits, buyers and money by channel, and money by category."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import ibis
import pandas as pd

from shophelm.shop.calendar import Period
from shophelm.shop.sales import paid_orders, share_of_order
from shophelm.shop.spans import spread
from shophelm.shop.tables import Tables, once_per_shop
from shophelm.shop.visits import visit_source

UNKNOWN = "not known"
"""The channel, or category, of what names none."""


@dataclass(frozen=True, slots=True)
class DailyFacts:
    """Days × names, from the shop's first day to its last; nothing is counted twice.

    Attributes
    ----------
    period
        The days.
    visits, buyers, gmv
        By channel. A visitor's day counts once, for the channel it began with, and so does a
        buyer's; an order's money belongs to its channel. Visits are None where nobody counts them.
    by_category
        Money by category; None where products have none.
    """

    period: Period
    visits: pd.DataFrame | None
    buyers: pd.DataFrame
    gmv: pd.DataFrame
    by_category: pd.DataFrame | None

    @property
    def totals(self) -> pd.DataFrame:
        """Visits (0 where nobody counts them), buyers and gmv of all channels, by day."""
        return totals(self.visits, self.buyers, self.gmv)


def totals(visits: pd.DataFrame | None, buyers: pd.DataFrame, gmv: pd.DataFrame) -> pd.DataFrame:
    """Add days × channels up to visits (0 where nobody counts them), buyers and gmv, by day."""
    counted = 0.0 if visits is None else visits.sum(axis=1)
    sums = {"visits": counted, "buyers": buyers.sum(axis=1), "gmv": gmv.sum(axis=1)}
    return pd.DataFrame(sums, index=gmv.index)


@once_per_shop
def daily_facts(shop: Tables) -> DailyFacts:
    """Count visits, buyers and money by day and channel, each once, so that they add up; kept.

    Parameters
    ----------
    shop
        Needs orders; with events or traffic, visits are counted, too.

    Notes
    -----
    Visits of daily exports are those of the export's channels, in which a visitor may stand twice.
    """
    period = Period(shop.first_day, shop.as_of)
    orders = paid_orders(shop)
    channel = orders.channel.fill_null(UNKNOWN) if "channel" in orders.columns else UNKNOWN
    orders = orders.mutate(channel=channel)
    first = orders.group_by("buyer", "day").aggregate(
        channel=orders.channel.first(order_by=[orders.paid_at, orders.order_id])
    )
    buyers = first.group_by("day", "channel").aggregate(value=first.count())
    gmv = orders.group_by("day", "channel").aggregate(value=orders.paid_amount.sum())
    return DailyFacts(
        period,
        _visits(shop, period),
        _wide(shop, buyers, "channel", period.every_day),
        _wide(shop, gmv, "channel", period.every_day),
        _by_category(shop, period),
    )


def _visits(shop: Tables, period: Period) -> pd.DataFrame | None:
    """Count each visitor's day once, for the channel it began with."""
    source = visit_source(shop)
    if not source:
        return None
    rows = shop[source]
    named = "channel" in rows.columns and shop.filled(f"{source}.channel")
    if source == "traffic":
        if "product_id" in rows.columns:
            rows = rows.filter(rows.product_id.isnull())
        rows = rows.filter(rows.channel.notnull() if named else rows.visitors.notnull())
        name = rows.channel if named else ibis.literal(UNKNOWN)
        counts = rows.group_by("day", channel=name).aggregate(value=rows.visitors.sum())
        return _wide(shop, counts, "channel", period.every_day)
    name = rows.channel.fill_null(UNKNOWN) if named else ibis.literal(UNKNOWN)
    rows = rows.select("visitor_id", "occurred_at", "event_id", channel=name)
    first = rows.group_by("visitor_id", day=rows.occurred_at.date()).aggregate(
        channel=rows.channel.first(order_by=[rows.occurred_at, rows.event_id])
    )
    counts = first.group_by("day", "channel").aggregate(value=first.count())
    return _wide(shop, counts, "channel", period.every_day)


def _by_category(shop: Tables, period: Period) -> pd.DataFrame | None:
    """Share each order's money among its lines by what they paid, and add it up by category."""
    if not shop.filled("order_lines") or not shop.filled("products.category"):
        return None
    orders = paid_orders(shop).select("order_id", "day", of_order="paid_amount")
    lines = shop["order_lines"].select("order_id", "product_id", "paid_amount")
    lines = lines.inner_join(orders, "order_id")
    names = shop["products"].select("product_id", "category")
    lines = lines.left_join(names, "product_id").drop("product_id_right")
    share = share_of_order(lines)
    lines = lines.mutate(
        category=lines.category.fill_null(UNKNOWN),
        value=(lines.of_order.cast("float64") * share).round(6).cast("decimal(28, 6)"),
    )
    sums = lines.group_by("day", "category").aggregate(value=lines["value"].sum())
    return _wide(shop, sums, "category", period.every_day)


def _wide(shop: Tables, sums: ibis.Table, name: str, days: list[date]) -> pd.DataFrame:
    """Lay sums out: a row per day, a column per name, 0 where there is nothing."""
    values = shop.frame(sums).set_index(["day", name])["value"]
    return spread(values, days).sort_index(axis=1)
