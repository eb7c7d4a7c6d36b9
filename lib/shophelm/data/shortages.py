"""Products that are wanted while the shelf is empty."""

from __future__ import annotations

import pandas as pd
from scipy import stats

from shophelm.data.conversion_gaps import WINDOW
from shophelm.data.interest import INTEREST, product_events, traffic_by_product, worth_of_a_sale
from shophelm.data.peers import FALSE_DISCOVERY, against_peers, laid_out, priced
from shophelm.methods.empirical_bayes import discoveries
from shophelm.shop.calendar import Period, last_days
from shophelm.shop.needs import question
from shophelm.shop.tables import Tables
from shophelm.shop.titles import products_of
from shophelm.shop.visits import visit_source

OUT_OF_STOCK = "out of stock while wanted"


@question(
    "What is wanted while it is out of stock?",
    "stock",
    "events.product_id|traffic.product_id",
    "events.product_id|traffic.buyers",
    products="peers of the same category",
    order_lines="what the lost sales were worth",
)
def wanted_out_of_stock(shop: Tables, *, days: int = WINDOW) -> pd.DataFrame:
    """Count the visits on days that ended with an empty shelf, and what they would have bought.

    A product's visits of a day are expected to buy at its own rate on the days it was in stock,
    shrunk towards its category's; what was bought before the shelf was empty is taken off.

    Returns
    -------
    DataFrame
        One row per product with such visits, in `peers.COLUMNS`: trials are visits (people ×
        days) on those days, rate the share that bought all the same; rate_shrunk and its interval
        are of the days in stock, and so is peers_rate; probability is that at least one more sale
        would have been made; worth is over 28 days with the shelf empty as often.

    Notes
    -----
    Rather too little than too much: visits fall where the page shows the empty shelf, what is
    added to a basket on the way leaves no visit, and shelves are emptied on the days on which
    most visitors buy. Too much where a visitor came back another day and bought.
    """
    period = last_days(shop.as_of, days=days)
    visits = _visits(shop, period)
    products = products_of(shop)
    judged = against_peers(_side(visits, "in_stock"), group=products["category"], high_is_bad=False)
    there = _side(visits, "empty")
    there = there[there["trials"] > 0].sort_index()
    judged = judged.reindex(there.index)
    rate = there["yes"] / there["trials"]
    lost = pd.DataFrame(
        {
            "gap": judged["rate_shrunk"] - rate,
            "gap_low": judged["rate_low"] - rate,
            "gap_high": judged["rate_high"] - rate,
        }
    )
    sure = _sells_more(there, judged)
    judged = judged.assign(
        **lost,
        rate=rate,
        trials=there["trials"],
        probability=sure,
        found=discoveries(sure, false_discovery=FALSE_DISCOVERY),
    )
    return laid_out(
        priced(judged, worth_of_a_sale(shop, period), days=days),
        products["title"],
        kind=OUT_OF_STOCK,
        metric="units",
        area="supply_chain",
        owner_role="buyer",
    )


def _visits(shop: Tables, period: Period) -> pd.DataFrame:
    """Count visits and those that paid, by product, on days with and without stock."""
    if visit_source(shop) == "traffic":
        days = traffic_by_product(shop, period)
        days = days.mutate(seen=days.visitors, paid=days.paying_visitors)
    else:
        events = product_events(shop, period)
        people = events.group_by("visitor_id", "product_id", "day", "empty").aggregate(
            looked=events.kind.isin(INTEREST).any(), bought=(events.kind == "pay").any()
        )
        days = people.mutate(
            seen=people.looked.cast("int64"), paid=(people.looked & people.bought).cast("int64")
        )
    sums = days.group_by("product_id", "empty").aggregate(
        yes=days.paid.sum(), trials=days.seen.sum()
    )
    wide = shop.frame(sums).astype({"yes": "float64", "trials": "float64"})
    return wide.set_index(["empty", "product_id"]).sort_index()


def _side(visits: pd.DataFrame, which: str) -> pd.DataFrame:
    """Give one row per product seen at all, with its visits of one sort of day."""
    every = visits.index.get_level_values("product_id").unique().sort_values()
    side = visits[visits.index.get_level_values("empty") == (which == "empty")]
    return side.droplevel("empty").reindex(every, fill_value=0.0)


def _sells_more(there: pd.DataFrame, judged: pd.DataFrame) -> pd.Series:
    """Give the chance that those visits, in stock, would have bought more than they did.

    The own rate's posterior stands as the beta distribution of its mean and interval.
    """
    middle, width = judged["rate_shrunk"], judged["rate_high"] - judged["rate_low"]
    spread = width / (2 * stats.norm.ppf(0.9))
    size = (middle * (1 - middle) / spread**2 - 1).clip(lower=1e-6)
    chance = stats.betabinom.sf(there["yes"], there["trials"], middle * size, (1 - middle) * size)
    return pd.Series(chance, index=there.index)
