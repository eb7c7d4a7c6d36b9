"""Hours in which the checkout stood still: fewer payments than those who wanted to pay allow."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import ibis
import numpy as np
import pandas as pd

from shophelm.methods.scan import HOURS, fallen_windows
from shophelm.shop.calendar import Period
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.ratios import as_floats
from shophelm.shop.tables import Tables
from shophelm.words import Sentence, count, money, number, plural, sentence

LOOK_BACK_DAYS = 28
COLUMNS = ["first", "last", "wanted", "paid", "expected", "unit", "p_value", "gmv_gap"]
CHECKOUT, ORDER = "reached the checkout", "placed an order"


@question("In which hours did payments fail?", "orders|events")
def dead_hours(shop: Tables, period: Period, *, alerts_per_month: float = 2.0) -> pd.DataFrame:
    """Find the hours in which too few who wanted to pay did, whatever the day's traffic.

    Who wanted to pay is, by what the shop has, the visitors who reached the checkout, or the
    orders placed (paid within the hour). The share who paid is held against that of the four
    weeks before: a big promotion is no anomaly, a dead checkout on it is.

    Parameters
    ----------
    shop, period
        The shop and the days to report on.
    alerts_per_month
        False alerts that are borne in a month, a quarter of them for these hours.

    Returns
    -------
    DataFrame
        first, last (hours, the last one included), wanted, paid, expected (payments) and its
        unit, p_value, gmv_gap (money those payments would have brought at the four weeks' mean,
        negative; null without orders). In order of first. ``attrs["want"]`` says who is counted,
        ``attrs["hours"]`` how many hours were watched.
    """
    want = _want(shop)
    first = max(shop.first_day, period.first - timedelta(days=LOOK_BACK_DAYS))
    rows = _fallen(shop, want, Period(first, period.last), alerts_per_month / 4) if want else []
    frame = pd.DataFrame(rows, columns=COLUMNS)
    frame = frame[[d.date() >= period.first for d in frame["first"]]].reset_index(drop=True)
    frame.attrs |= {"want": want, "hours": period.days * HOURS}
    return frame


@carries_missing
def find_dead_hours(found: pd.DataFrame) -> Sentence:
    """Say whether there were hours without payments."""
    if not found.attrs["want"]:
        return sentence(
            "Hours were not watched: the event log shows no checkout, and there are no orders that "
            "could have failed to be paid."
        )
    return sentence(
        "Over {hours}, payments were held against those who {want}: {n}.",
        hours=plural(found.attrs["hours"], "hour"),
        want=found.attrs["want"],
        n=plural(len(found), "alert") if len(found) else "no alert",
    )


@carries_missing
def explained(found: pd.DataFrame, *, currency: str) -> list[Sentence]:
    """Say each alert in a sentence."""
    return [_explained(a, found.attrs["want"], currency) for a in found.itertuples()]


def _explained(alert: Any, want: str, currency: str) -> Sentence:
    lost, end = "", alert.last + timedelta(hours=1)
    if alert.gmv_gap == alert.gmv_gap:
        lost = f", about {money(-alert.gmv_gap, currency=currency)} not earned"
    return sentence(
        "{first} to {last}: {wanted} {want}, {paid} paid where {expected} were to be expected"
        "{lost}. Was the checkout down?",
        first=f"{alert.first:%Y-%m-%d %H:%M}",
        last=f"{end:%H:%M}" if end.date() == alert.first.date() else f"{end:%Y-%m-%d %H:%M}",
        wanted=count(alert.wanted),
        want=want,
        paid=count(alert.paid),
        expected=number(alert.expected, digits=1),
        lost=lost,
    )


def _want(shop: Tables) -> str:
    """Say by what it is known who wanted to pay; "" where it is not."""
    if shop.has("events"):
        kinds = shop.frame(shop["events"].select("kind").distinct())["kind"].tolist()
        if {"checkout", "pay"} <= set(kinds):
            return CHECKOUT
    return ORDER if shop.filled("orders.paid_at") else ""


def _fallen(shop: Tables, want: str, period: Period, false_alarms: float) -> list[dict[str, Any]]:
    hourly = _hourly(shop, want, period)
    paid, wanted = hourly["paid"].to_numpy(), hourly["wanted"].to_numpy()
    begin = datetime.combine(period.first, time())
    found = fallen_windows(paid, wanted, false_alarms=false_alarms)
    return [_row(shop, begin, w) for w in found.itertuples()]


def _hourly(shop: Tables, want: str, period: Period) -> pd.DataFrame:
    """Count, per hour of some days, who wanted to pay and who paid."""
    rows = _by_hour(_by_checkout(shop) if want == CHECKOUT else _by_order(shop)).filter(
        lambda t: t.day.between(ibis.literal(period.first), ibis.literal(period.last))
    )
    if shop.has("presales"):
        rows = rows.anti_join(_deposits(shop), ["customer_id", "day", "hour"])
    people = rows.group_by("day", "hour", "who").aggregate(
        wants=rows.wants.any(), pays=rows.pays.any()
    )
    counted = people.group_by("day", "hour").aggregate(
        wanted=people.wants.ifelse(1, 0).sum(), paid=people.pays.ifelse(1, 0).sum()
    )
    frame = shop.frame(counted).set_index(["day", "hour"])
    every = pd.MultiIndex.from_product([period.every_day, range(HOURS)], names=["day", "hour"])
    frame = frame.reindex(every).apply(as_floats).fillna(0.0)
    # who pays without having been seen to want it, wanted it all the same
    return frame.assign(wanted=np.maximum(frame["wanted"], frame["paid"]))


def _by_checkout(shop: Tables) -> ibis.Table:
    events = shop["events"]
    return events.select(
        "customer_id",
        at="occurred_at",
        who="visitor_id",
        wants=events.kind == "checkout",
        pays=events.kind == "pay",
    )


def _by_order(shop: Tables) -> ibis.Table:
    orders = shop["orders"]
    soon = orders.paid_at <= orders.created_at + ibis.interval(hours=1)
    return orders.select(
        "customer_id",
        at="created_at",
        who="order_id",
        wants=ibis.literal(True),
        pays=soon.fill_null(False),
    )


def _by_hour(rows: ibis.Table) -> ibis.Table:
    return rows.mutate(day=rows["at"].date(), hour=rows["at"].hour()).drop("at")


def _deposits(shop: Tables) -> ibis.Table:
    """Give who placed a presale order in which hour: the deposit is all they meant to pay then."""
    orders = shop["orders"].semi_join(shop["presales"], "order_id")
    placed = orders.filter(orders.customer_id.notnull()).select("customer_id", at="created_at")
    return _by_hour(placed).distinct()


def _row(shop: Tables, begin: datetime, window: Any) -> dict[str, Any]:
    first = begin + timedelta(hours=int(window.start))
    return {
        "first": first,
        "last": first + timedelta(hours=int(window.hours) - 1),
        "wanted": window.could,
        "paid": window.done,
        "expected": window.expected,
        "unit": "number",
        "p_value": window.p_value,
        "gmv_gap": (window.done - window.expected) * _mean_order(shop, first),
    }


def _mean_order(shop: Tables, at: datetime) -> float:
    """Give what an order brought in the four weeks up to a day."""
    if not shop.filled("orders"):
        return np.nan
    orders = shop["orders"]
    day = orders.paid_at.date()
    since = at.date() - timedelta(days=LOOK_BACK_DAYS)
    some = orders.filter(day.between(ibis.literal(since), ibis.literal(at.date())))
    found = shop.frame(some.aggregate(n=some.count(), paid=some.paid_amount.sum())).iloc[0]
    return float(found["paid"]) / int(found["n"]) if found["n"] else np.nan
