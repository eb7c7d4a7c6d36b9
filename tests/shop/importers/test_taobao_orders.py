import pytest

from shophelm.shop.importers import import_files
from shophelm.shop.importers.pseudonyms import hash_id, read_key
from tests.shop.importers.export_files import (
    DETAILS,
    LIST_2017,
    LIST_2019,
    LIST_2022,
    SUBORDERS,
    order,
    record,
    rejected,
    rows,
    save,
    save_xlsx,
    text,
)

AMOUNTS = ("goods_amount", "discount_amount", "shipping_amount", "paid_amount")


def import_orders(files, tmp_path, key):
    return import_files("taobao-orders", files, tmp_path / "shop", key_file=key)


@pytest.mark.parametrize("header", [LIST_2017, LIST_2019, LIST_2022], ids=["2017", "2019", "2022"])
@pytest.mark.parametrize("kind", ["gbk", "utf-8", "utf-8-sig", "xlsx"])
def test_every_version_and_encoding_gives_the_same_order(header, kind, tmp_path, key):
    line = order(header)
    if kind == "xlsx":
        file = save_xlsx(tmp_path / "ExportOrderList.xlsx", header, line)
    else:
        file = save(tmp_path / "ExportOrderList.csv", text(header, line), encoding=kind)
    import_orders([file], tmp_path, key)
    customer = hash_id("wang_xiaoming88", read_key(key, outside=tmp_path / "shop"))
    columns = ("order_id", "customer_id", "created_at", "paid_at", "closed_at", "status")
    assert rows(tmp_path / "shop", "orders", *columns) == [
        ("112233445566778899", customer, "2017-11-11 00:01:02", "2017-11-11 00:01:30", None, "paid")
    ]
    assert rows(tmp_path / "shop", "orders", "region", "device", *AMOUNTS) == [
        ("浙江", "mobile", "100.0000", "0.0000", "8.0000", "108.0000")
    ]


def test_cells_are_read_through_what_spreadsheets_do_to_them(tmp_path, key):
    lines = [
        order(订单编号='="1001"', 总金额="1,108.00", 买家应付货款="1,100.00"),
        order(订单编号="'1002", 总金额="¥108.00", 订单付款时间="NULL", 订单状态="等待买家付款"),
        order(订单编号="1003\t", 订单创建时间="2017/11/11 0:05", 订单付款时间=" null "),
    ]
    import_orders([save(tmp_path / "a.csv", text(LIST_2017, *lines))], tmp_path, key)
    assert rows(
        tmp_path / "shop", "orders", "order_id", "created_at", "paid_at", "paid_amount"
    ) == [
        ("1001", "2017-11-11 00:01:02", "2017-11-11 00:01:30", "1108.0000"),
        ("1002", "2017-11-11 00:01:02", None, "108.0000"),
        ("1003", "2017-11-11 00:05:00", None, "108.0000"),
    ]


def test_statuses_become_the_contracts_words(tmp_path, key):
    words = [
        "等待买家付款",
        "买家已付款，等待卖家发货",
        "卖家已发货，等待买家确认",
        "交易成功",
        "交易关闭",
        "未知",
    ]
    lines = [order(订单编号=str(i), 订单状态=word) for i, word in enumerate(words)]
    made = import_orders([save(tmp_path / "a.csv", text(LIST_2017, *lines))], tmp_path, key)
    assert [s for _, s in rows(tmp_path / "shop", "orders", "order_id", "status")] == [
        "created", "paid", "shipped", "completed", "cancelled", None,
    ]  # fmt: skip
    assert "1 orders have a 订单状态 that is not known: their status is left empty." in made.notes


def test_a_refund_belongs_to_the_paid_order_and_is_dated_as_its_payment(tmp_path, key):
    lines = [
        order(订单编号="1", 买家实际支付金额="78.00", 退款金额="30.00"),
        order(订单编号="2", 订单付款时间="", 退款金额="30.00"),
        order(订单编号="3", 退款金额="thirty"),
    ]
    made = import_orders([save(tmp_path / "a.csv", text(LIST_2017, *lines))], tmp_path, key)
    assert rows(tmp_path / "shop", "refunds", "refund_id", "order_id", "refunded_at", "amount") == [
        ("1-refund", "1", "2017-11-11 00:01:30", "30.0000")
    ]
    assert made.tables["refunds"].rejected_by_rule == {"amount is not an amount": 1}
    assert (
        "1 orders have a 退款金额 but no time of payment; those refunds were left out."
        in made.notes
    )


def test_details_are_lines_that_add_up_to_what_the_order_paid(tmp_path, key):
    orders = save(tmp_path / "list.csv", text(LIST_2017, order()), encoding="gbk")
    lines = [
        record(DETAILS, 订单编号="112233445566778899", 标题="羊毛开衫", 价格="60.00", 购买数量="1",
               外部系统编号="A-1", 商家编码="sku-1"),
        record(DETAILS, 订单编号="112233445566778899", 标题="围巾", 价格="30.00", 购买数量="2",
               商家编码="B-2", 备注="王先生要红色"),
        record(DETAILS, 订单编号="112233445566778899", 标题="赠品", 价格="0.00", 购买数量="1"),
        record(DETAILS, 订单编号="999", 标题="围巾", 价格="30.00", 购买数量="1", 商家编码="B-2"),
    ]  # fmt: skip
    details = save(tmp_path / "details.csv", text(DETAILS, *lines), encoding="gbk")
    made = import_orders([details, orders], tmp_path, key)
    columns = ("line_no", "product_id", "quantity", "list_price", "unit_price", "paid_amount")
    gift = rows(tmp_path / "shop", "products", "product_id", "title")[2][0]
    assert gift.startswith("title-")
    assert rows(tmp_path / "shop", "order_lines", *columns) == [
        ("1", "A-1", "1", "60.0000", "50.0000", "50.0000"),
        ("2", "B-2", "2", "30.0000", "25.0000", "50.0000"),
        ("3", gift, "1", "0.0000", "0.0000", "0.0000"),
    ]
    assert rows(tmp_path / "shop", "orders", *AMOUNTS) == [
        ("120.0000", "20.0000", "8.0000", "108.0000")
    ]
    assert [
        (r["file"], r["row"], r["rule"]) for r in rejected(tmp_path / "shop", "order_lines")
    ] == [("details.csv", "4", "order_id is not in orders")]
    assert made.files[0].role == "items"
    assert made.files[0].read == made.files[0].accepted + made.files[0].rejected == 4


def test_sub_orders_bring_their_own_shares_and_refunds(tmp_path, key):
    line = order(LIST_2022, 订单编号="1", 买家实际支付金额="78.00", 退款金额="30.00")
    orders = save_xlsx(tmp_path / "list.xlsx", LIST_2022, line)
    common = {"主订单编号": "1", "购买数量": "1", "商家编码": "A"}
    subs = [
        record(SUBORDERS, 子订单编号="11", 标题="甲", 价格="90", 买家应付货款="70", **common),
        record(SUBORDERS, 子订单编号="12", 标题="乙", 价格="90", 买家应付货款="30", 退款金额="30",
               **common),
        record(SUBORDERS, 子订单编号="12", 标题="乙", 价格="90", 买家应付货款="30", 退款金额="30",
               **common),
    ]  # fmt: skip
    items = save_xlsx(tmp_path / "subs.xlsx", SUBORDERS, *subs)
    made = import_orders([orders, items], tmp_path, key)
    assert rows(tmp_path / "shop", "order_lines", "line_no", "list_price", "paid_amount") == [
        ("1", "90.0000", "70.0000"),
        ("2", "90.0000", "30.0000"),
    ]
    assert rows(tmp_path / "shop", "refunds", "refund_id", "line_no", "amount") == [
        ("1-2-refund", "2", "30.0000")
    ]
    assert made.files[1].rejected_by_rule == {"the sub-order stands on an earlier row": 1}


def test_a_price_without_an_end_is_shared_to_the_cent(tmp_path, key):
    orders = save(tmp_path / "l.csv", text(LIST_2017, order(订单编号="1", 总金额="18.00")))
    lines = [
        record(DETAILS, 订单编号="1", 标题=t, 价格="5", 购买数量="1", 商家编码=t) for t in "甲乙丙"
    ]
    import_orders([orders, save(tmp_path / "d.csv", text(DETAILS, *lines))], tmp_path, key)
    assert [a for _, a in rows(tmp_path / "shop", "order_lines", "line_no", "paid_amount")] == [
        "3.3300", "3.3400", "3.3300",
    ]  # fmt: skip


def test_orders_of_two_overlapping_exports_count_once(tmp_path, key):
    january = save(tmp_path / "1.csv", text(LIST_2017, order(订单编号="1"), order(订单编号="2")))
    february = save(tmp_path / "2.csv", text(LIST_2019, order(LIST_2019, 订单编号="2")))
    items = [
        save(tmp_path / f"d{i}.csv", text(DETAILS, record(
            DETAILS, 订单编号="2", 标题=f"甲{i}", 价格="5", 购买数量="1")))
        for i in (1, 2)
    ]  # fmt: skip
    made = import_orders([january, february, *items], tmp_path, key)
    newer = {"superseded by a newer export": 1}
    assert [(f.name, f.accepted, f.apart) for f in made.files] == [
        ("1.csv", 1, newer), ("2.csv", 1, {}), ("d1.csv", 0, newer), ("d2.csv", 1, {}),
    ]  # fmt: skip
    assert rows(tmp_path / "shop", "products", "title") == [("甲2",)]


def test_an_order_number_rounded_by_excel_is_rejected_not_guessed(tmp_path, key):
    lines = [[1.1223344556677889e17, *order()[1:]], order()]
    file = save_xlsx(tmp_path / "a.xlsx", LIST_2017, *lines)
    import_orders([file], tmp_path, key)
    assert [(r["rule"], r["value"]) for r in rejected(tmp_path / "shop", "orders")] == [
        (
            "order_id cannot be told: a spreadsheet has rounded the order number: export again "
            "and do not save it in Excel",
            "1.12233445566779E+17",
        )
    ]


def test_a_masked_buyer_name_is_no_customer(tmp_path, key):
    lines = [order(订单编号="1", 买家会员名="t**1"), order(订单编号="2", 买家会员名="t**1")]
    made = import_orders([save(tmp_path / "a.csv", text(LIST_2017, *lines))], tmp_path, key)
    assert rows(tmp_path / "shop", "orders", "customer_id") == [(None,), (None,)]
    assert (
        "2 orders have a masked buyer name (t**1), which fits many people: their buyer is left "
        "empty." in made.notes
    )


def test_columns_in_another_order_and_unknown_ones_make_no_difference(tmp_path, key):
    header = ",".join(["新列", *reversed(LIST_2017.split(","))])
    line = ["x", *reversed(order())]
    made = import_orders([save(tmp_path / "a.csv", text(header, line))], tmp_path, key)
    assert rows(tmp_path / "shop", "orders", "order_id") == [("112233445566778899",)]
    assert "新列" in made.files[0].unmapped
    assert made.files[0].personal["收货地址"] == "province"
    assert made.files[0].personal["收货人姓名"] == "nothing"
