"""How long after a payment refunds still come."""

from __future__ import annotations

from shophelm.shop.sales import paid_orders
from shophelm.shop.tables import Tables, once_per_shop

SHARE = 0.95


@once_per_shop
def refund_days(shop: Tables) -> float:
    """Give the days from payment within which 95 % of the shop's refunds came.

    Returns
    -------
    float
        0 where there is no refund to learn from.

    Notes
    -----
    Refunds of recent orders are seen only where they came early; a shop with a short history
    seems quicker than it is.
    """
    if not shop.filled("refunds") or not shop.filled("orders"):
        return 0.0
    orders = paid_orders(shop).select("order_id", "paid_at")
    rows = shop["refunds"].select("order_id", "refunded_at").inner_join(orders, "order_id")
    seconds = rows.refunded_at.epoch_seconds() - rows.paid_at.epoch_seconds()
    found = (seconds / 86_400.0).quantile(SHARE).to_pyarrow().as_py()
    return 0.0 if found is None else float(found)
