"""Look-alikes of our products: since when demand broke, what it costs, and three answers priced."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from shophelm.actions import HORIZON_DAYS, Action, due
from shophelm.methods.corrections import holm
from shophelm.methods.fall_point import FallPoint
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.product_days import ProductDays, product_days
from shophelm.shop.ratios import as_floats
from shophelm.shop.tables import Tables
from shophelm.strategy.demand_breaks import (
    BACK,
    CUT,
    break_of,
    dates_of,
    deepest_cut,
    found_by_chance,
    lasting_cuts,
    own_move,
)
from shophelm.strategy.look_alike_pairs import paired, pictures, rival_days
from shophelm.words import Sentence, listing, money, number, plural, rate, sentence

TITLE = "Which look-alikes took our demand, and what is the answer?"
LEVEL = 0.05
COLUMNS = [
    *("product_id", "rival_id", "alike", "broke_on", "broke_from", "broke_to", "fall", "p_value"),
    *("rival_moved_on", "rival_price", "by_chance", "own_price", "own_moved", "units_lost"),
    *("left_lost", "match_cost", "match_needed"),
]


@dataclass(frozen=True, slots=True)
class LookAlikes:
    """Rivals' products that are like ours, and what they did.

    Attributes
    ----------
    pairs
        One row per product of ours with a look-alike: product_id, rival_id (the nearest), alike
        (1 where the table says so, else the likeness of titles or pictures), own_price,
        rival_price.
    broken
        One row per product whose share of its category's demand fell beyond chance as a
        look-alike's price moved, the dearest loss first: product_id, rival_id, alike, broke_on
        with broke_from and broke_to (80 %), fall (of its share), p_value (Holm, over all pairs),
        rival_moved_on, rival_price, by_chance (share of all days about which a move as deep would
        have been found), own_price, own_moved (by what share it moved then), units_lost and
        left_lost (over 28 days; money with the present margin, null where costs are not known),
        match_cost (margin given away over 28
        days by the rival's price, on what is sold anyway) and match_needed (share of the lost units
        that must come back for it to pay; above 1 it never does).
    unclear
        The same of products whose own price rose then, too: which of both did it is not known.
    others
        Products whose share fell so while no look-alike moved.
    """

    pairs: pd.DataFrame
    broken: pd.DataFrame
    unclear: pd.DataFrame
    others: list[str]


@question(TITLE, "rivals", "order_lines", "products", stock="days without stock told apart")
def look_alikes(shop: Tables) -> LookAlikes:
    """Find look-alikes, the day our demand broke beside them, and the price of each answer.

    Parameters
    ----------
    shop
        The shop.

    Notes
    -----
    A rival is a look-alike where the table matches it, or where category and price are near and
    titles alike (character pairs weighed by how rare they are) or pictures the same (their hashes,
    where given, differ in ten bits of 64 at most). A break is a fall of the product's
    share of its category's units (`methods.fall_point`), which season and campaigns of the category
    do not move, beside how that share moved a year before, where it is known; days on which it
    ended without stock do not count. That the rival's move was the cause is not proved: it came at
    about the same time, and `by_chance` says how little that may be.
    """
    days = product_days(shop)
    columns = ["product_id", "title", "category", *pictures(shop, "products")]
    listed = shop.frame(shop["products"].select(*columns))
    listed = listed.set_index("product_id").reindex(days.products)
    rivals = rival_days(shop)
    pairs = paired(days, listed, rivals)
    found = {p: break_of(days, listed["category"], p) for p in pairs["product_id"]}
    p_values = pd.Series({p: f.p_value for p, f in found.items()}, dtype=float)
    known = p_values.notna()
    p_values[known] = holm(p_values[known])
    fell = [p for p in pairs["product_id"] if p_values[p] < LEVEL and found[p].evidence > 0]
    margins = _margins(shop)
    rows, others = [], []
    for row in pairs[pairs["product_id"].isin(fell)].itertuples():
        broke = found[row.product_id]
        theirs = lasting_cuts(rivals, row.product_id, row.rival_id)
        moved = deepest_cut(theirs, days, broke.low, broke.high)
        if moved is None:
            others.append(row.product_id)
            continue
        rows.append(
            {
                **{c: getattr(row, c) for c in ("product_id", "alike", "own_price")},
                "p_value": p_values[row.product_id],
                "rival_id": moved["rival_id"],
                "rival_moved_on": moved["day"],
                "rival_price": moved["price"],
                "by_chance": found_by_chance(theirs[theirs["cut"] >= moved["cut"]], days, broke),
                "own_moved": own_move(days, row.product_id, broke),
                **dates_of(days, broke),
                **_loss(days, listed["category"], row, broke, moved["price"], margins),
            }
        )
    broken = pd.DataFrame(rows, columns=COLUMNS)
    order = broken.sort_values(["left_lost", "product_id"], ascending=[False, True])
    own = order["own_moved"] >= CUT
    return LookAlikes(
        pairs, order[~own].reset_index(drop=True), order[own].reset_index(drop=True), sorted(others)
    )


@carries_missing
def shown(found: LookAlikes) -> pd.DataFrame:
    """Lay the broken ones out, and then those that are not clear."""
    rows = [f for f in (found.broken, found.unclear) if len(f)] or [found.broken]
    frame = pd.concat(rows, ignore_index=True)
    names = {
        "fall": "share_lost", "units_lost": "units_gone", "left_lost": "margin_gone",
        "match_needed": "must_come_back",
    }  # fmt: skip
    shown = frame.drop(columns=["p_value", "alike"]).rename(columns=names)
    return shown.dropna(axis=1, how="all")


@carries_missing
def find_look_alikes(found: LookAlikes, *, currency: str) -> list[Sentence]:
    """Say which products were hurt, by what, and what each answer costs."""
    if found.broken.empty:
        text = "Of {n} with a look-alike none lost demand as that one's price moved."
        said = [sentence(text, n=plural(len(found.pairs), "product"))]
    else:
        said = [_hurt(row, currency) for row in found.broken.itertuples()]
    for row in found.unclear.itertuples():
        said.append(
            sentence(
                "{product} lost {fall} of its share as {rival} went to {price}, but its own price "
                "rose by {rise} then: which of both did it is not known.",
                product=row.product_id,
                fall=rate(row.fall, digits=0),
                rival=row.rival_id,
                price=money(row.rival_price, currency=currency, cents=True),
                rise=rate(row.own_moved, digits=0),
            )
        )
    if found.others:
        text = "Lost demand while no look-alike moved: {products}. Its cause lies elsewhere."
        said.append(sentence(text, products=listing(found.others, most=9)))
    return said


def _hurt(row: tuple, currency: str) -> Sentence:
    lost = (
        "an unknown margin" if np.isnan(row.left_lost) else money(row.left_lost, currency=currency)
    )
    matching = "what it would cost to match is not known"
    if row.rival_price >= row.own_price:
        matching = "there is no price to match, as it is still dearer than ours"
    if np.isfinite(row.match_cost):
        matching = f"matching costs {money(row.match_cost, currency=currency)}" + (
            f" and pays if {rate(row.match_needed, digits=0)} of that comes back"
            if row.match_needed <= 1
            else ", more than all of that would bring back"
        )
    return sentence(
        "{product} lost {fall} of its share from {day} on ({low} to {high}), as {rival} went to "
        "{price} on {moved}: {units} units and {lost} in 28 days (such a move would have been "
        "found about {chance} of all days). Over 28 days {matching}; making it different is "
        "worth up to the loss; leaving it costs the loss.",
        product=row.product_id,
        fall=rate(row.fall, digits=0),
        day=str(row.broke_on),
        low=str(row.broke_from),
        high=str(row.broke_to),
        rival=row.rival_id,
        price=money(row.rival_price, currency=currency, cents=True),
        moved=str(row.rival_moved_on),
        chance=rate(row.by_chance, digits=0),
        units=number(row.units_lost, digits=1),
        lost=lost,
        matching=matching,
    )


@carries_missing
def rival_actions(shop: Tables, found: LookAlikes) -> list[Action]:
    """Propose to answer each look-alike: by price where that can pay, else by being different.

    What an answer brings back is not known beforehand.
    """
    actions = []
    for row in found.broken.itertuples():
        price = money(row.rival_price, currency=shop.currency, cents=True)
        what = f"Make {row.product_id} different from {row.rival_id} (page, bundle, service)"
        if row.match_needed <= 1:
            what = (
                f"Match {price} of {row.rival_id} with {row.product_id} for two weeks: it pays if "
                f"{rate(row.match_needed, digits=0)} of what was lost comes back"
            )
        actions.append(
            Action(
                kind="answer a look-alike",
                subject=f"product:{row.product_id}",
                action=what + ".",
                owner_role="merchandiser",
                metric="gmv_paid",
                due_on=due(shop.as_of),
            )
        )
    return actions


def _loss(
    days: ProductDays,
    category: pd.Series,
    row: tuple,
    broke: FallPoint,
    rival_price: float,
    cost: dict[str, float],
) -> dict[str, float]:
    """Give what was lost over 28 days, and what matching the rival's price would give away."""
    at = days.products.get_loc(row.product_id)
    same = (category == category.iloc[at]).to_numpy()
    first = max(days.period.days - BACK, 0)
    before, since = slice(first, first + broke.at), slice(first + broke.at, days.period.days)
    # days without stock are nobody's doing
    there = (days.on_hand[at] != 0) & days.on_sale[at]
    own, every = (np.where(there, u, 0.0) for u in (days.units[at], days.units[same].sum(axis=0)))
    share = own[before].sum() / max(every[before].sum(), 1.0)
    length = max(int(there[since].sum()), 1)
    lost = max(share * every[since].sum() - own[since].sum(), 0.0) / length * HORIZON_DAYS
    margin = row.own_price - cost.get(row.product_id, np.nan)
    sold = own[since].sum() / length * HORIZON_DAYS
    if rival_price >= row.own_price:
        nothing = {"match_cost": np.nan, "match_needed": np.nan}
        return {"units_lost": lost, "left_lost": lost * margin} | nothing
    given = row.own_price - rival_price
    # what comes back is sold at the rival's price, too
    back = lost * (margin - given)
    cost_of_match = sold * given if np.isfinite(margin) else np.nan
    needed = cost_of_match / back if back > 0 else np.inf
    return {
        "units_lost": lost,
        "left_lost": lost * margin,
        "match_cost": cost_of_match,
        "match_needed": needed if np.isfinite(margin) else np.nan,
    }


def _margins(shop: Tables) -> dict[str, float]:
    if not shop.filled("products.unit_cost"):
        return {}
    frame = shop.frame(shop["products"].select("product_id", "unit_cost"))
    return dict(zip(frame["product_id"], as_floats(frame["unit_cost"]), strict=True))
