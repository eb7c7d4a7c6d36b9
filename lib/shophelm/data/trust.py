"""Can we trust the data? Rows read, promises broken, orders the event log missed, days missing."""

from __future__ import annotations

import pandas as pd

from shophelm.data.gaps import LOG_MISSES, find_ended, find_orders_seen
from shophelm.shop.calendar import Period
from shophelm.shop.contract import TABLES
from shophelm.shop.needs import Missing
from shophelm.shop.tables import Tables
from shophelm.words import Sentence, count, listing, plural, sentence


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
        text += " Rejected: {which}. `shophelm check` lists them with their reasons."
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
        return sentence(
            "{n} checked: none is broken.",
            n=plural(checked, "promise of the contract was", "promises of the contract were"),
        )
    worst = broken.iloc[0]
    return sentence(
        "Of {n}, {broken} broken; most often in {table}: “{promise}” fails on {rows} of {all} "
        "rows.",
        broken=plural(len(broken), "is", "are"),
        n=plural(checked, "promise"),
        table=worst["table"],
        promise=worst["promise"],
        rows=count(worst["broken"]),
        all=count(worst["rows"]),
    )


def alerts(
    shop: Tables,
    period: Period,
    *,
    files: pd.DataFrame,
    rows: pd.DataFrame,
    days: pd.DataFrame,
    broken: pd.DataFrame,
    bridged: pd.DataFrame | Missing,
    seen: pd.DataFrame | Missing,
) -> list[Sentence]:
    """Say what must be known before any figure is believed; empty where nothing stands against it.

    Parameters
    ----------
    shop, period
        The shop, and the period reported on.
    files, rows, days, broken, bridged, seen
        The answers of `files_imported`, `rows_read`, `gaps.missing_days`, `promises`,
        `bridge.bridge` and `gaps.orders_seen`.
    """
    said = [
        sentence("{why} Until then {table} is missing.", table=n, why=why)
        for n, why in shop.unusable.items()
    ]
    if not isinstance(bridged, Missing) and any(bridged["gap"].dropna() != 0):
        said.append(sentence("The bridge from placed to cash does not close: trust no money."))
    said += find_ended(days, period)
    if files["rejected"].sum():
        said += find_files_imported(shop, files)[:1]
    if rows["rejected"].sum():
        said.append(find_rows(rows))
    if len(broken):
        said.append(find_promises(broken))
    if not isinstance(seen, Missing) and seen["missed"].sum() > LOG_MISSES * seen["orders"].sum():
        said.append(find_orders_seen(seen))
    return said


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
