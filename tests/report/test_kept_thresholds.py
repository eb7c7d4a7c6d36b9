"""Thresholds are kept in a file that people read and mend; what cannot be read is named."""

from dataclasses import replace
from decimal import Decimal

import pytest

from shophelm.errors import DataError, ReportError
from shophelm.notebook import keep_thresholds
from shophelm.report.kept_thresholds import read_thresholds, write_thresholds
from shophelm.user import rfm, thresholds
from tests.user.segment_shop import orders
from tests.user.test_rfm import GIVEN, bought

WRITTEN = """threshold,value,meaning
recency_score_4,30,days since the last payment from which this score begins; \
empty where all customers are alike
recency_score_3,60,days since the last payment from which this score begins; \
empty where all customers are alike
recency_score_2,90,days since the last payment from which this score begins; \
empty where all customers are alike
recency_score_1,120,days since the last payment from which this score begins; \
empty where all customers are alike
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "segments.csv"
    write_thresholds(GIVEN, path)
    return path


def test_a_file_holds_a_row_per_threshold(file):
    text = file.read_text()
    assert text.startswith(WRITTEN)
    assert text.endswith(
        "orders,3,orders in 364 days from which frequency is high\n"
        "spend_per_order,50,settled money per order from which spend is high\n"
    )
    assert len(text.splitlines()) == 1 + 3 * 4 + 2


@pytest.mark.parametrize(
    "kept",
    [
        GIVEN,
        replace(GIVEN, recency=(), monetary=(), spend_per_order=None),
        replace(GIVEN, frequency=(2, 2, 2, 2), spend_per_order=Decimal("145.6666")),
    ],
)
def test_what_is_written_is_read_and_written_alike(tmp_path, kept):
    first, second = tmp_path / "one.csv", tmp_path / "two.csv"
    write_thresholds(kept, first)
    assert read_thresholds(first) == kept
    write_thresholds(read_thresholds(first), second)
    assert first.read_bytes() == second.read_bytes()


def test_a_file_mended_in_a_spreadsheet_is_read(file):
    text = file.read_text().replace("orders,3,", "orders,5.0,")
    # a byte-order mark, Windows line ends, and a note in another encoding
    file.write_bytes(
        b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()
        + ",,高频\r\n".encode("gbk")
    )  # fmt: skip
    assert read_thresholds(file) == replace(GIVEN, orders=5)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("orders,3,", "orders,many,", "orders = 'many', which is not a whole number of 0 or more"),
        ("orders,3,", "orders,2.5,", "orders = '2.5', which is not a whole number of 0 or more"),
        ("orders,3,", "orders,,", "no orders"),
        (
            "spend_per_order,50,",
            "spend_per_order,-1,",
            "spend_per_order = '-1', which is not an amount of 0 or more",
        ),
        (
            "spend_per_order,50,",
            "spend_per_order,NaN,",
            "spend_per_order = 'NaN', which is not an amount of 0 or more",
        ),
        (
            "recency_score_3,60,",
            "recency_score_3,,",
            "no recency_score_3, but other values of recency",
        ),
        (
            "recency_score_3,60,",
            "recency_score_3,20,",
            "recency_score_3 = 20, which is below the threshold before it",
        ),
        ("threshold,value", "name,value", "no columns threshold and value"),
    ],
)
def test_what_cannot_be_read_is_named(file, old, new, what):
    file.write_text(file.read_text().replace(old, new))
    with pytest.raises(DataError) as error:
        read_thresholds(file)
    assert str(error.value) == (
        f"The thresholds file {file} has {what}. Mend it, or remove the file to have the "
        "thresholds drawn anew."
    )


def test_rows_missing_or_unknown_are_named(file):
    lines = file.read_text().splitlines()
    file.write_text("\n".join([lines[0], *lines[2:]]))
    with pytest.raises(DataError, match="has no row recency_score_4"):
        read_thresholds(file)
    file.write_text("\n".join([*lines, "order,3,"]))
    with pytest.raises(DataError, match="has order, which is not a threshold"):
        read_thresholds(file)


def test_a_folder_that_is_not_there_is_named(tmp_path):
    path = tmp_path / "nowhere" / "segments.csv"
    with pytest.raises(ReportError) as error:
        write_thresholds(GIVEN, path)
    assert str(error.value) == (
        f"The thresholds cannot be written to {path} (No such file or directory). Name a file in a "
        "folder that is there and can be written to."
    )


def test_thresholds_are_drawn_once_and_kept_while_the_shop_moves_on(shop, tmp_path):
    path = tmp_path / "segments.csv"
    s = shop(orders=orders(bought()))
    assert keep_thresholds(s) == thresholds.draw(s)
    assert not path.exists()
    drawn = keep_thresholds(s, file=str(path))
    assert drawn == thresholds.draw(s)
    later = shop(orders=orders([*bought(), *[(f"c{i}", "2026-11-15", 900) for i in range(20)]]))
    assert keep_thresholds(later, file=str(path)) == drawn != thresholds.draw(later)
    # what is set by hand is in force whatever the file says
    assert keep_thresholds(later, file=str(path), orders=7) == replace(drawn, orders=7)
    assert read_thresholds(path) == drawn
    assert len(rfm.rfm(later, drawn)) > 0


def test_a_shop_without_customers_keeps_nothing(shop, tmp_path):
    path = tmp_path / "segments.csv"
    s = shop(orders=orders([("", "2026-11-01", 10)]).replace(",ann,", ",,"))
    assert "no customer_id in orders" in str(keep_thresholds(s, file=str(path)))
    assert not path.exists()
