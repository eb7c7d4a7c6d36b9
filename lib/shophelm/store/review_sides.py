"""Which review praises what, and complains of what."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from shophelm.shop.tables import Tables, once_per_shop
from shophelm.store.aspect_words import NAMES, NOT_OF_THE_GOODS, WITH_GOODS
from shophelm.store.clause_aspects import clause_aspects
from shophelm.store.clause_sides import clause_sides
from shophelm.store.review_texts import Reviews, read_reviews


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """What reviews say of each aspect (in the order of `aspect_words.WITH_GOODS`).

    Attributes
    ----------
    reviews
        The reviews that count.
    about
        clauses × aspects: true where the clause is about it.
    side
        Per clause: 1 complaint, −1 praise, 0 not known.
    mentioned, praised, complained
        reviews × aspects: true where some clause of the review does so. A review may praise and
        complain of the same thing.
    praising
        reviews × terms: 1 where a clause of the review that praises holds the term.
    learned
        The words that were learned, see `clause_aspects`.
    """

    reviews: Reviews
    about: np.ndarray
    side: np.ndarray
    mentioned: np.ndarray
    praised: np.ndarray
    complained: np.ndarray
    praising: sparse.csr_array
    learned: pd.DataFrame

    def quote(self, rows: np.ndarray, aspect: str, side: int) -> tuple[str, str]:
        """Quote the shortest of some reviews (true in `rows`) with a side on an aspect; its id."""
        about = self.about[:, WITH_GOODS.index(aspect)]
        chosen = rows[self.reviews.terms.text_of] & about & (self.side == side)
        return self.reviews.quote(np.flatnonzero(chosen))


def said(shop: Tables, *, bad_stars: int) -> Said:
    """Read every review's clauses for what they are about and which side they take, once."""
    kept = _kept(shop)
    if bad_stars not in kept:
        reviews = read_reviews(shop)
        about, learned = clause_aspects(reviews)
        of_goods = [name not in NOT_OF_THE_GOODS for name in NAMES]
        about = np.column_stack([about, about[:, of_goods].any(axis=1)])
        side = clause_sides(reviews, bad_stars=bad_stars)
        parts = [_by_review(reviews, about, use) for use in (side == side, side < 0, side > 0)]
        kept[bad_stars] = Said(
            reviews, about, side, *parts, reviews.terms.in_text(side < 0), learned
        )
    return kept[bad_stars]


@once_per_shop
def _kept(shop: Tables) -> dict[int, Said]:  # noqa: ARG001 - one for each shop
    return {}


def _by_review(reviews: Reviews, about: np.ndarray, use: np.ndarray) -> np.ndarray:
    flags = sparse.csr_array(about.astype(float))
    return reviews.terms.of_texts(flags, use).toarray() > 0
