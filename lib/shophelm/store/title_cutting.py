"""Titles and search words cut into their parts, and what a title lacks of a word."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable

import numpy as np
import pandas as pd

from shophelm.methods import chinese_words
from shophelm.shop.tables import Tables
from shophelm.shop.titles import products_of
from shophelm.store.search_words import brands_of, plain

_WIDE = ("W", "F")
Cut = Callable[[str], tuple[str, ...]]


@functools.lru_cache(maxsize=100_000)
def _tokens(text: str, *, brands: tuple[str, ...]) -> tuple[str, ...]:
    """Cut a plain text into its words, in order; a brand is one word."""
    cut = chinese_words.cutter()
    longest_first = sorted(brands, key=len, reverse=True)
    named = re.compile(f"({'|'.join(map(re.escape, longest_first))})" if brands else r"(?!)")
    parts = [p for p in named.split(text) if p]
    words: list[str] = []
    for word in (w for p in parts for w in ([p] if p in brands else cut(p))):
        # 鞋 alone says nothing: a lone Chinese letter belongs to the word before it, as in 老爹鞋
        if len(word) == 1 and letters(word) == 2 and words and words[-1] not in {*brands, " "}:
            words[-1] += word
        else:
            words.append(word)
    return tuple(w for w in words if re.search(r"\w", w))


def letters(text: str) -> int:
    """Count letters as platforms do: a Chinese one takes the room of two."""
    return sum(2 if unicodedata.east_asian_width(c) in _WIDE else 1 for c in text)


def lacking(keyword: str, title: str, cut: Cut) -> tuple[str, ...]:
    """Give the parts of a word that a plain title lacks; none where it is covered."""
    word = plain(keyword)
    return () if word in title else tuple(t for t in cut(word) if t not in title)


def cutter(shop: Tables) -> Cut:
    """Make a function that cuts plain texts, and knows the shop's brands."""
    return functools.partial(_tokens, brands=tuple(sorted(set(brands_of(shop).values()))))


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
    cut = cutter(shop)
    pairs = zip(rows["keyword"], rows["product_id"], strict=True)
    held = np.array([not lacking(w, titles[p], cut) for w, p in pairs], dtype=float)
    weight = rows["impressions"].fillna(rows["clicks"])
    sums = (weight * held).groupby(rows["product_id"]).sum()
    every = weight.groupby(rows["product_id"]).sum()
    return sums / every.where(every > 0)
