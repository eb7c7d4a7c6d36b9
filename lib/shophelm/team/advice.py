"""What to do about the team, of all that the notebook has found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from shophelm.actions import Action, due, worth_fields
from shophelm.shop.needs import Missing, all_known, carries_missing
from shophelm.shop.tables import Tables
from shophelm.team.dossiers import Case
from shophelm.team.gaming import gamers
from shophelm.team.goal_cascade import FAR, NOBODY, GoalCascade
from shophelm.team.ownership import MOVED_BY, Ownership, titled_term
from shophelm.team.payouts import Payouts
from shophelm.team.scorecard import ABOVE, BELOW, ranked_by
from shophelm.words import (
    Sentence,
    change,
    count,
    listing,
    money,
    plural,
    rate,
    sentence,
    spoken,
)

MANAGER = "operations_manager"
MATTERS = 0.01
"""Part of the money below which nobody needs to own it."""


def steps(
    shop: Tables,
    *,
    found: Ownership | Missing,
    shared: GoalCascade | Missing,
    scores: pd.DataFrame | Missing,
    paid: Payouts | Missing,
    signs: pd.DataFrame | Missing,
    cuts: pd.DataFrame | Missing,
    supply: Case | Missing,
) -> list[Action]:
    """Turn this notebook's findings into actions.

    Parameters
    ----------
    shop
        For the day by which we will know.
    found, shared, scores, paid, signs, cuts, supply
        The answers; one that is missing brings nothing.
    """
    answers = (
        owner_actions(shop, found),
        goal_actions(shop, shared),
        score_actions(shop, scores),
        payout_actions(shop, paid),
        gaming_actions(shop, signs, cuts),
        supply_actions(shop, supply),
    )
    return all_known(answers)


def find_headline(
    paid: Payouts | Missing, signs: pd.DataFrame | Missing, *, currency: str
) -> Sentence | Missing:
    """Say how many goals were reached, what they pay, and whether one was made at a month's end."""
    if isinstance(paid, Missing):
        return paid
    known = paid.goals.dropna(subset="attainment")
    reached = known["settled_attainment"].fillna(known["attainment"]) >= 1
    text = "In {month} {reached} of {n} were reached; they pay {pay}"
    if paid.refunds_known:
        text += ", {back} less than before refunds"
    text += "."
    called = [] if isinstance(signs, Missing) else gamers(signs)
    if called:
        text += " There are signs that {people} makes the figure at the month's end."
    return sentence(
        text,
        month=paid.month.strftime("%Y-%m"),
        reached=count(reached.sum()),
        n=plural(len(known), "goal"),
        pay=money(paid.people["total"].sum(), currency=currency),
        back=money(paid.people["taken_back"].sum(), currency=currency),
        people=listing(called),
    )


@carries_missing
def owner_actions(shop: Tables, found: Ownership) -> list[Action]:
    """Propose owners for what nobody owns, and goals that their holders can move."""
    actions = []
    for kind, rows in found.unowned[found.unowned["share"] >= MATTERS].groupby("kind", sort=True):
        share = rate(rows["share"].sum(), digits=0)
        text = (
            f"Name an owner for {listing(rows['name'].tolist())}: {share} of the money of {kind}s "
            "is nobody's."
        )
        subject = f"{kind}:{rows['name'].iloc[0]}" if len(rows) == 1 else f"{kind}s"
        actions.append(_action(shop, "name an owner", subject, text, "gmv_paid"))
    for row in found.powerless.itertuples():
        text = (
            f"Give {row.person_id} ({spoken(row.role)}) a goal they can move, or what moves "
            f"{titled_term(row.metric)}: they own no {' and no '.join(MOVED_BY[row.metric])}."
        )
        actions.append(_action(shop, "mend a goal", f"person:{row.person_id}", text, row.metric))
    return actions


@carries_missing
def goal_actions(shop: Tables, shared: GoalCascade) -> list[Action]:
    """Propose to set anew the goals that are far off a person's part of the plan."""
    off = shared.people[shared.people["person_id"] != NOBODY].dropna(subset="off")
    off = off[(off["off"].abs() >= FAR) & (off["goal"] > 0)].sort_values("off")
    if off.empty:
        return []
    each = [
        f"{r.person_id} {money(r.planned, currency=shop.currency)} ({change(-r.off / (1 + r.off))})"
        for r in off.itertuples()
    ]
    text = f"Set next month's goals by the plan; this month's would be {listing(each, most=9)}."
    return [_action(shop, "set goals by the plan", "goals", text, "gmv_paid")]


@carries_missing
def score_actions(shop: Tables, scores: pd.DataFrame) -> list[Action]:
    """Propose that those below the mean, luck taken out, learn from who is above it."""
    ranked = ranked_by(scores)
    best = ranked[ranked["verdict"] == ABOVE].sort_values("rank")
    if best.empty:
        return []
    teacher, actions = best["person_id"].iloc[0], []
    for row in ranked[ranked["verdict"] == BELOW].itertuples():
        text = (
            f"Let {row.person_id} go through their pages with {teacher}: with the same traffic and "
            f"like products {titled_term(row.term)} is {change(row.fair)} against the team's mean."
        )
        actions.append(_action(shop, "learn from the best", f"person:{row.person_id}", text,
                               row.term))  # fmt: skip
    return actions


@carries_missing
def payout_actions(shop: Tables, paid: Payouts) -> list[Action]:
    """Propose to smooth the floors at which somebody just missed everything."""
    near = paid.cliffs[paid.cliffs["near"]]
    if near.empty:
        return []
    jump = money(near["jump"].sum(), currency=shop.currency)
    text = (
        f"Let payouts rise steadily from the floor: {listing(near['person_id'].tolist())} missed "
        f"{jump} in {paid.month:%Y-%m} by two points or less."
    )
    return [_action(shop, "smooth a cliff", "payouts", text, "gmv_settled")]


def gaming_actions(
    shop: Tables, signs: pd.DataFrame | Missing, cuts: pd.DataFrame | Missing
) -> list[Action]:
    """Propose to take the reason for it away from whoever makes a figure at the month's end."""
    return [] if isinstance(signs, Missing) else list(_gaming(shop, signs, cuts))


def _gaming(shop: Tables, signs: pd.DataFrame, cuts: pd.DataFrame | Missing) -> Iterator[Action]:
    net = pd.DataFrame(columns=["person_id"]) if isinstance(cuts, Missing) else cuts
    net = net.set_index("person_id")
    for person in gamers(signs):
        worth: dict[str, Any] = {}
        if person in net.index:
            row = net.loc[person]
            worth = worth_fields(-row["net"], -row["net_high"], -row["net_low"], "margin")
        found = set(signs.loc[signs["found"] & (signs["person_id"] == person), "sign"])
        text = f"Ask {person} what happens in a month's last days, and pay on settled money"
        if "price" in found:
            text += "; let no price of theirs fall then unless a campaign asks for it"
        text += "."
        subject = f"person:{person}"
        yield _action(shop, "look into month ends", subject, text, "gmv_settled", **worth)


@carries_missing
def supply_actions(shop: Tables, supply: Case) -> list[Action]:
    """Propose to buy the lead time that the dossier asks for."""
    row = supply.tables["terms"].iloc[0]
    if not row["won_low"] > 0:
        return []
    supplier = supply.tables["curve"]["supplier_id"].iloc[0]
    pay = money(row["pay"], currency=shop.currency)
    return [
        Action(
            kind="buy lead time",
            subject=f"supplier:{supplier}",
            action=(
                f"Ask {supplier} for {row['improvement']} lead times, for up to {pay} more an "
                "order (its worth here is before that)."
            ),
            owner_role="buyer",
            metric="lead time",
            due_on=due(shop.as_of),
            **worth_fields(row["won"], row["won_low"], row["won_high"], "margin"),
        )
    ]


def _action(shop: Tables, kind: str, subject: str, text: str, metric: str, **worth: Any) -> Action:
    return Action(
        kind=kind,
        subject=subject,
        action=text,
        owner_role=spoken(MANAGER),
        metric=metric,
        due_on=due(shop.as_of),
        **worth,
    )
