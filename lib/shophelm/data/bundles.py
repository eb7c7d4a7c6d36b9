"""Bundles: what is viewed and bought together, and would not have been bought anyway."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

from shophelm.actions import HORIZON_DAYS
from shophelm.data.visiting import begins_session
from shophelm.methods.association import pairs, together_in
from shophelm.methods.proportions import beyond_chance
from shophelm.shop.calendar import Period, last_days
from shophelm.shop.journeys import journeys
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.paid_lines import paid_baskets, paid_lines
from shophelm.shop.ratios import as_floats
from shophelm.shop.shelf import on_the_shelf
from shophelm.shop.tables import Tables
from shophelm.shop.titles import products_of, titled
from shophelm.words import Sentence, listing, money, plural, rate, sentence

MOST = 200
FEWEST = 5
"""Pairs that fewer orders hold are not judged."""
INTERVAL = 0.8
SHOWN = [
    "product",
    "companion",
    "together",
    "viewed_together",
    "support",
    "confidence",
    "lift",
    "leverage",
    "anyway",
    "excess",
    "p_value",
    "found",
    "worth",
    "worth_low",
    "worth_high",
    "worth_in",
    "cover_days",
    "stock_age_days",
    "why",
]


@question(
    "Which products belong in a bundle?",
    "order_lines",
    "products.category",
    events="how often two products are viewed in one session",
    stock="bundles that can be sent, and how long the companion's stock lasts",
    purchase_orders="how old the companion's stock is",
)
def bundles(shop: Tables, *, days: int = 364) -> pd.DataFrame:
    """Find pairs of products bought in one order more often than without the first.

    Of two products the one in more orders is the product, the other its companion. How often the
    companion would have been bought anyway is read off the orders that hold another product of
    the product's category, but not the product.

    Parameters
    ----------
    shop
        Needs orders, order_lines and products with categories.
    days
        Length of the period that ends on as_of.

    Returns
    -------
    DataFrame
        product and companion (titles; ids in attrs["ids"], pairs in the rows' order), together
        (paid orders with both), viewed_together (sessions; null without events), support,
        confidence, lift, leverage (see `methods.association.pairs`), anyway (share of like orders
        with the companion), excess (confidence − anyway), p_value and found (excess beyond
        chance, at a false-discovery rate of 5 % over all pairs of products that are in five
        orders or more), worth with worth_low and worth_high (80 %): contribution margin over 28
        days of the companions sold through the pair, at the product's orders of the last 28 days
        and the companion's mean margin per order line (GMV where its unit cost is not known:
        worth_in says which), cover_days (days the companion's stock lasts at the sales of the last
        28 days), stock_age_days (of its oldest unit, first in first out), why (what speaks against
        the offer; "" for nothing). Found pairs with nothing against them first, by worth; at most
        200 pairs. ``attrs["found"]`` counts all that were found.

    Notes
    -----
    `worth` is what the pair brings today, and what an offer has something to build on; it does
    not say how much more an offer would bring. Only a test against a control tells that.
    """
    period = last_days(shop.as_of, days=days)
    frame, names = rules(shop, period)
    looked_at = frame.attrs["looked_at"]
    frame = _leading(frame)
    frame["product_id"], frame["companion_id"] = names[frame["a"]], names[frame["b"]]
    frame["found"] = beyond_chance(frame["p_value"], tests=looked_at)
    month = last_days(shop.as_of, days=min(days, HORIZON_DAYS))
    earned, lately = _earned(shop, period), _earned(shop, month)
    frame = _priced(frame, earned, lately, scale=HORIZON_DAYS / month.days)
    found = int(frame["found"].sum())
    frame = _most(frame)
    frame["viewed_together"] = _viewed(shop, period, frame)
    stock = _stocked(shop, lately, month.days)
    frame = frame.join(stock, on="companion_id")
    frame["why"] = _against(frame, stock, earned)
    for name in ("product", "companion"):
        frame[name] = titled(shop, frame[f"{name}_id"])
    shown = _laid_out(frame)
    shown.attrs["found"] = found
    return shown


@carries_missing
def find_bundles(frame: pd.DataFrame, *, currency: str) -> Sentence:
    """Name the pairs worth offering together, and those that something speaks against."""
    if frame.empty:
        return sentence("No two products are in five orders together: no pair can be judged.")
    found = frame[frame["found"]]
    offered, kept_back = found[found["why"] == ""], found[found["why"] != ""]
    text, values = "No pair is bought together beyond what would have been bought anyway", {}
    if len(found):
        text = "{n} bought together beyond what would have been bought anyway"
        values = {"n": plural(frame.attrs["found"], "pair is", "pairs are")}
    if len(offered):
        text += "; worth most over 28 days: {which}"
        values["which"] = listing(
            [
                f"{r.product} with {r.companion} ({rate(r.confidence, digits=1)} instead of "
                f"{rate(r.anyway, digits=1)}, {money(r.worth, currency=currency)} {r.worth_in})"
                for r in offered.itertuples()
            ],
            most=3,
        )
    if len(kept_back):
        text += ". Not to be offered now: {others}"
        values["others"] = listing(
            [f"{r.product} with {r.companion} ({r.why})" for r in kept_back.itertuples()], most=3
        )
    return sentence(text + ".", **values)


def rules(shop: Tables, period: Period, *, fewest: int = FEWEST) -> tuple[pd.DataFrame, np.ndarray]:
    """Find which products lead to which in the paid orders of a period.

    Returns
    -------
    tuple
        The rules as `methods.association.pairs` gives them, and the products' ids, which a and b
        number.
    """
    basket, product, names = paid_baskets(shop, period)
    category = products_of(shop)["category"].reindex(names).factorize(sort=True)[0]
    return pairs(basket, product, category, fewest=fewest), names


def _leading(frame: pd.DataFrame) -> pd.DataFrame:
    """Keep each pair once, the product in more orders as a."""
    one, other = frame["with_a"], frame["with_b"]
    leads = (one > other) | ((one == other) & (frame["a"] < frame["b"]))
    return frame[leads].reset_index(drop=True)


def _most(frame: pd.DataFrame) -> pd.DataFrame:
    """Keep the pairs found, by worth, then others, as far as anyone would read."""
    keys = ["found", "worth", "product_id", "companion_id"]
    frame = frame.sort_values(keys, ascending=[False, False, True, True], ignore_index=True)
    return frame.head(MOST).copy()


def _viewed(shop: Tables, period: Period, frame: pd.DataFrame) -> np.ndarray:
    """Count the sessions in which both products of each pair were viewed."""
    ids = list(zip(frame["product_id"], frame["companion_id"], strict=True))
    if not shop.has("events"):
        return np.full(len(ids), np.nan)
    events = journeys(shop, period, columns=["product_id"], ties=False)
    product = events.words["product_id"]
    views = events.is_kind("view") & (product.codes >= 0)
    session = np.cumsum(begins_session(events))
    both = together_in(session[views], product.codes[views], len(product.names))
    place = {name: i for i, name in enumerate(product.names)}
    return np.array(
        [both[place[a], place[b]] if a in place and b in place else 0 for a, b in ids], dtype=float
    )


def _earned(shop: Tables, period: Period) -> pd.DataFrame:
    """Sum, by product: orders, units, gmv, and margin (null without a unit cost)."""
    lines = paid_lines(shop, period)
    baskets = lines.group_by("product_id", "order_id").aggregate(
        units=lines.quantity.sum(), gmv=lines.paid_amount.sum()
    )
    sums = baskets.group_by("product_id").aggregate(
        orders=baskets.count(), units=baskets.units.sum(), gmv=baskets.gmv.sum()
    )
    costs = shop["products"].select("product_id", "unit_cost")
    sums = sums.left_join(costs, "product_id").drop("product_id_right")
    sums = sums.mutate(margin=sums.gmv - sums.unit_cost * sums.units).drop("unit_cost")
    return shop.frame(sums).set_index("product_id").apply(as_floats)


def _priced(
    frame: pd.DataFrame, earned: pd.DataFrame, lately: pd.DataFrame, *, scale: float
) -> pd.DataFrame:
    of = earned.reindex(frame["companion_id"])
    known = of["margin"].notna().to_numpy()
    each = (of["margin"].fillna(of["gmv"]) / of["orders"]).to_numpy()
    orders = lately["orders"].reindex(frame["product_id"]).fillna(0).to_numpy() * scale
    z = special.ndtri(0.5 + INTERVAL / 2)
    frame["worth_in"] = np.where(known, "margin", "gmv")
    for name, side in (("worth", 0), ("worth_low", -z), ("worth_high", z)):
        frame[name] = (frame["excess"] + side * frame["excess_error"]) * orders * each
    return frame


def _stocked(shop: Tables, lately: pd.DataFrame, days: int) -> pd.DataFrame:
    """Give on_hand, stock_age_days and cover_days by product; no rows where stock is not known."""
    frame = on_the_shelf(shop)
    per_day = lately["units"].reindex(frame.index).fillna(0) / days
    return frame.assign(cover_days=frame["on_hand"] / per_day.where(per_day > 0))


def _against(frame: pd.DataFrame, stock: pd.DataFrame, earned: pd.DataFrame) -> list[str]:
    """Say what speaks against offering each pair: chance, a margin below zero, an empty shelf."""
    said = []
    for row in frame.itertuples():
        both = {"the product": row.product_id, "the companion": row.companion_id}
        why = [] if row.found else ["not beyond chance"]
        why += [f"{what} earns no margin" for what, i in both.items() if earned["margin"][i] <= 0]
        # a product that the stock list never had may well be there
        why += [f"{what} is out of stock" for what, i in both.items() if _is_out(stock, i)]
        said.append("; ".join(why))
    return said


def _is_out(stock: pd.DataFrame, product_id: str) -> bool:
    return product_id in stock.index and stock["on_hand"][product_id] <= 0


def _laid_out(frame: pd.DataFrame) -> pd.DataFrame:
    frame["against"] = frame["why"] != ""
    keys = ["found", "against", "worth", "product_id", "companion_id"]
    frame = frame.sort_values(keys, ascending=[False, True, False, True, True], ignore_index=True)
    shown = frame[SHOWN].copy()
    shown.attrs["ids"] = list(zip(frame["product_id"], frame["companion_id"], strict=True))
    return shown
