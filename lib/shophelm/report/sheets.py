"""Tables for people who work in Excel: text from data stays text, whatever it begins with."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
BOOK_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
"""Of every workbook: text from data stays text."""


def write_sheet(
    frame: pd.DataFrame, path: Path, *, choices: dict[str, list[str]] | None = None
) -> None:
    """Write a frame as an .xlsx file of one sheet, header frozen, or as .csv by its suffix.

    Parameters
    ----------
    frame
        Text, numbers, decimals, days and nulls.
    path
        Ends in .xlsx or .csv. CSV is UTF-8 with a byte-order mark, which Excel needs.
    choices
        Columns whose cells get a drop-down list, with its words.
    """
    if path.suffix == ".csv":
        safe = frame.map(safe_text)
        path.write_text("\ufeff" + safe.to_csv(index=False, lineterminator="\r\n"), newline="")
        return
    with xlsxwriter.Workbook(path, BOOK_OPTIONS) as book:
        dated(book)
        _fill(book, frame, choices or {})


def dated(book: xlsxwriter.Workbook) -> None:
    """Give a workbook a fixed date of creation: the same rows give the same bytes."""
    book.set_properties({"created": pd.Timestamp(2000, 1, 1).to_pydatetime()})


def safe_text(value: Any) -> Any:
    """Give text that Excel would take for a formula a leading apostrophe."""
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value


def plain_text(value: Any) -> Any:
    """Take the apostrophe of `safe_text` off again."""
    if isinstance(value, str) and value.startswith("'") and value[1:].startswith(FORMULA_STARTS):
        return value[1:]
    return value


def _fill(book: xlsxwriter.Workbook, frame: pd.DataFrame, choices: dict[str, list[str]]) -> None:
    sheet = book.add_worksheet("actions")
    bold = book.add_format({"bold": True, "bottom": 1})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    money = book.add_format({"num_format": "#,##0.00"})
    for c, name in enumerate(frame.columns):
        sheet.write_string(0, c, name, bold)
        sheet.set_column(c, c, column_width(name, frame[name]))
        for r, value in enumerate(frame[name], start=1):
            write_cell(sheet, r, c, value, day=day, money=money)
        if name in choices:
            rule = {"validate": "list", "source": choices[name]}
            sheet.data_validation(1, c, len(frame) + 1000, c, rule)
    sheet.freeze_panes(1, 0)


def write_cell(sheet: Any, r: int, c: int, value: Any, *, day: Any, money: Any) -> None:
    """Write a value as what it is; text is never a formula, and nothing stays empty."""
    if value is None or value != value:
        return
    if isinstance(value, Decimal | float):
        sheet.write_number(r, c, float(value), money)
    elif isinstance(value, int):
        sheet.write_number(r, c, value)
    elif isinstance(value, date):
        sheet.write_datetime(r, c, pd.Timestamp(value).to_pydatetime(), day)
    else:
        sheet.write_string(r, c, str(value))


def column_width(name: str, column: pd.Series) -> int:
    """Give the width of a column that its longest text needs, within reason."""
    longest = max((len(str(v)) for v in column if v is not None), default=0)
    return min(60, max(len(name), longest) + 2)
