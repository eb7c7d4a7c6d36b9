"""The thresholds of the segments in a file: drawn once, applied from run to run, mended by hand.

A CSV with one row per threshold, that a spreadsheet opens: its name, its value, what it means.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from shophelm.errors import DataError, ReportError
from shophelm.methods.scores import SCORES
from shophelm.user.spending import YEAR
from shophelm.user.thresholds import Thresholds

HEAD = ("threshold", "value", "meaning")
NO_VALUE = "empty where all customers are alike"
REMEDY = "Mend it, or remove the file to have the thresholds drawn anew."
SCORED: dict[str, tuple[str, Callable[[Any], Any], bool]] = {
    "recency": ("days since the last payment", int, True),
    "frequency": ("days with a payment", int, False),
    "monetary": ("settled money", Decimal, False),
}
"""Measure → what it is, the kind of number, and whether less is better."""
GRID: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "orders": (f"orders in {YEAR} days from which frequency is high", int),
    "spend_per_order": ("settled money per order from which spend is high", Decimal),
}


def write_thresholds(thresholds: Thresholds, path: Path) -> None:
    """Write thresholds to a file; the same thresholds give the same bytes.

    Raises
    ------
    ReportError
        If the file cannot be written.
    """
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(HEAD)
    for measure, (what, _, falling) in SCORED.items():
        edges = getattr(thresholds, measure) or [""] * (SCORES - 1)
        for name, edge in zip(_names(measure, falling=falling), edges, strict=True):
            meaning = f"{what} from which this score begins; {NO_VALUE}"
            rows.writerow((name, _plain(edge), meaning))
    for name, (what, _) in GRID.items():
        rows.writerow((name, _plain(getattr(thresholds, name)), what))
    draft = path.with_name(f".{path.name}.draft")
    try:
        draft.write_text(text.getvalue(), encoding="utf-8")
        os.replace(draft, path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise ReportError(
            f"The thresholds cannot be written to {path} ({error.strerror}). Name a file in a "
            "folder that is there and can be written to."
        ) from None


def read_thresholds(path: Path) -> Thresholds:
    """Read thresholds from a file that was written by `write_thresholds` and perhaps mended.

    Raises
    ------
    DataError
        If a threshold is missing, unknown, no number, or out of order.
    """
    values = _values(path)
    scored = {}
    for measure, (_, kind, falling) in SCORED.items():
        names = _names(measure, falling=falling)
        edges = [_number(path, n, values[n], kind) for n in names]
        if all(e is None for e in edges):
            edges = []
        for name, before, edge in zip(names, [None, *edges], edges, strict=False):
            if edge is None:
                raise _wrong(path, f"no {name}, but other values of {measure}")
            if before is not None and edge < before:
                raise _wrong(path, f"{name} = {edge}, which is below the threshold before it")
        scored[measure] = tuple(edges)
    grid = {n: _number(path, n, values[n], kind) for n, (_, kind) in GRID.items()}
    if grid["orders"] is None:
        raise _wrong(path, "no orders")
    return Thresholds(**scored, **grid)


def _names(measure: str, *, falling: bool) -> list[str]:
    """Name a measure's thresholds from the lowest value to the highest."""
    scores = range(SCORES - 1, 0, -1) if falling else range(2, SCORES + 1)
    return [f"{measure}_score_{s}" for s in scores]


def _values(path: Path) -> dict[str, str]:
    try:
        # spreadsheets add a byte-order mark, and their own encoding to notes
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise DataError(
            f"The thresholds file {path} cannot be read ({error.strerror}). {REMEDY}"
        ) from None
    rows = list(csv.DictReader(io.StringIO(text)))
    if not rows or not {"threshold", "value"} <= set(rows[0]):
        raise _wrong(path, "no columns threshold and value")
    values = {(r["threshold"] or "").strip(): (r["value"] or "").strip() for r in rows}
    wanted = [n for m, (_, _, f) in SCORED.items() for n in _names(m, falling=f)] + list(GRID)
    if unknown := [n for n in values if n and n not in wanted]:
        raise _wrong(path, f"{unknown[0]}, which is not a threshold ({', '.join(wanted)})")
    if missing := [n for n in wanted if n not in values]:
        raise _wrong(path, f"no row {missing[0]}")
    return values


def _number(path: Path, name: str, text: str, kind: Callable[[Any], Any]) -> Any:
    if not text:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or number < 0 or kind(number) != number:
        whole = "a whole number" if kind is int else "an amount"
        raise _wrong(path, f"{name} = {text!r}, which is not {whole} of 0 or more")
    return kind(number)


def _plain(value: Any) -> str:
    return "" if value is None else f"{value:f}" if isinstance(value, Decimal) else str(value)


def _wrong(path: Path, what: str) -> DataError:
    return DataError(f"The thresholds file {path} has {what}. {REMEDY}")
