"""What share of points is ever used, and what the outstanding ones come to."""

from __future__ import annotations

import pandas as pd

from shophelm.methods.breakage import BANDS, Usage, usage
from shophelm.shop.needs import carries_missing
from shophelm.user.points import PointWorth, worth_of
from shophelm.user.points_owed import LAPSES, NEVER, OVERDUE, STAYS, Ledger, ends
from shophelm.words import Sentence, count, money, rate, sentence

FEW = 0.01
"""Share of the points issued that may be without an expiry, and are then left out of breakage."""
RIPE = 30
"""Customers whose points must have come to their day before a share is believed."""
OWED = [
    *("outstanding", "overdue", "used_share", "used_share_low", "used_share_high", "breakage"),
    *("to_use", "to_use_low", "to_use_high", "liability", "liability_low", "liability_high"),
    "full",
]


@carries_missing
def points_liability(ledger: Ledger, worth: PointWorth) -> pd.DataFrame:
    """Value the outstanding points by how many of them will be used.

    Returns
    -------
    DataFrame
        One row: outstanding (points still open), overdue (those of them past their day, of which
        none is expected to be used), used_share (of what is issued, used in the end), its 95 %
        interval, breakage (never used), to_use (of the outstanding, still to be used) and its
        interval, liability (to_use × a point's worth) and its interval, and full (as if all were
        used). Shares are null where too few points have come to their end; the outstanding are
        then counted in full, as are points that never lapse.

    Notes
    -----
    Usage by age is that of all points that have reached the age (`methods.breakage`). It is known
    to its end once the points of 30 customers have come to their day.
    """
    lots = ledger.lots[ledger.lots["left"] > 0]
    what = pd.Series(ends(lots), index=lots.index)
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
            n=count(one["to_use"]),
            **in_money,
        )
    text = (
        "{breakage} of the points issued are never used (95% interval {low} to {high}). Of {n} "
        "outstanding, {to_use} will be ({to_use_low} to {to_use_high}); "
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
        **{n: count(one[n]) for n in ("to_use", "to_use_low", "to_use_high")},
        **in_money,
    )


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
