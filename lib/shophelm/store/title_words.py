"""Are the words that bring buyers in the titles, and which title words bring nobody?"""

from __future__ import annotations

import functools
import itertools
import operator
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ibis
import numpy as np
import pandas as pd
from scipy import stats

from shophelm.actions import HORIZON_DAYS
from shophelm.shop.calendar import Period, last_days
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.spans import inside
from shophelm.shop.tables import Tables
from shophelm.shop.titles import products_of
from shophelm.store.keywords import WINDOW, keywords
from shophelm.store.search_margins import margin_shares
from shophelm.store.search_words import brands_of, plain
from shophelm.words import Sentence, count, listing, money, plural, rate, sentence

LONGEST = 60
"""Letters a title may have, a Chinese one counted as two (Taobao: 30 Chinese characters)."""
_INTERVAL = 0.8
_WIDE = ("W", "F")
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
        with their 80 % interval, and worth (at the word's UV value). Most worth first.
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
def title_words(shop: Tables, *, days: int = WINDOW, longest: int = LONGEST) -> TitleWords:
    """Hold every title against the words that bring its product's, and its category's, buyers.

    A word is covered where it, or each of its parts (cut at brands and spaces, and by jieba),
    occurs in the title once both are in half-width small letters.

    Parameters
    ----------
    shop
        Needs keywords by product, and products.
    days
        Length of the period that ends on as_of.
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
    period = last_days(shop.as_of, days=days)
    words = keywords(shop, days=days)
    words = words[words["product_id"].notna()]
    titles = products_of(shop)
    titles = titles.assign(plain=[plain(t) for t in titles["title"]])
    words = words[words["product_id"].isin(titles.index)]
    brands = brands_of(shop)
    cut = functools.partial(_tokens, brands=tuple(sorted(set(brands.values()))))
    pairs = zip(words["keyword"], words["product_id"], strict=True)
    own = words.assign(lacks=[_lacking(w, titles.at[p, "plain"], cut) for w, p in pairs])
    kin = _category_missing(own, titles, brands, cut)
    missing = pd.concat([_own_missing(own), kin], ignore_index=True)
    missing = _worth(missing, titles, margin_shares(shop, period), days, longest)
    listed = titles.loc[titles.index.isin(words["product_id"])]
    idle = _idle(listed, _searched(shop, period), cut)
    return TitleWords(
        _coverage(own, titles, longest), missing, idle, shop.filled("events.keyword"), longest
    )


def covered_share(shop: Tables, words: pd.DataFrame) -> pd.Series:
    """Give the share of each product's impressions (clicks where unknown) by words in its title.

    Parameters
    ----------
    shop
        Needs products.
    words
        keyword, product_id, impressions, clicks, as `keywords` gives them.
    """
    titles = products_of(shop)["title"].map(plain)
    rows = words[words["product_id"].isin(titles.index)]
    cut = functools.partial(_tokens, brands=tuple(sorted(set(brands_of(shop).values()))))
    pairs = zip(rows["keyword"], rows["product_id"], strict=True)
    held = np.array([not _lacking(w, titles[p], cut) for w, p in pairs], dtype=float)
    weight = rows["impressions"].fillna(rows["clicks"])
    sums = (weight * held).groupby(rows["product_id"]).sum()
    every = weight.groupby(rows["product_id"]).sum()
    return sums / every.where(every > 0)


@carries_missing
def find_title_words(found: TitleWords, *, currency: str) -> list[Sentence]:
    """Say how far titles cover the words that bring buyers, and what could come in and go out."""
    rows = found.coverage
    if rows.empty:
        return [sentence("No product has search words of its own in this period.")]
    said = [
        sentence(
            "The titles of {n} hold {covered} of the {words} that people found them by, and "
            "{clicks} of the clicks.",
            n=plural(len(rows), "product"),
            covered=count(rows["covered_words"].sum()),
            words=plural(int(rows["words"].sum()), "word"),
            clicks=rate(_weighted(rows), digits=0),
        ),
        _to_add(found, currency),
    ]
    if len(found.idle):
        some = found.idle.drop_duplicates("product_id").head(3)
        said.append(
            sentence(
                "{n} of these titles hold words that are in nobody's search, {letters} letters on "
                "average, which could make room: {which}.",
                n=count(found.idle["product_id"].nunique()),
                letters=count(found.idle.groupby("product_id")["letters"].sum().mean()),
                which=listing([f"{r.idle_words} in {r.product}" for r in some.itertuples()]),
            )
        )
    if not found.searched:
        said.append(
            sentence(
                "Searches are those of the search-word export: a word it does not list may be "
                "searched for all the same."
            )
        )
    return said


def _to_add(found: TitleWords, currency: str) -> Sentence:
    if found.missing.empty:
        return sentence("No word that brought buyers is missing from a title it belongs to.")
    best = found.missing.head(3)
    return sentence(
        "{n} with buyers could be added where true of the product; first {which}.",
        n=plural(len(found.missing), "word"),
        which=listing(
            [
                f"{r.adds} to {r.product} (up to {count(r.extra_visitors_high)} visitors and "
                f"{money(r.worth_high, currency=currency)} in 28 days)"
                for r in best.itertuples()
            ]
        ),
    )


def _weighted(rows: pd.DataFrame) -> float:
    clicks = rows.attrs["clicks"]
    return (
        float((rows["covered_clicks"].fillna(0) * clicks).sum() / clicks.sum())
        if (clicks.sum())
        else float("nan")
    )


Cut = Callable[[str], tuple[str, ...]]


@functools.lru_cache(maxsize=100_000)
def _tokens(text: str, *, brands: tuple[str, ...]) -> tuple[str, ...]:
    """Cut a plain text into its words, in order; a brand is one word."""
    import jieba

    jieba.setLogLevel("ERROR")
    longest_first = sorted(brands, key=len, reverse=True)
    named = re.compile(f"({'|'.join(map(re.escape, longest_first))})" if brands else r"(?!)")
    parts = [p for p in named.split(text) if p]
    words: list[str] = []
    for word in (w for p in parts for w in ([p] if p in brands else jieba.cut(p))):
        # 鞋 alone says nothing: a lone Chinese letter belongs to the word before it, as in 老爹鞋
        if len(word) == 1 and _letters(word) == 2 and words and words[-1] not in {*brands, " "}:
            words[-1] += word
        else:
            words.append(word)
    return tuple(w for w in words if re.search(r"\w", w))


def _letters(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in _WIDE else 1 for c in text)


def _lacking(keyword: str, title: str, cut: Cut) -> tuple[str, ...]:
    """Give the parts of a word that a plain title lacks; none where it is covered."""
    word = plain(keyword)
    return () if word in title else tuple(t for t in cut(word) if t not in title)


def _coverage(own: pd.DataFrame, titles: pd.DataFrame, longest: int) -> pd.DataFrame:
    rows = own.assign(covered=[not x for x in own["lacks"]])
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
    frame["title_letters"] = [_letters(t) for t in frame["product"]]
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
    rows = own[[bool(x) for x in own["lacks"]]]
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
            lacks = _lacking(word.keyword, title, cut)
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
    room = longest - np.array([_letters(titles.at[p, "title"]) for p in missing["product_id"]])
    letters = np.array([_letters("".join(x)) + 1 for x in missing["lacks"]], dtype=int)
    ends = {"": "extra", "_low": "low", "_high": "high"}
    money_of = {f"worth{e}": missing[c].astype("float64") * month * value for e, c in ends.items()}
    frame = missing.assign(
        adds=["".join(x) for x in missing["lacks"]],
        letters=letters,
        fits=letters <= room,
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
    parts = [
        words.filter(inside(words.day, period.every_day), words.impressions + words.clicks > 0)
    ]
    if shop.filled("events.keyword"):
        events = shop["events"]
        day = events.occurred_at.date()
        parts.append(events.filter(inside(day, period.every_day), events.keyword.notnull()))
    every = (
        ibis.union(*[p.select("keyword") for p in parts], distinct=True)
        if (len(parts) > 1)
        else parts[0].select("keyword").distinct()
    )
    return {plain(w) for w in shop.frame(every)["keyword"]}


def _idle(titles: pd.DataFrame, searched: set[str], cut: Cut) -> pd.DataFrame:
    """List stretches of titles of which no search holds a word, whole or as a part."""
    every = "\n".join(sorted(searched))
    rows = []
    for product, title in titles.iterrows():
        used = [(token in every, token) for token in cut(title["plain"])]
        for held, run in itertools.groupby(used, key=operator.itemgetter(0)):
            text = "".join(token for _, token in run)
            if not held and _letters(text) > 1:
                rows.append((product, title["title"], text, _letters(text)))
    return pd.DataFrame(rows, columns=IDLE)
