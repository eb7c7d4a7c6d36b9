"""What to do about pages, products, prices and words, of all that the notebook has found."""

from __future__ import annotations

import pandas as pd

from shophelm.actions import Action
from shophelm.shop.needs import Missing, all_known
from shophelm.shop.tables import Tables
from shophelm.store.cart_actions import cart_actions
from shophelm.store.cart_causes import CartCauses
from shophelm.store.gaps_told import gap_actions
from shophelm.store.matrix_told import matrix_actions
from shophelm.store.page_tests import PageTests
from shophelm.store.page_tests_told import page_test_actions
from shophelm.store.price_told import price_actions
from shophelm.store.review_actions import review_actions
from shophelm.store.review_aspects import ReviewAspects
from shophelm.store.search_actions import search_actions
from shophelm.store.search_lift import SearchLift
from shophelm.store.title_words import TitleWords
from shophelm.words import Sentence, begun, money, plural, sentence

REPRICED = ("left carts: price", "left carts: rival")
"""Kinds of action about a cart that move the product's price."""


def steps(
    shop: Tables,
    *,
    tests: PageTests | Missing,
    matrix: pd.DataFrame | Missing,
    plan: pd.DataFrame | Missing,
    gaps: pd.DataFrame | Missing,
    prices: pd.DataFrame | Missing,
    left: CartCauses | Missing,
    said: ReviewAspects | Missing,
    changed: pd.DataFrame | Missing,
    points: pd.DataFrame | Missing,
    words: pd.DataFrame | Missing,
    titles: TitleWords | Missing,
    paid: pd.DataFrame | Missing,
    images: pd.DataFrame | Missing,
    lifts: SearchLift | Missing,
) -> list[Action]:
    """Turn this notebook's findings into actions.

    Parameters
    ----------
    shop
        For the day by which we will know.
    tests, matrix, plan, gaps, prices, left, said, changed, points
        The answers about page tests, products, prices, carts and reviews.
    words, titles, paid, images, lifts
        Those about search; one that is missing brings nothing.

    Notes
    -----
    Where a price move is proposed, what carts say of the same product's price is not proposed too.
    """
    moves = all_known([price_actions(shop, prices)])
    moved = {a.subject for a in moves if a.worth is not None}
    carts = all_known([cart_actions(shop, left)])
    found = (
        page_test_actions(shop, tests),
        matrix_actions(shop, matrix, plan),
        gap_actions(shop, gaps),
        moves,
        [a for a in carts if a.kind not in REPRICED or a.subject not in moved],
        review_actions(shop, said, changed, points),
        search_actions(shop, words, titles, paid, images, lifts),
    )
    return all_known(found)


def find_headline(
    prices: pd.DataFrame | Missing, left: CartCauses | Missing, *, currency: str
) -> Sentence:
    """Say what carts left behind cost, and what moving prices would earn."""
    said = []
    if not isinstance(left, Missing):
        lost = left.products[left.products["found"]]
        worth = money(lost["lost_worth"].sum(min_count=1), currency=currency)
        products = plural(len(lost), "product is", "products are")
        said.append(
            f"{products} left in the cart more often than usual, at {worth} in 28 days"
            if len(lost)
            else "no product is left in the cart more often than usual beyond chance"
        )
    if not isinstance(prices, Missing):
        moves = prices[prices["worth"].notna()]
        gain = money(moves["worth"].sum(), currency=currency)
        said.append(
            f"{plural(len(moves), 'price')} moved within what was seen would earn {gain} more"
            if len(moves)
            else "no price that was seen would surely earn more"
        )
    if not said:
        return sentence("Of pages and prices nothing can be told from these tables.")
    text = "; ".join(said)
    return sentence("{what}.", what=begun(text))
