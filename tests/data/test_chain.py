from datetime import date
from decimal import Decimal

import pytest

from shophelm.data import chain, slices
from shophelm.shop.calendar import Period
from tests.hand_shop import HAND_SHOP

WEEK = Period(date(2026, 11, 9), date(2026, 11, 15))
TARGETS = """
    period_from,period_to,scope,metric,value
    2026-11-01,2026-11-30,shop,gmv_paid,3000
    2026-11-09,2026-11-15,shop,gmv_paid,639
    2026-11-01,2026-11-30,shop,visitors,30
    2026-11-01,2026-11-30,shop,pay_conversion,0.5
"""


def test_the_chain_against_the_week_before_and_target(shop):
    week = chain.compare(shop(**HAND_SHOP, targets=TARGETS), WEEK).set_index("term")
    gmv = week.loc["gmv_paid"]
    assert (gmv["now"], gmv["before"]) == (Decimal("319.50"), Decimal("95.00"))
    assert gmv["before_change"] == pytest.approx(319.5 / 95 - 1)
    # the week's own row wins over the month's; a month's count is spread evenly, its rate holds
    assert gmv["target"] == pytest.approx(639)
    assert gmv["attainment"] == pytest.approx(0.5)
    assert week.loc["visitors", "target"] == pytest.approx(7)
    assert week.loc["pay_conversion", "target"] == pytest.approx(0.5)
    assert "last_year" not in week


def test_its_sentence_names_every_link(shop):
    week = chain.compare(shop(**HAND_SHOP, targets=TARGETS), WEEK)
    assert str(chain.find_chain(week, currency="CNY")) == (
        "GMV paid is ¥320: +236.3% against the period before; 50.00% of target. Against the "
        "period before: visitors +50.0%, pay conversion +33.3%, buyers per paying visitor +50.0% "
        "and spend per buyer +12.1%."
    )


def test_slices_of_money_add_up_with_freight_apart(shop):
    sliced = slices.slices(shop(**HAND_SHOP), WEEK, by="category")
    assert sliced[["slice", "gmv_paid"]].values.tolist() == [
        ["apparel", Decimal("229.50")],
        ["hats", Decimal("80.00")],
        ["(freight)", Decimal("10.00")],
    ]
    assert sliced["gmv_paid"].sum() == Decimal("319.50")


def test_orders_without_lines_have_a_row_of_their_own(shop):
    lines = "\n".join(x for x in HAND_SHOP["order_lines"].splitlines() if "o4" not in x)
    sliced = slices.slices(shop(**HAND_SHOP | {"order_lines": lines}), WEEK, by="product_id")
    assert dict(zip(sliced["slice"], sliced["gmv_paid"], strict=True)) == {
        "Cap": Decimal("80.00"),
        "Tee": Decimal("50.00"),
        "Coat": Decimal(0),  # seen, but its order has no line
        "(freight)": Decimal("10.00"),
        "(orders without lines)": Decimal("179.50"),
    }


def test_small_slices_are_folded_and_the_sum_stays(shop):
    sliced = slices.slices(shop(**HAND_SHOP), WEEK, by="product_id", most=1)
    assert sliced["slice"].tolist() == ["Coat", "all others", "(freight)"]
    assert sliced["gmv_paid"].sum() == Decimal("319.50")
    assert sliced["share"].sum() == pytest.approx(1)


def test_a_shop_without_channels_says_so(shop):
    orders = HAND_SHOP["orders"].replace(",search,", ",,").replace(",ads,", ",,")
    sliced = slices.slices(shop(orders=orders), WEEK, by="channel")
    assert str(slices.find_slices(sliced, by="channel", currency="CNY")) == (
        "Nothing to show by channel: the tables name none, or nothing was sold or seen."
    )


def test_events_alone_give_visits_and_say_that_money_is_not_known(shop):
    week = chain.compare(shop(events=HAND_SHOP["events"]), WEEK)
    assert str(chain.find_chain(week, currency="CNY")) == (
        "3 visitors came, of whom 66.67% paid; money is not known, because there are no orders."
    )


def test_scaling_money_changes_no_share_and_no_rank(shop):
    small = slices.slices(shop(**HAND_SHOP), WEEK, by="channel")
    orders = HAND_SHOP["orders"].strip().splitlines()
    rows = [line.strip().split(",") for line in orders]
    scaled = [r[:5] + [str(Decimal(v) * 100) for v in r[5:]] for r in rows[1:]]
    text = "\n".join(",".join(r) for r in [rows[0], *scaled])
    large = slices.slices(shop(**HAND_SHOP | {"orders": text}), WEEK, by="channel")
    assert large["slice"].tolist() == small["slice"].tolist()
    assert large["share"].tolist() == pytest.approx(small["share"].tolist())
    assert large["gmv_paid"].tolist() == [100 * v for v in small["gmv_paid"]]
