"""Products priced outside what their rivals ask."""

from __future__ import annotations

import pandas as pd

from shophelm.data.conversion_gaps import WINDOW
from shophelm.data.interest import steps_by_product, worth_of_a_sale
from shophelm.data.peers import FALSE_DISCOVERY, against_peers, laid_out, priced
from shophelm.methods.empirical_bayes import discoveries
from shophelm.shop.calendar import Period, last_days
from shophelm.shop.needs import question
from shophelm.shop.ratios import as_floats
from shophelm.shop.sales import paid_orders
from shophelm.shop.spans import inside
from shophelm.shop.tables import Tables
from shophelm.shop.titles import products_of

DEAR, CHEAP = "priced above its rivals", "priced below its rivals"
TOLERANCE = 0.05
"""Prices that far beyond the rivals' own are still of their band."""


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
    dear = prices[prices["price"] > (1 + TOLERANCE) * prices["dearest"]]
    judged = _lagging(shop, period, dear.index)
    value = worth_of_a_sale(shop, period)
    value = value[value.index.isin(judged.index[judged["found"]])]
    return _laid_out(shop, priced(judged, value, days=days), dear, DEAR, "dearest")


@question(
    "Which products are priced below their rivals, and convert less than their peers all the same?",
    "rivals.matched_product_id",
    "order_lines",
    "events.product_id|traffic.buyers",
    products="peers of the same category",
)
def priced_below(shop: Tables, *, days: int = WINDOW) -> pd.DataFrame:
    """Name products cheaper than any look-alike whose low price buys no buyers.

    Returns
    -------
    DataFrame
        As `priced_above` gives it, of products more than 5 % cheaper than their cheapest
        look-alike. `worth` is null: what a higher price brings, only a test of it can tell.
    """
    period = last_days(shop.as_of, days=days)
    prices = _prices(shop, period)
    cheap = prices[prices["price"] < (1 - TOLERANCE) * prices["cheapest"]]
    judged = _lagging(shop, period, cheap.index)
    nothing = pd.DataFrame(columns=["value", "worth_in"])
    return _laid_out(shop, priced(judged, nothing, days=days), cheap, CHEAP, "cheapest")


def _lagging(shop: Tables, period: Period, some: pd.Index) -> pd.DataFrame:
    """Hold the share of visitors who pay against the peers' share, for some products."""
    steps, products = steps_by_product(shop, period), products_of(shop)
    counts = pd.DataFrame({"yes": steps["paying_visitors"], "trials": steps["visitors"]})
    judged = against_peers(counts, group=products["category"], high_is_bad=False)
    judged = judged[judged.index.isin(some)]
    found = discoveries(judged["probability"], false_discovery=FALSE_DISCOVERY)
    return judged.assign(found=found)


def _laid_out(
    shop: Tables, judged: pd.DataFrame, prices: pd.DataFrame, kind: str, rival: str
) -> pd.DataFrame:
    frame = laid_out(
        judged,
        products_of(shop)["title"],
        kind=kind,
        metric="pay_conversion",
        area="store",
        owner_role="product manager",
    )
    own = prices.reindex([s.removeprefix("product:") for s in frame["subject"]])
    return frame.assign(price=own["price"].to_numpy(), rivals_price=own[rival].to_numpy())


def _prices(shop: Tables, period: Period) -> pd.DataFrame:
    """Give, by product: price (our mean), and its cheapest and dearest look-alike's price.

    All are over the same units.
    """
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
    ours, theirs = sums["taken"] / sums["units"], sums["asked"] / sums["units"]
    means = pd.DataFrame({"price": ours, "cheapest": theirs, "dearest": theirs})
    columns = {"price": "mean", "cheapest": "min", "dearest": "max"}
    return means.groupby(level="product_id").agg(columns)
