"""Visits that searches bring to each product, day by day, as arrays: organic ones only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import numpy as np
import pandas as pd

from shophelm.shop.calendar import Period
from shophelm.shop.ratios import as_floats
from shophelm.shop.spans import inside
from shophelm.shop.tables import Tables

CHANNELS = ("search", "organic search", "手淘搜索")
"""Channels by which a search without an advertisement comes, as exports name them."""
SOURCES = ("keywords", "traffic", "events")
_COUNTS = ("visits", "buyers", "gmv")


@dataclass(frozen=True, slots=True)
class SearchDays:
    """Search visits by product and day.

    Attributes
    ----------
    source
        The table they are counted from.
    products
        Product ids, in order.
    period
        The days.
    visits, buyers, gmv
        Products × days; buyers and gmv are null throughout where the source does not know them.
    """

    source: str
    products: pd.Index
    period: Period
    visits: np.ndarray
    buyers: np.ndarray
    gmv: np.ndarray


def search_days(
    shop: Tables, period: Period, *, source: str, channels: Sequence[str] = CHANNELS
) -> SearchDays:
    """Lay out the organic search visits of every product on every day of a period.

    From `keywords` visits are the clicks of the product's words; a word that cost money on any
    day of the period is left out whole, since turning its spend on and off would look like a
    change of the organic search. From `traffic` they are the visitors of the search channels,
    less the clicks of such words; from `events` the visitors who saw the product in a visit of
    these channels. The last two also count who only passed by on the way to another product.

    Parameters
    ----------
    shop
        Needs the source.
    period
        The days.
    source
        One of `SOURCES`.
    channels
        Names of the channels of organic search.
    """
    rows = _ROWS[source](shop, period, channels)
    frame = shop.frame(rows.order_by("product_id", "day"))
    products = pd.Index(frame["product_id"].unique(), dtype="str")
    at = products.get_indexer(frame["product_id"])
    day = np.array([(d - period.first).days for d in frame["day"]], dtype=int)
    shape = (len(products), period.days)
    laid = {}
    for name in _COUNTS:
        values = as_floats(frame[name]).to_numpy()
        known = ~np.isnan(values).all() if len(values) else False
        laid[name] = np.full(shape, 0.0 if known or name == "visits" else np.nan)
        if known:
            np.add.at(laid[name], (at, day), np.nan_to_num(values))
    return SearchDays(source, products, period, **laid)


def sources(shop: Tables) -> list[str]:
    """List the tables search visits of products can be counted from, the most telling first."""
    asked = {
        "keywords": ("keywords.product_id", "keywords.clicks"),
        "traffic": ("traffic.product_id", "traffic.channel"),
        "events": ("events.product_id", "events.channel"),
    }
    return [s for s in SOURCES if all(map(shop.filled, asked[s]))]


def bought_words(shop: Tables, period: Period) -> ibis.Table:
    """Give the words of products that cost money on some day of a period: keyword, product_id."""
    words = shop["keywords"]
    words = words.filter(inside(words.day, period.every_day), words.cost > 0)
    return words.select("keyword", "product_id").distinct()


def _from_keywords(shop: Tables, period: Period, channels: Sequence[str]) -> ibis.Table:  # noqa: ARG001 - as its likes
    words = shop["keywords"]
    words = words.filter(inside(words.day, period.every_day), words.product_id.notnull())
    words = words.anti_join(bought_words(shop, period), ["keyword", "product_id"])
    return words.group_by("product_id", "day").aggregate(
        visits=lambda t: t.clicks.sum(),
        buyers=lambda t: t.buyers.sum(),
        gmv=lambda t: t.paid_amount.sum(),
    )


def _from_traffic(shop: Tables, period: Period, channels: Sequence[str]) -> ibis.Table:
    traffic = shop["traffic"]
    traffic = traffic.filter(
        inside(traffic.day, period.every_day),
        traffic.product_id.notnull(),
        traffic.channel.isin(list(channels)),
    )
    rows = traffic.group_by("product_id", "day").aggregate(
        visits=lambda t: t.visitors.sum(),
        buyers=lambda t: t.buyers.sum(),
        gmv=lambda t: t.paid_amount.sum(),
    )
    if not shop.filled("keywords.cost"):
        return rows
    words = shop["keywords"].filter(lambda t: inside(t.day, period.every_day))
    bought = words.semi_join(bought_words(shop, period), ["keyword", "product_id"])
    bought = bought.group_by("product_id", "day").aggregate(bought=lambda t: t.clicks.sum())
    joined = rows.left_join(bought, ["product_id", "day"])
    organic = ibis.greatest(joined.visits - joined.bought.fill_null(0), 0)
    return joined.mutate(visits=organic).select("product_id", "day", *_COUNTS)


def _from_events(shop: Tables, period: Period, channels: Sequence[str]) -> ibis.Table:
    events = shop["events"].mutate(day=lambda t: t.occurred_at.date())
    events = events.filter(
        inside(events.day, period.every_day),
        events.product_id.notnull(),
        events.channel.isin(list(channels)),
    )
    people = events.group_by("product_id", "day", "visitor_id").aggregate(
        paid=lambda t: (t.kind == "pay").any()
    )
    return people.group_by("product_id", "day").aggregate(
        visits=lambda t: t.count(),
        buyers=lambda t: t.paid.sum(),
        gmv=ibis.null("float64"),
    )


_ROWS = {"keywords": _from_keywords, "traffic": _from_traffic, "events": _from_events}
