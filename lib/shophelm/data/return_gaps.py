"""Products that come back more often than their peers."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd

from shophelm.data.interest import worth_of_a_sale
from shophelm.data.peers import against_peers, laid_out, priced
from shophelm.shop.calendar import Period, last_days
from shophelm.shop.needs import question
from shophelm.shop.paid_lines import refunded_lines
from shophelm.shop.ratios import as_floats
from shophelm.shop.refund_ages import ripe_age
from shophelm.shop.tables import Tables
from shophelm.shop.titles import products_of

WINDOW = 364
"""Returns are rare: fewer days would tell no product from chance in a small shop."""
HIGH_RETURNS = "high returns"


@question(
    "Which products come back more often than their peers?",
    "order_lines",
    "refunds",
    products="peers of the same category",
)
def returned(shop: Tables, *, days: int = WINDOW) -> pd.DataFrame:
    """Hold each product's share of paid lines with a refund against its category's.

    Lines count once they are as old as the age by which 90 % of the known refunds had come
    (`ripe_age`); the window of `days` ends that long before as_of.

    Returns
    -------
    DataFrame
        One row per sold product, in `peers.COLUMNS`: trials are paid order lines, the rate the
        share with a refund (of the line, or of the whole order where the line is not known).
        Worth is what returns at the peers' rate would save over 28 days: the money paid back per
        returned line, as margin (goods that come back are worth their cost again) where the cost
        is known, otherwise in full.
    """
    newest = shop.as_of - timedelta(days=ripe_age(shop))
    period = last_days(newest, days=days)
    lines = _lines(shop, period)
    products = products_of(shop)
    counts = lines[["yes", "trials"]]
    judged = against_peers(counts, group=products["category"], high_is_bad=True)
    sale = worth_of_a_sale(shop, period).reindex(lines.index)
    each = lines["refunded"] / lines["yes"].where(lines["yes"] > 0)
    value = each * sale["margin_share"].fillna(1.0)
    return laid_out(
        priced(judged, sale.assign(value=value), days=days),
        products["title"],
        kind=HIGH_RETURNS,
        metric="return_rate",
        area="supply_chain",
        owner_role="quality manager",
    )


def _lines(shop: Tables, period: Period) -> pd.DataFrame:
    """Count paid lines, those with a refund, and the money refunded, by product."""
    lines = refunded_lines(shop, period)
    sums = lines.group_by("product_id").aggregate(
        yes=lines.returned.cast("int64").sum(),
        trials=lines.count(),
        refunded=lines.refunded.sum(),
    )
    return shop.frame(sums.order_by("product_id")).set_index("product_id").apply(as_floats)
