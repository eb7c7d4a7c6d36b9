"""What may decide who gets an offer, in one place."""

from __future__ import annotations

from collections.abc import Iterable

from shophelm.errors import ParameterError
from shophelm.words import Sentence, listing, sentence

ALLOWED = {
    "acquired_by": "where they came from",
    "recency": "when they last bought",
    "frequency": "how often they bought",
    "spend": "how much they spent",
    "tenure": "how long they have been customers",
}
"""What an offer may be decided by: how somebody shops here, never who somebody is.

Gender and year of birth stay out, and so does region, which can stand for who somebody is. Nothing
in this notebook sets a price for one person: an offer is a coupon, and list prices are one for all.
"""


def fair(features: Iterable[str]) -> list[str]:
    """Give the features back, or refuse the first that must not decide who gets an offer.

    Raises
    ------
    ParameterError
        If one is not in `ALLOWED`.
    """
    given = list(features)
    for name in given:
        if name not in ALLOWED:
            raise ParameterError(
                f"{name} must not decide who gets an offer. Allowed are {listing(list(ALLOWED))}."
            )
    return given


def find_fairness(features: Iterable[str]) -> Sentence:
    """Say by what offers were decided, and what played no part."""
    return sentence(
        "Offers are decided by {what}; gender, age and region play no part. No price is set for "
        "anyone: list prices are the same for all, and an offer is a coupon.",
        what=listing([ALLOWED[name] for name in fair(features)], most=len(ALLOWED)),
    )
