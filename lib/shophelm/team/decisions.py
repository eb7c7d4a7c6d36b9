"""What was decided, what became of it, and the case that is worth sharing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from shophelm.actions import HORIZON_DAYS
from shophelm.methods.corrections import holm
from shophelm.shop.definitions import TERMS
from shophelm.shop.needs import Missing, carries_missing
from shophelm.shop.tables import Tables
from shophelm.shop.titles import titled
from shophelm.team.ownership import answers_for, owners
from shophelm.words import (
    Sentence,
    begun,
    change,
    count,
    listing,
    money,
    plural,
    sentence,
    spoken,
    unknown,
)

WEEK, RECENT = 7, 182
"""Days that a decision is news, and days that a case is."""
ALPHA = 0.05
WORKED = "worked"
TITLE = "Which case is worth sharing?"
SHOWN = ["action", "subject", "owner", "status", "decided_on", "done_on", "outcome"]


@dataclass(frozen=True, slots=True)
class Case:
    """A kind of action that worked beyond chance.

    Attributes
    ----------
    kind, metric, action
        What was done, and what it was to move.
    subjects, owners
        To what, and by whom, in words.
    done_on
        The last day on which it was done.
    controls
        Subjects left alone that they were held against; the fewest of any.
    effect, low, high
        Relative, with the 95 % interval.
    brought
        GMV of the days after it that it added.
    kinds
        How many kinds of action could be measured: the chance is corrected for all.
    """

    kind: str
    metric: str
    action: str
    subjects: str
    owners: str
    done_on: date
    controls: int
    effect: float
    low: float
    high: float
    brought: float
    kinds: int


def decided(
    shop: Tables, ledger: pd.DataFrame, told: dict[str, str] | Missing, *, days: int = WEEK
) -> pd.DataFrame:
    """List what was decided or done lately, or came to be judged, and what became of it.

    Parameters
    ----------
    shop
        For who owns what.
    ledger
        The actions so far.
    told
        Each action's outcome in words, by its number, as `data.followup.told` gives it.
    days
        How many, up to as_of.

    Returns
    -------
    DataFrame
        action, subject, owner, status, decided_on, done_on, outcome (in words; empty where it is
        not done). Those alike are one row.
    """
    since = shop.as_of - timedelta(days=days - 1)
    outcome = {} if isinstance(told, Missing) else told
    news = [r for r in ledger.to_dict("records") if _is_news(r, since, shop.as_of)]
    rows: dict[tuple, dict[str, Any]] = {}
    for row in news:
        same = tuple(row[k] for k in ("kind", "action", "status", "decided_on", "done_on"))
        same = (*same, outcome.get(row["action_id"], ""))
        people = owners(shop, row["subject"]) or [spoken(row["owner_role"])]
        if same in rows:
            rows[same]["subjects"].append(row["subject"])
            rows[same]["owners"] += people
            continue
        rows[same] = {n: row[n] for n in ("action", "status", "decided_on", "done_on")} | {
            "subjects": [row["subject"]],
            "owners": people,
            "outcome": outcome.get(row["action_id"], ""),
        }
    listed = [
        r | {"subject": listing(r["subjects"]), "owner": listing(list(dict.fromkeys(r["owners"])))}
        for r in rows.values()
    ]
    return pd.DataFrame(listed, columns=SHOWN)


def find_decided(frame: pd.DataFrame, ledger: pd.DataFrame, *, days: int = WEEK) -> Sentence:
    """Say what was decided lately, or when something last was."""
    if len(frame):
        return sentence(
            "In the last {days} days {n} decided, done or judged.",
            days=count(days),
            n=plural(len(frame), "thing was", "things were"),
        )
    known = ledger["decided_on"].dropna()
    if known.empty:
        return sentence("The ledger holds no decision yet.")
    return sentence(
        "Nothing was decided, done or judged in the last {days} days; the last decision is of "
        "{day}.",
        days=count(days),
        day=str(known.max()),
    )


def case_worth_sharing(
    shop: Tables,
    ledger: pd.DataFrame,
    outcomes: pd.DataFrame | Missing,
    kinds: pd.DataFrame | Missing,
) -> Case | Missing | None:
    """Pick the kind of action of the last half year that surely worked, and brought most.

    Parameters
    ----------
    shop
        For who owns what, and the day.
    ledger
        The actions so far, for what was done.
    outcomes, kinds
        As `data.followup.outcomes` and `data.followup.by_kind` give them.

    Returns
    -------
    Case, or None where none worked beyond chance.

    Notes
    -----
    Kinds are judged, not single actions, and their chances corrected for each other (Holm): among
    many actions one always looks good.
    """
    if isinstance(outcomes, Missing) or isinstance(kinds, Missing):
        return outcomes if isinstance(outcomes, Missing) else kinds
    sure = _sure(kinds)
    since = shop.as_of - timedelta(days=RECENT)
    for kind in sure.sort_values(["brought", "kind"], ascending=[False, True]).itertuples():
        rows = outcomes[(outcomes["kind"] == kind.kind) & (outcomes["metric"] == kind.metric)]
        rows = rows.dropna(subset="effect")
        if len(rows) and rows["done_on"].max() >= since:
            done = ledger.set_index("action_id")["action"].loc[rows["action_id"].iloc[-1]]
            return _case(shop, kind, rows, action=done, kinds=int((kinds["measured"] > 0).sum()))
    return None


def _sure(kinds: pd.DataFrame) -> pd.DataFrame:
    """Keep the kinds that worked beyond chance, corrected for all that could be measured."""
    measured = kinds[kinds["measured"] > 0].reset_index(drop=True)
    if measured.empty:
        return measured
    ends = np.log1p(measured[["effect_low", "effect", "effect_high"]].astype(float))
    error = (ends["effect_high"] - ends["effect_low"]) / (2 * stats.norm.ppf(0.975))
    chance = holm(2 * stats.norm.sf((ends["effect"] / error).abs()))
    return measured[(measured["verdict"] == WORKED) & (chance < ALPHA)]


def worked(
    shop: Tables, outcomes: pd.DataFrame | Missing, kinds: pd.DataFrame | Missing
) -> pd.DataFrame:
    """List the projects that worked, and whose they are.

    Returns
    -------
    DataFrame
        One row per owner and project: person_id, kind, judged_on (when 28 days of it were known),
        part (of the project that is theirs: of several owners each has an equal one). A project are
        the actions of one kind that came to be judged in one month, done to what a person owns. It
        worked where its kind did beyond chance, corrected for all kinds, and the person's own moved
        up on the mean. What is done to a whole category is nobody's own.
    """
    columns = ["person_id", "kind", "judged_on", "part"]
    if isinstance(outcomes, Missing) or isinstance(kinds, Missing):
        return pd.DataFrame(columns=columns)
    sure = _sure(kinds)
    good = set(zip(sure["kind"], sure["metric"], strict=True))
    rows = []
    for row in outcomes.dropna(subset="effect").itertuples():
        if (row.kind, row.metric) in good and not row.subject.startswith("category:"):
            judged = row.done_on + timedelta(days=HORIZON_DAYS - 1)
            people = owners(shop, row.subject)
            rows += [(p, row.kind, judged, 1 / len(people), row.effect) for p in people]
    frame = pd.DataFrame(rows, columns=[*columns, "effect"])
    frame = frame.assign(month=[d.replace(day=1) for d in frame["judged_on"]])
    found = frame.groupby(["person_id", "kind", "month"], as_index=False).agg(
        judged_on=("judged_on", "max"), part=("part", "max"), effect=("effect", "mean")
    )
    return found.loc[found["effect"] > 0, columns].reset_index(drop=True)


@carries_missing
def find_case(case: Case | None, *, currency: str) -> Sentence:
    """Tell the case, with its evidence and what is not known of it."""
    if case is None:
        return sentence("No action of the last half year worked beyond chance: no case to share.")
    return sentence(
        "Worth sharing: {owners} did “{action}” to {subjects}, last on {day}. {metric} moved by "
        "{effect} (95% interval {low} to {high}) against {controls} or more alike that were left "
        "alone, which brought {brought} of GMV. Its chance is corrected for all {n} that could be "
        "measured.",
        owners=case.owners,
        action=case.action,
        subjects=case.subjects,
        day=str(case.done_on),
        metric=begun(TERMS[case.metric].title),
        effect=change(case.effect),
        low=change(case.low),
        high=change(case.high),
        controls=count(case.controls),
        brought=money(Decimal(str(round(case.brought, 2))), currency=currency),
        n=plural(case.kinds, "kind of action", "kinds of action"),
    )


def _is_news(row: dict[str, Any], since: date, as_of: date) -> bool:
    days = [row["decided_on"], row["done_on"]]
    if not unknown(row["done_on"]):
        days.append(row["done_on"] + timedelta(days=HORIZON_DAYS - 1))
    return any(not unknown(d) and since <= d <= as_of for d in days)


def _case(shop: Tables, kind: Any, rows: pd.DataFrame, *, action: str, kinds: int) -> Case:
    told = [_spoken(shop, s) for s in rows["subject"]]
    owners = sorted({answers_for(shop, s, otherwise="its owner") for s in rows["subject"]})
    return Case(
        kind.kind,
        kind.metric,
        action,
        listing(told),
        listing(owners),
        rows["done_on"].max(),
        int(rows["controls"].min()),
        float(kind.effect),
        float(kind.effect_low),
        float(kind.effect_high),
        float(kind.brought),
        kinds,
    )


def _spoken(shop: Tables, subject: str) -> str:
    by, _, name = subject.partition(":")
    return str(titled(shop, [name])[0]) if by == "product" else f"{by} {name}"
