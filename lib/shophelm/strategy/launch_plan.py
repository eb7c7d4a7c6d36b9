"""A season's launch, planned back from its opening day: what must start when, and what is late."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from shophelm.errors import ParameterError
from shophelm.methods.critical_path import critical_path
from shophelm.shop.needs import Missing, carries_missing, question
from shophelm.shop.ratios import as_floats
from shophelm.shop.tables import Tables
from shophelm.words import Sentence, begun, count, listing, number, plural, sentence, spoken

TITLE = "Will the season open on its day?"
SURE = 0.9
"""How surely goods are to have arrived."""
ARRIVES = re.compile(r"deliver|production|生产|交货|到货", re.IGNORECASE)
"""Tasks that wait for suppliers."""
FEWEST = 10
"""Deliveries below which suppliers' own lead times are not told."""
LATE, SOON, CRITICAL, SLACK, PAST = "late", "starts this week", "critical", "has slack", "past"
UNDER_WAY = "under way"
COLUMNS = [
    *("task", "owner_role", "duration", "lead_time_days", "earliest_start", "latest_start"),
    *("latest_end", "slack", "due_on", "state"),
]


@dataclass(frozen=True, slots=True)
class LaunchPlan:
    """A season's launch.

    Attributes
    ----------
    launch_id, season, opens_on
        Which, and the day it opens.
    tasks
        One row per task, in the order of latest starts: task, owner_role, duration (days, as
        planned), lead_time_days (of suppliers as they really were, nine times out of ten; null for
        other tasks), earliest_start (from today, as tasks before it allow), latest_start,
        latest_end (the first day on which it must be done), slack (days), due_on (as listed) and
        state (past: due before today, and taken as done; under way; late: it can no longer be
        ready; starts this week; critical; has slack).
    workload
        One row per role and week: owner_role, week (its Monday), hours, people, capacity (hours),
        load (hours / capacity).
    lead_time
        As used, in days; NaN where suppliers' deliveries are not known.
    slack
        The least of all tasks, in days: below 0, the day cannot be kept.
    """

    launch_id: str
    season: str
    opens_on: date
    tasks: pd.DataFrame
    workload: pd.DataFrame
    lead_time: float
    slack: float


@question(
    TITLE,
    "launches",
    people="how many hours each role has",
)
def launch_plan(
    shop: Tables,
    leads: pd.DataFrame | Missing | None = None,
    *,
    launch: str = "",
    hours_per_week: float = 40.0,
) -> LaunchPlan | Missing:
    """Plan a launch back from its opening day, and forward from today.

    Parameters
    ----------
    shop
        The shop.
    leads
        Suppliers' lead times as they really are, as `supply_chain.lead_times` gives them; tasks
        take as long as planned where these are not known.
    launch
        Its launch_id; the next one to open if empty.
    hours_per_week
        That one person has for launches.

    Returns
    -------
    LaunchPlan
        The opening day is the last due day of the tasks.

    Notes
    -----
    No table says what is done: tasks due before today are taken as done, and one that was to begin
    before today as begun then, and done on its day. A task that waits for suppliers, and has not
    begun, takes as long as nine of ten of their orders took, if that is longer than planned.
    A task's hours fall evenly on its days, from its earliest start.

    Raises
    ------
    ParameterError
        If no launch is named so, or its tasks cannot be ordered.
    """
    rows = shop.frame(shop["launches"])
    opening = rows.groupby("launch_id")["due_on"].max()
    ahead = opening[opening >= shop.as_of].sort_values(kind="stable")
    if launch and launch not in opening.index:
        names = listing(sorted(opening.index))
        raise ParameterError(f"launch is {launch!r}, which is none of the shop's: {names}.")
    if not launch and ahead.empty:
        return Missing(TITLE, "launches", "No launch is still to open.")
    wanted = launch or ahead.index[0]
    mine = rows[rows["launch_id"] == wanted].reset_index(drop=True)
    lead = _lead_time(leads)
    tasks = _planned(mine, shop.as_of, lead)
    open_tasks = tasks[tasks["state"] != PAST]
    return LaunchPlan(
        wanted,
        str(mine["season"].iloc[0]),
        opening[wanted],
        tasks,
        _workload(shop, mine, open_tasks, hours_per_week),
        lead,
        float(open_tasks["slack"].min()) if len(open_tasks) else np.nan,
    )


@carries_missing
def shown(found: LaunchPlan) -> pd.DataFrame:
    """Lay the tasks out."""
    names = {
        "duration": "task_days", "slack": "slack_days", "state": "task_state", "due_on": "due_then",
    }  # fmt: skip
    frame = found.tasks.rename(columns=names)
    first = ["task", "owner_role", "earliest_start", "latest_start", "slack_days", "task_state"]
    frame = frame[[*first, *(c for c in frame if c not in first)]].dropna(axis=1, how="all")
    return frame.assign(owner_role=frame["owner_role"].map(spoken))


@carries_missing
def tasks(found: LaunchPlan) -> pd.DataFrame:
    """Give the tasks as the figure draws them."""
    return found.tasks


@carries_missing
def overbooked(found: LaunchPlan) -> pd.DataFrame:
    """Give the weeks in which a role has more hours than its people."""
    return found.workload[found.workload["load"] > 1].reset_index(drop=True)


@carries_missing
def shown_overbooked(found: LaunchPlan) -> pd.DataFrame:
    """Lay out the weeks in which a role has more hours than its people."""
    names = {"week": "week_from", "people": "of_people", "load": "booked"}
    frame = overbooked(found).rename(columns=names)
    return frame.assign(owner_role=frame["owner_role"].map(spoken))


@carries_missing
def workload(found: LaunchPlan) -> pd.DataFrame:
    """Give each role's weeks as the figure draws them."""
    return found.workload


@carries_missing
def find_launch_plan(found: LaunchPlan) -> list[Sentence]:
    """Say whether the day can be kept, what decides it, and who is overbooked."""
    tasks = found.tasks[found.tasks["state"] != PAST]
    if tasks.empty:
        return [sentence("{season}: every task is past.", season=found.season)]
    said = [_verdict(found, tasks)]
    if np.isfinite(found.lead_time):
        waits = tasks[tasks["lead_time_days"].notna()]
        longer = waits[waits["lead_time_days"] > waits["duration"]]
        if len(longer):
            row = longer.iloc[0]
            said.append(
                sentence(
                    "{task} is planned for {planned} days; nine of ten orders took up to {real}.",
                    task=row["task"].capitalize(),
                    planned=count(row["duration"]),
                    real=count(row["lead_time_days"]),
                )
            )
    busy = overbooked(found)
    for role, rows in busy.groupby("owner_role", sort=True):
        worst = rows.loc[rows["load"].idxmax()]
        said.append(
            sentence(
                "{role} is overbooked in {weeks}, most in that of {week}: {hours} hours, of "
                "{capacity} that {people} can give.",
                role=begun(str(role)),
                weeks=plural(len(rows), "week"),
                week=str(worst["week"]),
                hours=number(worst["hours"], digits=0),
                people=plural(int(worst["people"]), "person", "people"),
                capacity=number(worst["capacity"], digits=0),
            )
        )
    return said


def _verdict(found: LaunchPlan, tasks: pd.DataFrame) -> Sentence:
    late = tasks[tasks["state"] == LATE]
    waiting = tasks[tasks["state"] != UNDER_WAY]
    first = waiting.iloc[0] if len(waiting) else tasks.iloc[0]
    if len(late):
        return sentence(
            "{season} cannot open on {day}: {tasks} would be ready {n} too late.",
            season=found.season.capitalize(),
            day=str(found.opens_on),
            tasks=listing(late["task"].tolist()),
            n=plural(round(-found.slack), "day"),
        )
    return sentence(
        "{season} can open on {day}, with {n} to spare; {task} must start by {start}.",
        season=found.season.capitalize(),
        day=str(found.opens_on),
        n=plural(round(found.slack), "day"),
        task=first["task"],
        start=str(first["latest_start"]),
    )


def _lead_time(leads: pd.DataFrame | Missing | None) -> float:
    """Give the days within which nine of ten orders arrive, all suppliers together."""
    if leads is None or isinstance(leads, Missing):
        return np.nan
    every = leads.loc["all"]
    return float(np.quantile(every["lead_days"], SURE)) if every["deliveries"] >= FEWEST else np.nan


def _planned(rows: pd.DataFrame, today: date, lead: float) -> pd.DataFrame:
    """Plan the tasks that are not past, in days from today."""
    last = rows["due_on"].max()
    past = rows["due_on"].map(lambda d: bool(d == d and d and d < today))
    waits = rows["task"].map(lambda t: bool(ARRIVES.search(t)))
    frame = rows.assign(
        duration=as_floats(rows["duration_days"]),
        lead_time_days=np.where(waits, lead, np.nan),
    )
    left = as_floats(rows["due_on"].map(lambda d: (d - today).days if d == d and d else np.nan))
    begun = (left < frame["duration"]) & ~past
    real = frame[["duration", "lead_time_days"]].max(axis=1).mask(begun, left)
    coming = frame[~past]
    duration: Mapping[str, float] = dict(zip(coming["task"], real[~past], strict=True))
    gone = {"", *rows.loc[past, "task"]}
    after = {
        row.task: [a.strip() for a in str(row.after).split(";") if a.strip() not in gone]
        for row in coming.itertuples()
        if isinstance(row.after, str)
    }
    try:
        plan = critical_path(duration, after, end=float((last - today).days))
    except ValueError as error:
        raise ParameterError(f"The tasks of {rows['launch_id'].iloc[0]}: {error}") from None
    plan = plan.set_index("task")
    for name in ("earliest_start", "latest_start", "latest_end"):
        days = frame["task"].map(plan[name])
        frame[name] = [today + timedelta(days=float(d)) if d == d else None for d in days]
    frame["slack"] = frame["task"].map(plan["slack"])
    least = frame["slack"].min()
    frame["state"] = [
        UNDER_WAY if b and s >= 0 else _state(p, s, start, least, today)
        for b, p, s, start in zip(begun, past, frame["slack"], frame["latest_start"], strict=True)
    ]
    order = frame.assign(at=[d or date.min for d in frame["latest_start"]])
    return order.sort_values(["at", "task"], kind="stable")[COLUMNS].reset_index(drop=True)


def _state(past: bool, slack: float, latest: date, least: float, today: date) -> str:
    if past:
        return PAST
    if slack < 0:
        return LATE
    if latest <= today + timedelta(days=7):
        return SOON
    return CRITICAL if slack <= least else SLACK


def _workload(
    shop: Tables, rows: pd.DataFrame, tasks: pd.DataFrame, hours_per_week: float
) -> pd.DataFrame:
    """Spread each task's hours over its days, and hold each role's weeks against its people."""
    columns = ["owner_role", "week", "hours", "people", "capacity", "load"]
    if "hours" not in rows or rows["hours"].isna().all() or tasks.empty:
        return pd.DataFrame(columns=columns)
    hours = as_floats(rows.set_index("task")["hours"]).fillna(0.0)
    spread = []
    for row in tasks.itertuples():
        whole = days = max(int(row.duration), 1)
        if row.state == UNDER_WAY:
            # what is done already is spread on days that are over
            days = min((row.latest_end - row.earliest_start).days - int(row.slack), whole)
        for at in range(days):
            day = row.earliest_start + timedelta(days=at)
            week = day - timedelta(days=day.weekday())
            spread.append((row.owner_role, week, hours[row.task] / whole))
    frame = pd.DataFrame(spread, columns=columns[:3])
    frame = frame.groupby(columns[:2], as_index=False)["hours"].sum()
    frame["people"] = frame["owner_role"].map(_people(shop)).fillna(0.0)
    frame["capacity"] = frame["people"] * hours_per_week
    frame["load"] = frame["hours"] / frame["capacity"].where(frame["capacity"] > 0)
    return frame[columns]


def _people(shop: Tables) -> dict[str, float]:
    if not shop.filled("people"):
        return {}
    people = shop["people"]
    frame = shop.frame(people.group_by("role").aggregate(n=people.count()))
    return dict(zip(frame["role"], as_floats(frame["n"]), strict=True))
