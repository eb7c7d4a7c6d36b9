"""What to do about the year, of all that the notebook has found."""

from __future__ import annotations

import pandas as pd

from shophelm.actions import HORIZON_DAYS, Action, due, worth_fields
from shophelm.shop.needs import Missing, all_known, carries_missing
from shophelm.shop.tables import Tables
from shophelm.strategy.cascade import IMPOSSIBLE, SPOKEN, Cascade, year_name
from shophelm.strategy.category_budget import CategoryBudget, by_category
from shophelm.strategy.launch_plan import LATE, SOON, LaunchPlan, overbooked
from shophelm.strategy.media_budget import MediaBudget, Response
from shophelm.strategy.rivals import LookAlikes, rival_actions
from shophelm.strategy.standing import Standing
from shophelm.words import change, count, listing, money, number, rate, spoken

UNLIKELY = 0.2
"""A chance of the target below which it is a matter for those who set it."""
MOVED = 0.02
"""By what share money must move to be worth an action."""


def steps(
    shop: Tables,
    *,
    plan: Cascade | Missing,
    where: Standing | Missing,
    divided: MediaBudget | Missing,
    pointed: CategoryBudget | Missing,
    launch: LaunchPlan | Missing,
    quantities: pd.DataFrame | Missing,
    rivals: LookAlikes | Missing,
    response: Response | Missing,
) -> list[Action]:
    """Turn this notebook's findings into actions.

    Parameters
    ----------
    shop
        For the day by which we will know.
    plan, where, divided, pointed, launch, quantities, rivals
        The answers; one that is missing brings nothing.
    response
        As `promotion.spend_response` gives it: it says what worths of media money are in.
    """
    worth_in = "unknown" if isinstance(response, Missing) else response.worth_in
    found = (
        target_actions(shop, plan, where),
        media_actions(shop, divided, worth_in=worth_in),
        category_actions(shop, pointed, divided, worth_in=worth_in),
        launch_actions(shop, launch),
        quantity_actions(shop, launch, quantities),
        rival_actions(shop, rivals),
    )
    return all_known(found)


@carries_missing
def target_actions(shop: Tables, plan: Cascade, where: Standing) -> list[Action]:
    """Propose to talk about a target that is out of reach, or a driver asked the impossible."""
    year = year_name(plan.period)
    said = {}
    if where.chance < UNLIKELY:
        short, chance = money(where.short, currency=shop.currency), rate(where.chance, digits=0)
        said[f"year:{year}"] = (
            f"Lower the target of {year}, or pay for levers that bring {short}: its chance is "
            f"{chance}."
        )
    ahead_of = plan.drivers[
        (plan.drivers["times"] > IMPOSSIBLE)
        & (plan.drivers["month"] >= shop.as_of.strftime("%Y-%m"))
    ]
    for driver, rows in ahead_of.groupby("driver", sort=False):
        worst = rows.loc[rows["times"].idxmax()]
        said[f"driver:{driver}"] = (
            f"Ask less of {SPOKEN[driver]} in {worst['month']}: it is asked for "
            f"{number(worst['times'], digits=2)} times the best it ever did."
        )
    return [
        _action(shop, "re-plan the year", subject, text, "operations manager", "gmv_paid")
        for subject, text in said.items()
    ]


@carries_missing
def media_actions(shop: Tables, found: MediaBudget, *, worth_in: str) -> list[Action]:
    """Propose to divide the media money anew, where that leaves more for certain."""
    moved = found.channels[found.channels["change"].abs() > MOVED]
    if moved.empty or not found.gain_low > 0:
        return []
    each = [
        f"{r.channel} {money(r.spend, currency=shop.currency)} ({change(r.change)})"
        for r in moved.itertuples()
    ]
    text = f"Divide the next {found.weeks} weeks' media money: {listing(each)}."
    fields = worth_fields(*found.gains * HORIZON_DAYS / found.days, worth_in)
    return [
        _action(shop, "divide media money", "media", text, "channel manager", "visitors", **fields)
    ]


@carries_missing
def category_actions(
    shop: Tables, found: CategoryBudget, divided: MediaBudget, *, worth_in: str
) -> list[Action]:
    """Propose to point the money at other categories, where that leaves more for certain."""
    rows = by_category(found)
    moved = rows[rows["change"].abs() > MOVED].sort_values("change", ascending=False)
    if moved.empty or not found.gain_low > 0:
        return []
    each = [f"{r.category} {change(r.change)}" for r in moved.itertuples()]
    text = f"Point the media money at other categories: {listing(each, most=9)}."
    fields = worth_fields(*found.gains * HORIZON_DAYS / divided.days, worth_in)
    return [
        _action(
            shop, "point media money", "categories", text, "channel manager", "gmv_paid", **fields
        )
    ]


@carries_missing
def launch_actions(shop: Tables, found: LaunchPlan) -> list[Action]:
    """Propose to start what must start, and to relieve roles that are overbooked."""
    said = []
    for row in found.tasks[found.tasks["state"].isin([LATE, SOON])].itertuples():
        if row.state == LATE and row.earliest_start > shop.as_of:
            continue
        text = f"Start {row.task} of {found.season} by {row.latest_start}"
        if row.state == LATE:
            text = (
                f"Start {row.task} of {found.season} today and shorten it, or open later: it is "
                f"{count(round(-row.slack))} days late"
            )
        said.append((row.owner_role, f"task:{row.task}", f"{text}."))
    for role, rows in overbooked(found).groupby("owner_role", sort=True):
        hours = (rows["hours"] - rows["capacity"]).sum()
        text = (
            f"Move or lend {count(round(hours))} hours of {role.replace('_', ' ')} work in the "
            f"weeks of {listing([str(w) for w in rows['week']])}."
        )
        said.append((role, f"role:{role}", text))
    return [
        _action(
            shop, "keep the opening day", f"launch:{found.launch_id} {subject}", text,
            spoken(role), "gmv_paid",
        )
        for role, subject, text in said
    ]  # fmt: skip


@carries_missing
def quantity_actions(shop: Tables, launch: LaunchPlan, quantities: pd.DataFrame) -> list[Action]:
    """Propose how many of a newcomer to order; its worth lies beyond the next 28 days."""
    if quantities.empty:
        return []
    each = [f"{r.category} {count(r.quantity)}" for r in quantities.itertuples()]
    text = f"Order for {launch.season}, of each new product: {listing(each, most=9)}."
    subject = f"launch:{launch.launch_id}"
    return [_action(shop, "buy for the season", subject, text, "buyer", "gmv_paid")]


def _action(
    shop: Tables, kind: str, subject: str, text: str, role: str, metric: str, **worth: object
) -> Action:
    return Action(
        kind=kind,
        subject=subject,
        action=text,
        owner_role=role,
        metric=metric,
        due_on=due(shop.as_of),
        **worth,
    )
