"""The shop's own targets of a year: the spans that tile it."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd

from shophelm.shop.calendar import Period
from shophelm.shop.ratios import as_floats
from shophelm.shop.tables import Tables

SHORTEST = 27
"""Days below which a target is none of a month: weeks lie across the ends of years."""


def own_targets(
    shop: Tables, period: Period, *, scope: str = "shop"
) -> list[tuple[Period, pd.Series]]:
    """Give the shop's targets of money paid, by the shortest spans that tile a period.

    Parameters
    ----------
    shop
        Its `targets` of the metric `gmv_paid`: of months, or else of quarters, or the year.
    period
        What they must tile, without a gap and without overlap.
    scope
        "shop", or "channel" or "category" for those of "channel:…" or "category:…".

    Returns
    -------
    list of (Period, Series)
        In order, each span with its targets by name ("" of the shop as a whole); empty where no
        spans of one kind tile the period.
    """
    if not shop.filled("targets"):
        return []
    rows = shop["targets"].filter(lambda t: t.metric == "gmv_paid")
    frame = shop.frame(rows)
    of, name = (frame["scope"].str.partition(":")[i] for i in (0, 2))
    frame = frame.assign(
        name=name,
        value=as_floats(frame["value"]),
        days=(frame["period_to"] - frame["period_from"]).map(lambda d: d.days + 1),
    )
    # a campaign's target is none of whole months
    begins, ends = frame["period_from"], frame["period_to"]
    whole = begins.map(lambda d: d.day == 1) & ends.map(lambda d: (d + timedelta(days=1)).day == 1)
    frame = frame[(of == scope) & (frame["days"] >= SHORTEST) & whole.astype(bool)]
    frame = frame[(frame["period_from"] >= period.first) & (frame["period_to"] <= period.last)]
    # a month has up to a seventh more days than another, a quarter a thirtieth
    for shortest in sorted(set(frame["days"])):
        alike = frame[frame["days"].between(shortest, 1.15 * shortest)]
        tiles = [
            (Period(*ends), rows.groupby("name")["value"].sum())
            for ends, rows in alike.groupby(["period_from", "period_to"], sort=True)
        ]
        if _tile([span for span, _ in tiles], period):
            return tiles
    return []


def _tile(spans: list[Period], period: Period) -> bool:
    """Tell whether spans follow one another from the first day to the last."""
    day = period.first
    for span in spans:
        if span.first != day:
            return False
        day = span.last + timedelta(days=1)
    return day == period.last + timedelta(days=1)
