"""Can we trust the data? Rows read, promises broken, orders the event log missed, days missing."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import pandas as pd

from shophelm.shop.contract import TABLES
from shophelm.shop.measures import paid_orders
from shophelm.shop.needs import Missing, carries_missing, question, unlocks
from shophelm.shop.tables import Tables
from shophelm.words import Sentence, count, listing, plural, rate, sentence

LOG_MISSES = 0.02
"""Share of orders the event log may miss before it is worth saying."""
DAILY = ("orders", "events", "traffic", "stock", "spend")
WEEK_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def rows_read(shop: Tables) -> pd.DataFrame:
    """Account for every row: read = rejected + later than as_of + used.

    Returns
    -------
    DataFrame
        One row per table the shop has: table, read, rejected, later, used, first_day, last_day
        (of the used rows, null where the table has no time).
    """
    return pd.DataFrame([_account(shop, name) for name in shop.names])


def files_imported(shop: Tables) -> pd.DataFrame:
    """Account for every record of the export files the shop was imported from.

    Returns
    -------
    DataFrame
        file, read, accepted, rejected, apart (kept apart under a category of their own), why
        (the rules and categories, most records first). Empty where no import made the shop.
    """
    rows = [
        {
            "file": f.name,
            "read": f.read,
            "accepted": f.accepted,
            "rejected": f.rejected,
            "apart": f.kept_apart,
            "why": "; ".join(
                f"{n:,} × {rule}"
                for rule, n in sorted(
                    (f.rejected_by_rule | f.apart).items(), key=lambda pair: -pair[1]
                )
            ),
        }
        for record in shop.source.imports
        for f in record.files
    ]
    return pd.DataFrame(rows, columns=["file", "read", "accepted", "rejected", "apart", "why"])


def find_files_imported(shop: Tables, files: pd.DataFrame) -> list[Sentence]:
    """Say what the import read and set aside, and what it wants its reader to know."""
    if files.empty:
        return [sentence("No import made this shop: its tables were given as they are.")]
    first = sentence(
        "The import read {read} records from {files}: {accepted} accepted, {rejected} rejected, "
        "{apart} kept apart.",
        read=count(files["read"].sum()),
        files=plural(len(files), "file"),
        accepted=count(files["accepted"].sum()),
        rejected=count(files["rejected"].sum()),
        apart=count(files["apart"].sum()),
    )
    notes = [sentence("{note}", note=n) for r in shop.source.imports for n in r.notes]
    return [first, *notes]


def promises(shop: Tables) -> pd.DataFrame:
    """List the promises of the contract that some row breaks, most rows first.

    Returns
    -------
    DataFrame
        table, promise, rows, broken, example; empty where all are kept. The number of promises
        held against the shop is in ``attrs["checked"]``.
    """
    every = shop.promises()
    broken = every[every["broken"] > 0].sort_values(
        ["broken", "table", "promise"], ascending=[False, True, True]
    )
    broken.attrs["checked"] = len(every)
    return broken.reset_index(drop=True)


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
    """Find the days without a row, between a daily table's first and last day.

    Returns
    -------
    DataFrame
        table, day, week_day, always: whether the table has no row on any such week day (a shop
        that never sells on Saturdays).
    """
    rows = [row for name in DAILY if shop.has(name) for row in _gaps(shop, name)]
    frame = pd.DataFrame(rows, columns=["table", "day", "week_day", "always"])
    return frame.astype({"always": bool})


def missing_tables(shop: Tables) -> pd.DataFrame:
    """List the tables this shop lacks, with the questions each would help to answer.

    Returns
    -------
    DataFrame
        table, unlocks (questions, separated by "; "; "" where none needs it yet), where. Tables
        that unlock most come first.
    """
    lacking = [(name, unlocks(name)) for name in TABLES if not shop.has(name)]
    rows = [
        {"table": n, "unlocks": "; ".join(qs), "where": TABLES[n].source}
        for n, qs in sorted(lacking, key=lambda pair: -len(pair[1]))
    ]
    return pd.DataFrame(rows, columns=["table", "unlocks", "where"])


def find_rows(rows: pd.DataFrame) -> Sentence:
    """Say what was read and set aside."""
    rejected = rows[rows["rejected"] > 0]
    later = rows[rows["later"] > 0]
    text = "{tables} with {read} rows were read"
    if rejected.empty and later.empty:
        text += "; every row is used."
    else:
        text += "; {rejected} rejected, {later} dated after as_of set aside, {used} used."
    if not rejected.empty:
        text += " Rejected: {which}. `shophelm check` saves them with their reasons."
    return sentence(
        text,
        tables=plural(len(rows), "table"),
        read=count(rows["read"].sum()),
        rejected=count(rows["rejected"].sum()),
        later=count(rows["later"].sum()),
        used=count(rows["used"].sum()),
        which=listing([f"{r.rejected:,} of {r.table}" for r in rejected.itertuples()])
        if len(rejected)
        else "",
    )


def find_promises(broken: pd.DataFrame) -> Sentence:
    """Say how many promises are kept, and which one is broken most often."""
    checked = broken.attrs["checked"]
    if broken.empty:
        return sentence("All {n} promises of the contract are kept.", n=count(checked))
    worst = broken.iloc[0]
    return sentence(
        "{broken} of {n} promises are broken; most often in {table}: “{promise}” fails on {rows} "
        "of {all} rows.",
        broken=count(len(broken)),
        n=count(checked),
        table=worst["table"],
        promise=worst["promise"],
        rows=count(worst["broken"]),
        all=count(worst["rows"]),
    )


@carries_missing
def find_orders_seen(seen: pd.DataFrame) -> Sentence:
    """Say what share of the orders the log saw, and its worst month."""
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


def alerts(
    *,
    rows: pd.DataFrame,
    broken: pd.DataFrame,
    bridged: pd.DataFrame | Missing,
    seen: pd.DataFrame | Missing,
) -> list[Sentence]:
    """Say what must be known before any figure is believed; empty where nothing stands against it.

    Parameters
    ----------
    rows, broken, bridged, seen
        The answers of `rows_read`, `promises`, `bridge.bridge` and `orders_seen`.
    """
    said = []
    if not isinstance(bridged, Missing) and any(bridged["gap"].dropna() != 0):
        said.append(sentence("The bridge from placed to cash does not close: trust no money."))
    if rows["rejected"].sum():
        said.append(find_rows(rows))
    if len(broken):
        said.append(find_promises(broken))
    if not isinstance(seen, Missing) and seen["missed"].sum() > LOG_MISSES * seen["orders"].sum():
        said.append(find_orders_seen(seen))
    return said


def find_missing_tables(lacking: pd.DataFrame) -> Sentence:
    """Name the tables that are missing and would open a question."""
    if lacking.empty:
        return sentence("No table of the contract is missing.")
    opening = lacking[lacking["unlocks"] != ""]
    if opening.empty:
        return sentence(
            "{n} of the contract are missing; no question of today's notebooks needs them.",
            n=plural(len(lacking), "table"),
        )
    return sentence(
        "{n} of the contract are missing; {which} would answer more.",
        n=plural(len(lacking), "table"),
        which=listing(opening["table"].tolist(), most=8),
    )


def find_missing_days(gaps: pd.DataFrame) -> Sentence:
    """Name the days without rows; week days that are always empty are named once."""
    if gaps.empty:
        return sentence("No day is missing from the daily tables.")
    said = []
    for table, days in gaps.groupby("table", sort=True):
        always = [d for d in WEEK_DAYS if d in set(days.loc[days["always"], "week_day"])]
        rest = [str(d) for d in days.loc[~days["always"], "day"]]
        parts = [f"on any {d}" for d in always] + ([f"on {listing(rest, most=10)}"] if rest else [])
        said.append(f"no {table} {' nor '.join(parts)}")
    return sentence("There are {days}.", days="; ".join(said))


def _account(shop: Tables, name: str) -> dict:
    checked, later, rows = shop.checked(name), shop.later(name), shop[name]
    when = TABLES[name].time
    first, last = None, None
    if when:
        ends = shop.frame(
            rows.aggregate(first=rows[when].min().cast("date"), last=rows[when].max().cast("date"))
        )
        first, last = ends.iloc[0]
    return {
        "table": name,
        "read": checked.read,
        "rejected": checked.rejected,
        "later": later,
        "used": checked.read - checked.rejected - later,
        "first_day": first,
        "last_day": last,
    }


def _gaps(shop: Tables, name: str) -> list[tuple]:
    when = shop[name][TABLES[name].time]
    days = when.cast("date").name("day").as_table().distinct().order_by("day")
    there = shop.frame(days)["day"].tolist()
    if not there:
        return []
    gone = sorted(set(_every_day(there[0], there[-1])) - set(there))
    open_on = {d.weekday() for d in there}
    return [(name, d, WEEK_DAYS[d.weekday()], d.weekday() not in open_on) for d in gone]


def _every_day(first: date, last: date) -> list[date]:
    return [first + timedelta(days=i) for i in range((last - first).days + 1)]
