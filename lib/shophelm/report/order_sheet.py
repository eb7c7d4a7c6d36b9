"""The order as a workbook that a buyer can send: one sheet for each supplier."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from shophelm.errors import ReportError
from shophelm.report.sheets import BOOK_OPTIONS, column_width, dated, write_cell
from shophelm.shop.needs import Missing
from shophelm.words import Sentence, plural, sentence

TITLES = {
    "product_id": "Product",
    "title": "Title",
    "quantity": "Quantity, units",
    "packs": "Packs",
    "unit_cost": "Price of a unit",
    "amount": "Amount",
    "wanted_by": "Wanted by",
}
WHOLE = ("quantity", "packs")
_UNFIT = re.compile(r"[\[\]:*?/\\']")


def write_order_sheet(lines: pd.DataFrame | Missing, path: str) -> Sentence | Missing:
    """Write what to order of whom to a workbook, if one is named.

    Parameters
    ----------
    lines
        As `supply_chain.replenishment.order_proposal` gives them.
    path
        An .xlsx file in a folder that exists; "" for none.

    Raises
    ------
    ReportError
        If it cannot be written.
    """
    if isinstance(lines, Missing):
        return lines
    if not path:
        return sentence("No order is written: name a file in the parameter order_sheet.")
    placed = lines[lines["quantity"] > 0].sort_values("product_id")
    if placed.empty:
        return sentence("No order is written: nothing needs to be ordered now.")
    if not path.endswith(".xlsx"):
        raise ReportError(f"{path} is no workbook. Give order_sheet a file that ends in .xlsx.")
    suppliers = sorted(placed.groupby(placed["supplier_id"].fillna("no supplier known")))
    try:
        with xlsxwriter.Workbook(path, BOOK_OPTIONS) as book:
            dated(book)
            taken: set[str] = set()
            for supplier, own in suppliers:
                _fill(book, _sheet_name(str(supplier), taken), own)
    except (OSError, xlsxwriter.exceptions.FileCreateError) as error:
        raise ReportError(
            f"The order cannot be written to {path} ({error}). Give order_sheet another file."
        ) from None
    return sentence(
        "The order is written to {path}: {n} from {m}.",
        path=Path(path).name,
        n=plural(len(placed), "product"),
        m=plural(len(suppliers), "supplier"),
    )


def _fill(book: Any, name: str, own: pd.DataFrame) -> None:
    sheet = book.add_worksheet(name)
    bold = book.add_format({"bold": True, "bottom": 1})
    shown = {"day": book.add_format({"num_format": "yyyy-mm-dd"})}
    shown["money"] = book.add_format({"num_format": "#,##0.00"})
    total = {"product_id": "Total"} | {c: own[c].sum() for c in ("quantity", "packs", "amount")}
    rows = [*own[list(TITLES)].to_dict("records"), total]
    for c, (column, title) in enumerate(TITLES.items()):
        sheet.write_string(0, c, title, bold)
        sheet.set_column(c, c, column_width(title, own[column]))
        for r, row in enumerate(rows, start=1):
            value = row.get(column)
            whole = column in WHOLE and value is not None and value == int(value)
            write_cell(sheet, r, c, int(value) if whole else value, **shown)
    sheet.freeze_panes(1, 0)


def _sheet_name(supplier: str, taken: set[str]) -> str:
    """Give a name that Excel takes: at most 31 characters, some not at all, none twice."""
    name = base = _UNFIT.sub(" ", supplier).strip()[:31] or "supplier"
    number = 1
    while name.lower() in taken:
        number += 1
        name = f"{base[:27]} {number}"
    taken.add(name.lower())
    return name
