"""Bad files: each is met with a message that says what, where, what was got and what to do."""

import gzip

import pytest

from shophelm.errors import DataError
from shophelm.shop.tables import open_shop

HEADER = "order_id,created_at,paid_at,goods_amount,discount_amount,shipping_amount,paid_amount\n"
ROW = "{},2026-11-01 10:00:00,2026-11-01 10:05:00,100,10,5,95\n"


def shop_with(folder, name, content):
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return open_shop(folder, as_of="2026-11-15")


def error_of(folder, name, content):
    with pytest.raises(DataError) as caught:
        shop_with(folder, name, content)["orders"]
    return str(caught.value)


def test_an_empty_file_is_named(tmp_path):
    assert error_of(tmp_path, "orders.csv", "") == (
        "orders.csv is empty (0 bytes). Export it again."
    )


def test_an_empty_file_in_a_gzip_is_named(tmp_path):
    assert error_of(tmp_path, "orders.csv.gz", gzip.compress(b"")) == (
        "orders.csv.gz is empty. Export it again."
    )


def test_a_file_of_another_kind_under_the_name_of_a_csv_is_named(tmp_path):
    assert error_of(tmp_path, "orders.csv", b"order_id\0,created_at\n") == (
        "orders.csv is no text at all. Save it as 'CSV UTF-8', or as xlsx."
    )


def test_a_file_with_only_a_header_is_a_table_without_rows(tmp_path):
    assert shop_with(tmp_path, "orders.csv", HEADER).checked("orders").read == 0


def test_a_wrong_encoding_names_the_line(tmp_path):
    text = (HEADER + ROW.format("订单1")).encode("gbk")
    assert error_of(tmp_path, "orders.csv", text) == (
        "orders.csv is not UTF-8: the first byte that does not fit is on line 2. Save it as "
        "'CSV UTF-8', or, if it is a platform's own export, use `shophelm import`."
    )


def test_a_truncated_gzip_is_not_read_in_part(tmp_path):
    whole = gzip.compress((HEADER + "".join(ROW.format(i) for i in range(999))).encode())
    assert error_of(tmp_path, "orders.csv.gz", whole[: len(whole) // 2]) == (
        "orders.csv.gz is cut short or damaged (Compressed file ended before the end-of-stream "
        "marker was reached). Copy or export it again."
    )


def test_a_truncated_parquet_is_named(tmp_path):
    assert error_of(tmp_path, "orders.parquet", b"PAR1 and then nothing") == (
        "orders.parquet cannot be read as Parquet (Invalid Input Error: No magic bytes found at "
        f"end of file '{tmp_path}/orders.parquet'). It is cut short or damaged: write it again."
    )


def test_a_line_cut_short_is_rejected_with_its_text(tmp_path):
    shop = shop_with(tmp_path, "orders.csv", HEADER + ROW.format(1) + "2,2026-11-01")
    checked = shop.checked("orders")
    assert (checked.read, checked.rejected) == (2, 1)
    assert shop.rejects("orders")[["row", "rule", "value"]].to_dict("records") == [
        {"row": 2, "rule": "the line has too few columns", "value": "2,2026-11-01"}
    ]


def test_a_quote_that_never_closes_is_rejected_with_all_that_follows(tmp_path):
    shop = shop_with(tmp_path, "orders.csv", HEADER + ROW.format(1) + ROW.format('"2'))
    assert shop.rejects("orders")["rule"].tolist() == [
        "a quote opens and never closes: all that follows it is unread"
    ]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_byte_order_marks_change_nothing(tmp_path, line_end, mark):
    text = mark + (HEADER + ROW.format(1) + ROW.format(2)).replace("\n", line_end)
    shop = shop_with(tmp_path, "orders.csv", text)
    assert shop["orders"].order_id.to_pandas().tolist() == ["1", "2"]


def test_mixed_line_ends_lose_no_row(tmp_path):
    text = HEADER + ROW.format(1).replace("\n", "\r\n") + ROW.format(2)
    assert shop_with(tmp_path, "orders.csv", text).checked("orders").read == 2


def test_a_column_named_twice_is_named(tmp_path):
    assert error_of(tmp_path, "orders.csv", "order_id,order_id\n1,2\n") == (
        "orders.csv names the column 'order_id' twice. Rename or remove one of them."
    )


def test_a_column_without_a_name_loses_no_row(tmp_path):
    header, row = HEADER.replace("\n", ",\n"), ROW.format(1).replace("\n", ",\n")
    assert shop_with(tmp_path, "orders.csv", header + row).checked("orders").read == 1


def test_a_blank_first_line_is_named(tmp_path):
    assert error_of(tmp_path, "orders.csv", "\n" + HEADER) == (
        "The first line of orders.csv is blank. A file begins with its column names: take the "
        "lines above them out."
    )


@pytest.mark.parametrize("value", ["inf", "1e300", "nan", "9007199254740993"])
def test_no_count_beyond_what_is_exact(tmp_path, value):
    (tmp_path / "suppliers.csv").write_text(f"supplier_id,name,moq\ns1,A,{value}\n")
    shop = open_shop(tmp_path, as_of="2026-11-15")
    assert shop.rejects("suppliers")["rule"].tolist() == ["moq is not a whole number"]


def test_a_missing_column_is_named_with_what_is_there(tmp_path):
    assert error_of(tmp_path, "orders.csv", "order_id,created_at\n1,2026-11-01\n") == (
        "orders: no column goods_amount, discount_amount, shipping_amount, paid_amount. The file "
        "has order_id, created_at. `shophelm tables` says what each column must hold; a "
        "platform's own export goes through `shophelm import` first."
    )


def test_an_excel_sheet_reads_like_the_same_csv(tmp_path):
    from datetime import datetime

    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(HEADER.strip().split(","))
    paid = datetime(2026, 11, 1, 10, 5)
    book.active.append([1, datetime(2026, 11, 1), paid, 100, 10.5, 5, 94.5])
    book.save(tmp_path / "orders.xlsx")
    row = open_shop(tmp_path, as_of="2026-11-15")["orders"].to_pandas().iloc[0]
    assert (row.order_id, row.paid_at, row.paid_amount) == ("1", paid, pytest.approx(94.5))


def test_a_damaged_workbook_is_named(tmp_path):
    assert error_of(tmp_path, "orders.xlsx", b"no zip at all") == (
        "orders.xlsx is cut short or damaged, or is no workbook (invalid Zip archive: Could not "
        "find EOCD). Copy or export it again."
    )
