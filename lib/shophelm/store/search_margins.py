"""What share of a product's money is contribution margin, for pricing what searches bring."""

from __future__ import annotations

import pandas as pd

from shophelm.shop.calendar import Period
from shophelm.shop.paid_lines import paid_lines
from shophelm.shop.ratios import as_floats
from shophelm.shop.tables import Tables


def margin_shares(shop: Tables, period: Period) -> pd.Series:
    """Give each product's contribution margin as a share of what was paid for it.

    Returns
    -------
    Series
        By product_id: (paid − units × unit cost) / paid over the period's lines, refunds not
        taken off; of its list price where it sold nothing. Absent where the cost is not known.
    """
    if not shop.has("products.unit_cost"):
        return pd.Series(dtype="float64")
    products = shop["products"].filter(lambda t: t.unit_cost.notnull())
    listed = products.select("product_id", "list_price", "unit_cost").order_by("product_id")
    frame = shop.frame(listed).set_index("product_id").apply(as_floats)
    share = 1 - frame["unit_cost"] / frame["list_price"].where(frame["list_price"] > 0)
    if shop.has("orders", "order_lines"):
        lines = paid_lines(shop, period).group_by("product_id")
        sums = lines.aggregate(paid=lambda t: t.paid_amount.sum(), units=lambda t: t.quantity.sum())
        sold = shop.frame(sums.order_by("product_id")).set_index("product_id").apply(as_floats)
        sold = sold.reindex(frame.index)
        own = 1 - sold["units"] * frame["unit_cost"] / sold["paid"].where(sold["paid"] > 0)
        share = own.fillna(share)
    return share.dropna()
