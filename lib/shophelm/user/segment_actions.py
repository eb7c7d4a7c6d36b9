"""Which segment gets which offer, to how many, what it will bring, and how we will know."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from shophelm.actions import HORIZON_DAYS, Action, due, worth_fields
from shophelm.shop.buyers import worth_in
from shophelm.shop.needs import Missing, carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.user.coupon_trials import Assign, assigned, past_trials
from shophelm.user.reactions import react, worth_per_order
from shophelm.user.segment_plan import (
    DISCOUNT,
    NOTHING,
    PATIENCE,
    PLAN,
    TRIAL,
    TRIAL_KIND,
    choose,
    measures,
    readable,
    tested,
)
from shophelm.user.sending import BOUGHT_DAYS, CONTACT_DAYS, draw, reachable
from shophelm.words import Sentence, count, listing, moved_in_unit, plural, sentence

INTERVAL = 0.8
COLUMNS = [
    *("segment", "customers", "treatment", "why", "send", "covered", "worth_effect"),
    *("worth_effect_low", "worth_effect_high", "needed_effect", "hold_out", "sends_to_know"),
]
SHOWN = [
    *("segment", "customers", "treatment", "why", "covered", "worth_effect", "worth_effect_low"),
    *("worth_effect_high", "send", "worth", "worth_low", "worth_high", "worth_in"),
    *("needed_effect", "hold_out", "sends_to_know"),
]


@question("Which segment gets which offer?", "orders.customer_id", "coupons")
def segment_actions(
    shop: Tables,
    assign: Assign,
    *,
    days: int = HORIZON_DAYS,
    power: float = 0.8,
    trial_cost: float = 0.0,
) -> pd.DataFrame | Missing:
    """Choose each segment's offer, and say what it will bring and how that can be known.

    Parameters
    ----------
    shop
        Needs orders of known customers, and coupons, by which hold-outs and contacts are known.
    assign
        Gives the segments of a shop as it was known on a day. It is asked for today, and for the
        day before each coupon with a hold-out: held against today's segments, a coupon would seem
        to work best on those whom it made buy.
    days
        How long each customer of a hold-out was followed.
    power
        Chance with which a hold-out is to show an effect that just pays for the offer.
    trial_cost
        What a trial costs per customer invited; 0 for not known.

    Returns
    -------
    DataFrame
        One row per segment, in the order of `PLAN`: segment, customers, treatment, why, send
        (customers to whom it can go; see `sending.reachable`), covered (customers of past hold-outs
        of the planned offer in this segment, or of a discount where neither it nor a trial is
        planned), worth_effect (money that brings per customer, the offer paid for) with _low and
        _high (80 %), pulled towards the other segments', worth (over all the offer is sent to) with
        _low and _high, worth_in, needed_effect (further orders per customer that pay for the
        offer), hold_out (customers; null where that effect is not known, or could not be shown in
        `PATIENCE` sends), sends_to_know (how many such sends with half held out would show it).

    Notes
    -----
    The plan is a merchant's judgement, so hold-outs overrule it: an offer they expect to lose money
    in a segment is not sent, and a discount also goes where it was not planned but they show a
    gain (80% interval above zero). Where no hold-out covered an offer in a segment its worth is
    null: not known. What coupons of other face values taught is taken to hold.
    """
    now = assigned(shop, assign)
    if isinstance(now, Missing):
        return now
    past = past_trials(shop, assign, days=days)
    of_trials = past["kind"] == TRIAL_KIND
    known = {
        offer: react(rows, "segment", interval=INTERVAL).set_index("group")
        for offer, rows in ((TRIAL, past[of_trials]), (DISCOUNT, past[~of_trials]))
    }
    send = reachable(shop, now)["segment"].value_counts()
    spread = past[past["held_out"]].groupby("segment")["orders"].std()
    rows = []
    for segment, customers in now["segment"].value_counts().items():
        row = {"segment": segment, "customers": customers} | _offer(segment, known)
        row["send"] = 0 if row["treatment"] == NOTHING else int(send.get(segment, 0))
        if row["treatment"] == TRIAL and trial_cost > 0:
            row["needed_effect"] = trial_cost / worth_per_order(past)
        sd = spread.get(segment, np.nan)
        rows.append(row | readable(row["send"], row["needed_effect"], sd, power))
    return _in_total(pd.DataFrame(rows, columns=COLUMNS), worth_in(shop))


@carries_missing
def shown(frame: pd.DataFrame) -> pd.DataFrame:
    """Pick the columns of `segment_actions` that a table shows."""
    return frame[SHOWN]


SOON = (
    "Half of these are held out, which shows an effect that just pays after several such sends: "
    "{which}."
)
NEVER = (
    "Too small ever to know whether the offer just pays, even with half held out each time: "
    "{which}."
)


@carries_missing
def find_segment_actions(frame: pd.DataFrame, *, currency: str) -> list[Sentence]:
    """Say who gets what, to whom it can go, and which segments are too small ever to be known."""
    said = [
        sentence(
            "{treatment}: {who}.",
            treatment=treatment.capitalize(),
            who=listing([_worth_of(r, currency) for r in rows.itertuples()]),
        )
        for treatment, rows in frame.groupby("treatment", sort=True)
    ]
    sent = frame[frame["treatment"] != NOTHING]
    for template, rows in (
        (SOON, sent[sent["sends_to_know"].between(2, PATIENCE)]),
        (NEVER, sent[sent["sends_to_know"] > PATIENCE]),
    ):
        which = [f"{r.segment} ({count(r.sends_to_know)} sends)" for r in rows.itertuples()]
        said += [sentence(template, which=listing(which))] if which else []
    said.append(
        sentence(
            "Offers go to {n} of {all}: who was granted a coupon in the last {contact} days or "
            "paid in the last {bought} is left alone.",
            n=count(sent["send"].sum()),
            all=plural(int(sent["customers"].sum()), "customer"),
            contact=count(CONTACT_DAYS),
            bought=count(BOUGHT_DAYS),
        )
    )
    return said


@carries_missing
def segment_action_list(shop: Tables, frame: pd.DataFrame) -> list[Action]:
    """Make an action of each segment's offer."""
    return [
        Action(
            kind="segment offer",
            subject=f"segment:{row.segment}",
            action=f"Send a {row.treatment} to {plural(int(row.send), 'customer')} of segment "
            f"{row.segment}{_held(row)}.",
            owner_role="customer manager",
            metric="margin per customer, sent against held out",
            due_on=due(shop.as_of),
            **worth_fields(row.worth, row.worth_low, row.worth_high, row.worth_in),
        )
        for row in frame[(frame["treatment"] != NOTHING) & (frame["send"] > 0)].itertuples()
    ]


def send_list(
    shop: Tables, assign: Assign, plan: pd.DataFrame | Missing, *, salt: str = ""
) -> pd.DataFrame | Missing:
    """List who gets what, customer by customer; for a file, not for display.

    Parameters
    ----------
    shop, assign
        As given to `segment_actions`.
    plan
        What that gave.
    salt
        See `sending.draw`.

    Returns
    -------
    DataFrame
        One row per customer, by segment and id: customer_id, segment, treatment, in_holdout.
    """
    now = assigned(shop, assign)
    if isinstance(plan, Missing) or isinstance(now, Missing):
        return plan if isinstance(plan, Missing) else now
    treated = plan[plan["treatment"] != NOTHING].set_index("segment")
    rows = reachable(shop, now[now["segment"].isin(treated.index)])
    drawn = draw(rows[["customer_id", "segment"]], shop, treated["hold_out"], salt=salt)
    drawn.insert(2, "treatment", drawn["segment"].map(treated["treatment"]))
    return drawn


def _offer(segment: str, known: dict[str, pd.DataFrame]) -> dict[str, Any]:
    """Choose a segment's offer, with what hold-outs say of it and what would pay for it."""
    table = known[tested(segment)]
    measured = table.loc[segment] if segment in table.index else None
    offer, why = choose(segment, measured)
    covered = offer == tested(segment) and measured is not None
    needed = measured["break_even"] if covered else np.nan
    return {"treatment": offer, "why": why, "needed_effect": needed} | measures(measured)


def _in_total(frame: pd.DataFrame, what: str) -> pd.DataFrame:
    """Add what the offers bring over all they are sent to, and lay the segments in their order."""
    sent = (frame["send"] - frame["hold_out"].fillna(0)).where(
        frame["treatment"] == frame["segment"].map(tested)
    )
    for end in ("", "_low", "_high"):
        frame[f"worth{end}"] = frame[f"worth_effect{end}"] * sent
    frame["worth_in"] = np.where(frame["worth"].isna(), "unknown", what)
    order = frame["segment"].map({s: i for i, s in enumerate(PLAN)}).fillna(len(PLAN))
    return frame.iloc[np.lexsort((frame["segment"], order))].reset_index(drop=True)


def _worth_of(row: Any, currency: str) -> str:
    if row.treatment == NOTHING:
        return f"{row.segment} ({row.why})"
    to = f"{row.segment}, to {count(row.send)} of {plural(row.customers, 'customer')}"
    if row.worth != row.worth:
        return f"{to} (worth not known: no hold-out has covered it)"
    moved = moved_in_unit("money", currency=currency)
    return (
        f"{to} (expected {moved(row.worth)} in {row.worth_in}, 80% interval "
        f"{moved(row.worth_low)} to {moved(row.worth_high)})"
    )


def _held(row: Any) -> str:
    if row.hold_out == row.hold_out:
        return f", and hold out {count(row.hold_out)} of them by lot"
    if row.sends_to_know > 1:
        return "; the segment is too small ever to know whether it just pays"
    return "; what it must bring to pay is not known, so neither is a hold-out's size"
