"""Products priced outside what their rivals ask."""

from __future__ import annotations

import pandas as pd

from shophelm.data.conversion_gaps import WINDOW
from shophelm.data.interest import steps_by_product, worth_of_a_sale
from shophelm.data.peers import FALSE_DISCOVERY, against_peers, laid_out, priced
from shophelm.methods.empirical_bayes import discoveries
from shophelm.shop.calendar import Period, last_days
from shophelm.shop.definitions import as_floats
from shophelm.shop.needs import question
from shophelm.shop.sales import paid_orders
from shophelm.shop.spans import inside
from shophelm.shop.tables import Tables
from shophelm.shop.titles import products_of

PRICED_OFF = "priced above its rivals"
TOLERANCE = 0.05
"""Rivals' prices that far above their dearest are still of their band."""


@question(
    "Which products are priced above their rivals and convert less than their peers?",
    "rivals.matched_product_id",
    "order_lines",
    "events.product_id|traffic.buyers",
    products="peers of the same category",
)
def priced_above(shop: Tables, *, days: int = WINDOW) -> pd.DataFrame:
    """Hold our price against the dearest look-alike's, and the buyers' share against the peers'.

    Both prices are of the days we sold the product on: ours the mean unit price of paid lines,
    each look-alike's weighted by the units we sold that day.

    Returns
    -------
    DataFrame
        One row per product more than 5 % dearer than its dearest look-alike, in `peers.COLUMNS`
        and price, rivals_price: trials are the product's visitors, the rate the share who paid
        for it. `found` where that share lags as well, false discoveries kept to 5 % of these
        rows; only then is it given a worth, the same money as of "high cart, low pay" and "high
        views, low cart", not more.

    Notes
    -----
    A hint: that a dear product sells less does not prove that its price is why.
    """
    period = last_days(shop.as_of, days=days)
    prices = _prices(shop, period)
    dear = prices[prices["price"] > (1 + TOLERANCE) * prices["rivals_price"]]
    steps, products = steps_by_product(shop, period), products_of(shop)
    counts = pd.DataFrame({"yes": steps["paying_visitors"], "trials": steps["visitors"]})
    judged = against_peers(counts, group=products["category"], high_is_bad=False)
    judged = judged[judged.index.isin(dear.index)]
    found = discoveries(judged["probability"], false_discovery=FALSE_DISCOVERY)
    value = worth_of_a_sale(shop, period)
    judged = priced(
        judged.assign(found=found), value[value.index.isin(found[found].index)], days=days
    )
    frame = laid_out(
        judged,
        products["title"],
        kind=PRICED_OFF,
        metric="pay_conversion",
        area="store",
        owner_role="product manager",
    )
    return frame.join(dear.set_axis("product:" + dear.index), on="subject")


def _prices(shop: Tables, period: Period) -> pd.DataFrame:
    """Give our mean price and the dearest look-alike's over the same units, by product."""
    orders = paid_orders(shop)
    orders = orders.filter(inside(orders.day, period.every_day)).select("order_id", "day")
    lines = shop["order_lines"].inner_join(orders, "order_id")
    sold = lines.group_by("product_id", "day").aggregate(
        units=lines.quantity.sum(), taken=(lines.unit_price * lines.quantity).sum()
    )
    rivals = shop["rivals"].filter(lambda t: t.matched_product_id.notnull())
    rivals = rivals.select("rival_id", "price", "day", product_id="matched_product_id")
    both = sold.inner_join(rivals, ["product_id", "day"])
    each = both.group_by("product_id", "rival_id").aggregate(
        units=both.units.sum(), taken=both.taken.sum(), asked=(both.price * both.units).sum()
    )
    frame = shop.frame(each.order_by("product_id", "rival_id")).set_index("product_id")
    sums = frame[["units", "taken", "asked"]].apply(as_floats)
    means = pd.DataFrame(
        {"price": sums["taken"] / sums["units"], "rivals_price": sums["asked"] / sums["units"]}
    )
    return means.groupby(level="product_id").agg({"price": "mean", "rivals_price": "max"})
