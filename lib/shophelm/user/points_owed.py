"""Points that are still owed: whose they are, and when they lapse."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import numpy as np
import pandas as pd

from shophelm.methods.first_in_first_out import matched
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.user.points import PointWorth, lapse_reasons, worth_of
from shophelm.words import Sentence, count, money, plural, sentence

START = date(1970, 1, 1)
NEVER = 10**6
"""The day on which points without an expiry lapse, in days since `START`."""
SOON = 28
OVERDUE, LAPSES, STAYS, OVERDRAWN = (
    "past their day, not booked as expired",
    "lapse in the month",
    "never lapse",
    "used without having been issued",
)


@dataclass(frozen=True, slots=True)
class Ledger:
    """The ledger's movements, with every point that went matched to one that came.

    Attributes
    ----------
    lots
        One row per issue: owner (a number, no id), day (since `START`), life (days until it
        lapses; `NEVER`), age (days since issue at as_of), amount, left (points still open).
    uses
        What was redeemed: owner, day, amount; what was booked as expired is not in it.
    overdrawn, overdrawn_by
        Points used without having been issued, and customers who did so.
    """

    lots: pd.DataFrame
    uses: pd.DataFrame
    overdrawn: int
    overdrawn_by: int


@question("Which points are still open, and since when?", "points")
def points_ledger(shop: Tables) -> Ledger:
    """Match the points that went to those that came, customer by customer.

    Those that lapse first go first, which is first in, first out where all live equally long.

    Notes
    -----
    Ledgers do not say which points a redemption used. Where a shop counts otherwise, totals stay
    right and only the months in which what is left lapses shift.
    """
    moved = _movements(shop)
    came = moved["amount"] > 0
    lots = moved[came].sort_values(["owner", "lapses", "day", "nth"], ignore_index=True)
    gone = moved[~came].sort_values(["owner", "day", "nth"], ignore_index=True)
    gone["amount"] = -gone["amount"]
    parts = matched(lots, gone)
    over, open_ = parts[parts["lot"] < 0], parts[parts["use"] < 0]
    left = np.bincount(open_["lot"], open_["amount"], len(lots)).astype("int64")
    today = (shop.as_of - START).days
    life = (lots["lapses"] - lots["day"]).where(lots["lapses"] < NEVER, NEVER)
    return Ledger(
        lots[["owner", "day", "amount"]].assign(life=life, age=today - lots["day"], left=left),
        gone.loc[~gone["lapsed"], ["owner", "day", "amount"]],
        int(over["amount"].sum()),
        gone["owner"].iloc[over["use"]].nunique(),
    )


@carries_missing
def points_ageing(ledger: Ledger, worth: PointWorth) -> pd.DataFrame:
    """Lay the outstanding points out by the month in which they lapse.

    Parameters
    ----------
    ledger
        As `points_ledger` gives it.
    worth
        As `points.point_worth` gives it.

    Returns
    -------
    DataFrame
        One row per month of expiry: what (`LAPSES`; before them `OVERDUE`, after them `STAYS`,
        and `OVERDRAWN`, whose points are below 0), month (its first day; null for the others),
        customers, points, money (null where a point's worth is not known). The points add up to
        the ledger's balance.
    """
    lots = ledger.lots[ledger.lots["left"] > 0]
    what = ends(lots)
    days = pd.to_datetime((lots["day"] + lots["life"]).where(what == LAPSES), unit="D")
    rows = lots.assign(what=what, month=days.dt.to_period("M").dt.start_time)
    by = rows.groupby(["what", "month"], dropna=False)
    frame = by.agg(customers=("owner", "nunique"), points=("left", "sum")).reset_index()
    if ledger.overdrawn:
        over = (OVERDRAWN, pd.NaT, ledger.overdrawn_by, -ledger.overdrawn)
        frame.loc[len(frame)] = over
    place = frame["what"].map([OVERDUE, LAPSES, STAYS, OVERDRAWN].index)
    frame = frame.assign(place=place).sort_values(["place", "month"], ignore_index=True)
    frame["month"] = [None if pd.isna(m) else m.date() for m in frame["month"]]
    frame["money"] = worth_of(frame["points"], worth)
    return frame[["what", "month", "customers", "points", "money"]]


@carries_missing
def points_lapsing(
    shop: Tables, ledger: Ledger, worth: PointWorth, *, days: int = SOON
) -> pd.DataFrame:
    """Count the points that lapse in the days after as_of.

    Returns
    -------
    DataFrame
        One row: until (the last of those days), customers, points, money (what they could save;
        null where a point's worth is not known).
    """
    lots = ledger.lots[ledger.lots["left"] > 0]
    soon = lots[(lots["life"] - lots["age"]).between(1, days)]
    frame = pd.DataFrame(
        {
            "until": [shop.as_of + timedelta(days=days)],
            "customers": [soon["owner"].nunique()],
            "points": [int(soon["left"].sum())],
        }
    )
    return frame.assign(money=worth_of(frame["points"], worth))


def ends(lots: pd.DataFrame) -> np.ndarray:
    """Say which lots are past their day, lapse in a month to come, or never."""
    overdue = lots["life"] <= lots["age"]
    return np.select([overdue, lots["life"] < NEVER], [OVERDUE, LAPSES], STAYS)


@carries_missing
def find_points_ageing(aged: pd.DataFrame) -> Sentence:
    """Say how many points never lapse, should have lapsed, or were never issued."""
    points = aged.groupby("what")["points"].sum()
    who = aged.set_index("what")["customers"]
    text = "{n} points are outstanding."
    values = {"n": count(points.sum())}
    if OVERDUE in points:
        text += " {late} of them, of {who}, are past their day and not booked as expired."
        values |= {"late": count(points[OVERDUE]), "who": plural(int(who[OVERDUE]), "customer")}
    if STAYS in points:
        text += " {stay} never lapse."
        values["stay"] = count(points[STAYS])
    if OVERDRAWN in points:
        text += (
            " {over} used {lack} points more than the ledger issued to them: it begins later than "
            "the points do, or is wrong."
        )
        values |= {
            "over": plural(int(who[OVERDRAWN]), "customer"),
            "lack": count(-points[OVERDRAWN]),
        }
    return sentence(text, **values)


@carries_missing
def find_points_lapsing(soon: pd.DataFrame, *, currency: str) -> Sentence:
    """Say how many points lapse soon, and what they are worth."""
    one = soon.iloc[0]
    if not one["points"]:
        return sentence("No points lapse up to {until}.", until=str(one["until"]))
    return sentence(
        "Up to {until}, {points} points of {who} lapse; their worth is {money}.",
        until=str(one["until"]),
        points=count(one["points"]),
        who=plural(int(one["customers"]), "customer"),
        money=money(one["money"], currency=currency),
    )


def _movements(shop: Tables) -> pd.DataFrame:
    """Give every movement: owner and nth (numbers), day, lapses, amount, lapsed (booked so)."""
    rows = shop["points"].filter(lambda t: t.points != 0)
    reasons = lapse_reasons(shop)
    start = ibis.literal(START)
    rows = rows.select(
        owner=ibis.dense_rank().over(order_by=rows.customer_id),
        nth=ibis.row_number().over(order_by=[rows.occurred_at, rows.movement_id]),
        day=rows.occurred_at.date().delta(start, unit="day"),
        lapses=rows.expires_on.delta(start, unit="day").fill_null(NEVER),
        amount=rows.points,
        lapsed=rows.reason.isin(reasons) if reasons else ibis.literal(False),
    )
    return shop.frame(rows)
