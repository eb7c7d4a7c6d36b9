"""The year's campaigns to come: when each begins, and what those of its kind left before."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd

from shophelm.shop.campaigns import Campaign, listed_campaigns, next_year
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.words import Sentence, listing, money, plural, sentence

TITLE = "Which campaigns come next, and which of them are worth running?"
KEEP, DROP, FIND_OUT, NEW = "keep", "leave out", "hold a tenth out", "not known"
LISTED, MOVED = "listed", "last year's dates"
YEAR = timedelta(days=365)
COLUMNS = [
    *("kind", "dates_from", "warmup_from", "burst_from", "afterglow_from", "ends_on"),
    *("ran", "left", "left_low", "left_high", "discount_share", "decision"),
]


@question(TITLE, "campaigns")
@carries_missing
def next_calendar(shop: Tables, campaigns: pd.DataFrame) -> pd.DataFrame:
    """List the campaigns of the year to come, with what is known of their kind.

    Parameters
    ----------
    shop
        Needs campaigns; those to come may be listed.
    campaigns
        What ended ones left, as `mechanics.mechanics` gives it.

    Returns
    -------
    DataFrame
        One row per kind of campaign, in the order of their first days: kind, dates_from (listed, or
        last year's dates where it is not: those that follow the moon then begin on others),
        warmup_from, burst_from, afterglow_from, ends_on, ran (how often it ended and was judged),
        left (on average, before media and newcomers), with _low and _high (95 %), discount_share
        (mean), decision (keep, leave out, hold a tenth out: it cannot be told yet; not known: it
        never ran, or not on ordinary days).
    """
    rows = []
    for ahead, dates in _ahead(shop):
        before = campaigns[(campaigns["kind"] == ahead.kind) & campaigns["left_low"].notna()]
        rows.append(
            {
                "kind": ahead.kind,
                "dates_from": dates,
                **{c: getattr(ahead, c) for c in COLUMNS[2:6]},
                **_known(before),
            }
        )
    return pd.DataFrame(rows, columns=COLUMNS)


@carries_missing
def shown(frame: pd.DataFrame) -> pd.DataFrame:
    """Lay the calendar out."""
    names = {f"left{end}": f"part_left{end}" for end in ("", "_low", "_high")}
    return frame.rename(columns=names | {"kind": "campaign_kind"}).dropna(axis=1, how="all")


@carries_missing
def find_calendar(frame: pd.DataFrame, *, currency: str) -> list[Sentence]:
    """Say what begins next, what to keep and what to leave out."""
    if frame.empty:
        return [sentence("No campaign is listed, of the year to come or of the one before.")]
    first = frame.iloc[0]
    said = [
        sentence(
            "Next is {kind}, which warms up on {day} ({dates}); {left}.",
            kind=first["kind"],
            day=str(first["warmup_from"]),
            dates=first["dates_from"],
            left=_left(first, currency),
        )
    ]
    for decision, text in (
        (KEEP, "These surely left something, and are worth their place: {kinds}."),
        (DROP, "These surely cost more than they left: {kinds}."),
        (FIND_OUT, "Whether these leave anything cannot be told yet: {kinds}."),
    ):
        kinds = frame.loc[frame["decision"] == decision, "kind"].tolist()
        if kinds:
            said.append(sentence(text, kinds=listing(kinds, most=9)))
    return said


def _left(row: pd.Series, currency: str) -> str:
    if not row["ran"]:
        return "what one leaves is not known"
    left, low, high = (money(row[f"left{end}"], currency=currency) for end in ("", "_low", "_high"))
    before = plural(int(row["ran"]), "campaign")
    return f"{before} of its kind left {left} on average ({low} to {high})"


def _ahead(shop: Tables) -> list[tuple[Campaign, str]]:
    """Give each kind's next campaign: the one listed, or else the last one moved by a year."""
    listed = listed_campaigns(shop)
    moved = {c.kind: (next_year(c), MOVED) for c in listed}
    coming = {c.kind: (c, LISTED) for c in listed[::-1] if c.warmup_from > shop.as_of}
    every = (moved | coming).values()
    within = [r for r in every if shop.as_of < r[0].warmup_from <= shop.as_of + YEAR]
    return sorted(within, key=lambda row: (row[0].warmup_from, row[0].kind))


def _known(before: pd.DataFrame) -> dict[str, object]:
    n = len(before)
    if not n:
        return {"ran": 0, "decision": NEW}
    left = before["left"].mean()
    low = left - np.sqrt(((before["left"] - before["left_low"]) ** 2).sum()) / n
    high = left + np.sqrt(((before["left_high"] - before["left"]) ** 2).sum()) / n
    decision = KEEP if low > 0 else DROP if high < 0 else FIND_OUT
    return {
        "ran": n,
        "left": left,
        "left_low": low,
        "left_high": high,
        "discount_share": before["discount_share"].mean(),
        "decision": decision,
    }
