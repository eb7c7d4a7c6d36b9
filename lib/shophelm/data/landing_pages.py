"""Landing pages whose visitors cart less than those of pages of the same kind."""

from __future__ import annotations

import math

import pandas as pd

from shophelm.data.conversion_gaps import WINDOW
from shophelm.data.peers import against_peers, laid_out, priced
from shophelm.shop.calendar import Period, last_days
from shophelm.shop.measures import measure
from shophelm.shop.needs import question
from shophelm.shop.ratios import as_floats
from shophelm.shop.spans import inside
from shophelm.shop.tables import Tables

LANDING = ("home", "list", "search")
PAGE_LOSES = "page with low cart"


@question(
    "Which landing pages bring visitors who cart less than those of similar pages?",
    "events.page",
    orders="what more orders would be worth",
)
def pages_not_carting(shop: Tables, *, days: int = WINDOW) -> pd.DataFrame:
    """Hold the share of each landing page's visits that cart something against similar pages'.

    Pages are alike when the part of their name before the first "/" is the same (note/a and
    note/b); a page that has no like is left out, because a home page and a live room are there
    for different things. A visit is a person on a day; one that lands on two pages counts for
    both.

    Returns
    -------
    DataFrame
        One row per such page, in `peers.COLUMNS`, its subject "page:NAME": trials are visits, the
        rate the share of them that put anything in the cart; worth is the money of an order times
        the share of carting visits that pay, in GMV.

    Notes
    -----
    Whom a page brings and what it shows are part of its rate: a gap says where to look, and not
    that the page's look is to blame.
    """
    period = last_days(shop.as_of, days=days)
    visits = _visits(shop, period)
    names = visits.index.to_series().str.strip("/")
    names = names[names.str.contains("/", regex=False)].str.split("/", n=1).str[0]
    names = names[names.map(names.value_counts()) > 1]
    visits = visits.loc[names.index]
    judged = against_peers(visits, group=names, high_is_bad=False, fewest=2)
    money = pd.DataFrame(
        {"value": _order_value(shop, period), "worth_in": "gmv"}, index=visits.index
    )
    money["value"] *= visits["paid"].sum() / max(visits["yes"].sum(), 1)
    return laid_out(
        priced(judged, money, days=days),
        pd.Series(dtype=str),
        kind=PAGE_LOSES,
        metric="cart_rate",
        area="promotion",
        owner_role="content manager",
        subject="page",
    )


def _visits(shop: Tables, period: Period) -> pd.DataFrame:
    """Count each landing page's visits (people × days): all, those that carted, that then paid."""
    events = shop["events"].mutate(day=lambda t: t.occurred_at.date())
    events = events.filter(inside(events.day, period.every_day))
    landed = events.filter(events.kind.isin(LANDING) & events.page.contains("/"))
    landed = landed.select("visitor_id", "day", "page").distinct()
    did = events.group_by("visitor_id", "day").aggregate(
        carted=(events.kind == "cart").any(), paid=(events.kind == "pay").any()
    )
    visits = landed.inner_join(did, ["visitor_id", "day"])
    counted = visits.group_by("page").aggregate(
        trials=visits.count(),
        yes=visits.carted.cast("int64").sum(),
        paid=(visits.carted & visits.paid).cast("int64").sum(),
    )
    return shop.frame(counted.order_by("page")).set_index("page").astype("float64")


def _order_value(shop: Tables, period: Period) -> float:
    if not shop.has("orders"):
        return math.nan
    counted = measure(shop, {"now": period.every_day})
    return float(as_floats(counted["average_order_value"]).iloc[0])
