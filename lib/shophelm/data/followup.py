"""Did it work? Each action that was done, against like subjects that were left alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pandas as pd

from shophelm.actions import HORIZON_DAYS
from shophelm.data.followup_counts import is_money, subject_counts
from shophelm.methods.difference_in_differences import (
    control_group,
    difference_in_differences,
    pooled,
)
from shophelm.shop.calendar import Period, days_before
from shophelm.shop.definitions import TERMS
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.ratios import as_floats
from shophelm.shop.tables import Tables
from shophelm.words import Sentence, begun, change, count, money, plural, sentence

FEWEST_DAYS = 14
"""Days after an action before anything is said of it."""
FEWEST_CONTROLS = 3
DIMENSIONS = {"product": "product_id", "channel": "channel", "category": "category"}
MONEY_SPREAD = 2.0
"""Orders differ in value: a sum of money varies about as twice as many counts would."""
OUTCOMES = [
    "action_id",
    "kind",
    "subject",
    "metric",
    "done_on",
    "days",
    "controls",
    "effect",
    "effect_low",
    "effect_high",
    "verdict",
    "worth",
    "brought",
    "brought_low",
    "brought_high",
    "log_effect",
    "log_error",
    "control_error",
]
WORKED, HARMED, UNKNOWN, EARLY, UNMEASURED = (
    "worked",
    "did harm",
    "not known yet: too few cases",
    "too early to say",
    "cannot be measured",
)
JUDGED = (WORKED, HARMED, UNKNOWN)


@question("Did the actions that were done work?", "orders|events|traffic")
def outcomes(shop: Tables, actions: pd.DataFrame) -> pd.DataFrame:
    """Measure every action that was done, before against after, against those left alone.

    An action can be measured when its subject is written `product:ID`, `channel:NAME` or
    `category:NAME` and its metric is a term of the glossary that can be counted by that. Up to 28
    days from the day it was done are held against the 28 days before; the control are subjects of
    the same sort (products of the same category where three or more are left) on which nothing
    was done in those days.

    Parameters
    ----------
    shop
        The shop.
    actions
        The ledger: action_id, kind, subject, metric, status, done_on, worth.

    Returns
    -------
    DataFrame
        One row per action done by as_of: the ledger's columns, days (measured after it was done),
        controls, effect with its 95% interval (relative to what was to be expected), verdict,
        brought, brought_low, brought_high (the GMV of those days that it added, had the rest of
        the chain been the same without it), and log_effect, log_error, control_error for pooling.
    """
    done = actions[(actions["status"] == "done") & actions["done_on"].notna()]
    done = done[done["done_on"].map(lambda d: d <= shop.as_of).astype(bool)]
    done = done.assign(by=[s.partition(":")[0] for s in done["subject"]])
    rows = [
        row
        for _, group in done.groupby(["done_on", "metric", "by"], sort=True)
        for row in _measured(shop, group, done)
    ]
    frame = pd.DataFrame(rows, columns=OUTCOMES)
    return frame.sort_values(["done_on", "action_id"], ascending=[False, True], ignore_index=True)


@carries_missing
def shown(found: pd.DataFrame) -> pd.DataFrame:
    """Pick the columns that a table shows."""
    hidden = ["action_id", "worth", "log_effect", "log_error", "control_error"]
    return found.drop(columns=hidden)


@carries_missing
def by_kind(found: pd.DataFrame) -> pd.DataFrame:
    """Pool the outcomes of each kind of action: what may be expected of it the next time.

    Returns
    -------
    DataFrame
        kind, metric, actions, measured, effect, effect_low, effect_high (of those measured,
        pooled), verdict, worth (promised) and brought (measured), over the measured. Most
        actions first.
    """
    rows = [_kind(*key, group) for key, group in found.groupby(["kind", "metric"], sort=True)]
    columns = ["kind", "metric", "actions", "measured", "effect", "effect_low", "effect_high"]
    columns += ["verdict", "worth", "brought"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.sort_values(["actions", "kind"], ascending=[False, True], ignore_index=True)


@carries_missing
def find_outcomes(found: pd.DataFrame, kinds: pd.DataFrame, *, currency: str) -> list[Sentence]:
    """Say how many actions worked, what they brought, and which kinds did."""
    if found.empty:
        return [sentence("No action of the ledger is done yet: there is nothing to follow up.")]
    judged = found[found["verdict"].isin(JUDGED)]
    if judged.empty:
        return [sentence("Of {n} done, none can be measured yet.", n=plural(len(found), "action"))]
    said = [
        sentence(
            "Of {n} done, {measured} can be measured: {worked} worked beyond chance, {harmed} did "
            "harm, {unknown} had too few cases to tell. They brought {brought} of GMV where "
            "{worth} was promised.",
            n=plural(len(found), "action"),
            measured=count(len(judged)),
            worked=count((judged["verdict"] == WORKED).sum()),
            harmed=count((judged["verdict"] == HARMED).sum()),
            unknown=count((judged["verdict"] == UNKNOWN).sum()),
            brought=money(judged["brought"].sum(min_count=1), currency=currency),
            worth=money(as_floats(judged["worth"]).sum(), currency=currency),
        )
    ]
    said += [
        sentence("{kind}: {told}", kind=begun(k.kind), told=_together(k))
        for k in kinds.itertuples()
        if k.measured > 1
    ]
    return said


@carries_missing
def told(found: pd.DataFrame, kinds: pd.DataFrame) -> dict[str, str]:
    """Say each action's outcome in a line, by its number; those of a kind are told together."""
    together = {(k.kind, k.metric): _together(k) for k in kinds.itertuples() if k.measured > 1}
    return {o.action_id: together.get((o.kind, o.metric)) or _alone(o) for o in found.itertuples()}


def _together(kind: Any) -> str:
    return (
        f"Together {plural(kind.measured, 'action')} moved {TERMS[kind.metric].title} by "
        f"{change(kind.effect)} (95% interval {change(kind.effect_low)} to "
        f"{change(kind.effect_high)}): {kind.verdict}."
    )


def _alone(outcome: Any) -> str:
    if outcome.verdict in (EARLY, UNMEASURED):
        return f"Outcome: {outcome.verdict}."
    return (
        f"Outcome after {count(outcome.days)} days: {TERMS[outcome.metric].title} "
        f"{change(outcome.effect)} against {plural(outcome.controls, 'subject')} left alone (95% "
        f"interval {change(outcome.effect_low)} to {change(outcome.effect_high)}): "
        f"{outcome.verdict}."
    )


def _kind(kind: str, metric: str, group: pd.DataFrame) -> list[Any]:
    judged = group[group["verdict"].isin(JUDGED)]
    row = [kind, metric, len(group), len(judged)]
    if judged.empty:
        return [*row, None, None, None, group["verdict"].iloc[0], None, None]
    effects = judged[["log_effect", "log_error", "control_error"]].astype(float)
    whole = pooled(effects)
    ends = [whole["effect"], whole["effect_low"], whole["effect_high"]]
    worth, brought = (as_floats(judged[c]).sum() for c in ("worth", "brought"))
    return [*row, *ends, _verdict(*ends[1:]), worth, brought]


def _measured(shop: Tables, group: pd.DataFrame, done: pd.DataFrame) -> list[dict[str, Any]]:
    """Measure the actions of one day, metric and sort of subject."""
    by, metric, day = (group[c].iloc[0] for c in ("by", "metric", "done_on"))
    rows = group.drop(columns="by").to_dict("records")
    after = Period(day, min(shop.as_of, day + timedelta(days=HORIZON_DAYS - 1)))
    before = days_before(after, HORIZON_DAYS)
    if by not in DIMENSIONS or metric not in TERMS:
        return [r | {"verdict": UNMEASURED} for r in rows]
    if after.days < FEWEST_DAYS:
        return [r | {"verdict": EARLY, "days": after.days} for r in rows]
    counts = subject_counts(shop, before, after, metric=metric, by=DIMENSIONS[by])
    near = done[done["done_on"].between(before.first, after.last)]
    touched = {s.partition(":")[2] for s in near["subject"] if s.startswith(f"{by}:")}
    alone = counts[~counts.index.isin(touched)]
    return [r | {"days": after.days} | _one(r, counts, alone, metric) for r in rows]


def _one(
    action: dict[str, Any], counts: pd.DataFrame, alone: pd.DataFrame, metric: str
) -> dict[str, Any]:
    """Hold one action's subject against its peers that were left alone."""
    own = counts[counts.index == action["subject"].partition(":")[2]]
    peers = alone[alone["peers"].isin(own["peers"])]
    peers = peers if len(peers) >= FEWEST_CONTROLS else alone
    if own.empty or len(peers) < FEWEST_CONTROLS:
        return {"verdict": UNMEASURED}
    spread = MONEY_SPREAD if is_money(metric) else 1.0
    control = control_group(peers, spread=spread)
    effect = difference_in_differences(own, control, spread=spread).iloc[0].to_dict()
    ends = {"brought": "effect", "brought_low": "effect_low", "brought_high": "effect_high"}
    gmv = float(own["gmv_after"].iloc[0])
    return {
        "controls": control.subjects,
        "verdict": _verdict(effect["effect_low"], effect["effect_high"]),
        **effect,
        **{name: gmv * (1 - 1 / (1 + effect[end])) for name, end in ends.items()},
    }


def _verdict(low: float, high: float) -> str:
    if low > 0:
        return WORKED
    return HARMED if high < 0 else UNKNOWN
