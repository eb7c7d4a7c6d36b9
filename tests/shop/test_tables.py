"""A shop as it was known at the end of a day."""

from datetime import datetime

import pytest

from shophelm.errors import DataError
from shophelm.shop.tables import open_shop

SHOP = {
    "orders": """
        order_id,created_at,paid_at,closed_at,status,goods_amount,discount_amount,shipping_amount,paid_amount
        1,2026-11-01 10:00:00,2026-11-01 10:05:00,2026-11-09 08:00:00,completed,100,10,5,95
        2,2026-11-05 23:59:59,2026-11-06 00:00:00,,paid,100,10,5,95
        3,2026-11-07 10:00:00,2026-11-07 10:05:00,,paid,100,10,5,95
    """,
    "order_lines": """
        order_id,line_no,product_id,quantity,list_price,unit_price,paid_amount
        1,1,p1,2,50,45,90
        3,1,p1,2,50,45,90
    """,
    "refunds": """
        refund_id,order_id,refunded_at,amount
        r1,1,2026-11-08 10:00:00,20
    """,
}


def test_on_its_last_day_the_shop_is_whole(shop):
    s = shop(**SHOP, as_of="2026-11-15")
    assert [s[t].count().execute() for t in s.names] == [3, 2, 1]
    assert [s.later(t) for t in s.names] == [0, 0, 0]


def test_nothing_later_than_as_of_is_there(shop):
    s = shop(**SHOP, as_of="2026-11-05")
    orders = s.frame(s["orders"].order_by("order_id"))
    assert orders["order_id"].tolist() == ["1", "2"]
    assert orders["paid_at"].isna().tolist() == [False, True]
    assert orders["closed_at"].isna().all()
    assert orders["status"].isna().all()
    assert s.frame(s["order_lines"])["order_id"].tolist() == ["1"]
    assert s["refunds"].count().execute() == 0
    assert [s.later(t) for t in s.names] == [1, 1, 1]


def test_a_payment_at_midnight_belongs_to_the_day_that_begins(shop):
    s = shop(**SHOP, as_of="2026-11-06")
    paid = s.frame(s["orders"].filter(s["orders"].order_id == "2"))["paid_at"]
    assert paid.tolist() == [datetime(2026, 11, 6)]


def test_cutting_later_rows_out_of_the_files_changes_nothing(shop, write):
    seen = shop(**SHOP, as_of="2026-11-05")
    cut = dict(SHOP)
    cut["orders"] = "\n".join(SHOP["orders"].splitlines()[:4])
    cut["order_lines"] = "\n".join(SHOP["order_lines"].splitlines()[:3])
    cut["refunds"] = "\n".join(SHOP["refunds"].splitlines()[:2])
    alone = open_shop(write(**cut), as_of="2026-11-05")
    for table in ("orders", "order_lines", "refunds"):
        assert alone.frame(alone[table]).equals(seen.frame(seen[table])), table


def test_a_column_is_there_when_some_row_fills_it(shop):
    s = shop(**SHOP, as_of="2026-11-05")
    assert s.has("orders", "orders.paid_at")
    assert not s.has("orders.closed_at")
    assert not s.has("orders.channel")
    assert not s.has("stock")


def test_a_table_that_is_missing_says_where_to_get_it(shop):
    with pytest.raises(DataError) as caught:
        shop(**SHOP).require("orders", "stock")
    assert str(caught.value) == (
        "This shop has no stock. Where to get it: the warehouse system's daily stock, or Shopify "
        "› Inventory › Export."
    )


def test_a_column_that_is_missing_says_what_it_is(shop):
    with pytest.raises(DataError) as caught:
        shop(**SHOP).require("orders.channel")
    assert str(caught.value) == (
        "This shop has no channel in orders (where the buyer came from). Where to get it: the "
        "order export: 千牛 › 交易 › 已卖出的宝贝 › 批量导出, Shopify › Orders › Export."
    )


def test_a_value_from_after_as_of_is_hidden_and_counted(shop):
    s = shop(**SHOP, as_of="2026-11-05")
    assert s.hidden("orders") == {"closed_at": 1, "paid_at": 2}
    assert shop(**SHOP, as_of="2026-11-15").hidden("orders") == {}


def test_a_table_that_cannot_be_used_is_missing_and_says_why(shop, write):
    folder = write(**SHOP | {"refunds": "refund_id,order_id\nr1,1\n"})
    (folder / "stock.parquet").write_bytes(b"PAR1 cut short")
    s = open_shop(folder, as_of="2026-11-15")
    assert s.names == ("orders", "order_lines")
    assert not s.has("refunds")
    assert s.unusable["refunds"] == (
        "refunds: no column refunded_at, amount. The file has refund_id, order_id. `shophelm "
        "tables` says what each column must hold; a platform's own export goes through `shophelm "
        "import` first."
    )
    assert s.unusable["stock"].startswith("stock.parquet cannot be read as Parquet (")
    with pytest.raises(DataError) as caught:
        s["refunds"]
    assert str(caught.value) == s.unusable["refunds"]


def test_where_no_table_to_start_from_can_be_used_the_shop_does_not_open(write):
    folder = write(orders="order_id\n1\n", products="product_id,title,category\np1,Tee,apparel\n")
    with pytest.raises(DataError) as caught:
        open_shop(folder, as_of="2026-11-15")
    assert str(caught.value).startswith("orders: no column created_at, goods_amount,")


def test_the_order_of_rows_in_a_file_changes_nothing(shop, write):
    first = shop(**SHOP)
    expected = first.frame(first["orders"].order_by("order_id"))
    lines = [line.strip() for line in SHOP["orders"].strip().splitlines()]
    turned = "\n".join([lines[0], *reversed(lines[1:])])
    again = open_shop(write(**SHOP | {"orders": turned}), as_of="2026-11-15")
    assert again.frame(again["orders"].order_by("order_id")).equals(expected)
