"""The shop's plan, person by person, beside the goals they have."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

import numpy as np
import pandas as pd

from shophelm.methods.apportion import apportion
from shophelm.shop.needs import Missing, carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.shop.titles import products_of
from shophelm.team.ownership import CHANNEL, PRODUCT, parted, recent_money
from shophelm.words import Sentence, change, listing, money, rate, sentence

TITLE = "Do people's goals add up to the shop's?"
NOBODY = "nobody"
FAR = 0.1
"""Goals that are so far, or farther, off a person's share of the plan are named."""
CENTS = 100


class Plan(Protocol):
    """A year's plan in cents, as `strategy.cascade` gives it."""

    cells: pd.DataFrame
    categories: pd.DataFrame


@dataclass(frozen=True, slots=True)
class GoalCascade:
    """A month's plan by person, along products and along channels.

    Attributes
    ----------
    month
        Its first day.
    planned
        Of the shop, money.
    people
        One row per kind (product, channel) and owner, and for what nobody owns: kind, person_id,
        planned (money; each kind's add up to the shop's to the cent), share (of it), goal (the
        person's own of gmv_paid; null where there is none, and along channels for who is measured
        on products), off (goal / planned − 1).
    sums
        One row per kind: kind, goals (money, added up), of_plan (over the part of the plan of those
        who have a goal).
    """

    month: date
    planned: Decimal
    people: pd.DataFrame
    sums: pd.DataFrame


@question(TITLE, "people", "goals", "orders", products="the plan by owner of products")
@carries_missing
def goal_cascade(shop: Tables, plan: Plan) -> GoalCascade | Missing:
    """Share the running month's plan out to those who own what it is to come from.

    Parameters
    ----------
    shop
        Its sales of 91 days say what part of a category each product is; a product or channel that
        several own is parted evenly.
    plan
        As `strategy.cascade` gives it.

    Notes
    -----
    Products and channels are two ways to cut the same money: each kind adds up to the shop, and the
    two are not to be added together. Who owns both has one goal, held against the products.
    """
    month = shop.as_of.replace(day=1)
    rows = parted(shop)
    cuts = {PRODUCT: (plan.categories, "category"), CHANNEL: (plan.cells, CHANNEL)}
    frames = []
    for kind, (cells, by) in cuts.items():
        own = rows[rows["kind"] == kind]
        sold = recent_money(shop, kind)
        if cells.empty or sold.empty:
            # what is planned, or sold, is not told apart by this kind
            continue
        cents = _of_month(cells, month).groupby(by)["gmv"].sum()
        if len(own) and cents.sum() > 0:
            frames.append(_shared_out(cents, _weights(shop, kind, own, sold), kind))
    if not frames:
        return Missing(TITLE, "people", "Nobody owns a product or a channel that is planned for.")
    people = pd.concat(frames, ignore_index=True)
    people = _beside_goals(people, shop, month, rows[rows["measured"]])
    whole = _of_month(plan.cells, month)["gmv"].sum()
    return GoalCascade(month, _money(whole), people, _sums(people))


@carries_missing
def shown(found: GoalCascade) -> pd.DataFrame:
    """Lay the people out."""
    names = {"planned": "planned_share", "share": "plan_share", "goal": "own_goal"}
    order = ["kind", "person_id", "planned", "share", "goal", "off"]
    return found.people[order].rename(columns=names | {"off": "goal_off"})


@carries_missing
def find_goal_cascade(found: GoalCascade, *, currency: str) -> list[Sentence]:
    """Say whether goals add up to the plan, whose is farthest off, and what has no goal."""
    said = []
    for row in found.sums.itertuples():
        said.append(
            sentence(
                "The goals of those who own {kind}s add up to {goals} in {month}: {of} of their "
                "part of the plan{without}.",
                kind=row.kind,
                goals=money(row.goals, currency=currency),
                month=found.month.strftime("%Y-%m"),
                of=rate(row.of_plan, digits=0),
                without=_without(found.people[found.people["kind"] == row.kind]),
            )
        )
    off = found.people.dropna(subset="off")
    off = off[off["off"].abs() >= FAR]
    if len(off):
        most = off.loc[off["off"].abs().idxmax()]
        text = (
            "Farthest off is {person}: a goal of {goal} where their part of the plan is {part} "
            "({off})."
        )
        said.append(
            sentence(
                text,
                person=most["person_id"],
                goal=money(most["goal"], currency=currency),
                part=money(most["planned"], currency=currency),
                off=change(most["off"]),
            )
        )
    idle = found.people[found.people["person_id"] == NOBODY]
    for row in idle[idle["share"] >= 0.005].itertuples():
        text = "{share} of the plan is to come from {kind}s that nobody owns."
        said.append(sentence(text, share=rate(row.share, digits=0), kind=row.kind))
    return said


def _without(people: pd.DataFrame) -> str:
    """Say whose part has no goal of money that is held against it."""
    rows = people[people["goal"].isna() & (people["person_id"] != NOBODY)]
    names = listing(rows["person_id"].tolist())
    return f"; no goal of money is held against that of {names}" if len(rows) else ""


def _of_month(cells: pd.DataFrame, month: date) -> pd.DataFrame:
    return cells[[(d.year, d.month) == (month.year, month.month) for d in cells["day"]]]


def _weights(shop: Tables, kind: str, own: pd.DataFrame, money_of: pd.Series) -> pd.DataFrame:
    """Give whose part of each category, or channel, is how large: name, person_id and weight."""
    names = sorted({*money_of.index, *own["name"]})
    frame = pd.DataFrame({"name": names}).merge(own[["name", "person_id", "weight"]], "left")
    frame["person_id"] = frame["person_id"].fillna(NOBODY)
    if kind == CHANNEL:
        return frame.fillna({"weight": 1.0}).rename(columns={"name": "of"})
    frame["weight"] = frame["weight"].fillna(1.0) * frame["name"].map(money_of).fillna(0.0)
    frame["of"] = frame["name"].map(products_of(shop)["category"])
    return frame.dropna(subset="of")


def _shared_out(cents: pd.Series, weights: pd.DataFrame, kind: str) -> pd.DataFrame:
    table = weights.pivot_table(index="of", columns="person_id", values="weight", aggfunc="sum")
    table = table.reindex(cents.index).fillna(0.0)
    if NOBODY not in table:
        table[NOBODY] = 0.0
    # what nobody sells or owns of a category is to come from nobody
    table.loc[table.sum(axis=1) == 0, NOBODY] = 1.0
    shares = [apportion(int(c), w) for c, w in zip(cents, table.to_numpy(), strict=True)]
    total = np.sum(shares, axis=0)
    frame = pd.DataFrame({"kind": kind, "person_id": table.columns, "cents": total})
    frame = frame[(frame["person_id"] != NOBODY) | (frame["cents"] > 0)]
    frame["share"] = frame["cents"] / cents.sum()
    order = (frame["person_id"] == NOBODY).astype(int)
    return frame.assign(order=order).sort_values(["order", "person_id"]).drop(columns="order")


def _beside_goals(
    people: pd.DataFrame, shop: Tables, month: date, measured: pd.DataFrame
) -> pd.DataFrame:
    goals = shop.frame(shop["goals"])
    goals = goals[(goals["period_from"] == month) & (goals["metric"] == "gmv_paid")]
    own = goals.set_index("person_id")["target"].astype(float)
    goal = people["person_id"].map(own).astype(float)
    on = set(zip(measured["kind"], measured["person_id"], strict=True))
    goal = goal.where([k in on for k in zip(people["kind"], people["person_id"], strict=True)])
    planned = [_money(c) for c in people.pop("cents")]
    off = goal / np.array([float(p) or np.nan for p in planned]) - 1
    return people.assign(planned=planned, goal=goal, off=off)


def _sums(people: pd.DataFrame) -> pd.DataFrame:
    held = people.dropna(subset="goal")
    sums = held.groupby("kind", sort=False).agg(
        goals=("goal", "sum"), planned=("planned", lambda p: float(sum(p)))
    )
    return sums.assign(of_plan=sums["goals"] / sums.pop("planned")).reset_index()


def _money(cents: int) -> Decimal:
    return Decimal(int(cents)) / CENTS
