"""Rows that cannot be used are rejected with the rule they break; accepted + rejected = read."""

import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shophelm.shop.tables import open_shop

ORDERS = """
    order_id,created_at,paid_at,goods_amount,discount_amount,shipping_amount,paid_amount
    1,2026-11-01 10:00:00,2026-11-01 10:05:00,100,10,5,95
    2,2026-11-02 10:00:00,,100,10,5,95
"""
LINES = """
    order_id,line_no,product_id,quantity,list_price,unit_price,paid_amount
    1,1,p1,2,50,45,90
"""


def rejected(shop, table):
    return shop.rejects(table)[["row", "rule", "value"]].values.tolist()


@pytest.mark.parametrize(
    ("row", "rule", "value"),
    [
        (
            "3,2026-11-02 10:00:00,,free,10,5,95",
            "goods_amount is not an amount",
            "free",
        ),
        (
            "3,2026-11-02 10:00:00,,'1,391',10,5,95",
            "goods_amount is not an amount",
            "1,391",
        ),
        (
            "3,yesterday,,100,10,5,95",
            "created_at is not a time (YYYY-MM-DD hh:mm:ss)",
            "yesterday",
        ),
        (
            "3,20260-11-02 10:00:00,,100,10,5,95",
            "created_at is not a time (YYYY-MM-DD hh:mm:ss)",
            "20260-11-02 10:00:00",
        ),
        (",2026-11-02 10:00:00,,100,10,5,95", "order_id is missing", ""),
        (
            "1,2026-11-02 10:00:00,,100,10,5,95",
            "the key (order_id) stands on an earlier row",
            "order_id=1",
        ),
    ],
)
def test_an_order_that_cannot_be_used(shop, row, rule, value):
    s = shop(orders=ORDERS + "    " + row.replace("'", '"') + "\n")
    assert rejected(s, "orders") == [[3, rule, value]]
    assert s.checked("orders").read == 3
    assert sorted(s["orders"].order_id.to_pandas()) == ["1", "2"]


def test_a_line_without_its_order_is_rejected(shop):
    s = shop(orders=ORDERS, order_lines=LINES + "    9,1,p1,2,50,45,90\n")
    assert rejected(s, "order_lines") == [[2, "order_id is not in orders", "9"]]


def test_a_line_of_a_rejected_order_points_to_it(shop):
    s = shop(
        orders=ORDERS + "    3,soon,,100,10,5,95\n",
        order_lines=LINES + "    3,1,p1,2,50,45,90\n",
    )
    assert rejected(s, "order_lines") == [
        [2, "its order was rejected", "order_id=3, line_no=1"],
    ]


def test_blanks_around_an_id_or_a_name_are_no_part_of_it(shop):
    head = ORDERS.replace(",paid_at,", ",paid_at,channel,").splitlines()
    rows = ["    1 ,2026-11-01 10:00:00,, search ,100,10,5,95"]
    rows += ["    2,2026-11-02 10:00:00,,   ,100,10,5,95", "     ,2026-11-02,,ads,100,10,5,95"]
    s = shop(orders="\n".join([*head[:2], *rows]), order_lines=LINES)
    found = s.frame(s["orders"].order_by("order_id").select("order_id", "channel"))
    assert found["order_id"].tolist() == ["1", "2"]
    assert found["channel"].fillna("").tolist() == ["search", ""]
    assert rejected(s, "orders") == [[3, "order_id is missing", ""]]
    assert rejected(s, "order_lines") == []


def test_half_a_unit_is_rejected_not_rounded(shop):
    s = shop(orders=ORDERS, order_lines=LINES + "    2,1,p1,2.5,50,45,90\n")
    assert rejected(s, "order_lines") == [[2, "quantity is not a whole number", "2.5"]]


def test_promises_broken_are_counted_with_an_example_and_the_rows_stay(shop):
    s = shop(
        orders=ORDERS + "    3,2026-11-03 10:00:00,2026-11-03 09:00:00,100,10,5,96\n",
        order_lines=LINES + "    3,1,p1,0,50,45,80\n",
    )
    promises = s.promises()
    broken = promises[promises["broken"] > 0].drop(columns="rows").values.tolist()
    assert broken == [
        ["orders", "paid_at is not before created_at", 1, "order_id=3"],
        [
            "orders",
            "paid_amount = goods_amount − discount_amount + shipping_amount",
            1,
            "order_id=3",
        ],
        ["order_lines", "quantity is at least 1", 1, "order_id=3"],
        [
            "order_lines",
            "the lines of an order add up to its goods_amount − discount_amount",
            1,
            "order_id=3",
        ],
    ]
    assert s["orders"].count().execute() == 3


def test_a_product_that_no_list_names_is_a_broken_promise(shop):
    s = shop(
        orders=ORDERS,
        order_lines=LINES,
        products="product_id,title,category,list_price\np2,Tee,apparel,50\n",
    )
    promises = s.promises()
    found = promises[promises["promise"] == "product_id is in products"]
    assert found[["table", "broken"]].values.tolist() == [["order_lines", 1]]


def test_a_review_may_be_of_our_product_or_of_a_rivals(shop):
    s = shop(
        orders=ORDERS,
        order_lines=LINES,
        products="product_id,title,category,list_price\np2,Tee,apparel,50\n",
        rivals="day,rival_id,rival_shop,title,category,price\n2026-11-01,r1,Theirs,Tee,apparel,45\n",
        reviews="review_id,product_id,written_at,rating,text\n"
        "1,p2,2026-11-01 10:00:00,5,good\n2,r1,2026-11-01 10:00:00,5,good\n"
        "3,nobody,2026-11-01 10:00:00,5,good\n",
    )
    promises = s.promises().set_index("promise")
    assert promises.loc["product_id is in products or rivals", "broken"] == 1


cells = st.one_of(
    st.sampled_from(["1", "2", "2026-11-01", "2026-11-01 10:00:00", "95", "95.5", "", "NULL"]),
    st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=8),
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.lists(st.lists(cells, min_size=7, max_size=7), max_size=6))
def test_accepted_and_rejected_are_what_was_read(tmp_path, rows):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(ORDERS.strip().splitlines()[0].split(","))
    writer.writerows(rows)
    (tmp_path / "orders.csv").write_text(text.getvalue(), encoding="utf-8", newline="")
    s = open_shop(tmp_path, as_of="2026-11-15")
    checked = s.checked("orders")
    assert checked.read == len(rows)
    assert checked.accepted.count().execute() + len(s.rejects("orders")) == len(rows)
