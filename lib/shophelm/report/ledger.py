"""The ledger of actions: proposed by the suite, decided and done by people, read by the next run.

It is the contract's `actions` table, in a file of the shop's folder that Excel opens. People own
status, decided_on, done_on, owner_role and note; the suite never changes those of a row it finds.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import ibis
import pandas as pd
from python_calamine import CalamineWorkbook

from shophelm.actions import HORIZON_DAYS, Action
from shophelm.errors import ReportError, ShophelmError
from shophelm.report.sheets import plain_text, write_sheet
from shophelm.shop.checks import check, rejects
from shophelm.shop.contract import TABLES
from shophelm.shop.contract.steering import ACTION_STATUSES
from shophelm.shop.engines.embedded import embedded
from shophelm.shop.reading import Raw
from shophelm.shop.source import find_file, read_file

OPEN = ("proposed", "accepted")
CONTRACT = TABLES["actions"]
KEY = ["area", "kind", "subject"]
CENT = Decimal("0.01")


def ledger_path(location: str, given: str | None) -> Path | None:
    """Say where the ledger is kept.

    Parameters
    ----------
    location
        The shop.
    given
        A path the user gave, which wins.

    Returns
    -------
    Path or None
        In a shop's folder the `actions` file it has, or actions.xlsx; None for a database, where
        the user must say.
    """
    if given:
        return Path(given)
    folder = Path(location)
    if not folder.is_dir():
        return None
    return find_file(folder, "actions") or folder / "actions.xlsx"


def read_ledger(path: Path | None) -> pd.DataFrame:
    """Read a ledger; an absent file, or none, is an empty one.

    Raises
    ------
    ReportError
        If a row cannot be read as an action: what people wrote is not thrown away.
    """
    if path is None or not path.exists():
        return pd.DataFrame(columns=list(CONTRACT.names))
    _refuse_further_sheets(path)
    with tempfile.TemporaryDirectory(prefix="shophelm-") as scratch:
        con = embedded(temp_directory=scratch)
        try:
            raw = _without_blank_rows(read_file(con, "actions", path, Path(scratch)))
            checked = check(con, CONTRACT, raw, None)
        except ShophelmError as error:
            raise ReportError(f"The ledger {path} cannot be read: {error}") from None
        if checked.rejected:
            bad = rejects(checked).iloc[0]
            raise ReportError(
                f"The ledger {path.name} has a row that cannot be read: row {bad['row'] + 1} (the "
                f"header is row 1), {bad['rule']} ({bad['value']}). Mend it; nothing was changed."
            )
        own = [c for c in raw.table.columns if c not in CONTRACT.names and c != "_row"]
        kept = raw.table.select("action_id", *own)
        frame = checked.accepted.order_by("action_id").to_pandas()
        frame = frame.merge(kept.to_pandas(), on="action_id", how="left")
        con.disconnect()
    frame = frame.astype(object).where(frame.notna(), None)
    for column in (c.name for c in CONTRACT.columns if c.kind == "day"):
        frame[column] = [d and pd.Timestamp(d).date() for d in frame[column]]
    for column in (c.name for c in CONTRACT.columns if c.kind == "money"):
        frame[column] = [v and v.quantize(CENT) for v in frame[column]]
    frame = frame.map(plain_text)
    frame["status"] = frame["status"].str.strip().str.lower()
    unknown = frame[~frame["status"].isin(ACTION_STATUSES)]
    if len(unknown):
        first = unknown.iloc[0]
        raise ReportError(
            f"The ledger {path.name} has the status {first['status']!r} at {first['action_id']}. "
            f"Use one of {', '.join(ACTION_STATUSES)}; nothing was changed."
        )
    return frame


def _without_blank_rows(raw: Raw) -> Raw:
    """Leave out the rows of empty cells that spreadsheets keep below a table."""
    table = raw.table
    cells = [table[c].notnull() for c in table.columns if c != "_row"]
    return replace(raw, table=table.filter(ibis.or_(*cells)))


def _refuse_further_sheets(path: Path) -> None:
    """Refuse a workbook of several sheets: writing the ledger would lose the others."""
    if path.suffix != ".xlsx" or not zipfile.is_zipfile(path):
        return
    names = CalamineWorkbook.from_path(path).sheet_names
    if len(names) > 1:
        raise ReportError(
            f"The ledger {path.name} has further sheets ({', '.join(names[1:])}), which would be "
            "lost when it is written. Move them to a file of their own."
        )


def merge(
    ledger: pd.DataFrame, proposed: Mapping[str, Sequence[Action]], *, as_of: date
) -> pd.DataFrame:
    """Add a run's actions to the ledger.

    An action still open is refreshed in place (what it says and is worth, not what people wrote);
    one that people did or rejected within the last 28 days is not proposed again; any other is a
    new row. The same run twice changes nothing.

    Parameters
    ----------
    ledger
        As `read_ledger` gives it.
    proposed
        Area → its actions.
    as_of
        The run's day.

    Returns
    -------
    DataFrame
        In order of proposal; columns that people added stay.
    """
    rows = {r["action_id"]: r for r in ledger.to_dict("records")}
    latest = {tuple(r[k] for k in KEY): r for r in sorted(rows.values(), key=_last_touched)}
    for area, actions in proposed.items():
        for action in actions:
            known = latest.get((area, action.kind, action.subject))
            if known is not None and known["status"] in OPEN:
                _refresh(known, action, as_of)
            elif known is None or _last_touched(known) < as_of - timedelta(days=HORIZON_DAYS):
                new = _new_row(area, action, as_of)
                rows[new["action_id"]] = new
    own = [c for c in ledger.columns if c not in CONTRACT.names]
    frame = pd.DataFrame(rows.values(), columns=[*CONTRACT.names, *own], dtype=object)
    frame = frame.where(frame.notna(), None)
    return frame.sort_values(["proposed_on", "action_id"], ignore_index=True)


def write_ledger(ledger: pd.DataFrame, path: Path) -> None:
    """Write the ledger beside itself and move it into place, so that it is never half there."""
    draft = path.with_name(f".{path.stem}.draft{path.suffix}")
    try:
        write_sheet(ledger, draft, choices={"status": list(ACTION_STATUSES)})
        os.replace(draft, path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise ReportError(
            f"The ledger {path} cannot be written ({error.strerror}). Close it in Excel, or name "
            "another file with --ledger."
        ) from None


def _refresh(row: dict, action: Action, as_of: date) -> None:
    if as_of < row["last_proposed_on"]:
        return
    row |= {
        "action": action.action,
        "worth": action.worth,
        "worth_low": action.worth_low,
        "worth_high": action.worth_high,
        "worth_in": action.worth_in,
        "last_proposed_on": as_of,
    }


def _new_row(area: str, action: Action, as_of: date) -> dict:
    name = "\n".join((area, action.kind, action.subject))
    mark = hashlib.sha256(name.encode()).hexdigest()[:8]
    facts = {c: getattr(action, c) for c in CONTRACT.names if hasattr(action, c)}
    return (
        dict.fromkeys(CONTRACT.names)
        | facts
        | {
            "action_id": f"{area}-{as_of:%Y%m%d}-{mark}",
            "area": area,
            "proposed_on": as_of,
            "last_proposed_on": as_of,
            "status": "proposed",
        }
    )


def _last_touched(row: dict) -> date:
    return max(d for d in (row["last_proposed_on"], row["decided_on"], row["done_on"]) if d)
