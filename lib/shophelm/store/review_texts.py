"""The shop's reviews as clauses and words; what says nothing, or says it again, set aside."""

from __future__ import annotations

import functools
import itertools
import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from shophelm.methods.terms import Terms, terms_of
from shophelm.methods.tokens import clauses, normalised, paired, words
from shophelm.shop.tables import Tables, once_per_shop
from shophelm.shop.titles import products_of
from shophelm.store.aspect_words import KNOWN
from shophelm.store.review_quotes import excerpt
from shophelm.words import Sentence, listing, plural, sentence

BAD_STARS = 3
"""Reviews with so many stars or fewer are bad ones."""
COPIED_WORDS = 12
"""The same so many words, in any order, are not two people's own."""
MOST_READ = 25
"""Clauses read to see how most people write a word."""
DEFAULT, WORDLESS, COPIED = "written by the platform", "without words", "copied"
_BY_PLATFORM = re.compile(
    r"系统默认|默认好评|默认评价|没有填写评|未填写评|未及时[作做]出评价|没有发表评|未评价"
    r"|^\W*(?:no comments?|no text|none|n/a)\W*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, eq=False)
class Reviews:
    """Reviews that count, in the order they were written.

    Attributes
    ----------
    frame
        One row per review: review_id, product_id, day, rating, text, product (title), category,
        ours (false for rivals' products).
    start, end
        Where each clause stands in its review's text.
    cut
        Each clause's words.
    terms
        Words and phrases by clause; `terms.text_of` is the clause's row in `frame`.
    held
        reviews × terms, 1 where the review holds the term.
    aside
        Reason → reviews set aside for it.
    """

    frame: pd.DataFrame
    start: np.ndarray
    end: np.ndarray
    cut: list[tuple[str, ...]]
    terms: Terms
    held: sparse.csr_array
    aside: dict[str, int]

    @property
    def ours(self) -> np.ndarray:
        """Which reviews are of the shop's own products."""
        return self.frame["ours"].to_numpy(dtype=bool)

    @functools.cached_property
    def lengths(self) -> np.ndarray:
        """Characters of each review's text."""
        return self.frame["text"].str.len().to_numpy()

    def counts(self, rows: np.ndarray) -> np.ndarray:
        """Count, per term, the reviews that hold it, of those marked."""
        return np.asarray(self.held[np.flatnonzero(rows)].sum(axis=0)).ravel()

    def bad(self, stars: int) -> np.ndarray:
        """Which reviews have so many stars or fewer."""
        return self.frame["rating"].to_numpy() <= stars

    def quote(self, clauses: np.ndarray) -> tuple[str, str]:
        """Quote, of the reviews of some clauses, the shortest around its clause, and name it.

        Parameters
        ----------
        clauses
            Numbers of clauses; none gives two empty texts.
        """
        if not len(clauses):
            return "", ""
        row = self.terms.text_of[clauses]
        best = clauses[np.lexsort([clauses, self.lengths[row]])[0]]
        review = self.frame.iloc[self.terms.text_of[best]]
        where = int(self.start[best]), int(self.end[best])
        return excerpt(review["text"], *where), review["review_id"]

    def written(self, clauses: np.ndarray, terms: list[int]) -> str:
        """Give a term as most of some clauses write it: not_fresh as isn't fresh.

        Parameters
        ----------
        clauses
            Those that hold the first term.
        terms
            The term, and others that widen it where they touch it.
        """
        names = [self.terms.names[t] for t in terms]
        ways = pd.Series([self._written(c, names) for c in clauses[:MOST_READ]], dtype=object)
        counts = ways.value_counts()
        return min(counts.index[counts == counts.max()])

    def _written(self, clause: int, terms: list[str]) -> str:
        row = self.terms.text_of[clause]
        text = self.frame["text"].iat[row][self.start[clause] : self.end[clause]]
        text = normalised(text)
        found = words(text, known=KNOWN)
        pairs = itertools.pairwise(found)
        spans = [(w.text, w.start, w.end) for w in found]
        spans += [(paired(a.text, b.text), a.start, b.end) for a, b in pairs]
        places = [(s, e) for t, s, e in spans if t in terms]
        start, end = next((s, e) for t, s, e in spans if t == terms[0])
        for _ in places:
            touching = [(s, e) for s, e in places if s <= end and e >= start]
            start, end = min(s for s, _ in touching), max(e for _, e in touching)
        return text[start:end]


@once_per_shop
def read_reviews(shop: Tables) -> Reviews:
    """Cut the shop's reviews into clauses and words, once.

    Set aside are reviews that the platform wrote (系统默认好评), those without a word, and copies:
    texts of the same words by the same customer of the same product, or, of twelve words and more,
    by anyone of anything. Short texts that many write alike count as often as they are written.
    """
    frame = _frame(shop)
    spans, cut = _cut(frame["text"])
    why = _set_aside(frame, cut)
    counts = why[why != ""].value_counts()
    keep = np.flatnonzero(why == "")
    frame = frame.iloc[keep].drop(columns="customer_id").reset_index(drop=True)
    pieces = [
        (i, *span, clause)
        for i, r in enumerate(keep)
        for span, clause in zip(spans[r], cut[r], strict=True)
    ]
    text_of = np.array([p[0] for p in pieces], dtype=np.int64)
    own = [p[3] for p in pieces]
    terms = terms_of(own, text_of, len(frame))
    return Reviews(
        frame,
        np.array([p[1] for p in pieces], dtype=np.int64),
        np.array([p[2] for p in pieces], dtype=np.int64),
        own,
        terms,
        terms.in_text(),
        {str(k): int(n) for k, n in counts.sort_index().items()},
    )


def find_set_aside(aside: dict[str, int]) -> list[Sentence]:
    """Say what was set aside, if anything."""
    if not aside:
        return []
    which = [f"{plural(n, 'review')} {why}" for why, n in aside.items()]
    return [sentence("Not counted: {which}.", which=listing(which))]


def _frame(shop: Tables) -> pd.DataFrame:
    table = shop["reviews"]
    columns = ["review_id", "product_id", "written_at", "rating", "text", "customer_id"]
    frame = shop.frame(table.select(*columns).order_by("written_at", "review_id"))
    frame["day"] = pd.to_datetime(frame.pop("written_at")).dt.date
    products, rivals = products_of(shop), _rivals(shop)
    known = pd.concat([products, rivals[~rivals.index.isin(products.index)]])
    # a shop without products has columns of nothing, whose type is none
    own = known.astype(object).reindex(frame["product_id"])
    title = own["title"].to_numpy()
    frame["product"] = np.where(pd.isna(title), frame["product_id"].to_numpy(dtype=object), title)
    category = own["category"].to_numpy()
    frame["category"] = np.where(pd.isna(category), None, category)
    theirs = frame["product_id"].isin(rivals.index) & ~frame["product_id"].isin(products.index)
    return frame.assign(ours=~theirs)


def _rivals(shop: Tables) -> pd.DataFrame:
    """Give each rival product's title and category by its id, as last seen."""
    if not shop.has("rivals"):
        return pd.DataFrame({"title": [], "category": []}, index=pd.Index([], dtype="str"))
    rivals = shop["rivals"]
    last = rivals.group_by("rival_id").aggregate(
        title=rivals.title.argmax(rivals.day), category=rivals.category.argmax(rivals.day)
    )
    return shop.frame(last.order_by("rival_id")).set_index("rival_id")


def _cut(texts: pd.Series) -> tuple[list[list[tuple[int, int]]], list[list[tuple[str, ...]]]]:
    """Cut each text; clauses alike are cut once, and share their words."""
    known: dict[str, tuple[str, ...]] = {}
    spans, cut = [], []
    for text in texts:
        of_text, own = [], []
        for start, end in clauses(text):
            clause = normalised(text[start:end])
            if clause not in known:
                known[clause] = tuple(w.text for w in words(clause, known=KNOWN))
            if known[clause]:
                of_text.append((start, end))
                own.append(known[clause])
        spans.append(of_text)
        cut.append(own)
    return spans, cut


def _set_aside(frame: pd.DataFrame, cut: list[list[tuple[str, ...]]]) -> pd.Series:
    """Say why each review does not count; "" where it does."""
    print_of = [tuple(sorted(w for clause in own for w in clause)) for own in cut]
    prints = pd.Series(print_of, index=frame.index, dtype=object)
    size = prints.map(len)
    again = pd.DataFrame({"p": frame["product_id"], "c": frame["customer_id"], "t": prints})
    again = again.duplicated() & frame["customer_id"].notna()
    pasted = prints.duplicated() & (size >= COPIED_WORDS)
    platform = frame["text"].str.contains(_BY_PLATFORM)
    why = np.select([platform, size == 0, again | pasted], [DEFAULT, WORDLESS, COPIED], "")
    return pd.Series(why, index=frame.index)
