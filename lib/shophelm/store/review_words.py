"""The words that separate bad reviews from good ones, with the reviews they stand in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from shophelm.methods.log_odds import weighted_log_odds
from shophelm.methods.proportions import beyond_chance
from shophelm.methods.tokens import DEGREES
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.store.review_texts import BAD_STARS, Reviews, read_reviews
from shophelm.words import Sentence, listing, number, rate, sentence

SHOP, CATEGORY, PRODUCT = "shop", "category", "product"
LEVELS = (SHOP, CATEGORY, PRODUCT)
BAD, GOOD = "bad", "good"
FEWEST = 5
FALSE_DISCOVERY = 0.05
INSIDE = 0.8
"""A term is told by a surer one that so many of its reviews hold."""
MOST_COMPARED = 100
"""Terms of a name's side looked at, the surest ones: large shops find thousands."""
COLUMNS = [
    *("level", "name", "side", "word", "reviews", "side_share", "other_share", "log_odds", "error"),
    *("z", "p_value", "quote", "review_id", "product_id"),
]
SHOWN = ["name", "side", "word", "reviews", "side_share", "other_share", "z", "quote"]

_TESTED = [
    *("log_odds", "error", "z", "p_value", "term", "of_here", "reviews", "side_share"),
    *("other_share", "side", "pair"),
]


@dataclass(frozen=True, slots=True, eq=False)
class _Pair:
    """Two sets of reviews to be compared (true where a review is in it).

    `usual`, where given: per term 1 where it is of bad reviews, −1 of good ones, 0 of neither; then
    only what `here` holds more is asked for.
    """

    name: str
    here: np.ndarray
    there: np.ndarray
    usual: np.ndarray | None = None


@question(
    "Which words separate bad reviews from good ones?",
    "reviews",
    products="categories, and the titles of the goods",
)
def review_words(
    shop: Tables,
    *,
    by: str = CATEGORY,
    bad_stars: int = BAD_STARS,
    fewest: int = FEWEST,
    false_discovery: float = FALSE_DISCOVERY,
) -> pd.DataFrame:
    """Find words and two-word phrases that one side's reviews hold more often, beyond chance.

    Parameters
    ----------
    shop
        Needs reviews.
    by
        shop or category: bad reviews against good ones, over all or category by category. product:
        all reviews of a product against those of its category's other products, of words that
        separate bad from good in the category.
    bad_stars
        Reviews with so many stars or fewer are bad, all others good.
    fewest
        Reviews of the side that must hold a term.
    false_discovery
        Share of false ones to expect among all terms given at most (Benjamini & Hochberg).

    Returns
    -------
    DataFrame
        One row per term found (of each name and side the hundred surest are looked at): level, name
        (shop, a category, or a product's title), side (bad or good), word (the term as buyers write
        it), reviews (that hold it: of the side, or of the product), side_share (of those reviews),
        other_share (of the other side's, or of the category's
        other products'), log_odds (shrunken, of the side against the other) with error, z,
        p_value, quote (the shortest review that holds it) with review_id and product_id. By name,
        bad ones first, then the surest.

        attrs: aside (reason → reviews set aside), by, bad_stars, one_sided (no review is bad, or
        none is good).

    Raises
    ------
    ValueError
        If `by` is none of the three.

    Notes
    -----
    `methods.log_odds` says how. A phrase and its words are one finding: a term is left out where
    four in five of its reviews hold a surer one of the same side. Where the two stand in the same
    reviews and touch (尺码偏 and 偏小), they are written as one.
    """
    if by not in LEVELS:
        raise ValueError(f"by is {by!r}. It is one of {', '.join(LEVELS)}.")
    reviews = read_reviews(shop)
    bad = reviews.bad(bad_stars)
    pairs = list(_pairs(reviews, bad, by))
    tests = [_tested(reviews, pair, fewest).assign(pair=i) for i, pair in enumerate(pairs)]
    frame = pd.concat(tests, ignore_index=True) if tests else pd.DataFrame(columns=_TESTED)
    frame = frame[beyond_chance(frame["p_value"].astype(float), rate=false_discovery)]
    parts = frame.groupby(["pair", "side"])
    rows = [r for (i, _), part in parts for r in _told(reviews, pairs[i], part)]
    found = pd.DataFrame([(by, *r) for r in rows], columns=COLUMNS[:-1])
    products = reviews.frame.set_index("review_id")["product_id"]
    found["product_id"] = products.reindex(found["review_id"]).to_numpy()
    found = found.sort_values(
        ["name", "side", "z", "word"], ascending=[True, True, False, True], ignore_index=True
    )
    ours = reviews.ours
    one_sided = not (ours & bad).any() or not (ours & ~bad).any()
    aside = reviews.aside
    found.attrs |= {"aside": aside, "by": by, "bad_stars": bad_stars, "one_sided": one_sided}
    return found


@carries_missing
def words_shown(frame: pd.DataFrame, *, most: int = 4) -> pd.DataFrame:
    """Pick what a table shows: the surest few of each side of each name."""
    return frame.groupby(["name", "side"], sort=False).head(most)[SHOWN].reset_index(drop=True)


@carries_missing
def find_review_words(frame: pd.DataFrame, *, currency: str = "") -> list[Sentence]:  # noqa: ARG001 - as every finding
    """Say which words are those of bad reviews, and which those of good ones."""
    if frame.attrs["one_sided"] and frame.attrs["by"] != PRODUCT:
        return [sentence("All reviews are of one side: no word can tell bad from good.")]
    if frame.empty:
        return [sentence("No word separates bad reviews from good ones beyond chance.")]
    told = []
    for name, rows in frame.groupby("name", sort=True):
        told.append(
            sentence(
                "{name}: words of bad reviews are {bad}; of good ones {good}.",
                name=name,
                bad=_named(rows[rows["side"] == BAD]),
                good=_named(rows[rows["side"] == GOOD]),
            )
        )
    return told


def _named(rows: pd.DataFrame) -> str:
    which = [
        f"{r.word} ({rate(r.side_share, digits=0)} against {rate(r.other_share, digits=0)}, "
        f"z {number(r.z, digits=1)})"
        for r in rows.head(3).itertuples()
    ]
    return listing(which) if which else "none"


def _pairs(reviews: Reviews, bad: np.ndarray, by: str) -> Iterator[_Pair]:
    """Give each comparison to be made."""
    frame, ours = reviews.frame, reviews.ours
    if by == SHOP:
        yield _Pair("shop", ours & bad, ours & ~bad)
        return
    names = frame["category"].fillna("no category").to_numpy(dtype=object)
    ids = frame["product_id"].to_numpy()
    for name in sorted(set(names[ours])):
        rows = ours & (names == name)
        pair = _Pair(name, rows & bad, rows & ~bad)
        if by == CATEGORY:
            yield pair
            continue
        counts = reviews.counts(pair.here), reviews.counts(pair.there)
        sides = weighted_log_odds(*counts)
        known = beyond_chance(sides["p_value"], rate=FALSE_DISCOVERY)
        usual = np.where(known, np.sign(sides["log_odds"]), 0)
        for product in sorted(set(ids[rows])):
            own = rows & (ids == product)
            yield _Pair(frame.loc[own, "product"].iloc[0], own, rows & ~own, usual)


def _tested(reviews: Reviews, pair: _Pair, fewest: int) -> pd.DataFrame:
    """Hold the terms of two sides against each other."""
    counts = np.array([reviews.counts(rows) for rows in (pair.here, pair.there)])
    if not counts.any(axis=1).all():
        return pd.DataFrame(columns=_TESTED)
    found = weighted_log_odds(*counts)
    of_here = (found["log_odds"] > 0).to_numpy()
    shares = counts / np.array([[pair.here.sum()], [pair.there.sum()]])
    found["term"] = np.arange(len(found))
    found["of_here"] = of_here
    found["reviews"] = np.where(of_here, *counts)
    found["side_share"], found["other_share"] = (np.where(m, *shares) for m in (of_here, ~of_here))
    # terms are tested by how often both sides hold them, which says nothing of which holds more
    tested = (counts.sum(axis=0) >= fewest) & ~np.isin(reviews.terms.names, list(DEGREES))
    if pair.usual is None:
        asked, bad = found["reviews"] >= fewest, of_here
    else:
        tested &= pair.usual != 0
        asked, bad = of_here & (found["reviews"] >= fewest), pair.usual > 0
    # what does not stand out where it is asked for was a test all the same
    found["p_value"] = found["p_value"].where(asked, 1.0)
    found["side"] = np.where(bad, BAD, GOOD)
    return found[tested]


def _told(reviews: Reviews, pair: _Pair, part: pd.DataFrame) -> Iterator[tuple]:
    """Give a row for each term of a side that says something of its own."""
    columns = reviews.terms.by_term
    for r in _own_finding(reviews, pair, part).itertuples():
        rows = pair.here if r.of_here else pair.there
        clauses = columns.indices[columns.indptr[r.term] : columns.indptr[r.term + 1]]
        clauses = np.sort(clauses[rows[reviews.terms.text_of[clauses]]])
        quote, review_id = reviews.quote(clauses)
        yield (
            *(
                pair.name,
                r.side,
                reviews.written(clauses, [r.term, *r.alike]),
                int(r.reviews),
                r.side_share,
            ),
            *(r.other_share, abs(r.log_odds), r.error, abs(r.z), r.p_value),
            *(quote, review_id),
        )


def _own_finding(reviews: Reviews, pair: _Pair, part: pd.DataFrame) -> pd.DataFrame:
    """Take the surest first, and leave out what stands where one taken stands already.

    `alike` lists those that stand in the very reviews of the one taken.
    """
    part = part.assign(
        strength=-part["z"].abs().round(9),
        length=[-len(t) for t in reviews.terms.names[part["term"]]],
    )
    part = part.sort_values(["strength", "length", "term"]).head(MOST_COMPARED)
    # of one pair's side all terms are of the same reviews
    rows = np.flatnonzero(pair.here if part["of_here"].iat[0] else pair.there)
    holding = reviews.held[rows][:, part["term"].to_numpy()]
    common = (holding.T @ holding).toarray()
    size = common.diagonal()
    kept: dict[int, list[int]] = {}
    for i, term in enumerate(part["term"]):
        told = [k for k in kept if common[i, k] >= INSIDE * size[i]]
        alike = [k for k in told if common[i, k] >= INSIDE * size[k]]
        if alike:
            kept[alike[0]].append(int(term))
        elif not told:
            kept[i] = []
    return part.iloc[list(kept)].assign(alike=list(kept.values()))
