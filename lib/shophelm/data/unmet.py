"""Unmet demand: searches, and long looks at a product, that end in nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd

from shophelm.data.visiting import begins_session
from shophelm.methods.empirical_bayes import discoveries, shrink_rates
from shophelm.shop.calendar import last_days
from shophelm.shop.journeys import Journeys, journeys
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.shop.titles import titled
from shophelm.words import Sentence, count, listing, rate, sentence

LONG = 0.75
"""A look is long when the product was looked at for longer than this share of all looks."""
FALSE_DISCOVERY = 0.05
COUNTS = ["of", "subject", "times", "nothing"]


@question(
    "What do visitors want that they do not find?",
    "events.keyword|events.dwell_seconds",
    products="products by title",
)
def unmet(shop: Tables, *, days: int = 84) -> pd.DataFrame:
    """Find words and products that are searched for, or looked at for long, in vain.

    A search ends in nothing if neither an item page nor a favourite, a cart or a payment follows
    before the next search or the end of the session. A long look is a product's pages seen in a
    session for longer, all together, than three quarters of all looks; it ends in nothing if the
    session holds no favourite, cart or payment of the product. Each word is held against the
    other words, each product against the other products, by empirical Bayes, so that a word
    searched for twice stays near what is usual.

    Parameters
    ----------
    shop
        Needs events with keywords or with dwell times.
    days
        Length of the period that ends on as_of.

    Returns
    -------
    DataFrame
        of ("search" or "long look"), subject (the word; the product's title), times (searches or
        long looks), nothing (those that ended so), share (drawn towards the usual one) with low
        and high (95 %), usual, excess (how many more ended in nothing than usual), found
        (kept at a false-discovery rate of 5 %). Searches first; in each, the largest excess first.
    """
    period = last_days(shop.as_of, days=days)
    events = journeys(shop, period, columns=["keyword", "product_id", "dwell_seconds"])
    looks = _long_looks(events)
    looks["subject"] = titled(shop, looks["subject"])
    parts = [_judged(counted) for counted in (_searches(events), looks) if len(counted)]
    columns = [*COUNTS, "share", "low", "high", "usual", "excess", "found"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


@carries_missing
def find_unmet(frame: pd.DataFrame) -> Sentence:
    """Name the words and products that are wanted in vain more than usual."""
    if frame.empty:
        return sentence("Nobody searched, or looked at a product for long, in this period.")
    said, values = [], {}
    for of, text in _SAID.items():
        rows = frame[frame["of"] == of]
        found = rows[rows["found"]]
        if len(rows):
            key = of.replace(" ", "_")
            said.append(text if len(found) else _USUAL[of])
            values[f"{key}_usual"] = rate(rows["usual"].iloc[0])
            values[f"{key}_which"] = listing(
                [
                    f"{r.subject} ({count(r.nothing)} of {count(r.times)})"
                    for r in found.itertuples()
                ]
                or [""]
            )
    return sentence(" ".join(said), **values)


_SAID = {
    "search": "Searches end in nothing more often than usual ({search_usual}) for {search_which}.",
    "long look": "Long looks end in nothing more often than usual ({long_look_usual}) at "
    "{long_look_which}.",
}
_USUAL = {
    "search": "No word is searched for in vain more often than usual ({search_usual}).",
    "long look": "No product is looked at for long in vain more often than usual "
    "({long_look_usual}).",
}


def _judged(counted: pd.DataFrame) -> pd.DataFrame:
    frame = counted.reset_index(drop=True)
    members = frame.rename(columns={"nothing": "yes", "times": "trials"})
    estimate = shrink_rates(members, interval=0.95)
    frame = frame.assign(
        share=estimate["shrunk"],
        low=estimate["rate_low"],
        high=estimate["rate_high"],
        usual=estimate["peers_rate"],
        excess=-estimate["gap"] * frame["times"],
        found=discoveries(1 - estimate["below"], false_discovery=FALSE_DISCOVERY),
    )
    order = ["excess", "subject"]
    return frame.sort_values(order, ascending=[False, True], ignore_index=True)


def _searches(events: Journeys) -> pd.DataFrame:
    keyword = events.words["keyword"]
    searches = events.is_kind("search") & (keyword.codes >= 0)
    if not searches.any():
        return pd.DataFrame(columns=COUNTS)
    # a search's stretch runs up to the next search, or the end of the session
    starts = np.flatnonzero(begins_session(events) | events.is_kind("search"))
    useful = events.is_kind("view", "favourite", "cart", "pay")
    followed = np.zeros(len(events), dtype=bool)
    followed[starts] = np.add.reduceat(useful, starts, dtype=np.int32) > 0
    words = keyword.codes[searches]
    return pd.DataFrame(
        {
            "of": "search",
            "subject": keyword.names,
            "times": np.bincount(words, minlength=len(keyword.names)),
            "nothing": np.bincount(words[~followed[searches]], minlength=len(keyword.names)),
        }
    )


def _long_looks(events: Journeys) -> pd.DataFrame:
    product = events.words["product_id"]
    session = np.cumsum(begins_session(events)) - 1 if len(events) else events.visitor
    views = events.is_kind("view") & (product.codes >= 0) & ~np.isnan(events.dwell)
    if not views.any():
        return pd.DataFrame(columns=COUNTS)
    side = len(product.names)
    place = session.astype(np.int64) * side + np.maximum(product.codes, 0)
    looks, which = np.unique(place[views], return_inverse=True)
    seconds = np.bincount(which, weights=events.dwell[views])
    wanted = events.is_kind("favourite", "cart", "pay") & (product.codes >= 0)
    long = looks[seconds > np.quantile(seconds, LONG)]
    vain = long[~np.isin(long, place[wanted])]
    frame = pd.DataFrame(
        {
            "of": "long look",
            "subject": product.names,
            "times": np.bincount(long % side, minlength=side),
            "nothing": np.bincount(vain % side, minlength=side),
        }
    )
    return frame[frame["times"] > 0]
