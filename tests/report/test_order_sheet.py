from datetime import date

import openpyxl
import pandas as pd
import pytest

from shophelm.errors import ReportError
from shophelm.report.order_sheet import write_order_sheet
from shophelm.shop.needs import Missing

LINES = pd.DataFrame(
    {
        "product_id": ["tea", "=jam", "nut", "old"],
        "title": ["Tea", "=1+1", "Nuts", "Old"],
        "supplier_id": ["A/B*", "A/B*", None, "A/B*"],
        "quantity": [12.0, 4.0, 5.0, 0.0],
        "packs": [2.0, 4.0, 2.5, 0.0],
        "unit_cost": [4.0, 2.505, None, 1.0],
        "amount": [48.0, 10.02, None, 0.0],
        "wanted_by": [date(2026, 11, 26)] * 4,
    }
)


def test_each_supplier_has_a_sheet_with_its_products_and_their_total(tmp_path):
    file = tmp_path / "order.xlsx"
    said = write_order_sheet(LINES, str(file))
    assert str(said) == "The order is written to order.xlsx: 3 products from 2 suppliers."
    book = openpyxl.load_workbook(file)
    assert book.sheetnames == ["A B", "no supplier known"]
    assert [[c.value for c in row] for row in book["A B"].iter_rows()] == [
        ["Product", "Title", "Quantity, units", "Packs", "Price of a unit", "Amount", "Wanted by"],
        ["=jam", "=1+1", 4, 4, 2.505, 10.02, pd.Timestamp(2026, 11, 26)],
        ["tea", "Tea", 12, 2, 4, 48, pd.Timestamp(2026, 11, 26)],
        ["Total", None, 16, 6, None, 58.02, None],
    ]
    # text from data is text, whatever it begins with
    assert {c.data_type for c in book["A B"]["A"]} == {"s"}
    assert book["A B"]["B2"].data_type == "s"
    nuts = [[c.value for c in row] for row in book["no supplier known"].iter_rows()]
    assert nuts[1] == ["nut", "Nuts", 5, 2.5, None, None, pd.Timestamp(2026, 11, 26)]


def test_the_same_order_gives_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        write_order_sheet(LINES.sample(frac=1, random_state=len(name)), f"{tmp_path}/{name}.xlsx")
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


def test_two_suppliers_never_share_a_sheet(tmp_path):
    alike = LINES.assign(supplier_id=["x" * 40 + "1", "X" * 40 + "2", "x" * 40 + "3", "y"])
    write_order_sheet(alike, f"{tmp_path}/order.xlsx")
    book = openpyxl.load_workbook(tmp_path / "order.xlsx")
    assert len({name.lower() for name in book.sheetnames}) == 3
    assert max(map(len, book.sheetnames)) <= 31


def test_nothing_is_written_unasked(tmp_path):
    missing = Missing("What must be ordered now?", "stock")
    assert write_order_sheet(missing, f"{tmp_path}/order.xlsx") is missing
    assert "name a file" in str(write_order_sheet(LINES, ""))
    assert "nothing needs to be ordered" in str(write_order_sheet(LINES[3:], f"{tmp_path}/o.xlsx"))
    assert list(tmp_path.iterdir()) == []


def test_where_it_cannot_be_written_the_error_says_what_to_do(tmp_path):
    with pytest.raises(ReportError, match=r"order.csv is no workbook. Give order_sheet a file"):
        write_order_sheet(LINES, f"{tmp_path}/order.csv")
    with pytest.raises(ReportError, match="Give order_sheet another file"):
        write_order_sheet(LINES, f"{tmp_path}/nowhere/order.xlsx")
