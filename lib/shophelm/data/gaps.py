"""What the data do not hold: orders the event log missed, missing days, missing tables."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import pandas as pd

from shophelm.shop.calendar import Period
from shophelm.shop.contract import TABLES
from shophelm.shop.needs import carries_missing, question, unlocks
from shophelm.shop.sales import paid_orders
from shophelm.shop.tables import Tables
from shophelm.words import Sentence, count, listing, plural, rate, sentence

LOG_MISSES = 0.02
"""Share of orders the event log may miss before it is worth saying."""
DAILY = ("orders", "events", "traffic", "stock", "spend")
WEEK_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@question("How many paid orders did the event log see?", "orders.customer_id", "events.customer_id")
def orders_seen(shop: Tables) -> pd.DataFrame:
    """Count the paid orders whose customer the event log saw pay on the same day.

    Only days on which the log has events, and orders with a customer, can be compared.

    Returns
    -------
    DataFrame
        month (first day), orders, seen, missed, seen_share.
    """
    events = shop["events"].mutate(day=lambda t: t.occurred_at.date())
    logged = events.select("day").distinct()
    pays = events.filter((events.kind == "pay") & events.customer_id.notnull())
    pays = pays.select("customer_id", "day").distinct().mutate(hit=ibis.literal(1))
    orders = paid_orders(shop).filter(lambda t: t.customer_id.notnull())
    orders = orders.select("customer_id", "day").semi_join(logged, "day")
    joined = orders.left_join(pays, ["customer_id", "day"])
    months = joined.group_by(month=joined.day.truncate("M")).aggregate(
        orders=joined.count(), seen=joined.hit.notnull().sum()
    )
    frame = shop.frame(months.order_by("month"))
    frame["missed"] = frame["orders"] - frame["seen"]
    frame["seen_share"] = frame["seen"] / frame["orders"]
    return frame


def missing_days(shop: Tables) -> pd.DataFrame:
    """Find the days without a row, from a daily table's first day to as_of.

    Returns
    -------
    DataFrame
        table, day, week_day, always: whether the table has no row on any such week day (a shop
        that never sells on Saturdays), ended: whether it has no later row either.
    """
    rows = [row for name in DAILY if shop.has(name) for row in _gaps(shop, name)]
    frame = pd.DataFrame(rows, columns=["table", "day", "week_day", "always", "ended"])
    return frame.astype({"always": bool, "ended": bool})


def missing_tables(shop: Tables) -> pd.DataFrame:
    """List the tables this shop lacks, with the questions each would help to answer.

    Returns
    -------
    DataFrame
        table, unlocks (questions, separated by "; "; "" where none needs it yet), where (for a
        table that is there but cannot be used: why). Tables that unlock most come first.
    """
    lacking = [(name, unlocks(name)) for name in TABLES if not shop.has(name)]
    rows = [
        {"table": n, "unlocks": "; ".join(qs), "where": shop.unusable.get(n) or TABLES[n].source}
        for n, qs in sorted(lacking, key=lambda pair: -len(pair[1]))
    ]
    return pd.DataFrame(rows, columns=["table", "unlocks", "where"])


@carries_missing
def find_orders_seen(seen: pd.DataFrame) -> Sentence:
    """Say what share of the orders the log saw, and its worst month."""
    if seen.empty:
        return sentence("No paid order falls on a day with events: they cannot be compared.")
    worst = seen.loc[seen["seen_share"].idxmin()]
    return sentence(
        "The event log saw {seen} of {orders} paid orders ({share}); the worst month is {month} "
        "with {worst}. Conversion counts only what it saw.",
        seen=count(seen["seen"].sum()),
        orders=count(seen["orders"].sum()),
        share=rate(seen["seen"].sum() / seen["orders"].sum()),
        month=f"{worst['month']:%Y-%m}",
        worst=rate(worst["seen_share"]),
    )


def find_missing_tables(lacking: pd.DataFrame) -> Sentence:
    """Name the tables that are missing and would open a question."""
    if lacking.empty:
        return sentence("No table of the contract is missing.")
    opening = lacking[lacking["unlocks"] != ""]
    if opening.empty:
        return sentence(
            "{n} missing of those the contract knows; no question of today's notebooks needs them.",
            n=plural(len(lacking), "table is", "tables are"),
        )
    return sentence(
        "{n} missing of those the contract knows; {which} would answer more.",
        n=plural(len(lacking), "table is", "tables are"),
        which=listing(opening["table"].tolist(), most=8),
    )


def find_missing_days(gaps: pd.DataFrame) -> Sentence:
    """Name the days without rows; week days that are always empty are named once."""
    if gaps.empty:
        return sentence("No day is missing from the daily tables.")
    said = []
    for table, days in gaps.groupby("table", sort=True):
        inside = days[~days["ended"]]
        always = [d for d in WEEK_DAYS if d in set(inside.loc[inside["always"], "week_day"])]
        rest = [str(d) for d in inside.loc[~inside["always"], "day"]]
        parts = [f"on any {d}" for d in always] + ([f"on {listing(rest, most=10)}"] if rest else [])
        parts += [f"since {d}" for d in days.loc[days["ended"], "day"].head(1)]
        said.append(f"no {table} {' nor '.join(parts)}")
    return sentence("There are {days}.", days="; ".join(said))


def find_ended(gaps: pd.DataFrame, period: Period) -> list[Sentence]:
    """Warn of tables that end before the period does: what fell then is the data, not the shop."""
    late = gaps[gaps["ended"] & (gaps["day"] >= period.first)]
    return [
        sentence(
            "{table} has no rows since {day}: {n} of the period are empty, and every comparison "
            "suffers from it.",
            table=table,
            day=str(days["day"].iloc[0]),
            n=plural(len(days), "day"),
        )
        for table, days in late.groupby("table", sort=True)
    ]


def _gaps(shop: Tables, name: str) -> list[tuple]:
    when = shop[name][TABLES[name].time]
    days = when.cast("date").name("day").as_table().distinct().order_by("day")
    there = shop.frame(days)["day"].tolist()
    if not there:
        return []
    gone = sorted(set(_every_day(there[0], shop.as_of)) - set(there))
    open_on = {d.weekday() for d in there}
    return [
        (name, d, WEEK_DAYS[d.weekday()], d.weekday() not in open_on, d > there[-1]) for d in gone
    ]


def _every_day(first: date, last: date) -> list[date]:
    return [first + timedelta(days=i) for i in range((last - first).days + 1)]
