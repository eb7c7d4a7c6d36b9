import gzip
import os
import zipfile

import openpyxl
import pytest

from shophelm.errors import DataError, ParameterError, ReportError
from shophelm.shop.importers import FORMATS, import_files
from tests.shop.importers.export_files import (
    DETAILS,
    LIST_2017,
    TMALL,
    order,
    record,
    save,
    save_xlsx,
    text,
)

GOOD = record(
    TMALL, 订单编号="1", 总金额="10", 买家实际支付金额="10", 订单创建时间="2020-02-01 10:00:00",
    订单付款时间="2020-02-01 10:00:05", 退款金额="0",
)  # fmt: skip
WHERE = "Export it at 千牛 › 交易 › 已卖出的宝贝 › 批量导出 › 订单报表."


@pytest.fixture
def message(tmp_path, key):
    """Import what must fail, and give the whole message; nothing may be left behind."""

    def message(error, files, format_name="tmall-orders", *, to=None, key_file=key):
        before = {p.name for p in tmp_path.iterdir()}
        with pytest.raises(error) as caught:
            import_files(format_name, files, to or tmp_path / "shop", key_file=key_file)
        assert {p.name for p in tmp_path.iterdir()} == before
        return str(caught.value)

    return message


@pytest.fixture
def good(tmp_path):
    return save(tmp_path / "good.csv", text(TMALL, GOOD))


def test_an_unknown_format_is_met_with_the_nearest(message, good):
    assert message(ParameterError, [good], "tmal-order") == (
        "There is no format 'tmal-order'. Did you mean tmall-orders? The formats are "
        f"{', '.join(FORMATS)}."
    )


def test_no_file_a_missing_file_a_folder_and_a_twin(message, good, tmp_path):
    assert message(ParameterError, []) == "No files were given. Name the files to import."
    gone = tmp_path / "gone.csv"
    assert message(DataError, [gone]) == f"There is no file {gone}. Check the path."
    assert message(DataError, [tmp_path]) == f"{tmp_path} is a folder. Name the files in it."
    twin = save(tmp_path / "twin.csv", text(TMALL, GOOD))
    assert message(ParameterError, [good, twin]) == (
        "twin.csv is the same file as good.csv. Give it once."
    )


def test_an_empty_file_and_one_with_a_header_only(message, tmp_path):
    empty = save(tmp_path / "a.csv", "")
    assert message(DataError, [empty]) == "a.csv is empty (0 bytes). Export it again."
    header = save(tmp_path / "b.csv", TMALL + "\n")
    assert message(DataError, [header]) == (
        "b.csv has no records under its header. Export it again."
    )


def test_a_missing_column_is_named_with_those_there_are(message, tmp_path):
    file = save(tmp_path / "a.csv", text(TMALL.replace("总金额", "合计"), GOOD))
    assert message(DataError, [file]) == (
        "a.csv: no column 总金额, which the order report of tmall-orders must have. The file has "
        f"订单编号, 合计, 买家实际支付金额, 收货地址, 订单创建时间, 订单付款时间, 退款金额. {WHERE}"
    )


def test_details_without_their_orders(message, tmp_path):
    line = record(DETAILS, 订单编号="1", 标题="甲", 价格="1", 购买数量="1")
    file = save(tmp_path / "d.csv", text(DETAILS, line))
    assert message(DataError, [file], "taobao-orders") == (
        "taobao-orders: the order list is not among the files, only d.csv (the order-detail "
        "list). Export it at 千牛 › 交易 › 已卖出的宝贝 › 批量导出 (订单报表, 宝贝报表)."
    )


def test_a_wrong_encoding_names_the_line(message, tmp_path):
    file = tmp_path / "a.csv"
    file.write_bytes(text(TMALL, GOOD, end="\n").encode() + "2,浙江\n".encode("gbk"))
    assert message(DataError, [file]) == (
        "a.csv is not UTF-8: the first byte that does not fit is on line 3. Export it again, "
        "or save it as 'CSV UTF-8'."
    )
    wide = save(tmp_path / "b.csv", text(TMALL, GOOD), encoding="utf-16-le")
    assert message(DataError, [wide]) == (
        "b.csv is UTF-16 or no text at all. Save it as 'CSV UTF-8', or as xlsx."
    )


def test_what_is_utf_16_with_its_mark_and_what_is_zipped_together_is_read(tmp_path, key):
    """As some ad platforms write their "CSV for Excel"; two months in one archive."""
    wide = save(tmp_path / "wide.csv", text(TMALL, GOOD), encoding="utf-16")
    made = import_files("tmall-orders", [wide], tmp_path / "one", key_file=key)
    assert [f.accepted for f in made.files] == [1]
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("a.csv", text(TMALL, GOOD))
        archive.writestr("b.csv", text(TMALL, ["2", *GOOD[1:]]))
    made = import_files("tmall-orders", [tmp_path / "two.zip"], tmp_path / "two", key_file=key)
    assert [(f.name, f.accepted) for f in made.files] == [
        ("two.zip [a.csv]", 1), ("two.zip [b.csv]", 1),
    ]  # fmt: skip


def test_truncated_archives_and_workbooks(message, tmp_path):
    packed = gzip.compress(text(TMALL, GOOD).encode(), mtime=0)
    (tmp_path / "a.csv.gz").write_bytes(packed[:-9])
    assert message(DataError, [tmp_path / "a.csv.gz"]) == (
        "a.csv.gz is cut short or damaged (Compressed file ended before the end-of-stream marker "
        "was reached). Copy or export it again."
    )
    (tmp_path / "b.zip").write_bytes(b"PK\x03\x04 and then nothing")
    assert message(DataError, [tmp_path / "b.zip"]) == (
        "b.zip is cut short or damaged (File is not a zip file). Copy or export it again."
    )
    # a name in the archive's list that is no text: found by `make fuzz`
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
        archive.writestr("ä.csv", text(TMALL, GOOD))
    sound = (tmp_path / "c.zip").read_bytes()
    (tmp_path / "c.zip").write_bytes(sound.replace("ä".encode(), b"\xf2\xf2"))
    assert message(DataError, [tmp_path / "c.zip"]).startswith("c.zip is cut short or damaged (")
    whole = save_xlsx(tmp_path / "whole.xlsx", TMALL, GOOD).read_bytes()
    (tmp_path / "c.xlsx").write_bytes(whole[:-100])
    assert message(DataError, [tmp_path / "c.xlsx"]) == (
        "c.xlsx is cut short or damaged, or is no workbook (invalid Zip archive: Could not find "
        "EOCD). Copy or export it again."
    )
    (tmp_path / "d.parquet").write_bytes(b"PAR1 and then nothing at all")
    assert message(DataError, [tmp_path / "d.parquet"]).startswith(
        "d.parquet is cut short or damaged ("
    )


def test_an_empty_zip_a_protected_workbook_and_a_strange_kind(message, tmp_path):
    with zipfile.ZipFile(tmp_path / "none.zip", "w") as archive:
        archive.writestr("a.pdf", "x")
    assert message(DataError, [tmp_path / "none.zip"]) == (
        "none.zip holds no csv file. Unpack it and give the files."
    )
    ole = b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le")
    (tmp_path / "a.xlsx").write_bytes(ole)
    assert message(DataError, [tmp_path / "a.xlsx"]) == (
        "a.xlsx is protected with a password. Open it in Excel, save it without one, and import "
        "that."
    )
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    assert message(DataError, [tmp_path / "a.pdf"]) == (
        "a.pdf is of a kind that cannot be imported: csv, tsv, txt, their .gz or .zip, xls, xlsx "
        "and parquet can. Export it as CSV or xlsx."
    )
    openpyxl.Workbook().save(tmp_path / "blank.xlsx")
    assert message(DataError, [tmp_path / "blank.xlsx"]) == (
        "blank.xlsx is blank. Export it again."
    )


def test_a_file_of_which_nothing_can_be_used(message, tmp_path):
    file = save(tmp_path / "a.csv", text(TMALL, ["1", "x", "x", "", "then", "", "0"]))
    assert message(DataError, [file]) == (
        "tmall-orders: none of the 1 records can be used; 1 of them because created_at is not a "
        f"time (YYYY-MM-DD hh:mm:ss). {WHERE}"
    )


def test_a_key_that_cannot_be_used(message, good, tmp_path):
    short = save(tmp_path / "key", "abc")
    assert message(ParameterError, [good], key_file=short) == (
        f"The key file {short} holds 3 bytes; a key has at least 16. Restore it from its copy, or "
        "name another with --key-file."
    )
    gone = tmp_path / "no-key"
    assert message(ParameterError, [good], key_file=gone) == (
        f"The key file {gone} cannot be read (No such file or directory). Name another with "
        "--key-file."
    )
    inside = tmp_path / "shop" / "key"
    assert message(ParameterError, [good], key_file=inside) == (
        f"The key file {inside} lies in the shop's folder: whoever gets the tables would get the "
        "key to them. Keep it elsewhere."
    )


def test_a_target_that_is_a_file_or_under_one(message, good):
    assert message(ReportError, [good], to=good) == f"{good} is a file. Give --to a folder."
    under = good / "shop"
    assert message(ReportError, [good], to=under) == (
        f"{under} cannot be written (File exists). Give --to a folder you may write, on a disk "
        "with room."
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_target_without_the_right_to_write(message, good, tmp_path):
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    assert message(ReportError, [good], to=locked / "shop") == (
        f"{locked / 'shop'} cannot be written (Permission denied). Give --to a folder you may "
        "write, on a disk with room."
    )


def test_a_folder_that_is_no_shop_is_left_alone(message, good, tmp_path):
    (tmp_path / "shop").mkdir()
    save(tmp_path / "shop" / "holiday.jpg", "x")
    assert message(ReportError, [good]) == (
        f"{tmp_path / 'shop'} holds holiday.jpg, which no shop's folder does. Give --to a new or "
        "empty folder."
    )


def test_a_table_in_another_form_is_not_shadowed(message, good, tmp_path):
    (tmp_path / "shop").mkdir()
    save(tmp_path / "shop" / "orders.csv", "order_id\n1\n")
    assert message(ReportError, [good]) == (
        f"{tmp_path / 'shop'} holds orders.csv, and tmall-orders makes orders too. Move that file "
        "away, or give --to another folder."
    )


def test_the_same_files_give_the_same_bytes(good, tmp_path, key):
    for name in ("one", "two"):
        import_files("tmall-orders", [good], tmp_path / name, key_file=key)
    for file in (tmp_path / "one").iterdir():
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes()


def test_a_workbook_with_two_sheets_is_two_files(tmp_path, key):
    book = openpyxl.Workbook()
    book.active.title = "订单"
    details = book.create_sheet("宝贝")
    book.create_sheet("empty")
    line = record(DETAILS, 订单编号="1", 标题="甲", 价格="1", 购买数量="1")
    for sheet, header, row in (
        (book["订单"], LIST_2017, order(订单编号="1")),
        (details, DETAILS, line),
    ):
        sheet.append(header.split(","))
        sheet.append(row)
    book.save(tmp_path / "both.xlsx")
    made = import_files("taobao-orders", [tmp_path / "both.xlsx"], tmp_path / "shop", key_file=key)
    assert [(f.name, f.role) for f in made.files] == [
        ("both.xlsx [订单]", "orders"),
        ("both.xlsx [宝贝]", "items"),
    ]


def test_a_comma_at_the_end_of_the_header_is_a_column_without_a_name(tmp_path, key):
    file = save(tmp_path / "a.csv", text(TMALL + ",", [*GOOD, ""]), encoding="gbk")
    made = import_files("tmall-orders", [file], tmp_path / "shop", key_file=key)
    assert made.files[0].unmapped == ("column 8",)
    assert made.files[0].accepted == 1


def test_the_default_key_is_made_once_for_its_owner_only(good, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    import_files("tmall-orders", [good], tmp_path / "shop")
    path = tmp_path / "config" / "shophelm" / "key"
    made = path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    import_files("tmall-orders", [good], tmp_path / "shop")
    assert path.read_bytes() == made
