from datetime import date

import pytest

from shophelm.shop.needs import Missing
from shophelm.supply_chain.hidden_demand import demanded
from shophelm.supply_chain.lost_sales import (
    find_lost_sales,
    lost_sales,
    unit_money,
)
from tests.supply_chain.test_hidden_demand import CAPS

PRODUCTS = """
    product_id,title,category,list_price,unit_cost
    cap,Cap,hats,10.00,4.00
"""


def test_lost_units_are_worth_what_a_unit_brings_less_what_it_costs(shop):
    caps = shop(as_of="2026-11-13", products=PRODUCTS, **CAPS)

    row = lost_sales(caps, days=None).iloc[0]

    lost = demanded(caps).lost()["lost"].iloc[0]
    assert unit_money(caps).loc["cap"].tolist() == [10, 6]
    assert row["lost"] == lost
    assert row["lost_gmv"] == pytest.approx(10 * lost)
    assert row["lost_margin"] == pytest.approx(6 * lost)
    # five days' loss, at the pace of four weeks
    assert row["worth"] == pytest.approx(6 * lost * 28 / 5)
    assert row["worth_in"] == "margin"
    assert row["empty_days"] == 3
    assert row["still_empty"]
    assert row["lost_share"] == pytest.approx(lost / (lost + 6))


def test_without_costs_worth_is_gmv_and_says_so(shop):
    row = lost_sales(shop(as_of="2026-11-13", **CAPS), days=None).iloc[0]

    assert row["worth_in"] == "gmv"
    assert row["lost_margin"] != row["lost_margin"]
    assert row["worth"] == pytest.approx(10 * row["lost"] * 28 / 5)


def test_where_no_shelf_was_empty_nothing_was_lost(shop):
    full = CAPS | {"stock": CAPS["stock"].replace(",0\n", ",9\n")}
    caps = shop(as_of="2026-11-13", **full)

    frame = lost_sales(caps)

    assert frame.empty
    assert [str(s) for s in find_lost_sales(caps, frame, currency="CNY")] == [
        "No shelf was empty in these days."
    ]


def test_without_stock_it_is_not_answered(shop):
    few = shop(as_of="2026-11-13", orders=CAPS["orders"], order_lines=CAPS["order_lines"])

    assert isinstance(lost_sales(few), Missing)
    assert isinstance(find_lost_sales(few, lost_sales(few), currency="CNY"), Missing)


def test_the_rationed_product_comes_out_on_top_since_it_is_rationed(planted):
    shop, truth = planted

    frame = lost_sales(shop, days=(shop.as_of - date(2026, 5, 1)).days + 1)

    most = frame.loc[frame["lost"].idxmax()]
    assert most["product_id"] == truth["supply"]["rationed_product"]


def test_money_lost_is_what_was_planted(planted):
    shop, truth = planted

    frame = lost_sales(shop, days=None)

    # list prices of the day against what was paid, coupons and thresholds off: within a sixth
    assert frame["lost_gmv"].sum() == pytest.approx(truth["supply"]["unmet_yuan"], rel=1 / 6)


def test_the_sentences_add_up(sample):
    frame = lost_sales(sample)

    said = [str(s) for s in find_lost_sales(sample, frame, currency="CNY")]

    assert said[0].startswith(f"Empty shelves hid {frame['lost'].sum():.0f} units of demand")
    assert said[1].startswith(f"Most was lost on {frame['title'].iloc[0]}")
    assert said[2].startswith("Still empty: ")
