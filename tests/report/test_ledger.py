from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from shophelm.actions import Action
from shophelm.errors import ReportError
from shophelm.report.ledger import ledger_path, merge, read_ledger, write_ledger

MONDAY, NEXT = date(2026, 11, 9), date(2026, 11, 16)


def action(subject="channel ads", worth="120.50", **changes):
    given = {
        "kind": "lagging conversion",
        "subject": subject,
        "action": f"Look into {subject}.",
        "owner_role": "channel manager",
        "metric": "pay_conversion",
        "due_on": date(2026, 12, 7),
        "worth": Decimal(worth),
        "worth_low": Decimal("20"),
        "worth_high": Decimal("220"),
        "worth_in": "gmv",
    }
    return Action(**given | changes)


@pytest.fixture
def empty(tmp_path):
    return read_ledger(tmp_path / "actions.xlsx")


def test_an_action_is_proposed_once_and_refreshed_while_open(empty):
    first = merge(empty, {"data": [action()]}, as_of=MONDAY)
    second = merge(first, {"data": [action(worth="99")]}, as_of=NEXT)
    assert len(second) == 1
    row = second.iloc[0]
    assert (row["proposed_on"], row["last_proposed_on"]) == (MONDAY, NEXT)
    assert (row["worth"], row["status"]) == (Decimal("99"), "proposed")


def test_the_same_run_twice_changes_nothing(empty):
    first = merge(empty, {"data": [action(), action("channel live")]}, as_of=MONDAY)
    assert merge(first, {"data": [action("channel live"), action()]}, as_of=MONDAY).equals(first)


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
def test_what_people_wrote_survives_the_next_run(empty, tmp_path, suffix):
    path = tmp_path / f"actions{suffix}"
    ledger = merge(empty, {"data": [action()]}, as_of=MONDAY)
    ledger.loc[0, ["status", "decided_on", "note", "owner_role"]] = [
        "accepted",
        date(2026, 11, 10),
        "小王 asks the agency",
        "head of ads",
    ]
    write_ledger(ledger, path)
    again = merge(read_ledger(path), {"data": [action(worth="1")]}, as_of=NEXT)
    row = again.iloc[0]
    assert (row["status"], row["decided_on"]) == ("accepted", date(2026, 11, 10))
    assert (row["note"], row["owner_role"]) == ("小王 asks the agency", "head of ads")
    assert row["worth"] == Decimal("1")


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
def test_a_ledger_written_and_read_is_the_same(empty, tmp_path, suffix):
    path = tmp_path / f"actions{suffix}"
    ledger = merge(empty, {"data": [action(), action("=HYPERLINK(1)")]}, as_of=MONDAY)
    write_ledger(ledger, path)
    assert read_ledger(path).to_dict("records") == ledger.to_dict("records")


def test_days_and_status_typed_in_excel_are_read(empty, tmp_path):
    path = tmp_path / "actions.xlsx"
    write_ledger(merge(empty, {"data": [action()]}, as_of=MONDAY), path)
    book = openpyxl.load_workbook(path)
    sheet = book.active
    columns = {c.value: c.column for c in sheet[1]}
    sheet.cell(2, columns["status"], "done")
    sheet.cell(2, columns["decided_on"], date(2026, 11, 10))
    sheet.cell(2, columns["done_on"], "2026-11-12")
    book.save(path)
    row = read_ledger(path).iloc[0]
    assert (row["status"], row["decided_on"], row["done_on"]) == (
        "done",
        date(2026, 11, 10),
        date(2026, 11, 12),
    )


def test_what_people_add_stays_and_blank_rows_and_capitals_are_no_matter(empty, tmp_path):
    path = tmp_path / "actions.csv"
    write_ledger(merge(empty, {"data": [action()]}, as_of=MONDAY).assign(agency="Nord"), path)
    text = path.read_text("utf-8-sig").replace(",proposed,", ",Accepted ,")
    path.write_text(text + "," * 18 + "\n", "utf-8")
    again = merge(read_ledger(path), {"data": [action("channel live")]}, as_of=NEXT)
    assert again["agency"].tolist() == ["Nord", None]
    assert again["status"].tolist() == ["accepted", "proposed"]


def test_further_sheets_are_not_thrown_away(empty, tmp_path):
    path = tmp_path / "actions.xlsx"
    write_ledger(merge(empty, {"data": [action()]}, as_of=MONDAY), path)
    book = openpyxl.load_workbook(path)
    book.create_sheet("notes")
    book.save(path)
    with pytest.raises(ReportError) as caught:
        read_ledger(path)
    assert str(caught.value) == (
        "The ledger actions.xlsx has further sheets (notes), which would be lost when it is "
        "written. Move them to a file of their own."
    )


def test_what_was_rejected_is_not_proposed_again_for_four_weeks(empty):
    ledger = merge(empty, {"data": [action()]}, as_of=MONDAY)
    ledger.loc[0, ["status", "decided_on"]] = ["rejected", MONDAY]
    assert len(merge(ledger, {"data": [action()]}, as_of=date(2026, 12, 7))) == 1
    later = merge(ledger, {"data": [action()]}, as_of=date(2026, 12, 8))
    assert later["status"].tolist() == ["rejected", "proposed"]
    assert later["action_id"].is_unique


def test_a_row_that_cannot_be_read_stops_the_run(empty, tmp_path):
    path = tmp_path / "actions.csv"
    write_ledger(merge(empty, {"data": [action()]}, as_of=MONDAY), path)
    path.write_text(path.read_text("utf-8-sig").replace("2026-12-07", "soon"), "utf-8")
    with pytest.raises(ReportError) as caught:
        read_ledger(path)
    assert str(caught.value) == (
        "The ledger actions.csv has a row that cannot be read: row 2 (the header is row "
        "1), due_on is not a date (YYYY-MM-DD) (soon). Mend it; nothing was changed."
    )


def test_an_unknown_status_stops_the_run(empty, tmp_path):
    path = tmp_path / "actions.csv"
    write_ledger(merge(empty, {"data": [action()]}, as_of=MONDAY), path)
    path.write_text(path.read_text("utf-8-sig").replace(",proposed,", ",maybe,"), "utf-8")
    with pytest.raises(ReportError) as caught:
        read_ledger(path)
    assert str(caught.value) == (
        "The ledger actions.csv has the status 'maybe' at data-20261109-f1900771. Use one of "
        "proposed, accepted, rejected, done; nothing was changed."
    )


def test_it_lives_in_the_shops_folder_unless_told(tmp_path):
    assert ledger_path(str(tmp_path), None) == tmp_path / "actions.xlsx"
    (tmp_path / "actions.csv").touch()
    assert ledger_path(str(tmp_path), None) == tmp_path / "actions.csv"
    assert ledger_path(str(tmp_path), "elsewhere.xlsx").name == "elsewhere.xlsx"
    assert ledger_path("duckdb://shop.db", None) is None
