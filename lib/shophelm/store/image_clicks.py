"""Whose main picture is clicked less often than its peers', at equal place and equal words?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from shophelm.actions import HORIZON_DAYS
from shophelm.methods.expected_ratios import off_by_chance, shrink_ratios
from shophelm.methods.position_curve import explained_rates
from shophelm.methods.proportions import beyond_chance
from shophelm.shop.calendar import last_days
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.store.search_margins import margin_shares
from shophelm.words import Sentence, listing, plural, rate, sentence

FEWEST_PEERS = 3
"""Other products of its category below which a product is held against the whole shop."""
PULL = 20.0
"""Clicks' worth of doubt about a word's or a category's own rate."""
INTERVAL = 0.8
LOW, HIGH, LIKE_PEERS = "below its peers", "above its peers", "like its peers"
COLUMNS = [
    *("product_id", "product", "category", "peers", "words", "impressions", "clicks"),
    *("click_rate", "peers_rate", "ratio", "ratio_low", "ratio_high", "verdict"),
    *("extra_visitors", "worth", "worth_low", "worth_high", "worth_in"),
]


@question(
    "Whose main picture is clicked less often than its peers'?",
    "keywords.product_id",
    "keywords.impressions",
    "keywords.clicks",
    products="peers of the same category",
)
def image_clicks(shop: Tables, words: pd.DataFrame) -> pd.DataFrame:
    """Hold each product's click rate in search against its peers', place and words being equal.

    Parameters
    ----------
    shop
        Needs keywords by product, with impressions; positions where there are any.
    words
        As `keywords` gives them.

    Returns
    -------
    DataFrame
        One row per product shown in search: peers (products it is held against), words,
        impressions, clicks, click_rate, peers_rate (what its impressions would be clicked at the
        peers' rates), ratio (of the two, pulled to 1) with its 80% interval, verdict (`below its
        peers` or `above` at a false-discovery rate of 5 %), and for those below: extra_visitors
        (over 28 days at the peers' rate) and their worth with its 80% interval. Worth most first.

    Notes
    -----
    What its peers' rates are: the click rate its position explains, learnt from other products;
    times how other products shown for the same word, and other products of the category, are
    clicked against that, both pulled to 1. A searcher sees picture, price and sales together: a
    low rate may be the price's. Test the picture before believing it.
    """
    days = words.attrs["days"]
    words = words[words["product_id"].notna() & (words["impressions"].fillna(0) > 0)]
    words = words.reset_index(drop=True)
    sums = _by_product(words)
    judged = shrink_ratios(sums["clicks"], sums["expected"], interval=INTERVAL)
    judged = judged.set_index(sums.index)
    # its peers' clicks are all that is known of what is usual
    peers_clicks = sums.groupby("group")["clicks"].transform("sum") - sums["clicks"]
    found = beyond_chance(off_by_chance(sums["clicks"], sums["expected"], peers_clicks))
    side = pd.Series(np.where(judged["above"] > 0.5, HIGH, LOW), index=sums.index)
    frame = sums.assign(
        click_rate=sums["clicks"] / sums["impressions"],
        peers_rate=(sums["expected"] / sums["impressions"]).where(judged["ratio"].notna()),
        ratio=judged["ratio"],
        ratio_low=judged["low"],
        ratio_high=judged["high"],
        verdict=side.where(found, LIKE_PEERS).where(judged["ratio"].notna()),
    )
    period = last_days(shop.as_of, days=days)
    frame = _priced(frame, _value(words), margin_shares(shop, period), days).reset_index()
    order = ["worth", "extra_visitors", "ratio", "product_id"]
    ways = [False, False, True, True]
    return frame.sort_values(order, ascending=ways, ignore_index=True)[COLUMNS]


@carries_missing
def shown(frame: pd.DataFrame) -> pd.DataFrame:
    """Pick what a table of click rates shows: those off their peers."""
    rows = frame[frame["verdict"].isin([LOW, HIGH])]
    return rows.drop(columns=["product_id", "words", "peers"]).reset_index(drop=True)


@carries_missing
def find_image_clicks(frame: pd.DataFrame) -> list[Sentence]:
    """Name the products whose picture is clicked less, or more, often than its peers'."""
    known = frame[frame["verdict"].notna()]
    if known.empty:
        return [sentence("No two products are shown in search: there is nothing to compare.")]
    said = []
    for verdict, text in ((LOW, _LOW), (HIGH, _HIGH)):
        rows = known[known["verdict"] == verdict]
        rows = rows.sort_values(["ratio", "product_id"], ascending=[verdict == LOW, True])
        if len(rows):
            said.append(sentence(text, n=plural(len(rows), "product"), which=_which(rows)))
    return said or [
        sentence(
            "Of {n} shown in search none is clicked more or less often than its peers at its "
            "place.",
            n=plural(len(known), "product"),
        )
    ]


_LOW = (
    "At equal place and words, {n} clicked less often in search than peers: {which}. Picture, "
    "price or sales shown may be why."
)
_HIGH = "Clicked more often than peers, and worth learning from: {which}."


def _by_product(words: pd.DataFrame) -> pd.DataFrame:
    """Add up each product's words, with the clicks its peers' rates make them expect."""
    rows = words.assign(expected=_expected(words), group=_peer_group(words))
    sums = rows.groupby("product_id", sort=True).agg(
        product=("product", "first"), category=("category", "first"), group=("group", "first"),
        words=("keyword", "size"), impressions=("impressions", "sum"), clicks=("clicks", "sum"),
        expected=("expected", "sum"),
    )  # fmt: skip
    sums["peers"] = sums.groupby("group")["words"].transform("size") - 1
    return sums


def _which(rows: pd.DataFrame) -> str:
    return listing(
        [f"{r.product} ({rate(r.click_rate)} where {rate(r.peers_rate)} is usual)"
         for r in rows.itertuples()], most=3,
    )  # fmt: skip


def _expected(words: pd.DataFrame) -> np.ndarray:
    """Give the clicks to be expected at the peers' rates."""
    shown_often, clicks = words["impressions"].to_numpy(), words["clicks"].to_numpy()
    product = words["product_id"].to_numpy()
    rate_there, _ = explained_rates(
        words["position"].to_numpy(), clicks, shown_often, owner=product
    )
    expected = pd.Series(rate_there * shown_often, index=words.index)
    factor = 1.0
    for name in (_peer_group(words), words["keyword"]):
        factor = factor * _others(words["clicks"], expected * factor, name, words["product_id"])
    return (expected * factor).to_numpy()


def _others(
    clicks: pd.Series, expected: pd.Series, group: pd.Series, product: pd.Series
) -> pd.Series:
    """Give how other products of a group are clicked against what was expected, pulled to 1."""
    pair = pd.DataFrame({"clicks": clicks, "expected": expected})
    whole = pair.groupby(group).transform("sum")
    own = pair.groupby([group, product]).transform("sum")
    rest = whole - own
    return (rest["clicks"] + PULL) / (rest["expected"] + PULL)


def _peer_group(words: pd.DataFrame) -> pd.Series:
    """Name each row's peers: its category where that has products enough, else the shop."""
    category = words["category"].fillna("")
    members = pd.DataFrame({"category": category, "product": words["product_id"]})
    sizes = category.map(members.drop_duplicates()["category"].value_counts())
    return category.where((sizes > FEWEST_PEERS) & (category != ""), "the shop")


def _value(words: pd.DataFrame) -> pd.Series:
    """Give each product's UV value in search: its words' by their clicks."""
    weight = words["clicks"].clip(lower=0) + 1.0
    known = words["uv_shrunk"].notna()
    sums = (words["uv_shrunk"] * weight).where(known).groupby(words["product_id"]).sum(min_count=1)
    return sums / weight.where(known).groupby(words["product_id"]).sum(min_count=1)


def _priced(frame: pd.DataFrame, uv: pd.Series, margin: pd.Series, days: int) -> pd.DataFrame:
    """Price the visitors lacking where a product is below its peers."""
    share = margin.reindex(frame.index)
    value = uv.reindex(frame.index).astype("float64") * share.fillna(1.0)
    low = frame["verdict"] == LOW
    month = frame["expected"] * HORIZON_DAYS / days
    ends: dict[str, Any] = {"": "ratio", "_low": "ratio_high", "_high": "ratio_low"}
    worth = {f"worth{e}": (month * (1 - frame[c]) * value).where(low) for e, c in ends.items()}
    said = np.where(share.notna(), "margin", "gmv")
    known = worth["worth"].notna()
    return frame.assign(
        extra_visitors=(month * (1 - frame["ratio"])).where(low),
        worth_in=np.where(known, said, "unknown"),
        **worth,
    )
