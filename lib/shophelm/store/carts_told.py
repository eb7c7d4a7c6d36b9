"""What is said of carts left behind, and of why."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from shophelm.shop.needs import carries_missing
from shophelm.store.cart_causes import PROBABILITY, CartCauses
from shophelm.store.cart_evidence import CAUSES, NONE, STOCK
from shophelm.words import (
    Sentence,
    begun,
    change,
    count,
    listing,
    money,
    plural,
    rate,
    sentence,
    unknown,
)

SPEAKS = 0.5
"""Log Bayes factor from which a sign is said to speak for a cause."""
SUSPECT = 0.9
"""Probability from which a cause is named although the loss alone could be chance."""
TOO_LONG = 84
"""Days beyond which a test is not worth waiting for."""
SHOWN = [
    *("product", "carts", "rate", "rate_usual", "since", "left_beyond", "lost_worth"),
    *PROBABILITY.values(),
    *("test", "test_carts", "test_days", "test_cost"),
]


@carries_missing
def shown(answer: CartCauses) -> pd.DataFrame:
    """Lay out, for people, the products that lose carts: rates, money, causes, the test."""
    products = answer.products
    return products.loc[products["found"], SHOWN].reset_index(drop=True)


@carries_missing
def shown_evidence(answer: CartCauses) -> pd.DataFrame:
    """Lay out, for people, what speaks for or against a cause of the products that lose carts.

    Returns
    -------
    DataFrame
        product, sign, here, elsewhere (text), for_price, for_diversion, for_trust, for_stock (how
        many times likelier the cause makes what was measured; 1 says nothing).
    """
    found = answer.products.loc[answer.products["found"], "product_id"]
    rows = answer.evidence[answer.evidence["product_id"].isin(found)]
    rows = rows[rows["strength"] >= SPEAKS]
    frame = rows[["product", "sign"]].copy()
    for side in ("here", "elsewhere"):
        frame[side] = [_figure(s, v) for s, v in zip(rows["sign"], rows[side], strict=True)]
    factors = np.exp(rows[list(CAUSES)]).rename(columns={c: f"for_{c}" for c in CAUSES})
    return frame.join(factors).reset_index(drop=True)


@carries_missing
def find_cart_causes(answer: CartCauses, *, currency: str) -> list[Sentence]:
    """Say which products lose carts, since when, what it costs, why, and how to make sure."""
    products = answer.products
    if products.empty:
        return [sentence("No cart was opened long enough ago to have been bought or left.")]
    found = products[products["found"]]
    said = [_how_many(products, found, currency)]
    said += [_product(answer, row, currency) for row in found.itertuples()]
    return said + _suspects(answer) + _silent(answer)


def chance_of(probability: float) -> str:
    """Write a probability in per cent; no model is sure."""
    return "over 99%" if probability >= 0.995 else str(rate(probability, digits=0))


def _how_many(products: pd.DataFrame, found: pd.DataFrame, currency: str) -> Sentence:
    judged = products["p_own"].notna() | products["p_peers"].notna()
    if found.empty:
        return sentence(
            "{share} of {carts} bought. Of {judged} with carts enough to be judged none is left "
            "in the cart more often than it was, or than its peers are, beyond chance.",
            judged=plural(int(judged.sum()), "product"),
            share=rate(products["bought"].sum() / products["carts"].sum(), digits=0),
            carts=plural(int(products["carts"].sum()), "cart was", "carts were"),
        )
    return sentence(
        "{share} of {carts} bought. {n} left in the cart more often than usual, beyond "
        "chance: {orders} orders and {worth} lost in 28 days.",
        share=rate(products["bought"].sum() / products["carts"].sum(), digits=0),
        carts=plural(int(products["carts"].sum()), "cart was", "carts were"),
        n=plural(len(found), "product is", "products are"),
        orders=count(found["lost_month"].sum()),
        worth=money(found["lost_worth"].sum(min_count=1), currency=currency),
    )


def _product(answer: CartCauses, row: Any, currency: str) -> Sentence:
    return sentence(
        "{product} ({id}): {rate} of its carts are bought{since}, where {usual} would be {whose}: "
        "{lost} carts left beyond that, {worth} in 28 days (80% interval {low} to {high}). "
        "{why}{test}",
        product=row.product,
        id=row.product_id,
        rate=rate(row.rate, digits=0),
        since="" if row.since is None else f" since {row.since}",
        whose="its peers' rate" if row.by == "peers" else "usual",
        usual=rate(row.rate_usual, digits=0),
        lost=count(row.left_beyond),
        worth=money(row.lost_worth, currency=currency),
        low=money(row.lost_worth_low, currency=currency),
        high=money(row.lost_worth_high, currency=currency),
        why=_why(answer, row),
        test=_test(row, currency),
    )


def _why(answer: CartCauses, row: Any) -> str:
    name = begun(row.cause)
    chance = chance_of(row.probability)
    if row.cause == NONE:
        return f"{name} {chance}; next {row.second}."
    rows = answer.evidence[answer.evidence["product_id"] == row.product_id]
    rows = rows[rows[row.cause] >= SPEAKS].sort_values(row.cause, ascending=False, kind="stable")
    told = [_said(r) for r in rows.itertuples()]
    why = f": {listing(told, most=3)}" if told else ""
    return f"{name} {chance}{why}."


def _said(row: Any) -> str:
    here, elsewhere = _figure(row.sign, row.here), _figure(row.sign, row.elsewhere)
    return {
        "own price": f"a tenth more on the price moves the odds to pay by {here} beyond what it "
        "does in its category",
        "price raised": f"its price moved by {here}",
        "coupon": f"a coupon moves the odds to pay by {here}, elsewhere by {elsewhere}",
        "dearer than rival": f"its price lies {here} off the look-alike's, others {elsewhere}",
        "rival's price": f"the look-alike's price moved by {here}",
        "search": f"{here} of the carts left end with a new search, elsewhere {elsewhere}",
        "reviews read": f"reviews are read before {here} of the carts are left, elsewhere "
        f"{elsewhere}",
        "bad reviews": f"{here} of the reviews are bad, {elsewhere} in its category",
        "returns": f"{here} of the lines come back, {elsewhere} in its category",
        "slow refunds": f"refunds take {here} days, {elsewhere} in its category",
        "empty shelf": f"{here} of the carts met an empty shelf, elsewhere {elsewhere}",
    }[row.sign]


_AS_CHANGE = ("own price", "price raised", "coupon", "dearer than rival", "rival's price")


def _figure(sign: str, value: float) -> str:
    if unknown(value):
        return ""
    if sign == "slow refunds":
        return f"{value:.1f}"
    return str(change(value) if sign in _AS_CHANGE else rate(value, digits=0))


def _test(row: Any, currency: str) -> str:
    if unknown(row.test):
        return ""
    given = money(row.test_cost, currency=currency)
    cost = "" if row.test_of == STOCK else f", {given} given away"
    cost += "; too long to wait" if row.test_days > TOO_LONG else ""
    return (
        f" Cheapest test: {row.test} ({plural(int(row.test_carts), 'cart')}, "
        f"{plural(int(row.test_days), 'day')}{cost})."
    )


def _suspects(answer: CartCauses) -> list[Sentence]:
    """Name the products whose loss alone may be chance, but whose signs are loud."""
    products = answer.products
    loud = ~products["found"] & (products["cause"] != NONE) & (products["probability"] >= SUSPECT)
    if not loud.any():
        return []
    rows = products[loud].sort_values(["probability", "product_id"], ascending=[False, True])
    which = [f"{r.product} ({r.cause} {chance_of(r.probability)})" for r in rows.itertuples()]
    return [
        sentence(
            "Too few carts to tell the loss from chance, but with loud signs of a cause: {which}.",
            which=listing(which),
        )
    ]


def _silent(answer: CartCauses) -> list[Sentence]:
    """Say which causes no sign of which can be measured for any product."""
    lacking = [set(filter(None, text.split(", "))) for text in answer.products["unmeasured"]]
    nowhere = set.intersection(*lacking)
    if not nowhere:
        return []
    return [
        sentence(
            "No table of this shop would show {causes}: a probability of such a cause is no more "
            "than a prior, and the loss.",
            causes=listing([c for c in CAUSES if c in nowhere]),
        )
    ]
