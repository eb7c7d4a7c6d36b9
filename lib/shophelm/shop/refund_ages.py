"""How long after a payment refunds still come."""

from __future__ import annotations

from shophelm.shop.sales import paid_orders
from shophelm.shop.tables import Tables


def ripe_age(shop: Tables, *, share: float = 0.9) -> int:
    """Give the age in days by which a share of the refunds known at as_of had come.

    Returns
    -------
    int
        Whole days from the day of payment; 0 where there is no refund to learn from.

    Notes
    -----
    Refunds of recent orders are seen only where they came early; a shop with a short history
    seems quicker than it is.
    """
    if not shop.filled("refunds") or not shop.filled("orders"):
        return 0
    orders = paid_orders(shop).select("order_id", "day")
    refunds = shop["refunds"].inner_join(orders, "order_id")
    ages = refunds.mutate(age=refunds.refunded_at.date().delta(refunds.day, unit="day"))
    counts = shop.frame(ages.group_by("age").aggregate(n=ages.count()).order_by("age"))
    if counts.empty:
        return 0
    reached = counts["n"].cumsum() / counts["n"].sum()
    return max(0, int(counts["age"][(reached >= share).idxmax()]))
