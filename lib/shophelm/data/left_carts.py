"""Carts left behind: after which step, product by product."""

from __future__ import annotations

import numpy as np
import pandas as pd

from shophelm.data.visiting import begins_session, once_each, steps_of
from shophelm.methods.proportions import beyond_chance, more_by_chance, wilson
from shophelm.shop.calendar import last_days
from shophelm.shop.journeys import Journeys, journeys
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.shop.titles import titled
from shophelm.words import Sentence, count, listing, plural, rate, sentence

FEWEST = 5
"""Products with fewer carts left behind after a step are not judged on it: chance rules them."""
ROW = ["product_id", "step", "left", "ended", "left_rest", "ended_rest"]


@question("After which step are carts left behind?", "events", products="products by title")
def left_carts(shop: Tables, *, days: int = 84) -> pd.DataFrame:
    """Find the products whose carts are left after another step than other products' carts.

    A cart is a product that was put in the cart in a session; it is left behind if the session
    ends without a payment. Who pays in a later session counts as having left it, too. The last
    step of the session hints at why: a new search, the reviews, the checkout.

    Parameters
    ----------
    shop
        Needs events.
    days
        Length of the period that ends on as_of. Single weeks hold too few carts.

    Returns
    -------
    DataFrame
        product_id, title, step (the last of the session), left (carts of the product left
        behind), ended (of those, after this step), share with low and high (Wilson, 95 %),
        share_rest (the same step's share of all other products' left carts), p_value (of so
        much larger a share by chance, Fisher's exact test, one-sided), found (kept at a
        false-discovery rate of 5 % over all products and steps that could have been judged).
        Pairs with fewer than five are left out. Smallest p_value first.
    """
    events = journeys(shop, last_days(shop.as_of, days=days), columns=["page", "product_id"])
    frame, tests = _ends(events)
    frame[["share", "low", "high"]] = wilson(frame["ended"], frame["left"]).to_numpy()
    frame["share_rest"] = frame["ended_rest"] / frame["left_rest"].where(frame["left_rest"] > 0)
    counts = ("ended", "left", "ended_rest", "left_rest")
    frame["p_value"] = more_by_chance(*(frame[c] for c in counts))
    frame["found"] = beyond_chance(frame["p_value"], tests=tests)
    frame.insert(1, "title", titled(shop, frame["product_id"]))
    frame = frame.sort_values(["p_value", "product_id", "step"], ignore_index=True)
    return frame.drop(columns=["left_rest", "ended_rest"])


@carries_missing
def find_left_carts(frame: pd.DataFrame) -> Sentence:
    """Name the products whose carts are left after a step of their own, and the step."""
    found = frame[frame["found"]]
    if found.empty:
        return sentence(
            "No product's carts are left behind after another step than the rest's, beyond chance."
        )
    named = [
        f"{r.title} after “{r.step}” ({rate(r.share)} of {count(r.left)}, the rest "
        f"{rate(r.share_rest)})"
        for r in found.itertuples()
    ]
    return sentence(
        "Of the carts left behind, {n} another step than the rest: {which}.",
        n=plural(found["product_id"].nunique(), "product's end after", "products' end after"),
        which=listing(named),
    )


def _ends(events: Journeys) -> tuple[pd.DataFrame, int]:
    """Count left carts by product and last step of their session, and what could be judged."""
    if not len(events):
        return pd.DataFrame(columns=ROW), 0
    steps = steps_of([events])
    starts = begins_session(events)
    session = np.cumsum(starts) - 1
    paid = np.bincount(session[events.is_kind("pay")], minlength=int(starts.sum())) > 0
    product = events.words["product_id"]
    carts = events.is_kind("cart") & (product.codes >= 0) & ~paid[session]
    of, what = once_each(session[carts], product.codes[carts])
    last = steps.of(events)[np.append(starts[1:], True)][of]
    table = np.zeros((len(product.names), len(steps.names)), dtype=np.int64)
    np.add.at(table, (what, last), 1)
    rows = np.argwhere(table >= FEWEST)
    left, ended = table.sum(axis=1), table.sum(axis=0)
    counted = pd.DataFrame(
        {
            "product_id": [product.names[p] for p, _ in rows],
            "step": [steps.names[s] for _, s in rows],
            "left": [left[p] for p, _ in rows],
            "ended": [table[p, s] for p, s in rows],
            "left_rest": [left.sum() - left[p] for p, _ in rows],
            "ended_rest": [ended[s] - table[p, s] for p, s in rows],
        },
        columns=ROW,
    )
    return counted, int((left >= FEWEST).sum() * (ended >= FEWEST).sum())
