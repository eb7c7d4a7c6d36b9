"""Targets for any days: the shortest target row that covers a day gives that day's share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd

from shophelm.shop.definitions import TERMS
from shophelm.shop.tables import Tables


def target_for(
    shop: Tables, days: Sequence[date], *, scope: str = "shop"
) -> dict[str, tuple[float, bool]]:
    """Give each metric's target over some days.

    Money and counts are spread evenly over the days of the row they stand in; rates and other
    ratios hold for each of its days, and are averaged.

    Parameters
    ----------
    shop
        May have no targets.
    days
        The days.
    scope
        As in the table: "shop", "channel:search", "category:shoes".

    Returns
    -------
    dict
        metric → (target, exact). `exact` is False where a row was only used in part, so that the
        even spread matters. A metric without a row for every day is absent.
    """
    if not shop.has("targets"):
        return {}
    rows = shop["targets"]
    frame = shop.frame(rows.filter(rows.scope == scope))
    found = {m: _over(days, part) for m, part in frame.groupby("metric") if m in TERMS}
    return {m: t for m, t in found.items() if t is not None}


def _over(days: Sequence[date], rows: pd.DataFrame) -> tuple[float, bool] | None:
    rows = rows.assign(length=(rows["period_to"] - rows["period_from"]).map(lambda d: d.days + 1))
    used: dict[int, int] = {}
    for day in days:
        covering = rows[(rows["period_from"] <= day) & (day <= rows["period_to"])]
        if covering.empty:
            return None
        row = covering["length"].idxmin()
        used[row] = used.get(row, 0) + 1
    term = TERMS[rows["metric"].iloc[0]]
    adds_up = term.of is None
    shares = [n / (rows.at[r, "length"] if adds_up else len(days)) for r, n in used.items()]
    exact = all(n == rows.at[r, "length"] for r, n in used.items()) or not adds_up
    return sum(rows.at[r, "value"] * s for r, s in zip(used, shares, strict=True)), exact
