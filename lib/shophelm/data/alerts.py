"""What is unlike what was to be expected, day by day, and why."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from shophelm.data.alert_reasons import link, reasons
from shophelm.data.monitor import Watched
from shophelm.shop.calendar import Period
from shophelm.shop.needs import carries_missing
from shophelm.shop.tables import Tables
from shophelm.words import Sentence, change, in_unit, number, plural, sentence

COLUMNS = [
    "first",
    "last",
    "figure",
    "unit",
    "expected",
    "now",
    "expected_change",
    "p_value",
    "gmv_gap",
    "why",
    "by",
    "slice",
]


@carries_missing
def alerts(
    shop: Tables, watched: Watched, period: Period, *, alerts_per_month: float = 2.0
) -> pd.DataFrame:
    """Find the days that stand out of what was to be expected, and explain them.

    Days on end of one figure on the same side, and figures of the same days, make one alert.

    Parameters
    ----------
    shop
        The shop, for the reasons.
    watched
        The answer of `monitor.watch`. Days of a kind never met before are not judged, nor are the
        shop's first days.
    period
        The days to report on.
    alerts_per_month
        False alerts that are borne in a month, half of them for days and half for hours.

    Returns
    -------
    DataFrame
        first, last (days), figure (what stands out most, in words), unit, expected, now,
        expected_change, p_value (its smallest), gmv_gap (GMV paid of those days less what was to
        be expected; null where that is not known), why (a sentence: the gap along the chain in
        points, and what is behind it), by and slice (what the figure is of: channel or category,
        and which; empty for the shop). In order of first.
    """
    alarms = watched.alarms(alerts_per_month=alerts_per_month)
    inside = np.array([d >= period.first for d in watched.days])
    alarms &= inside[:, None]
    signs = np.where(alarms, np.sign(watched.values - watched.mean), 0)
    rows = [_alert(shop, watched, group) for group in _grouped(_runs(signs))]
    frame = pd.DataFrame(rows, columns=COLUMNS).sort_values(["first", "figure"], ignore_index=True)
    judged = np.isfinite(watched.chances).any(axis=1)
    frame.attrs |= {"figures": len(watched.series), "judged": int((judged & inside).sum())}
    return frame


@carries_missing
def shown(found: pd.DataFrame) -> pd.DataFrame:
    """Pick the columns that a table shows; the reasons are said in sentences."""
    return found.drop(columns=["why", "by", "slice"])


@carries_missing
def find_alerts(found: pd.DataFrame, *, alerts_per_month: float) -> Sentence:
    """Say how many alerts there were against the budget of false ones."""
    days = found.attrs["judged"]
    if not days:
        return sentence(
            "Not watched: the shop is too young for anything to be expected of its days."
        )
    return sentence(
        "{figures} were watched on {days}: {n}, where {false} false ones a month are borne.",
        figures=plural(found.attrs["figures"], "daily figure"),
        days=plural(days, "day"),
        n=plural(len(found), "alert") if len(found) else "no alert",
        false=number(alerts_per_month / 2, digits=1),
    )


@carries_missing
def explained(found: pd.DataFrame, *, currency: str) -> list[Sentence]:
    """Say each alert in a sentence, with its reasons."""
    return [_explained(a, currency) for a in found.itertuples()]


def _explained(alert: Any, currency: str) -> Sentence:
    show = in_unit(alert.unit, currency=currency)
    when = str(alert.first) if alert.first == alert.last else f"{alert.first} to {alert.last}"
    return sentence(
        "{when}: {figure} {now} where {expected} was to be expected ({change}). {why}",
        when=when,
        figure=alert.figure,
        now=show(alert.now),
        expected=show(alert.expected),
        change=change(alert.expected_change),
        why=alert.why,
    )


def _runs(signs: np.ndarray) -> list[tuple[int, int, int]]:
    """List (series, first day, last day) of the alarms.

    Days on end, or a day apart, that lie on the same side are one.
    """
    found = []
    for series in np.flatnonzero(signs.any(axis=0)):
        days = np.flatnonzero(signs[:, series])
        turns = np.diff(signs[days, series]) != 0
        breaks = np.flatnonzero(turns | (np.diff(days) > 2)) + 1
        found += [(int(series), int(p[0]), int(p[-1])) for p in np.split(days, breaks)]
    return found


def _grouped(runs: list[tuple[int, int, int]]) -> list[list[tuple[int, int, int]]]:
    """Put runs that share days together."""
    groups: list[list[tuple[int, int, int]]] = []
    for run in sorted(runs, key=lambda r: (r[1], r[2], r[0])):
        if groups and run[1] <= max(r[2] for r in groups[-1]):
            groups[-1].append(run)
        else:
            groups.append([run])
    return groups


def _alert(shop: Tables, watched: Watched, group: list[tuple[int, int, int]]) -> dict[str, Any]:
    first, last = min(r[1] for r in group), max(r[2] for r in group)
    days = slice(first, last + 1)
    lowest = {s: float(np.nanmin(watched.chances[a : b + 1, s])) for s, a, b in group}
    lead = min(lowest, key=lambda s: (lowest[s], s))
    figure = watched.series.iloc[lead]
    now, expected = (float(np.nansum(v[days, lead])) for v in (watched.values, watched.mean))
    unit, base = "count", 1.0
    if figure["of"]:
        base = float(np.nansum(watched.exposure[days, lead])) or np.nan
        unit = {"gmv_paid": "money", "orders": "number"}.get(figure["term"], "rate")
    gap, why = reasons(shop, watched, range(first, last + 1), lead)
    return {
        "first": watched.days[first],
        "last": watched.days[last],
        "figure": _figure(figure),
        "unit": unit,
        "expected": expected / base,
        "now": now / base,
        "expected_change": now / expected - 1 if expected else np.nan,
        "p_value": lowest[lead],
        "gmv_gap": gap,
        "why": why,
        "by": figure["by"],
        "slice": figure["slice"],
    }


def _figure(figure: pd.Series) -> str:
    name = link(figure["term"], figure["of"])
    return f"{name} of {figure['by']} {figure['slice']}" if figure["by"] else name
