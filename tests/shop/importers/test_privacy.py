import pytest

from shophelm.shop.importers import import_files
from shophelm.shop.importers.writing import _harmless
from tests.shop.importers.export_files import (
    DETAILS,
    LIST_2017,
    LIST_2022,
    PERSONAL,
    everything_in,
    order,
    record,
    save,
    save_xlsx,
    text,
)

PLANTED = [v.strip("'") for v in PERSONAL.values()] + [
    "wangxm", "西湖区", "文三路", "88157790", "王先生", "王小明", "75312345678901",
]  # fmt: skip


@pytest.mark.parametrize("header", [LIST_2017, LIST_2022], ids=["2017", "2022"])
def test_nothing_personal_reaches_the_folder(header, tmp_path, key):
    lines = [
        order(header, 订单编号="1"),
        order(header, 订单编号="1"),
        order(header, 订单编号="2", 总金额="much"),
        order(header, 订单编号="3", 订单创建时间="once"),
        order(header, 订单编号="4")[:-3],
        [*order(header, 订单编号="5"), "more"],
    ]
    detail = record(DETAILS, 订单编号="9", 标题="甲", 价格="1", 购买数量="1", 备注="王先生要红色")
    good = record(DETAILS, 订单编号="1", 标题="甲", 价格="1", 购买数量="1", 备注="王先生要红色")
    files = [
        save(tmp_path / "list.csv", text(header, *lines), encoding="gbk"),
        save(tmp_path / "details.csv", text(DETAILS, detail, good)),
        save_xlsx(tmp_path / "more.xlsx", header, order(header, 订单编号="6")),
    ]
    made = import_files("taobao-orders", files, tmp_path / "shop", key_file=key)
    assert [f.rejected for f in made.files] == [5, 1, 0]
    out = everything_in(tmp_path / "shop")
    assert "浙江" in out
    assert [p for p in PLANTED if p in out] == []


@pytest.mark.parametrize(
    ("format_name", "content", "planted"),
    [
        (
            "taobao-events",
            "987654321,1,7,pv,1511658000\n987654321,1,7,pv,x\n987654321,1\n",
            "987654321",
        ),
        (
            "online-retail",
            "InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice,CustomerID\n"
            "1,A,1,2011-01-01,1,98765.0\n1,A,x,2011-01-01,1,98765.0\n2,M,1,2011-01-01,1,98765\n"
            "C3,Z,-1,2011-01-01,1,98765\n",
            "98765",
        ),
    ],
)
def test_ids_leave_hashed_only(format_name, content, planted, tmp_path, key):
    file = save(tmp_path / "a.csv", content)
    import_files(format_name, [file], tmp_path / "shop", key_file=key)
    assert planted not in everything_in(tmp_path / "shop")


def test_another_key_gives_other_hashes(tmp_path, key):
    file = save(tmp_path / "a.csv", "1,1,7,pv,1511658000\n")
    other = save(tmp_path / "other", "another key, also long enough")
    import_files("taobao-events", [file], tmp_path / "one", key_file=key)
    import_files("taobao-events", [file], tmp_path / "two", key_file=other)
    assert everything_in(tmp_path / "one") != everything_in(tmp_path / "two")


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+cmd", "'+cmd"),
        ("@SUM(1)", "'@SUM(1)"),
        ("-1+2", "'-1+2"),
        ("\tx", "'\tx"),
        ("-12.50", "-12.50"),
        ("plain", "plain"),
    ],
)
def test_text_that_excel_would_run_is_disarmed(cell, kept):
    assert _harmless(cell) == kept
