"""What one order of a product leaves, for what carts left behind would have brought."""

from __future__ import annotations

import pandas as pd

from shophelm.shop.calendar import Period
from shophelm.shop.paid_lines import paid_lines, refunded_lines
from shophelm.shop.ratios import as_floats
from shophelm.shop.tables import Tables


def worth_per_order(shop: Tables, period: Period) -> tuple[pd.DataFrame, str]:
    """Give what an order's line of each product pays and leaves, in the mean of a period.

    Parameters
    ----------
    shop
        With orders and order_lines; refunds, and unit costs in products, add to it.
    period
        The days of payment.

    Returns
    -------
    DataFrame
        By product_id, money: paid, and worth. Worth is the contribution margin after refunds
        where every product sold in the period has a unit cost: what was paid for the lines, less
        what was paid back, less the cost of what was kept (goods come back in proportion to the
        money). Else the money paid, less what was paid back.
    str
        `margin`, `gmv`, or `unknown` where there are no orders.
    """
    if not shop.has("orders", "order_lines"):
        return pd.DataFrame({"paid": [], "worth": []}, dtype="float64"), "unknown"
    if shop.has("refunds"):
        lines = refunded_lines(shop, period)
    else:
        lines = paid_lines(shop, period).mutate(refunded=0)
    by = lines.group_by("product_id").aggregate(
        orders=lines.count(),
        paid=lines.paid_amount.sum(),
        back=lines.refunded.sum(),
        units=lines.quantity.sum(),
    )
    frame = shop.frame(by).set_index("product_id")
    frame = frame.apply(as_floats)
    kept = (frame["paid"] - frame["back"]).clip(lower=0)
    worth, worth_in = kept, "gmv"
    costs = _unit_costs(shop).reindex(frame.index)
    if len(frame) and costs.notna().all():
        share = (kept / frame["paid"].where(frame["paid"] > 0)).fillna(1)
        worth, worth_in = kept - costs * frame["units"] * share, "margin"
    per = frame["orders"]
    return pd.DataFrame({"paid": frame["paid"] / per, "worth": worth / per}), worth_in


def _unit_costs(shop: Tables) -> pd.Series:
    if not shop.filled("products.unit_cost"):
        return pd.Series(dtype="float64")
    costs = shop.frame(shop["products"].select("product_id", "unit_cost")).set_index("product_id")
    return as_floats(costs["unit_cost"])
