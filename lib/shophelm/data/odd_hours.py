"""Hours unlike what their day leads to expect: the log stood still, or a crowd came at once."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import ibis
import numpy as np
import pandas as pd

from shophelm.data.monitor import HISTORY_DAYS, kinds_of_days
from shophelm.methods.anomaly import beyond_budget, chance, expect
from shophelm.methods.scan import HOURS
from shophelm.shop.calendar import Period
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.spans import inside
from shophelm.shop.tables import Tables
from shophelm.words import Sentence, change, count, number, plural, sentence

LENGTHS = (1, 3, 6)
"""Hours are judged alone and in blocks, since a small shop has too few people in one hour."""
WINDOWS = [(start, n) for n in LENGTHS for start in range(0, HOURS, n)]
LOOK_BACK = 28
COLUMNS = ["first", "last", "figure", "unit", "expected", "now", "expected_change", "p_value"]


@question(
    "Which hours were unlike what their day leads to expect?",
    "events|orders",
    campaigns="hours of promotion days held against their like of last year",
)
def odd_hours(
    shop: Tables, period: Period, *, alerts_per_month: float = 2.0, country: str = "CN"
) -> pd.DataFrame:
    """Find hours in which too few or too many came, or filled a cart, for what the day brought.

    Visitors (orders placed, without an event log) of an hour are held against the day's, those who
    filled a cart against the hour's visitors, as it was on the days before; the day itself is
    watched elsewhere. Days of a promotion's phase are held against their like.

    Parameters
    ----------
    shop, period
        The shop and the days to report on.
    alerts_per_month
        False alerts that are borne in a month, a quarter of them for these hours.
    country
        Two-letter code of the country whose public holidays count; "" for none.

    Returns
    -------
    DataFrame
        first, last (hours, the last one included), figure, unit, expected, now, expected_change,
        p_value, and why (what is behind it). In order of first. ``attrs["hours"]`` says how many
        hours were judged.
    """
    first = max(shop.first_day, period.last - timedelta(days=HISTORY_DAYS - 1))
    days = Period(first, period.last)
    figures, values, exposure = _figures(shop, days)
    found = expect(
        values,
        exposure,
        week_day=[d.weekday() for d in days.every_day],
        kinds=kinds_of_days(shop, days.every_day, country),
    )
    chances = chance(values, found)
    inner = np.array([d >= period.first for d in days.every_day])
    alarms = beyond_budget(chances, false_alarms=alerts_per_month / 4) & inner[:, None]
    rows = []
    for k, figure in enumerate(figures):
        own = [a[:, k * len(WINDOWS) :][:, : len(WINDOWS)] for a in (values, found.mean, chances)]
        kept = _standing(alarms[:, k * len(WINDOWS) :][:, : len(WINDOWS)], *own)
        rows += [_row(days, figure, windows, *own) for windows in kept]
    frame = pd.DataFrame(rows, columns=COLUMNS).sort_values(["first", "figure"], ignore_index=True)
    frame["why"] = [_why(shop, a) for a in frame.itertuples()]
    frame.attrs["hours"] = int((np.isfinite(chances).any(axis=1) & inner).sum()) * HOURS
    return frame


@carries_missing
def shown(found: pd.DataFrame) -> pd.DataFrame:
    """Pick the columns that a table shows; the reasons are said in sentences."""
    return found.drop(columns="why")


@carries_missing
def find_odd_hours(found: pd.DataFrame) -> Sentence:
    """Say whether there were hours unlike their day."""
    if not found.attrs["hours"]:
        return sentence("Hours were not held against their days: the shop is too young for that.")
    return sentence(
        "Over {hours}, what came was held against the day's: {n}.",
        hours=plural(found.attrs["hours"], "hour"),
        n=plural(len(found), "alert") if len(found) else "no alert",
    )


@carries_missing
def explained(found: pd.DataFrame) -> list[Sentence]:
    """Say each alert in a sentence."""
    return [
        sentence(
            "{first} to {end}: {now} {figure} where {expected} were to be expected of such a day "
            "({change}). {why}",
            first=f"{a.first:%Y-%m-%d %H:%M}",
            end=f"{a.last + timedelta(hours=1):%H:%M}",
            now=count(a.now),
            figure=a.figure,
            expected=number(a.expected, digits=1),
            change=change(a.expected_change),
            why=a.why,
        )
        for a in found.itertuples()
    ]


def _figures(shop: Tables, days: Period) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Name the figures; give their values, and what those are held against.

    Both have a row per day, and the windows of each figure side by side.
    """
    if shop.filled("events"):
        events = _by_hour(shop["events"], "occurred_at", days)
        people = events.group_by("day", "hour", "visitor_id").aggregate(
            carts=(events.kind == "cart").any()
        )
        sums = {"visitors": people.count(), "carts": people.carts.ifelse(1, 0).sum()}
        visitors, carts = _in_windows(shop, people, sums, days)
        figures = ["visitors", "visitors who filled a cart"]
        exposure = np.hstack([_of_the_day(visitors), visitors])
        return figures, np.hstack([visitors, carts]), exposure
    orders = _by_hour(shop["orders"], "created_at", days)
    (placed,) = _in_windows(shop, orders, {"orders": orders.count()}, days)
    return ["orders placed"], placed, _of_the_day(placed)


def _by_hour(rows: ibis.Table, at: str, days: Period) -> ibis.Table:
    rows = rows.mutate(day=rows[at].date(), hour=rows[at].hour())
    return rows.filter(inside(rows.day, days.every_day))


def _in_windows(
    shop: Tables, rows: ibis.Table, sums: dict[str, ibis.Value], days: Period
) -> list[np.ndarray]:
    counted = shop.frame(rows.group_by("day", "hour").aggregate(**sums))
    counted = counted.set_index(["day", "hour"])
    every = pd.MultiIndex.from_product([days.every_day, range(HOURS)], names=["day", "hour"])
    hourly = counted.reindex(every).fillna(0).astype(float)
    grids = [hourly[name].to_numpy().reshape(-1, HOURS) for name in sums]
    return [np.column_stack([g[:, s : s + n].sum(axis=1) for s, n in WINDOWS]) for g in grids]


def _of_the_day(values: np.ndarray) -> np.ndarray:
    """Repeat each day's total, which the single hours add up to."""
    return np.broadcast_to(values[:, :HOURS].sum(axis=1, keepdims=True), values.shape)


def _standing(
    alarms: np.ndarray, values: np.ndarray, mean: np.ndarray, chances: np.ndarray
) -> list[list[tuple[int, int]]]:
    """Choose among overlapping windows the most striking, and join those that touch.

    Each alert is a list of (day, window).
    """
    where = sorted(zip(*np.nonzero(alarms), strict=True), key=lambda at: (chances[at], at))
    taken = np.zeros((len(alarms), HOURS), dtype=bool)
    above, kept = values > mean, []
    for day, window in where:
        start, n = WINDOWS[window]
        if not taken[day, start : start + n].any():
            taken[day, start : start + n] = True
            kept.append((int(day), int(window)))
    groups: list[list[tuple[int, int]]] = []
    for day, window in sorted(kept, key=lambda at: (at[0], WINDOWS[at[1]])):
        last = groups[-1][-1] if groups else None
        touches = last and last[0] == day and sum(WINDOWS[last[1]]) == WINDOWS[window][0]
        if touches and above[last] == above[day, window]:
            groups[-1].append((day, window))
        else:
            groups.append([(day, window)])
    return groups


def _row(
    days: Period,
    figure: str,
    windows: list[tuple[int, int]],
    values: np.ndarray,
    mean: np.ndarray,
    chances: np.ndarray,
) -> list[Any]:
    day = datetime.combine(days.every_day[windows[0][0]], time())
    start, end = WINDOWS[windows[0][1]][0], sum(WINDOWS[windows[-1][1]])
    now, expected = (sum(float(a[w]) for w in windows) for a in (values, mean))
    return [
        day + timedelta(hours=start),
        day + timedelta(hours=end - 1),
        figure,
        "number",
        expected,
        now,
        now / expected - 1,
        min(float(chances[w]) for w in windows),
    ]


def _why(shop: Tables, alert: Any) -> str:
    """Name the channel that moved most against the same hours of the four weeks before."""
    ask = "Was the shop, or the log, down?" if alert.now < alert.expected else "Who sent them?"
    name, at = ("events", "occurred_at") if shop.filled("events") else ("orders", "created_at")
    if not shop.filled(f"{name}.channel"):
        return ask
    day = alert.first.date()
    rows = _by_hour(shop[name], at, Period(day - timedelta(days=LOOK_BACK), day))
    rows = rows.filter(rows.hour.between(alert.first.hour, alert.last.hour))
    if "cart" in alert.figure:
        rows = rows.filter(rows.kind == "cart")
    who = "visitor_id" if name == "events" else "order_id"
    people = rows.select(who, "channel", "day", "hour").distinct()
    is_now = people.day == ibis.literal(day)
    counted = people.group_by("channel").aggregate(
        now=is_now.ifelse(1, 0).sum(), before=is_now.ifelse(0, 1).sum()
    )
    moved = shop.frame(counted.order_by("channel")).dropna().set_index("channel").astype(float)
    if moved.empty:
        return ask
    moved["before"] /= LOOK_BACK
    most = (moved["now"] - moved["before"]).abs().idxmax()
    return (
        f"Most of it by {most}: {count(moved.loc[most, 'now'])} in these hours, "
        f"{number(moved.loc[most, 'before'], digits=1)} on a usual day. {ask}"
    )
