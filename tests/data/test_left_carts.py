import pytest

from shophelm.data.left_carts import find_left_carts, left_carts
from tests.data.visits import log

PRODUCTS = """
    product_id,title,category,list_price
    tee,Tee,apparel,50
    cap,Cap,hats,10
"""


def carts(product, steps, times, day="2026-11-10"):
    return [
        f"{product}{steps}{i} ads {day} 10:00 view:{product}/detail cart:{product} {steps}"
        for i in range(times)
    ]


VISITS = [
    *carts("tee", "search:cheap", 12),
    *carts("tee", "pay:tee", 5),
    *carts("tee", "", 3),
    *carts("cap", "", 15),
    *carts("cap", "view:cap/reviews", 5),
    *carts("cap", "search:cheap", 4),
]


def test_left_carts_are_counted_by_hand(shop):
    found = left_carts(shop(events=log(*VISITS), products=PRODUCTS))
    found = found.set_index(["product_id", "step"])
    # cap's four searches and tee's three bare carts are too few to judge
    assert sorted(found.index) == [
        ("cap", "cart"),
        ("cap", "item page: reviews"),
        ("tee", "search"),
    ]
    row = found.loc[("tee", "search")]
    assert row[["title", "left", "ended"]].tolist() == ["Tee", 15, 12]
    assert row[["share", "share_rest"]].tolist() == pytest.approx([12 / 15, 4 / 24])
    assert row["low"] < 0.8 < row["high"]


def test_a_product_left_through_a_search_is_named(shop):
    found = left_carts(shop(events=log(*VISITS), products=PRODUCTS))
    assert str(find_left_carts(found)) == (
        "Of the carts left behind, 2 products' end after another step than the rest: Tee after "
        "“search” (80.00% of 15, the rest 16.67%) and Cap after “cart” (62.50% of 24, the rest "
        "20.00%)."
    )


def test_where_all_are_left_alike_none_is_named(shop):
    visits = [*carts("tee", "search:cheap", 9), *carts("cap", "search:cheap", 9)]
    found = left_carts(shop(events=log(*visits)))
    assert found["p_value"].tolist() == [1, 1]
    assert found["title"].tolist() == ["cap", "tee"]
    assert str(find_left_carts(found)) == (
        "No product's carts are left behind after another step than the rest's, beyond chance."
    )


def test_a_log_without_carts_has_none_to_leave(shop):
    found = left_carts(shop(events=log("ann ads 2026-11-10 10:00 home")))
    assert found.empty
    assert "No product's carts" in str(find_left_carts(found))


def test_only_the_days_asked_for_count(shop):
    s = shop(events=log(*VISITS, *carts("cap", "search:cheap", 9, day="2026-11-01")))
    assert left_carts(s, days=7)["left"].max() == 24
    assert left_carts(s, days=84)["left"].max() == 33
