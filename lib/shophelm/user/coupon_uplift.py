"""Who is moved by a coupon, who would buy anyway, and who is put off by it?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from shophelm.actions import HORIZON_DAYS, Action, due
from shophelm.methods.targeting import Targeting, gain_curve
from shophelm.methods.two_sample import arm_of_sums, pooled_difference
from shophelm.shop.buyers import worth_in
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.user.coupon_trials import predicted, trials
from shophelm.user.reactions import (
    ANYWAY,
    NOT_KNOWN,
    PERSUADABLE,
    SLEEPING_DOG,
    UNMOVED,
    break_even,
    react,
)
from shophelm.user.stating import stated
from shophelm.words import Sentence, listing, moved_in_unit, number, plural, rate, sentence

FIFTHS = ("1 (lowest)", "2", "3", "4", "5 (highest)")
CHOSEN, EVERYONE, NOBODY = "those whose score pays", "everyone", "nobody"
FEWEST = 100
"""Customers of an arm below whom nobody is scored."""


@dataclass(frozen=True, slots=True)
class Uplift:
    """Who reacts to coupons.

    Attributes
    ----------
    by_origin, by_score
        As `reactions.react` gives them: by where customers came from, and by fifths of the effect
        that was predicted for them. Empty where that is not known.
    profit
        What granting to the highest scores first brings, in money per customer, the coupon paid
        for; None where there are too few customers to score.
    choices
        What choosing brings: granted_to, rather_than, share (of customers), customers (of the
        latest coupon), worth_effect (per customer of all) with _low and _high (95 %), and
        incremental (over all of them) with _low and _high.
    waves
        Coupons pooled.
    worth_in
        margin or gmv.
    """

    by_origin: pd.DataFrame
    by_score: pd.DataFrame
    profit: Targeting | None
    choices: pd.DataFrame
    waves: int
    worth_in: str


@question(
    "Who is moved by a coupon, and who is better left out?",
    "coupons",
    "orders.customer_id",
    customers="how those react who came from each channel",
)
def coupon_uplift(shop: Tables, *, days: int = HORIZON_DAYS) -> Uplift:
    """Learn from all hold-outs that are over who reacts to a coupon.

    Parameters
    ----------
    shop
        Needs coupons and orders.
    days
        How long each customer is followed.

    Notes
    -----
    Only what was known before the grant tells customers apart, and only what `offer_features`
    allows. A score is the further orders expected of a customer by an X-learner of ridge
    regressions that saw other customers only. The choice grants to those whose score pays for the
    coupon; what that brings is read off customers who did not teach it, in money. A coupon of
    another kind or face value may move others.
    """
    rows = trials(shop, days=days)
    by_origin = react(rows.dropna(subset=["acquired_by"]), "acquired_by")
    waves, what = rows["coupon_id"].nunique(), worth_in(shop)
    if rows["held_out"].sum() < FEWEST or (~rows["held_out"]).sum() < FEWEST:
        return Uplift(by_origin, by_origin.head(0), None, pd.DataFrame(), waves, what)
    score = pd.Series(predicted(rows), index=rows.index)
    # the mean of a coupon's customers is known without the lot, and only noise to the curve
    own = rows["worth"] - rows.groupby("coupon_id")["worth"].transform("mean")
    profit = gain_curve(
        score, own, ~rows["held_out"], stratum=rows["coupon_id"], person=rows["customer_id"]
    )
    by_score = react(rows.assign(fifth=_fifths(score)), "fifth")
    choices = _choices(rows, score > break_even(rows))
    return Uplift(by_origin, by_score, profit, choices, waves, what)


@carries_missing
def by_origin(found: Uplift) -> pd.DataFrame:
    """Pick what a table of reactions shows."""
    return found.by_origin


@carries_missing
def choices(found: Uplift) -> pd.DataFrame:
    """Pick what a table of the choices shows."""
    return found.choices


@carries_missing
def find_coupon_uplift(found: Uplift, *, currency: str) -> list[Sentence]:
    """Say who reacts how, who is not known, and what choosing brings."""
    if not found.waves:
        return [
            sentence(
                "Who reacts to a coupon is not known: no coupon with a hold-out is over. Hold some "
                "customers out by lot next time."
            )
        ]
    said = _named(found.by_origin)
    if found.profit is None:
        return [*said, sentence("Too few customers were held out to learn whom to choose.")]
    return [*said, _curve(found, currency), _chosen(found, currency)]


@carries_missing
def coupon_uplift_actions(shop: Tables, found: Uplift) -> list[Action]:
    """Propose whom to leave out of the next coupon, where a group is known not to pay for it."""
    out = found.by_origin[found.by_origin["leave_out"]]
    if out.empty or found.profit is None:
        return []
    row = found.choices.set_index(["granted_to", "rather_than"]).loc[(CHOSEN, EVERYONE)]
    return [
        Action(
            kind="coupon",
            subject="whom to grant it",
            action="Grant the next coupon by predicted reaction, to "
            f"{rate(row['share'], digits=0)} of customers, and leave out above all those who came "
            f"from {listing(list(out['group']))}; hold some out by lot again.",
            owner_role="customer manager",
            metric="margin per customer, granted against held out",
            due_on=due(shop.as_of),
            **stated(*(row[f"incremental{e}"] for e in ("", "_low", "_high")), found.worth_in),
        )
    ]


def _fifths(score: pd.Series) -> np.ndarray:
    """Cut by score into fifths; equal scores stay together."""
    fifth = np.ceil(score.rank(pct=True) * len(FIFTHS)).astype(int) - 1
    return np.array(FIFTHS)[fifth]


def _choices(rows: pd.DataFrame, chosen: pd.Series) -> pd.DataFrame:
    """Read off what it brings to grant to the chosen, to everyone, and to one rather than other."""
    customers = int((rows["coupon_id"] == rows["coupon_id"].iloc[-1]).sum())
    compared = (
        (CHOSEN, NOBODY, chosen, chosen.mean()),
        (EVERYONE, NOBODY, chosen | True, 1.0),
        # what everyone brings beyond the chosen is missed
        (CHOSEN, EVERYONE, ~chosen, chosen.mean()),
    )
    found = []
    for granted_to, rather_than, counted, share in compared:
        sign = -1 if rather_than == EVERYONE else 1
        worth = rows["worth"] * counted * sign
        cells = rows[["coupon_id", "held_out"]].assign(n=1, worth=worth, squares=worth**2)
        sums = cells.groupby(["held_out", "coupon_id"]).sum()
        ours, theirs = (arm_of_sums(*sums.loc[flag].to_numpy().T) for flag in (False, True))
        (effect,) = pooled_difference(ours, theirs, [0] * len(ours.n)).to_dict("records")
        found.append(
            {
                "granted_to": granted_to,
                "rather_than": rather_than,
                "share": share,
                "customers": customers,
            }
            | {"worth_effect": effect["estimate"]}
            | {f"worth_effect_{end}": effect[end] for end in ("low", "high")}
        )
    frame = pd.DataFrame(found)
    for end in ("", "_low", "_high"):
        frame[f"incremental{end}"] = frame[f"worth_effect{end}"] * customers
    return frame


SAID = {
    PERSUADABLE: "A coupon moves those who came from {who}.",
    SLEEPING_DOG: "A coupon puts off those from {who}: they order less with it than without.",
    ANYWAY: "Those from {who} would buy anyway: the coupons cost more than they bring.",
    UNMOVED: "Those from {who} are not moved enough to pay for the coupons.",
    NOT_KNOWN: "How those from {who} react is not known.",
}


def _named(groups: pd.DataFrame) -> list[Sentence]:
    """Name the groups of each kind, with their further orders per 100 customers."""
    said = []
    for reaction, template in SAID.items():
        rows = groups[groups["reaction"] == reaction]
        named = [
            f"{r.group} ({_per_100(r.orders_effect)} orders per 100 customers, 95% interval "
            f"{_per_100(r.orders_effect_low)} to {_per_100(r.orders_effect_high)})"
            for r in rows.itertuples()
        ]
        if named:
            said.append(sentence(template, who=listing(named, most=8)))
    return said or [sentence("Where customers came from is not known, nor then who reacts.")]


def _curve(found: Uplift, currency: str) -> Sentence:
    qini = found.profit.areas.loc["qini"]
    moved = moved_in_unit("money", currency=currency)
    better = "better than" if qini["low"] > 0 else "not known to be better than"
    return sentence(
        "Granting by predicted reaction is {better} granting at random: the Qini coefficient, the "
        "mean gain over granting to as many at random, is {qini} per customer (95% interval {low} "
        "to {high}), from customers whose score others taught, in {n}.",
        better=better,
        qini=moved(qini["estimate"]),
        low=moved(qini["low"]),
        high=moved(qini["high"]),
        n=plural(found.waves, "coupon"),
    )


def _chosen(found: Uplift, currency: str) -> Sentence:
    moved = moved_in_unit("money", currency=currency)
    rows = found.choices.set_index(["granted_to", "rather_than"])
    nobody, everyone = rows.loc[(CHOSEN, NOBODY)], rows.loc[(CHOSEN, EVERYONE)]
    return sentence(
        "Granting only to the {share} whose predicted reaction pays for the coupon would "
        "change the {what} of {customers} by {nobody} against granting none (95% interval "
        "{nobody_low} to {nobody_high}), and by {everyone} against granting to all "
        "({everyone_low} to {everyone_high}).",
        share=rate(nobody["share"], digits=0),
        what="margin" if found.worth_in == "margin" else "GMV",
        customers=plural(int(nobody["customers"]), "customer"),
        nobody=moved(nobody["incremental"]),
        nobody_low=moved(nobody["incremental_low"]),
        nobody_high=moved(nobody["incremental_high"]),
        everyone=moved(everyone["incremental"]),
        everyone_low=moved(everyone["incremental_low"]),
        everyone_high=moved(everyone["incremental_high"]),
    )


def _per_100(orders: float) -> str:
    plus = "+" if orders > 0 else ""
    return f"{plus}{number(orders * 100, digits=1)}"
