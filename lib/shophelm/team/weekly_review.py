"""The agenda of the weekly meeting: what must be decided, by whom, on what evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import pandas as pd

from shophelm.actions import HORIZON_DAYS, Action
from shophelm.shop.definitions import TERMS
from shophelm.shop.needs import Missing, question
from shophelm.shop.tables import Tables
from shophelm.team.ownership import answers_for
from shophelm.words import (
    Sentence,
    begun,
    change,
    count,
    in_unit,
    money,
    plural,
    rate,
    sentence,
    unknown,
)

TITLE = "What must this week's meeting decide?"
MOST, WEEK, WAITING = 8, 7, 14
"""Items, days of the week, and days after which a proposal has waited too long for an answer."""
BEHIND, TOLD = 0.9, 1 / 3
"""Part of what is due of a running month's goal below which it is on the agenda, and part of the
goal that must be due before anything is said: a few days are noise."""
UNKNOWN = 2
"""Places kept for items whose worth nobody knows."""
SHOP = "operations_manager"
COLUMNS = ["item", "owner", "evidence", "decision", "money_at_stake"]


@question(TITLE, "orders|events|traffic", people="who owns what is on the agenda")
def agenda(
    shop: Tables,
    *,
    unusual: pd.DataFrame | Missing,
    proposed: Sequence[Action] | Missing,
    attained: pd.DataFrame | Missing,
    ledger: pd.DataFrame,
    currency: str,
    most: int = MOST,
) -> pd.DataFrame:
    """Gather what stands out this week, each with its owner and the decision it needs.

    Parameters
    ----------
    shop
        For who owns what.
    unusual
        The week's alerts, as `data.alerts` gives them.
    proposed
        Actions on products and pages that fall behind their peers.
    attained
        As `attainment.attainment` gives it.
    ledger
        The actions so far.
    currency
        ISO code, for the evidence.
    most
        Items.

    Returns
    -------
    DataFrame
        item, owner (people, or a role where nobody owns it), evidence, decision,
        money_at_stake (once for an alert or a month behind its goal, in 28 days for the others;
        null where not known). Most money first; at most so many.
    """
    found = [
        *_alerts(shop, unusual, currency),
        *_goals(attained, currency),
        *_proposed(shop, proposed, ledger, currency),
        *_waiting(shop, ledger, currency),
    ]
    frame = pd.DataFrame(found, columns=COLUMNS)
    frame["money_at_stake"] = frame["money_at_stake"].astype(float)
    order = frame.sort_values(
        ["money_at_stake", "item"], ascending=[False, True], ignore_index=True
    )
    known = order["money_at_stake"].notna()
    places = max(most - min(UNKNOWN, int((~known).sum())), 0)
    kept = pd.concat([order[known].head(places), order[~known]]).head(most)
    kept.attrs["found"] = len(order)
    return kept.reset_index(drop=True)


def find_agenda(frame: pd.DataFrame | Missing) -> Sentence | Missing:
    """Say how much there is to decide, and for whom most."""
    if isinstance(frame, Missing):
        return frame
    if frame.empty:
        return sentence("Nothing of this week needs a decision.")
    busiest = frame["owner"].value_counts(sort=True)
    more = frame.attrs["found"] - len(frame)
    text = "{n} to decide"
    if more:
        text += ", and {more} more: of less worth, or of none that is known"
    if busiest.iloc[0] > 1:
        text += "; {owner} has most of them ({own})"
    return sentence(
        text + ".",
        n=plural(len(frame), "item"),
        more=count(more),
        owner=busiest.index[0],
        own=count(busiest.iloc[0]),
    )


def _alerts(
    shop: Tables, unusual: pd.DataFrame | Missing, currency: str
) -> Iterator[tuple[Any, ...]]:
    if isinstance(unusual, Missing):
        return
    for row in unusual.itertuples():
        show = in_unit(row.unit, currency=currency)
        when = str(row.first) if row.first == row.last else f"{row.first} to {row.last}"
        seen = f"{show(row.now)} for {show(row.expected)} expected ({change(row.expected_change)})."
        yield (
            f"{begun(row.figure)}, {when}",
            answers_for(shop, f"{row.by}:{row.slice}", otherwise=SHOP),
            f"{seen} {row.why}",
            "Name the cause, and mend it, repeat it or write it off.",
            abs(row.gmv_gap),
        )


def _goals(attained: pd.DataFrame | Missing, currency: str) -> Iterator[tuple[Any, ...]]:
    """List the money goals of the running month that are behind what is due by now."""
    if isinstance(attained, Missing):
        return
    running = attained[~attained["over"].astype(bool) & (attained["metric"] == "gmv_paid")]
    told = running["due"] >= TOLD * running["target"]
    for row in running[told & (running["attainment"] < BEHIND)].itertuples():
        yield (
            f"{TERMS['gmv_paid'].title} of {row.person_id} is behind the month's goal",
            row.person_id,
            f"{money(row.actual, currency=currency)} by {row.until} where "
            f"{money(row.due, currency=currency)} is due: {rate(row.attainment, digits=0)}.",
            "Agree on what brings it back, or on a goal that the products can bear.",
            row.due - row.actual,
        )


def _proposed(
    shop: Tables, proposed: Sequence[Action] | Missing, ledger: pd.DataFrame, currency: str
) -> Iterator[tuple[Any, ...]]:
    """List what is proposed this week, but what the ledger asks for already, or answered lately."""
    known_of = {
        (r["kind"], r["subject"])
        for r in ledger.to_dict("records")
        if _asked(r, shop.as_of) or _late(r, shop.as_of) or _answered(r, shop.as_of)
    }
    for action in [] if isinstance(proposed, Missing) else proposed:
        if (action.kind, action.subject) in known_of:
            continue
        known = action.worth is not None
        worth = "What it is worth is not known."
        if known:
            low, high = (money(v, currency=currency) for v in (action.worth_low, action.worth_high))
            worth = f"80% interval of its worth {low} to {high} in 28 days."
        yield (
            begun(action.kind),
            answers_for(shop, action.subject, otherwise=action.owner_role),
            f"{worth} To be judged by {action.metric} on {action.due_on}.",
            action.action,
            float(action.worth) if known else None,
        )


def _waiting(shop: Tables, ledger: pd.DataFrame, currency: str) -> Iterator[tuple[Any, ...]]:
    """List proposals that nobody has answered, and what was accepted and is late."""
    for row in ledger.to_dict("records"):
        asked, late = _asked(row, shop.as_of), _late(row, shop.as_of)
        if not asked and not late:
            continue
        since = f"proposed on {row['proposed_on']}" if asked else f"due on {row['due_on']}"
        worth = None if unknown(row["worth"]) else float(row["worth"])
        yield (
            f"{begun(row['kind'])} ({row['subject']})",
            answers_for(shop, row["subject"], otherwise=row["owner_role"]),
            f"{row['action']}: {since}, worth {money(worth, currency=currency)} in 28 days.",
            "Accept or reject it." if asked else "Do it by a day that is named, or drop it.",
            worth,
        )


def _asked(row: dict[str, Any], as_of: date) -> bool:
    return row["status"] == "proposed" and (as_of - row["proposed_on"]).days >= WAITING


def _answered(row: dict[str, Any], as_of: date) -> bool:
    """Say whether it was rejected or done so lately that it is still being judged."""
    days = [d for d in (row["decided_on"], row["done_on"]) if not unknown(d)]
    closed = row["status"] in ("rejected", "done")
    return closed and any((as_of - d).days < HORIZON_DAYS for d in days)


def _late(row: dict[str, Any], as_of: date) -> bool:
    due = row["due_on"]
    return row["status"] == "accepted" and not unknown(due) and due < as_of
