"""The few problems that matter this week, each with its evidence and its money."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from shophelm.data import alerts as daily
from shophelm.data import hours
from shophelm.data.slices import SLICES
from shophelm.shop.needs import Missing
from shophelm.words import Sentence, begun, count, in_unit, plural, rate, sentence

MOST = 5
ONCE, AGAIN, PLAN = "once", "every 28 days", "behind plan"
COLUMNS = ["problem", "evidence", "worth", "worth_of"]


def problems(
    *,
    week: pd.DataFrame | Missing,
    unusual: pd.DataFrame | Missing,
    dead: pd.DataFrame | Missing,
    gaps: pd.DataFrame | Missing,
    slow: pd.DataFrame | Missing,
    currency: str,
) -> pd.DataFrame:
    """Gather what costs most money, from every question that looked for it.

    Parameters
    ----------
    week, unusual, dead, gaps, slow
        The answers of `chain.compare`, `alerts.alerts`, `hours.dead_hours`,
        `opportunities.opportunities` and `advice.lagging`; one that is missing brings nothing.
    currency
        ISO code, for the evidence.

    Returns
    -------
    DataFrame
        problem, evidence (a sentence), worth (money it costs), worth_of (once, every 28 days, or
        behind plan). At most five, the dearest first; empty where nothing was found beyond
        chance.
    """
    found = [
        *_behind_plan(week, currency),
        *_dead(dead, currency),
        *_unusual(unusual, currency),
        *_gaps(gaps),
        *_slow(slow),
    ]
    frame = pd.DataFrame(found, columns=COLUMNS)
    frame = frame.sort_values(["worth", "problem"], ascending=[False, True], ignore_index=True)
    return frame.head(MOST)


def find_problems(found: pd.DataFrame) -> Sentence:
    """Say how many problems matter."""
    if found.empty:
        return sentence("No problem was found beyond chance.")
    return sentence(
        "{n} on the first page; the dearest: {first}.",
        n=plural(len(found), "problem stands", "problems stand"),
        first=found["problem"].iloc[0],
    )


def _behind_plan(week: pd.DataFrame | Missing, currency: str) -> Iterator[list[Any]]:
    if isinstance(week, Missing) or "target" not in week:
        return
    gmv = week[(week["term"] == "gmv_paid") & (week["attainment"] < 1)]
    show = in_unit("money", currency=currency)
    for row in gmv.itertuples():
        evidence = f"GMV paid is {show(row.now)} where {show(row.target)} was planned."
        short = float(row.target) - float(row.now)
        yield ["GMV is behind its target", evidence, short, PLAN]


def _dead(dead: pd.DataFrame | Missing, currency: str) -> Iterator[list[Any]]:
    if isinstance(dead, Missing):
        return
    said = hours.explained(dead, currency=currency)
    for alert, text in zip(dead.itertuples(), said, strict=True):
        lost = -alert.gmv_gap if alert.gmv_gap == alert.gmv_gap else None
        yield [f"Few payments went through on {alert.first:%Y-%m-%d}", str(text), lost, ONCE]


def _unusual(unusual: pd.DataFrame | Missing, currency: str) -> Iterator[list[Any]]:
    if isinstance(unusual, Missing):
        return
    said = daily.explained(unusual, currency=currency)
    for alert, text in zip(unusual.itertuples(), said, strict=True):
        if alert.expected_change < 0:
            lost = max(-alert.gmv_gap, 0.0) if alert.gmv_gap == alert.gmv_gap else None
            yield [f"{begun(alert.figure)} fell", str(text), lost, ONCE]


def _gaps(gaps: pd.DataFrame | Missing) -> Iterator[list[Any]]:
    if isinstance(gaps, Missing):
        return
    for row in gaps[gaps["found"].astype(bool)].itertuples():
        evidence = (
            f"{rate(row.rate)} of {count(row.trials)} where its peers reach "
            f"{rate(row.peers_rate)}; the {row.area.replace('_', ' ')} notebook treats it."
        )
        worth = row.worth if row.worth == row.worth else None
        yield [f"{row.title}: {row.kind}", evidence, worth, AGAIN]


def _slow(slow: pd.DataFrame | Missing) -> Iterator[list[Any]]:
    if isinstance(slow, Missing) or slow.empty:
        return
    for row in slow[slow["found"]].itertuples():
        evidence = (
            f"Conversion is {rate(row.rate_now)} where {rate(row.rate_expected)} was to be "
            "expected of what the rest of the shop did."
        )
        worth = row.worth if row.worth == row.worth else None
        yield [f"{SLICES[row.by]} {row.slice} lags", evidence, worth, AGAIN]
