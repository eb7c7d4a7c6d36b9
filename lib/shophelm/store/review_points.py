"""Selling points: what others' buyers praise and ours do not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from shophelm.methods.proportions import beyond_chance, more_by_chance
from shophelm.methods.tokens import DEGREES
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.store.aspect_words import NAMES
from shophelm.store.review_sides import Said, said
from shophelm.store.review_texts import BAD_STARS
from shophelm.words import Sentence, plural, rate, sentence

RIVALS, CATEGORY = "rivals", "category"
ASPECT, WORD = "aspect", "word"
FALSE_DISCOVERY = 0.05
FEWEST = 5
LEAST_SHARE = 0.02
"""Of both sides' reviews that praise a thing, below which it is no selling point."""
INSIDE = 0.8
COLUMNS = [
    *("against", "product_id", "product", "category", "kind", "point", "reviews", "praised"),
    *("praised_share", "their_reviews", "their_praised", "their_share", "p_value", "quote"),
    *("review_id",),
]
SHOWN = ["against", "product", "point", "praised_share", "their_share", "their_praised", "quote"]

Flags = np.ndarray | sparse.csr_array


@dataclass(frozen=True, slots=True, eq=False)
class _Pair:
    """Our reviews and others' (true where a review is of them), and what ours are of."""

    against: str
    product_id: str | None
    product: str
    category: str | None
    ours: np.ndarray
    theirs: np.ndarray


@question(
    "What do rivals' buyers praise that ours do not?",
    "reviews",
    rivals="which reviews are of rivals' products, and of which product of ours they are like",
    products="categories, whose other products are held against each",
)
def selling_points(
    shop: Tables,
    *,
    bad_stars: int = BAD_STARS,
    fewest: int = FEWEST,
    false_discovery: float = FALSE_DISCOVERY,
) -> pd.DataFrame:
    """Find aspects and words that others' reviews praise more often than ours, beyond chance.

    Reviews whose product_id is a rival_id of the table rivals are rivals' reviews.

    Parameters
    ----------
    shop
        Needs reviews; rivals' reviews stand among them.
    bad_stars
        Reviews with so many stars or fewer teach what complaints sound like.
    fewest
        Praising reviews the others must have.
    false_discovery
        Share of false ones to expect at most, against rivals and against categories each.

    Returns
    -------
    DataFrame
        One row per point found: against (`rivals`: a category's reviews against its rivals', or a
        product's against those of the rivals it is matched with; `category`: a product against its
        category's other products), product_id (null for a whole category), product (or the
        category's name), category, kind (`aspect` or `word`), point, reviews and praised (ours, and
        those of them that praise it), praised_share, their_reviews, their_praised, their_share,
        p_value (of so much more praise by chance, Fisher's exact test, one-sided), quote (the
        shortest of their reviews that praises it) with review_id. Against rivals first, surest
        first.

        attrs: rival_reviews (how many were read).

    Notes
    -----
    That buyers do not praise a thing does not say that the goods lack it; it says that they do not
    notice. Whether the page shows it is for people to look up.
    """
    read = said(shop, bad_stars=bad_stars)
    parts = {RIVALS: _against_rivals(shop, read), CATEGORY: _against_category(read)}
    found = []
    for pairs in parts.values():
        tested = [_tested(read, pair, fewest) for pair in pairs]
        if tested:
            every = pd.concat(tested, ignore_index=True)
            kept = beyond_chance(every["p_value"], rate=false_discovery)
            found += _told(read, every[kept], fewest)
    frame = pd.DataFrame(found, columns=COLUMNS)
    keys = ["against", "p_value", "product", "point"]
    frame = frame.sort_values(keys, ascending=[False, True, True, True], ignore_index=True)
    frame.attrs["rival_reviews"] = int((~read.reviews.ours).sum())
    return frame


@carries_missing
def points_shown(frame: pd.DataFrame) -> pd.DataFrame:
    """Pick what a table of the selling points shows."""
    return frame[SHOWN]


@carries_missing
def find_selling_points(frame: pd.DataFrame, *, currency: str = "") -> list[Sentence]:  # noqa: ARG001 - as every finding
    """Say what others' buyers praise that ours do not, or that it cannot be known of rivals."""
    told = []
    if not frame.attrs["rival_reviews"]:
        told = [
            sentence(
                "No rival's reviews are here: what their buyers praise is not known. Add them to "
                "reviews with the rival_id of the table rivals as product_id."
            )
        ]
    elif not (frame["against"] == RIVALS).any():
        told = [
            sentence(
                "{n} of rivals praise nothing that ours do not, beyond chance.",
                n=plural(frame.attrs["rival_reviews"], "review"),
            )
        ]
    told += [_point(r) for r in frame[frame["against"] == RIVALS].head(5).itertuples()]
    others = frame[frame["against"] == CATEGORY]
    if others.empty:
        told.append(sentence("No product lacks praise that its category's others get."))
    return told + [_point(r) for r in others.head(5).itertuples()]


def _point(row: tuple) -> Sentence:
    whose = "rivals" if row.against == RIVALS else "its category's others"
    return sentence(
        "{product}: {theirs} of the {n} of {whose} praise {point}, {ours} of ours: “{quote}”.",
        product=row.product,
        theirs=rate(row.their_share, digits=0),
        n=plural(row.their_reviews, "review"),
        whose=whose,
        point=row.point,
        ours=rate(row.praised_share, digits=0),
        quote=row.quote,
    )


def _against_rivals(shop: Tables, read: Said) -> Iterator[_Pair]:
    frame, ours = read.reviews.frame, read.reviews.ours
    if ours.all():
        return
    ids = frame["product_id"].to_numpy()
    category = frame["category"].fillna("no category").to_numpy(dtype=object)
    for name in sorted(set(category[~ours])):
        here = category == name
        if (here & ours).any():
            yield _Pair(RIVALS, None, name, name, here & ours, here & ~ours)
    matched = shop["rivals"].select("rival_id", "matched_product_id").distinct().drop_null()
    matched = shop.frame(matched.order_by("matched_product_id", "rival_id"))
    for product, like in matched.groupby("matched_product_id", sort=True):
        own, theirs = ours & (ids == product), ~ours & np.isin(ids, list(like["rival_id"]))
        if own.any() and theirs.any():
            yield _of_product(RIVALS, frame, own, theirs)


def _against_category(read: Said) -> Iterator[_Pair]:
    frame, ours = read.reviews.frame, read.reviews.ours
    ids = frame["product_id"].to_numpy()
    category = frame["category"].fillna("no category").to_numpy(dtype=object)
    for product in sorted(set(ids[ours])):
        own = ours & (ids == product)
        rest = ours & ~own & (category == category[own][0])
        if rest.any():
            yield _of_product(CATEGORY, frame, own, rest)


def _of_product(against: str, frame: pd.DataFrame, own: np.ndarray, theirs: np.ndarray) -> _Pair:
    about = frame[own].iloc[0]
    return _Pair(against, about["product_id"], about["product"], about["category"], own, theirs)


def _tested(read: Said, pair: _Pair, fewest: int) -> pd.DataFrame:
    """Test each aspect, and each word that clauses of praise hold: pair, kind, at, p_value."""
    parts = []
    least = max(fewest, LEAST_SHARE * (pair.ours | pair.theirs).sum())
    dull = np.isin(read.reviews.terms.names, list(DEGREES))
    for kind, flags in ((ASPECT, read.praised[:, : len(NAMES)]), (WORD, read.praising)):
        ours, theirs = (_sums(flags, rows) for rows in (pair.ours, pair.theirs))
        # both together say how much there is to test, not whose it is
        said_enough = ours + theirs >= least
        at = np.flatnonzero(said_enough & ~dull if kind == WORD else said_enough)
        sizes = [np.full(len(at), rows.sum()) for rows in (pair.theirs, pair.ours)]
        chances = more_by_chance(theirs[at], sizes[0], ours[at], sizes[1])
        parts.append(pd.DataFrame({"pair": pair, "kind": kind, "at": at, "p_value": chances}))
    return pd.concat(parts, ignore_index=True)


def _told(read: Said, found: pd.DataFrame, fewest: int) -> Iterator[tuple]:
    """Give a row for each point found; words that stand in the reviews of a surer one left out."""
    taken: dict[_Pair, list[np.ndarray]] = {}
    in_order = found.sort_values(["kind", "p_value", "at"])[["pair", "kind", "at", "p_value"]]
    for pair, kind, i, chance in in_order.itertuples(index=False):
        flags = read.praised if kind == ASPECT else read.praising
        praise = _column(flags, i)
        theirs = praise & pair.theirs
        before = taken.setdefault(pair, [])
        inside = any((theirs & b).sum() >= INSIDE * theirs.sum() for b in before)
        if theirs.sum() < fewest or (kind == WORD and inside):
            continue
        if kind == WORD:
            before.append(theirs)
        clauses = _praising_clauses(read, kind, i, theirs)
        point = NAMES[i] if kind == ASPECT else read.reviews.written(clauses, [i])
        n = [int(rows.sum()) for rows in (pair.ours, pair.ours & praise, pair.theirs, theirs)]
        yield (
            *(pair.against, pair.product_id, pair.product, pair.category, kind, point),
            *(n[0], n[1], n[1] / n[0], n[2], n[3], n[3] / n[2], chance),
            *read.reviews.quote(clauses),
        )


def _praising_clauses(read: Said, kind: str, at: int, rows: np.ndarray) -> np.ndarray:
    holds = read.about[:, at] if kind == ASPECT else _column(read.reviews.terms.in_clause, at)
    return np.flatnonzero(holds & (read.side < 0) & rows[read.reviews.terms.text_of])


def _sums(flags: Flags, rows: np.ndarray) -> np.ndarray:
    return np.asarray(flags[np.flatnonzero(rows)].sum(axis=0)).ravel()


def _column(flags: Flags, at: int) -> np.ndarray:
    column = flags[:, [at]]
    return np.asarray(column if isinstance(column, np.ndarray) else column.toarray()).ravel() > 0
