"""What to do about carts left behind, and what comes back of it."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from shophelm.actions import HORIZON_DAYS, Action, due, worth_fields
from shophelm.shop.needs import carries_missing
from shophelm.shop.tables import Tables
from shophelm.store.cart_causes import CartCauses
from shophelm.store.cart_evidence import DIVERSION, NONE, PRICE, STOCK, TRUST
from shophelm.store.carts_told import TOO_LONG, chance_of
from shophelm.words import plural, rate, unknown

MEND = {
    PRICE: ("price", "merchandiser", "Lower the price of {product} by {share}"),
    DIVERSION: ("rival", "merchandiser", "Meet the rival's price for {product}: {share} less"),
    TRUST: (
        "trust",
        "designer",
        "Mend what the reviews of {product} complain of, and promise 7-day returns with freight "
        "insurance on its page",
    ),
    STOCK: ("stock", "buyer", "Restock {product}, which carts find sold out"),
}
NO_CUT = {
    PRICE: "Do not lower the price of {product}, though it loses carts: {share} less would cost "
    "more than it brings. Show what it is worth",
    DIVERSION: "Do not meet the rival's price for {product}, though it loses carts: {share} less "
    "would cost more than it brings. Show why ours is worth more",
}


@carries_missing
def cart_actions(shop: Tables, answer: CartCauses, *, most: int = 5) -> list[Action]:
    """Propose to mend the likeliest cause of each product that loses carts.

    Parameters
    ----------
    shop
        For the day by which we will know.
    answer
        As `cart_causes` gives it.
    most
        Products proposed, those that lose most first.

    Notes
    -----
    The worth is what comes back in 28 days, see `recovered`. Where a cut would bring less than it
    gives away, it is advised against, and the worth of showing the goods better is not known; nor
    is it where the likeliest cause is none of these.
    """
    found = answer.products[answer.products["found"]].head(most)
    return [_action(shop, answer, row) for row in found.itertuples()]


def recovered(row: Any) -> tuple[float, float, float]:
    """Give mean and 80% interval of what mending the likeliest cause brings in 28 days.

    With the cause's probability, what is lost comes back, less what is given away to all orders
    (mend_share of their money); else nothing comes back, and the orders there are get it too.

    Parameters
    ----------
    row
        Of `CartCauses.products`.
    """
    chance = row.probability
    given = HORIZON_DAYS * row.carts_per_day * row.paid_per_order * row.mend_share
    ends = sorted([row.lost_worth_low, row.lost_worth_high])
    sd = (ends[1] - ends[0]) / (2 * special.ndtri(0.9))
    back, in_vain = row.lost_worth - given * row.rate_usual, -given * row.rate
    draws = back + sd * special.ndtri((np.arange(400) + 0.5) / 400)
    values = np.append(draws, in_vain)
    weights = np.append(np.full(400, chance / 400), 1 - chance)
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    low, high = (values[order][np.searchsorted(reached, q).clip(max=400)] for q in (0.1, 0.9))
    # nothing given away is 0, not −0
    return chance * back + (1 - chance) * in_vain, float(low) + 0.0, float(high) + 0.0


def _action(shop: Tables, answer: CartCauses, row: Any) -> Action:
    said = {"subject": f"product:{row.product_id}", "metric": "cart_to_pay"}
    said["due_on"] = due(shop.as_of)
    rates = (
        f"{rate(row.rate, digits=0)} of its carts are bought, where "
        f"{rate(row.rate_usual, digits=0)} would be usual."
    )
    if row.cause == NONE:
        what = f"Find out why carts of {row.product} are left; nothing measured tells why"
        return Action(
            kind="left carts", action=f"{what}: {rates}", owner_role="merchandiser", **said
        )
    kind, owner, what = MEND[row.cause]
    worth = recovered(row)
    if worth[0] <= 0 and row.cause in NO_CUT:
        what, worth = NO_CUT[row.cause], (None, None, None)
    share = rate(row.mend_share, digits=0)
    return Action(
        kind=f"left carts: {kind}",
        action=f"{what.format(product=row.product, share=share)}: {rates} {_sure(row)}",
        owner_role=owner,
        **worth_fields(*worth, answer.carts.worth_in),
        **said,
    )


def _sure(row: Any) -> str:
    sure = f"The cause is {row.cause} with {chance_of(row.probability)}"
    if unknown(row.test):
        return f"{sure}."
    days, carts = plural(int(row.test_days), "day"), plural(int(row.test_carts), "cart")
    if row.test_days > TOO_LONG:
        return f"{sure}; to test it first would take {days}, too long to wait."
    return f"{sure}; to make sure first: {row.test} ({carts}, {days})."
