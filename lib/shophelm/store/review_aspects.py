"""What buyers praise and complain of, by aspect: size, colour, smell, delivery …"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from shophelm.methods.empirical_bayes import shrink_rates
from shophelm.methods.proportions import beyond_chance, more_by_chance
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.store.aspect_words import GOODS, NOT_OF_THE_GOODS, WITH_GOODS
from shophelm.store.review_sides import Said, said
from shophelm.store.review_texts import BAD_STARS

FALSE_DISCOVERY = 0.05
FEWEST = 3
"""Complaints below which a product is not named."""
ATTAINABLE = 0.001
"""Pairs whose numbers of reviews and complaints cannot come out rarer than this are not tested."""
SHOWN = [
    *("product", "aspect", "reviews", "complained", "complained_share", "complained_shrunk"),
    *("complained_low", "complained_high", "peers_complained_share", "quote"),
]


@dataclass(frozen=True, slots=True, eq=False)
class ReviewAspects:
    """What reviews say, by aspect.

    Attributes
    ----------
    products
        One row per product with reviews × aspect that its category's reviews mention, and `the
        goods themselves` (size, colour, smell … together): product_id,
        product, category, aspect, reviews (of the product), mentioned, praised, complained (of
        them, reviews that do so), praised_share, complained_share (of its reviews),
        complained_shrunk with complained_low and complained_high (80 %; pulled towards the
        category's other products; null where there are none), peers_complained_share (of the
        reviews of the category's other products; of the shop's where it has none), p_value (of so
        many more complaints by chance; null where too few are written to tell), found.
    categories
        One row per category × aspect mentioned: category, aspect, reviews, mentioned, praised,
        complained, praised_share, complained_share, praise_quote, complaint_quote.
    complaints
        The rows of `products` found beyond chance, surest first, and quote (the shortest review
        that complains of it) with review_id. The goods themselves only where none of their aspects
        is found alone.
    learned
        The words learned from the shop's own reviews, see `clause_aspects`.
    aside
        Reason → reviews set aside for it.
    reviews, bad_reviews
        Reviews that count, and those of them with few stars.
    """

    products: pd.DataFrame
    categories: pd.DataFrame
    complaints: pd.DataFrame
    learned: pd.DataFrame
    aside: dict[str, int]
    reviews: int
    bad_reviews: int


@question(
    "What do buyers praise, and what do they complain of?",
    "reviews",
    products="categories, so that goods are held against their like",
)
def review_aspects(
    shop: Tables, *, bad_stars: int = BAD_STARS, false_discovery: float = FALSE_DISCOVERY
) -> ReviewAspects:
    """Count, by product and aspect, the reviews that praise and that complain.

    A review is cut into clauses; a clause is about what its words are listed for in
    `aspect_words`, and takes the side on which its words stand in the shop's reviews:
    `物流很快，尺码偏小` praises delivery and complains of size.

    Parameters
    ----------
    shop
        Needs reviews.
    bad_stars
        Reviews with so many stars or fewer teach what complaints sound like.
    false_discovery
        Share of false ones to expect among `complaints` at most.

    Notes
    -----
    Products are held against the other products of their category by Fisher's exact test, over all
    products and aspects together (Benjamini & Hochberg); pairs that could not stand out however
    their complaints fell are no tests (Tarone 1990). Who writes reviews
    is not a sample of buyers. Irony and comparisons (`better than the other shop's bad size`) are
    read wrongly; what nobody with few stars says is no complaint to it.
    """
    read = said(shop, bad_stars=bad_stars)
    products = _products(read)
    beyond = beyond_chance(products["p_value"], rate=false_discovery)
    products["found"] = beyond & (products["complained"] >= FEWEST)
    ours = read.reviews.ours
    return ReviewAspects(
        products,
        _categories(read),
        _complaints(read, products),
        read.learned,
        read.reviews.aside,
        int(ours.sum()),
        int((ours & read.reviews.bad(bad_stars)).sum()),
    )


@carries_missing
def complaints_shown(answer: ReviewAspects) -> pd.DataFrame:
    """Pick what a table of the complaints shows."""
    return answer.complaints[SHOWN]


@carries_missing
def aspects_shown(answer: ReviewAspects) -> pd.DataFrame:
    """Lay out categories' aspects, the most talked of first."""
    frame = answer.categories.drop(columns=["praised", "complained"])
    keys = ["category", "mentioned", "aspect"]
    return frame.sort_values(keys, ascending=[True, False, True], ignore_index=True)


def _products(read: Said) -> pd.DataFrame:
    """Count by product and aspect, and hold each product against its category's others."""
    ours = read.reviews.ours
    own = read.reviews.frame[ours]
    counts = _counted(read, own["product_id"].to_numpy(), ours)
    about = own.drop_duplicates("product_id").set_index("product_id")
    counts["product"] = counts["product_id"].map(about["product"])
    counts["category"] = counts["product_id"].map(about["category"])
    counts = _against_others(counts)
    groups = counts.groupby(["category", "aspect"], dropna=False, sort=False)
    shrunk = [_shrunk(rows) for _, rows in groups]
    # an aspect of which nobody in the category speaks is none of its aspects
    counts = counts.join(pd.concat(shrunk) if shrunk else _shrunk(counts))
    counts = counts[groups["mentioned"].transform("sum") > 0]
    return counts.reset_index(drop=True)


def _shrunk(rows: pd.DataFrame) -> pd.DataFrame:
    members = pd.DataFrame({"yes": rows["complained"], "trials": rows["reviews"]})
    names = {"shrunk": "complained_shrunk", "rate_low": "complained_low",
             "rate_high": "complained_high"}  # fmt: skip
    if not members["yes"].any():
        # nobody complains: what the rates may be is of no use to anyone
        return pd.DataFrame(np.nan, index=rows.index, columns=list(names.values()))
    return shrink_rates(members)[list(names)].rename(columns=names)


def _counted(read: Said, group: np.ndarray, rows: np.ndarray) -> pd.DataFrame:
    """Count a group's reviews, and those that mention, praise and complain, by aspect."""
    at, names = pd.factorize(group, sort=True)
    parts = {"mentioned": read.mentioned, "praised": read.praised, "complained": read.complained}
    sums = {}
    for name, flags in parts.items():
        summed = np.zeros((len(names), len(WITH_GOODS)), dtype=np.int64)
        np.add.at(summed, at, flags[rows].astype(np.int64))
        sums[name] = summed.ravel()
    frame = pd.DataFrame(
        {
            "product_id": np.repeat(np.asarray(names, dtype=object), len(WITH_GOODS)),
            "aspect": np.tile(np.array(WITH_GOODS, dtype=object), len(names)),
            "reviews": np.repeat(np.bincount(at, minlength=len(names)), len(WITH_GOODS)),
            **sums,
        }
    )
    for name in ("praised", "complained"):
        frame[f"{name}_share"] = frame[name] / frame["reviews"]
    return frame


def _against_others(counts: pd.DataFrame) -> pd.DataFrame:
    """Add the complaint share of the category's other products, and the chance of more."""
    by = counts.groupby(["category", "aspect"], dropna=False)
    rest = {c: by[c].transform("sum") - counts[c] for c in ("reviews", "complained")}
    # the only product of its category is held against the rest of the shop
    alone = rest["reviews"] == 0
    by = counts.groupby("aspect")
    for c, values in rest.items():
        rest[c] = values.where(~alone, by[c].transform("sum") - counts[c])
    counts["peers_complained_share"] = rest["complained"] / rest["reviews"].where(
        rest["reviews"] > 0
    )
    yes, n, m = counts["complained"], counts["reviews"], rest["reviews"]
    every = yes + rest["complained"]
    most = np.minimum(every, n)
    rarest = more_by_chance(most, n, every - most, m)
    p_value = pd.Series(more_by_chance(yes, n, rest["complained"], m), index=counts.index)
    counts["p_value"] = p_value.where(rarest <= ATTAINABLE)
    return counts


def _categories(read: Said) -> pd.DataFrame:
    ours = read.reviews.ours
    names = read.reviews.frame["category"].fillna("no category").to_numpy(dtype=object)
    frame = _counted(read, names[ours], ours).rename(columns={"product_id": "category"})
    frame = frame[(frame["mentioned"] > 0) & (frame["aspect"] != GOODS)].reset_index(drop=True)
    for column, side in (("praise_quote", -1), ("complaint_quote", 1)):
        frame[column] = [
            read.quote(ours & (names == r.category), r.aspect, side)[0] for r in frame.itertuples()
        ]
    return frame


def _complaints(read: Said, products: pd.DataFrame) -> pd.DataFrame:
    found = products[products["found"]]
    known = found[~found["aspect"].isin([GOODS, *NOT_OF_THE_GOODS])]["product_id"]
    found = found[(found["aspect"] != GOODS) | ~found["product_id"].isin(known)]
    found = found.sort_values(["p_value", "product_id", "aspect"], ignore_index=True)
    ids = read.reviews.frame["product_id"].to_numpy()
    quotes = [read.quote(ids == r.product_id, r.aspect, 1) for r in found.itertuples()]
    found["quote"] = [q for q, _ in quotes]
    found["review_id"] = [i for _, i in quotes]
    return found
