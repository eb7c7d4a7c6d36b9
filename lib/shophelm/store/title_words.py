"""Are the words that bring buyers in the titles, and which title words bring nobody?"""

from __future__ import annotations

import itertools
import operator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from shophelm.actions import HORIZON_DAYS
from shophelm.shop.calendar import Period, last_days
from shophelm.shop.needs import question
from shophelm.shop.spans import inside
from shophelm.shop.tables import Tables
from shophelm.shop.titles import products_of
from shophelm.store.search_margins import margin_shares
from shophelm.store.search_words import brands_of, plain
from shophelm.store.title_cutting import Cut, cutter, lacking, letters

LONGEST = 60
"""Letters a title may have, a Chinese one counted as two (Taobao: 30 Chinese characters)."""
_INTERVAL = 0.8
COVERAGE = [
    *("product_id", "product", "category", "words", "covered_words", "covered_clicks"),
    *("covered_buyers", "title_letters", "room"),
]
MISSING = [
    *("keyword", "product_id", "product", "origin", "adds", "letters", "fits", "impressions"),
    *("clicks", "buyers", "extra_visitors", "extra_visitors_low", "extra_visitors_high"),
    *("uv_shrunk", "worth", "worth_low", "worth_high", "worth_in"),
]
IDLE = ["product_id", "product", "idle_words", "letters"]


@dataclass(frozen=True, slots=True)
class TitleWords:
    """Titles beside the words searched for.

    Attributes
    ----------
    coverage
        One row per product with words of its own, in `COVERAGE`: words, covered_words (in the
        title), covered_clicks and covered_buyers (shares of the product's clicks and buyers that
        came by covered words), title_letters and room (left to the limit; below 0 over it).
    missing
        Words that brought buyers and are not in a title, in `MISSING`: origin (`its own` word, or
        one of its `category`'s), adds (what the title lacks of it), letters (what that takes, a
        space among them), fits, impressions and clicks (the word's), extra_visitors over 28 days
        with their 80% interval, and worth (at the word's UV value). Most worth first.
    idle
        Stretches of titles of which no search of the period holds a word, in `IDLE`.
    searched
        Whether the event log told the shop's searches too, or the search-word export alone.
    longest
        As asked.
    """

    coverage: pd.DataFrame
    missing: pd.DataFrame
    idle: pd.DataFrame
    searched: bool
    longest: int


@question(
    "Are the words that bring buyers in the titles?",
    "keywords.product_id",
    "products",
    events="words searched for that no export lists",
)
def title_words(shop: Tables, words: pd.DataFrame, *, longest: int = LONGEST) -> TitleWords:
    """Hold every title against the words that bring its product's, and its category's, buyers.

    A word is covered where it, or each of its parts (cut at brands and spaces, and by jieba),
    occurs in the title once both are in half-width small letters.

    Parameters
    ----------
    shop
        Needs keywords by product, and products.
    words
        As `keywords` gives them.
    longest
        The platform's limit of a title, in letters (Chinese ones count two).

    Notes
    -----
    What a word would bring: for a product's own word, the clicks that its impressions would give
    at the rate its position explains, beyond those it has; for a category's word whose last part
    (the thing itself) is in the title and that names no other brand, the clicks per product that
    the word brings elsewhere in the category.
    That a word in the title brings its searches is not proven, so the interval begins at 0; its
    upper end carries the counting error. Measure it afterwards with `search_lift`.
    """
    days = words.attrs["days"]
    period = last_days(shop.as_of, days=days)
    words = words[words["product_id"].notna()]
    titles = products_of(shop)
    titles = titles.assign(plain=[plain(t) for t in titles["title"]])
    words = words[words["product_id"].isin(titles.index)]
    brands = brands_of(shop)
    cut = cutter(shop)
    pairs = zip(words["keyword"], words["product_id"], strict=True)
    own = words.assign(lacks=[lacking(w, titles.at[p, "plain"], cut) for w, p in pairs])
    kin = _category_missing(own, titles, brands, cut)
    missing = pd.concat([_own_missing(own), kin], ignore_index=True)
    missing = _worth(missing, titles, margin_shares(shop, period), days, longest)
    listed = titles.loc[titles.index.isin(words["product_id"])]
    idle = _idle(listed, _searched(shop, period), cut)
    return TitleWords(
        _coverage(own, titles, longest), missing, idle, shop.filled("events.keyword"), longest
    )


def _coverage(own: pd.DataFrame, titles: pd.DataFrame, longest: int) -> pd.DataFrame:
    rows = own.assign(covered=~own["lacks"].map(bool).astype(bool))
    sums = rows.groupby("product_id", sort=True)[["clicks", "buyers"]].sum()
    inside_title = rows[rows["covered"]].groupby("product_id")[["clicks", "buyers"]].sum()
    share = inside_title.reindex(sums.index).fillna(0) / sums.where(sums > 0)
    by = rows.groupby("product_id", sort=True)["covered"]
    frame = pd.DataFrame(
        {
            "words": by.size(),
            "covered_words": by.sum().astype(int),
            "covered_clicks": share["clicks"],
            "covered_buyers": share["buyers"],
            "clicks": sums["clicks"],
        }
    )
    frame["product"] = titles["title"].reindex(frame.index)
    frame["category"] = titles["category"].reindex(frame.index)
    frame["title_letters"] = [letters(t) for t in frame["product"]]
    frame["room"] = longest - frame["title_letters"]
    frame = frame.rename_axis("product_id").reset_index()
    order = ["covered_clicks", "clicks", "product_id"]
    frame = frame.sort_values(order, ascending=[True, False, True], ignore_index=True)
    clicks = frame["clicks"]
    frame = frame[COVERAGE]
    frame.attrs["clicks"] = clicks
    return frame


def _own_missing(own: pd.DataFrame) -> pd.DataFrame:
    """Take the product's own words that brought buyers and are not in its title."""
    rows = own[own["lacks"].map(bool).astype(bool)]
    rows = rows[rows["buyers"].fillna(0) > 0]
    clicks = rows["impressions"] * rows["click_rate_expected"]
    low, high = _more(clicks, rows["clicks"])
    return rows.assign(
        origin="its own", extra=(clicks - rows["clicks"]).clip(lower=0), low=low, high=high
    )


def _category_missing(
    own: pd.DataFrame, titles: pd.DataFrame, brands: dict[str, str], cut: Cut
) -> pd.DataFrame:
    """Take words that bring buyers elsewhere in the category, and could be said of a product."""
    sold = own[own["buyers"].fillna(0) > 0]
    sums = sold.groupby(["category", "keyword"], as_index=False).agg(
        impressions=("impressions", "sum"), clicks=("clicks", "sum"), buyers=("buyers", "sum"),
        uv_shrunk=("uv_shrunk", "mean"), size=("keyword", "size"),
    )  # fmt: skip
    known, names = set(zip(own["keyword"], own["product_id"], strict=True)), set(brands.values())
    rows = []
    for word in sums.itertuples(index=False):
        parts = cut(plain(word.keyword))
        foreign = names.intersection(parts)
        low, high = _more(word.clicks / word.size, 0.0)
        like = titles[titles["category"] == word.category]
        for product, title in zip(like.index, like["plain"], strict=True):
            lacks = lacking(word.keyword, title, cut)
            fitting = lacks and parts[-1] in title and foreign <= {brands.get(product)}
            if fitting and (word.keyword, product) not in known:
                rows.append(
                    word._asdict()
                    | {"product_id": product, "product": titles.at[product, "title"]}
                    | {"lacks": lacks, "origin": "category", "extra": word.clicks / word.size}
                    | {"low": low, "high": high}
                )
    return pd.DataFrame(rows, columns=[*own.columns, "origin", "extra", "low", "high"])


def _more(clicks: Any, already: Any) -> tuple[Any, Any]:
    """Give the interval of further clicks: from none to the upper end of what is explained."""
    upper = stats.gamma.ppf(0.5 + _INTERVAL / 2, np.asarray(clicks, dtype=float) + 1)
    return np.zeros_like(upper), np.maximum(upper - already, 0)


def _worth(
    missing: pd.DataFrame, titles: pd.DataFrame, margin: pd.Series, days: int, longest: int
) -> pd.DataFrame:
    """Bring what words could add to 28 days, and into money."""
    month = HORIZON_DAYS / days
    share = margin.reindex(missing["product_id"]).to_numpy(dtype=float)
    uv = missing["uv_shrunk"].astype("float64")
    value = uv * np.where(np.isnan(share), 1.0, share)
    said = np.where(np.isnan(share), "gmv", "margin")
    room = longest - np.array([letters(titles.at[p, "title"]) for p in missing["product_id"]])
    taken = np.array([letters("".join(x)) + 1 for x in missing["lacks"]], dtype=int)
    ends = {"": "extra", "_low": "low", "_high": "high"}
    money_of = {f"worth{e}": missing[c].astype("float64") * month * value for e, c in ends.items()}
    frame = missing.assign(
        adds=["".join(x) for x in missing["lacks"]],
        letters=taken,
        fits=taken <= room,
        worth_in=np.where(value.isna(), "unknown", said),
        **{f"extra_visitors{e}": missing[c].astype("float64") * month for e, c in ends.items()},
        **money_of,
    )
    order = ["worth_high", "extra_visitors_high", "keyword", "product_id"]
    return frame.sort_values(order, ascending=[False, False, True, True], ignore_index=True)[
        MISSING
    ]


def _searched(shop: Tables, period: Period) -> set[str]:
    """List every word that was searched for, by the export and by the event log."""
    words = shop["keywords"]
    shown = words.impressions + words.clicks > 0
    every = words.filter(inside(words.day, period.every_day), shown).select("keyword")
    if shop.filled("events.keyword"):
        events = shop["events"]
        day = events.occurred_at.date()
        typed = events.filter(inside(day, period.every_day), events.keyword.notnull())
        every = every.union(typed.select("keyword"))
    return {plain(w) for w in shop.frame(every.distinct())["keyword"]}


def _idle(titles: pd.DataFrame, searched: set[str], cut: Cut) -> pd.DataFrame:
    """List stretches of titles of which no search holds a word, whole or as a part."""
    every = "\n".join(sorted(searched))
    rows = []
    for product, title in titles.iterrows():
        used = [(token in every, token) for token in cut(title["plain"])]
        for held, run in itertools.groupby(used, key=operator.itemgetter(0)):
            text = "".join(token for _, token in run)
            if not held and letters(text) > 1:
                rows.append((product, title["title"], text, letters(text)))
    return pd.DataFrame(rows, columns=IDLE)
