"""What goes with a better place in search: an association, not its cause."""

from __future__ import annotations

import numpy as np
import pandas as pd

from shophelm.methods.proportions import beyond_chance
from shophelm.methods.rank_ties import rank_ties
from shophelm.shop.calendar import Period, last_days
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.paid_lines import paid_lines
from shophelm.shop.ratios import as_floats
from shophelm.shop.tables import Tables
from shophelm.store.search_words import brands_of, plain
from shophelm.store.title_cutting import covered_share
from shophelm.words import Sentence, listing, number, plural, sentence

FACTORS = {
    "sales_velocity": "units sold a day",
    "reviews": "reviews",
    "rating": "rating",
    "conversion": "conversion in search",
    "title_match": "words held by the title",
}
COLUMNS = ["factor", "members", "tie", "tie_low", "tie_high", "p_value", "found"]


@question(
    "What goes with a better place in search?",
    "keywords.position",
    "keywords.product_id",
    products="products compared within their category; title match",
    order_lines="sales velocity",
    reviews="reviews and rating",
)
def position_ties(shop: Tables, words: pd.DataFrame) -> pd.DataFrame:
    """Correlate products' places in search with what might go with them, within categories.

    Parameters
    ----------
    shop
        Needs keywords with position and product.
    words
        As `keywords` gives them.

    Returns
    -------
    DataFrame
        One row per factor the shop knows: sales_velocity (units a day), reviews and rating (mean)
        by as_of, conversion (in search, pulled to the other words'), title_match (share of its
        impressions by words its title holds): members (products), tie (rank correlation with a
        better place, within categories) with its 95% interval, p_value, found (at a
        false-discovery rate of 5 % over the factors). Null where too few products can be
        compared. Strongest first.

    Notes
    -----
    Words that name a brand are left out where the product has others, since a brand's own word
    stands first whatever is done. Sales push a place up and a place pushes sales up; ties cannot
    tell which.
    """
    period = last_days(shop.as_of, days=words.attrs["days"])
    words = words[words["product_id"].notna() & words["position"].notna()]
    words = _without_brand_words(words, brands_of(shop))
    factors = _factors(shop, words, period)
    weight = words["impressions"].fillna(0) + 1e-6
    sums = (words["position"] * weight).groupby(words["product_id"]).sum()
    place = sums / weight.groupby(words["product_id"]).sum()
    category = words.groupby("product_id")["category"].first().reindex(place.index).fillna("")
    frame = rank_ties(-place, factors.reindex(place.index), group=category)
    frame["found"] = beyond_chance(frame["p_value"].astype("float64"))
    frame["size"] = frame["tie"].abs()
    frame = frame.sort_values(["size", "factor"], ascending=[False, True], ignore_index=True)
    return frame[COLUMNS]


@carries_missing
def shown(frame: pd.DataFrame) -> pd.DataFrame:
    """Give the factors by the words people use."""
    return frame.assign(factor=frame["factor"].map(FACTORS)).dropna(subset="tie")


@carries_missing
def find_position_ties(frame: pd.DataFrame) -> Sentence:
    """Say what goes with a better place, and that it is no cause."""
    known = frame.dropna(subset="tie")
    if known.empty:
        return sentence("Too few products of a category have a place in search to compare them.")
    sure = known[known["found"]]
    if sure.empty:
        return sentence(
            "Among {n} nothing we know goes with a better place in search beyond chance.",
            n=plural(int(known["members"].max()), "product"),
        )
    which = [
        f"{FACTORS[r.factor]} (rank correlation {number(r.tie)}, 95% interval "
        f"{number(r.tie_low)} to {number(r.tie_high)})"
        for r in sure.itertuples()
    ]
    return sentence(
        "Within a category a better place in search goes with {which}. That is an association: "
        "which brings which it does not say.",
        which=listing(which),
    )


def _without_brand_words(words: pd.DataFrame, brands: dict[str, str]) -> pd.DataFrame:
    named = pd.Series(
        [brands.get(r.product_id, "\0") in plain(r.keyword) for r in words.itertuples()],
        index=words.index,
        dtype=bool,
    )
    others = (~named).groupby(words["product_id"]).transform("any")
    return words[~named | ~others]


def _factors(shop: Tables, words: pd.DataFrame, period: Period) -> pd.DataFrame:
    trials = words["visitors"].fillna(0) + 1e-6
    product = words["product_id"]
    parts = {"conversion": (words["conversion"] * trials).groupby(product).sum(min_count=1)
             / trials.groupby(product).sum()}  # fmt: skip
    if shop.has("orders", "order_lines"):
        lines = paid_lines(shop, period).group_by("product_id")
        sums = shop.frame(lines.aggregate(units=lambda t: t.quantity.sum()))
        units = as_floats(sums.set_index("product_id")["units"])
        parts["sales_velocity"] = units.reindex(product.unique()).fillna(0) / period.days
    if shop.has("reviews"):
        rows = shop["reviews"].group_by("product_id")
        sums = shop.frame(rows.aggregate(n=lambda t: t.count(), rating=lambda t: t.rating.mean()))
        sums = sums.set_index("product_id")
        parts["reviews"] = as_floats(sums["n"]).reindex(product.unique()).fillna(0)
        parts["rating"] = as_floats(sums["rating"])
    if shop.has("products"):
        parts["title_match"] = covered_share(shop, words)
    frame = pd.DataFrame(parts)
    return frame[[f for f in FACTORS if f in frame]].astype(np.float64)
