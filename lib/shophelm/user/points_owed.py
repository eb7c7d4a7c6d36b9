"""Points that are still owed: when they lapse, how many will be used, and what that comes to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import numpy as np
import pandas as pd

from shophelm.methods.breakage import BANDS, Usage, usage
from shophelm.methods.first_in_first_out import matched
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.user.points import PointWorth, lapse_reasons, worth_of
from shophelm.words import Sentence, count, money, plural, rate, sentence

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
FEW = 0.01
"""Share of the points issued that may be without an expiry, and are then left out of breakage."""
RIPE = 30
"""Customers whose points must have come to their day before a share is believed."""
OWED = ["outstanding", "overdue", "used_share", "used_share_low", "used_share_high", "breakage"]
OWED += ["expected", "expected_low", "expected_high", "liability", "liability_low"]
OWED += ["liability_high", "full"]


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
    what = _what(lots)
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


@carries_missing
def points_liability(ledger: Ledger, worth: PointWorth) -> pd.DataFrame:
    """Value the outstanding points by how many of them will be used.

    Returns
    -------
    DataFrame
        One row: outstanding (points still open), overdue (those of them past their day, of which
        none is expected to be used), used_share (of what is issued, used in the end), its 95 %
        interval, breakage (never used), expected (of the outstanding, to be used), its interval,
        liability (expected × a point's worth), its interval, and full (as if all were used). Shares
        are null where no points have come to their end yet; the outstanding are then counted in
        full, as are points that never lapse.

    Notes
    -----
    Usage by age is that of all points that have reached the age (`methods.breakage`). It is known
    to its end once the points of 30 customers have come to their day.
    """
    lots = ledger.lots[ledger.lots["left"] > 0]
    what = pd.Series(_what(lots), index=lots.index)
    points = lots.groupby(what)["left"].sum().reindex([OVERDUE, LAPSES, STAYS], fill_value=0)
    row: dict[str, float] = dict.fromkeys(OWED, float("nan"))
    row |= {"outstanding": points.sum(), "overdue": points[OVERDUE], "full": points.sum()}
    expected = (float(points[LAPSES] + points[STAYS]),) * 3
    if (found := _usage(ledger)) is not None:
        used, of = found
        share = used.in_the_end(of)
        row |= dict(zip(OWED[2:5], share, strict=True)) | {"breakage": 1 - share[0]}
        to_come = used.yet_to_come(of[of["age"] < of["life"]])
        expected = tuple(min(e, points[LAPSES]) + points[STAYS] for e in to_come)
    row |= dict(zip(OWED[6:9], expected, strict=True))
    frame = pd.DataFrame([row])
    for name, counted in zip(OWED[9:], [*OWED[6:9], "full"], strict=True):
        frame[name] = worth_of(frame[counted], worth)
    return frame


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


@carries_missing
def find_points_liability(owed: pd.DataFrame, *, currency: str) -> Sentence:
    """Say what share of points is never used, and what the outstanding ones come to."""
    one = owed.iloc[0]
    in_money = {
        name: money(one[name], currency=currency)
        for name in ("liability", "liability_low", "liability_high", "full")
    }
    if one["breakage"] != one["breakage"]:
        return sentence(
            "What share of points is never used is not known: too few have come to their day, or "
            "they never lapse. Counted in full, the worth of the {n} not past their day is "
            "{liability}.",
            n=count(one["expected"]),
            **in_money,
        )
    text = (
        "{breakage} of the points issued are never used (95 % interval {low} to {high}). Of {n} "
        "outstanding, {expected} will be ({expected_low} to {expected_high}); "
    )
    if one["full"] == one["full"]:
        text += "their worth is {liability} ({liability_low} to {liability_high}), of all {full}."
    else:
        text += "what they are worth is not known."
    return sentence(
        text,
        breakage=rate(one["breakage"], digits=1),
        low=rate(1 - one["used_share_high"], digits=1),
        high=rate(1 - one["used_share_low"], digits=1),
        n=count(one["outstanding"]),
        **{n: count(one[n]) for n in ("expected", "expected_low", "expected_high")},
        **in_money,
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


def _usage(ledger: Ledger) -> tuple[Usage, pd.DataFrame] | None:
    """Give usage by age and the lots it holds for, where enough points have come to their end."""
    lots = ledger.lots
    lasting = lots["life"] == NEVER
    lots = lots[~lasting & (lots["life"] > 0)]
    if ledger.lots.loc[lasting, "amount"].sum() > FEW * ledger.lots["amount"].sum() or lots.empty:
        return None
    longest = lots["life"].max()
    ripe = lots[(lots["age"] >= lots["life"]) & (lots["life"] > longest * (1 - 1 / BANDS))]
    if ripe["owner"].nunique() < RIPE:
        return None
    return usage(lots, ledger.uses), lots


def _what(lots: pd.DataFrame) -> np.ndarray:
    overdue = lots["life"] <= lots["age"]
    return np.select([overdue, lots["life"] < NEVER], [OVERDUE, LAPSES], STAYS)
