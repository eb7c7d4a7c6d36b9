from datetime import date
from decimal import Decimal

import pytest

from shophelm.data import causes
from shophelm.shop.calendar import Period
from tests.hand_shop import HAND_SHOP

WEEK = Period(date(2026, 11, 9), date(2026, 11, 15))


def test_the_links_are_those_that_a_reader_can_count(shop):
    moved = causes.causes(shop(**HAND_SHOP), WEEK).set_index("term")
    # then: va and vd came, both filled a cart, va paid: 1 order of 2 units at 95; r1 came later
    # now: 3 came, 1 filled a cart, 2 paid; 3 buyers (one unseen), 4 orders, 10 units, 319.50
    assert moved["then"].to_dict() == pytest.approx(
        {
            "visitors": 2,
            "cart_rate": 1,
            "cart_to_pay": 1 / 2,
            "log_coverage": 1,
            "orders_per_buyer": 1,
            "units_per_order": 2,
            "price_per_unit": 47.5,
            "settled_share": 1,
            "gmv_settled": 95,
        }
    )
    assert moved["now"].to_dict() == pytest.approx(
        {
            "visitors": 3,
            "cart_rate": 1 / 3,
            "cart_to_pay": 2,
            "log_coverage": 3 / 2,
            "orders_per_buyer": 4 / 3,
            "units_per_order": 10 / 4,
            "price_per_unit": 31.95,
            "settled_share": 309.5 / 319.5,
            "gmv_settled": 309.5,
        }
    )


@pytest.mark.parametrize("part", ["gmv_part", "gmv_part_shapley"])
def test_the_parts_add_up_to_the_cent(shop, sample, part):
    for s in (shop(**HAND_SHOP), sample):
        moved = causes.causes(s, WEEK)
        assert sum(moved[part][:-1]) == moved[part].iloc[-1] != 0


@pytest.mark.parametrize(
    ("without", "first"),
    [("events", "buyers"), ("order_lines", "visitors"), ("refunds", "visitors")],
)
def test_a_missing_table_makes_the_chain_coarser_and_it_still_adds_up(shop, without, first):
    tables = {k: v for k, v in HAND_SHOP.items() if k != without}
    # an order on the first day before, so that there is a whole week without the log too
    tables["orders"] = tables["orders"].rstrip() + "\n        o0,,2026-11-02,,ads,1,0,0,1\n"
    moved = causes.causes(shop(**tables), WEEK)
    assert moved["term"].iloc[0] == first
    whole = Decimal("224.50") if without == "refunds" else Decimal("214.50")
    assert sum(moved["gmv_part"][:-1]) == moved["gmv_part"].iloc[-1] == whole


def test_the_sentence_speaks_in_points_of_what_it_is_held_against(shop):
    moved = causes.causes(shop(**HAND_SHOP), WEEK)
    points = {n: float(p) / 95 for n, p in causes.group_parts(moved).items()}
    assert sum(points.values()) == pytest.approx(214.5 / 95)
    said = str(causes.find_causes(moved, currency="CNY"))
    assert said.startswith("Against the period before, GMV settled moved by ¥214.50 (+225.8%): ")
    assert f"visitors +{points['visitors'] * 100:.1f} points" in said


def test_from_nothing_the_link_that_was_nothing_takes_it_all():
    then = {"visitors": 50, "paying_visitors": 0, "buyers": 0, "gmv_paid": Decimal(0)}
    now = {"visitors": 40, "paying_visitors": 2, "buyers": 2, "gmv_paid": Decimal(30)}
    moved = causes.split(then, now).set_index("term")
    assert moved["gmv_part"].to_dict() == {
        "visitors": 0,
        "pay_conversion": 30,
        "log_coverage": 0,
        "spend_per_buyer": 0,
        "gmv_paid": 30,
    }


def test_a_young_shop_says_so(shop):
    s = shop(**HAND_SHOP)
    moved = causes.causes(s, Period(date(2026, 11, 2), date(2026, 11, 15)))
    assert str(causes.find_causes(moved, currency="CNY")) == (
        "The shop is too young to compare with the period before."
    )
