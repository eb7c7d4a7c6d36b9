"""Why are carts left behind: price, diversion, trust, stock, or none of these?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from shophelm.methods.cause_odds import learnt_prior, posterior
from shophelm.shop.needs import question
from shophelm.shop.tables import Tables
from shophelm.store.cart_cells import WITHIN_DAYS
from shophelm.store.cart_evidence import (
    CAUSES,
    DIVERSION,
    NONE,
    PRICE,
    SIGNS,
    STOCK,
    TRUST,
    after_left,
    coupon_holders,
    empty_shelf,
    fall_with_goods,
    own_price,
)
from shophelm.store.cart_market import price_signs
from shophelm.store.cart_tests import cheapest_tests
from shophelm.store.cart_trust import trust_signs
from shophelm.store.carts import DAYS, Carts, lost_carts

PRIOR, PRIOR_WEIGHT, OTHER = 0.05, 20, 0.1
"""Probability beforehand of each cause; the products it counts for beside the shop's own; and,
where it is none of them, the probability that carts are lost all the same, nobody knows why."""
NEEDS = {
    PRICE: ("own price", "price raised", "coupon"),
    DIVERSION: ("search", "rival's price"),
    TRUST: ("reviews read", "bad reviews", "returns"),
    STOCK: ("empty shelf",),
}
"""Cause → the signs of which any must be measured for its probability to be more than a prior."""


PROBABILITY = {c: f"p_{c}" for c in CAUSES} | {NONE: "p_none"}


@dataclass(frozen=True, slots=True)
class CartCauses:
    """Why carts are left, product by product.

    Attributes
    ----------
    carts
        As `lost_carts` gives them.
    products
        A row per product, as in `carts.products`: its columns, and the probabilities p_price,
        p_diversion, p_trust, p_stock, p_none (they sum to 1), cause (the likeliest),
        probability (its), second (the next likeliest), unmeasured (text: causes none of whose
        signs could be measured), and the cheapest test (see `cheapest_tests`).
    evidence
        A row per product and sign that was measured: product_id, product, sign, value, error,
        here, elsewhere, and the log Bayes factor of each cause it speaks about, as price,
        diversion, trust, stock (0 where it says nothing of it); strength (the largest).
    prior
        Cause → how common it is among this shop's products, as learnt from them.
    """

    carts: Carts
    products: pd.DataFrame
    evidence: pd.DataFrame
    prior: dict[str, float]


@question(
    "Why are carts left behind?",
    "events.product_id",
    order_lines="money lost, prices and returns",
    products="peers of a category, and margins",
    prices="whether it is the price",
    rivals="whether a rival's price fell",
    reviews="whether trust is lost",
    refunds="whether more comes back",
    stock="whether carts meet an empty shelf",
    coupons="whether holders of coupons pay more of their carts",
)
def cart_causes(
    shop: Tables,
    *,
    days: int = DAYS,
    within: int = WITHIN_DAYS,
    prior: float = PRIOR,
    other: float = OTHER,
) -> CartCauses:
    """Give each product the probability of each cause for which its carts may be left.

    Parameters
    ----------
    shop
        Needs events with products; what else it has adds evidence.
    days, within
        As in `lost_carts`.
    prior
        Probability of each of the four causes beforehand; the rest is none of these. How common
        each is in this shop is then learnt from its products, of which the prior counts for 20.
    other
        Where it is none of these, the probability that carts are lost all the same.

    Notes
    -----
    A naive Bayes model. A product has one cause at most. Each sign's true value is normal under
    the causes it speaks for and around zero under all others (`cart_evidence.SIGNS`); signs are
    taken as independent given the cause, and no sign may speak for a cause more strongly than
    coincidences allow, nor against it more than causes hide their signs. Price, diversion and
    trust lose carts on days with goods (the evidence of a fall there); stock loses them on days
    without. What could not be measured says nothing: the probability of a cause without any sign
    measured moves by the evidence of a loss alone. Two causes at once show as a probability shared
    by both, or as the one with the louder signs.
    """
    carts = lost_carts(shop, days=days, within=within)
    measured = signs_of(shop, carts)
    fell = fall_with_goods(carts)
    logs = {c: fell + 0.0 for c in CAUSES if c != STOCK} | {STOCK: np.zeros(len(fell))}
    logs[NONE] = np.logaddexp(np.log1p(-other), np.log(other) + fell)
    parts = []
    for name, table in measured.items():
        told = {c: SIGNS[name].log_evidence(c, table["value"], table["error"]) for c in CAUSES}
        for cause in CAUSES:
            logs[cause] = logs[cause] + told[cause]
        parts.append(table.assign(sign=name, **told))
    beforehand = dict.fromkeys(CAUSES, prior) | {NONE: 1 - prior * len(CAUSES)}
    learnt = learnt_prior(beforehand, logs, weight=PRIOR_WEIGHT)
    shares = pd.DataFrame(posterior(learnt, logs), index=carts.products.index)
    products = _with_causes(carts.products, shares, measured)
    evidence = _evidence(carts.products, parts)
    tests = cheapest_tests(products, evidence)
    return CartCauses(carts, products.join(tests), evidence, learnt)


def signs_of(shop: Tables, carts: Carts) -> dict[str, pd.DataFrame]:
    """Measure every sign of `SIGNS` for every product; null where it cannot be measured."""
    return {
        "own price": own_price(carts),
        "coupon": coupon_holders(carts),
        "search": after_left(carts, "searched"),
        "reviews read": after_left(carts, "read"),
        "empty shelf": empty_shelf(carts),
        **price_signs(shop, carts),
        **trust_signs(shop, carts),
    }


def _with_causes(
    products: pd.DataFrame, shares: pd.DataFrame, measured: dict[str, pd.DataFrame]
) -> pd.DataFrame:
    order = np.argsort(-shares.to_numpy(), axis=1, kind="stable")
    names = shares.columns.to_numpy()
    lacking = pd.Series("", index=products.index)
    for cause, signs in NEEDS.items():
        silent = ~np.any([measured[s]["error"].notna() for s in signs], axis=0)
        lacking = lacking.mask(
            silent, lacking + (lacking != "").map({True: ", ", False: ""}) + cause
        )
    return products.join(shares.rename(columns=PROBABILITY)).assign(
        cause=names[order[:, 0]],
        probability=shares.max(axis=1),
        second=names[order[:, 1]],
        unmeasured=lacking,
    )


def _evidence(products: pd.DataFrame, parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Stack the signs that were measured, the strongest of each product first."""
    whole = pd.concat([products[["product_id", "product"]].join(p) for p in parts])
    whole = whole[whole["error"].notna()]
    whole["strength"] = whole[list(CAUSES)].abs().max(axis=1)
    whole = whole.reset_index(names="number").sort_values(
        ["number", "strength"], ascending=[True, False], kind="stable"
    )
    return whole.drop(columns="number").reset_index(drop=True)
