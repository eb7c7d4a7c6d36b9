"""The shop's own targets of a year: the spans that tile it."""

from __future__ import annotations

from datetime import timedelta

from shophelm.shop.calendar import Period
from shophelm.shop.tables import Tables

SHORTEST = 27
"""Days below which a target is none of a month: weeks lie across the ends of years."""


def own_targets(shop: Tables, period: Period) -> list[tuple[Period, float]]:
    """Give the shop's targets of money paid, by the shortest spans that tile a period.

    Parameters
    ----------
    shop
        Its `targets` of scope `shop` and metric `gmv_paid`: months, or else quarters, or the year.
    period
        What they must tile, without a gap and without overlap.

    Returns
    -------
    list of (Period, float)
        In order; empty where no spans of one kind tile the period.
    """
    if not shop.filled("targets"):
        return []
    rows = shop["targets"].filter(lambda t: (t.scope == "shop") & (t.metric == "gmv_paid"))
    frame = shop.frame(rows)
    inside = frame[(frame["period_from"] >= period.first) & (frame["period_to"] <= period.last)]
    spans = inside.assign(
        days=(inside["period_to"] - inside["period_from"]).map(lambda d: d.days + 1)
    ).sort_values(["period_from", "days"], kind="stable")
    spans = spans[spans["days"] >= SHORTEST]
    # a month has up to a seventh more days than another, a quarter a thirtieth
    for shortest in sorted(set(spans["days"])):
        alike = spans[spans["days"].between(shortest, 1.15 * shortest)]
        tiles = [(Period(r.period_from, r.period_to), float(r.value)) for r in alike.itertuples()]
        if _tile(tiles, period):
            return tiles
    return []


def _tile(tiles: list[tuple[Period, float]], period: Period) -> bool:
    """Tell whether spans follow one another from the first day to the last."""
    day = period.first
    for span, _ in tiles:
        if span.first != day:
            return False
        day = span.last + timedelta(days=1)
    return day == period.last + timedelta(days=1)
