from datetime import date
from decimal import Decimal

import pytest

from shophelm.shop.calendar import Period
from shophelm.shop.definitions import CHAIN
from shophelm.shop.measures import measure
from tests.hand_shop import HAND_SHOP

WEEK = Period(date(2026, 11, 9), date(2026, 11, 15))
SPANS = {"now": WEEK.every_day, "before": WEEK.before.every_day}


def row(frame, *index):
    return frame.loc[index[0] if len(index) == 1 else index].to_dict()


def test_every_term_of_a_week_adds_up_by_hand(shop):
    found = row(measure(shop(**HAND_SHOP), SPANS), "now")
    assert found == {
        "visitors": 3,
        "page_views": 4,
        "cart_visitors": 1,
        "paying_visitors": 2,
        "orders": 4,
        "buyers": 3,
        "new_buyers": 1,  # bob; nobody knows whether the guest is new
        "returning_buyers": 1,
        "units": 10,
        "gmv_paid": Decimal("319.50"),
        "gmv_settled": Decimal("309.50"),
        "returned_orders": 1,
        "gmv_placed": Decimal("220.00"),
        "customers_365": 2,
        "repeat_customers": 1,
        "gmv_cash": Decimal("264.50"),
        "cart_rate": pytest.approx(1 / 3),
        "pay_conversion": pytest.approx(2 / 3),
        "cart_to_pay": 2,
        "log_coverage": 1.5,
        "orders_per_buyer": pytest.approx(4 / 3),
        "units_per_order": 2.5,
        "price_per_unit": 31.95,
        "settled_share": pytest.approx(309.5 / 319.5),
        "spend_per_buyer": 106.5,
        "average_order_value": 79.875,
        "uv_value": 106.5,
        "repurchase_rate": 0.5,
        "return_rate": 0.25,
    }


def test_the_week_before_stands_beside_it(shop):
    found = row(measure(shop(**HAND_SHOP), SPANS), "before")
    assert (found["visitors"], found["buyers"], found["new_buyers"]) == (2, 1, 1)
    assert (found["gmv_paid"], found["gmv_settled"]) == (Decimal(95), Decimal(50))
    assert found["gmv_cash"] == Decimal(95)


def test_the_chain_multiplies_to_gmv_to_the_cent(shop):
    found = row(measure(shop(**HAND_SHOP), SPANS), "now")
    product = 1.0
    for link in CHAIN:
        product *= float(found[link])
    assert round(product, 2) == float(found["gmv_paid"])


def test_by_channel_people_count_in_each_and_money_adds_up(shop):
    found = measure(shop(**HAND_SHOP), {"now": WEEK.every_day}, by=["channel"]).loc["now"]
    assert found["visitors"].to_dict() == {"ads": 2, "search": 2}
    assert found["buyers"].to_dict() == {"ads": 2, "search": 2}
    assert found["gmv_paid"].to_dict() == {"ads": Decimal("229.50"), "search": Decimal("90.00")}


def test_by_category_money_is_the_lines_and_an_order_counts_once(shop):
    found = measure(shop(**HAND_SHOP), {"now": WEEK.every_day}, by=["category"]).loc["now"]
    sold = found[found.index.notna()]
    assert sold["gmv_paid"].to_dict() == {"apparel": Decimal("229.50"), "hats": Decimal("80.00")}
    assert sold["orders"].to_dict() == {"apparel": 2, "hats": 3}
    assert sold["units"].to_dict() == {"apparel": 2, "hats": 8}


def test_by_day_cash_falls_on_the_day_money_went_back(shop):
    found = measure(shop(**HAND_SHOP), {"": WEEK.every_day}, by=["day"]).droplevel("span")
    cash = {str(day)[:10]: amount for day, amount in found["gmv_cash"].items() if amount}
    assert cash == {
        "2026-11-09": Decimal("60.00"),
        "2026-11-10": Decimal("134.50"),
        "2026-11-11": Decimal("-10.00"),
        "2026-11-12": Decimal("50.00"),
        "2026-11-15": Decimal("30.00"),
    }


def test_by_day_who_bought_on_an_earlier_day_is_returning(shop):
    found = measure(shop(**HAND_SHOP), {"": WEEK.every_day}, by=["day"]).droplevel("span")
    counts = {
        str(d)[:10]: (n, r) for d, n, r in found[["new_buyers", "returning_buyers"]].itertuples()
    }
    assert {d: c for d, c in counts.items() if c != (0, 0)} == {
        "2026-11-09": (0, 1),
        "2026-11-10": (1, 0),
        "2026-11-12": (0, 1),
    }


def test_refunds_count_up_to_the_day_that_is_asked_for(shop):
    early = measure(shop(**HAND_SHOP), SPANS, refunds_by={"now": date(2026, 11, 10)})
    assert early.loc["now", "gmv_settled"] == Decimal("319.50")
    assert early.loc["now", "returned_orders"] == 0
    assert early.loc["before", "gmv_settled"] == Decimal("50.00")


def test_daily_exports_without_rows_of_the_whole_shop_give_no_visitors(shop):
    traffic = "day,product_id,channel,visitors,page_views\n2026-11-10,,search,12,30\n"
    assert measure(shop(traffic=traffic), SPANS).empty


def test_without_customers_buyers_are_not_known(shop):
    tables = {"orders": HAND_SHOP["orders"].replace(",ann,", ",,").replace(",bob,", ",,")}
    tables["orders"] = tables["orders"].replace(",dan,", ",,")
    found = measure(shop(**tables), SPANS)
    assert "buyers" not in found
    assert found.loc["now", "orders"] == 4


def test_daily_exports_serve_where_there_are_no_events(shop):
    tables = {k: v for k, v in HAND_SHOP.items() if k != "events"}
    tables["traffic"] = """
        day,product_id,channel,visitors,page_views,buyers
        2026-11-09,,,10,30,1
        2026-11-10,,,20,50,1
        2026-11-10,,search,12,30,
        2026-11-10,coat,,15,20,1
    """
    s = shop(**tables)
    found = row(measure(s, SPANS), "now")
    assert (found["visitors"], found["paying_visitors"], found["page_views"]) == (30, 2, 80)
    # counted per day and added up, as the visits are: ann bought on two days
    assert found["buyers"] == 4
    assert "cart_visitors" not in found
    by_channel = measure(s, {"now": WEEK.every_day}, by=["channel"]).loc["now"]
    assert by_channel["visitors"].to_dict()["search"] == 12


def test_a_second_table_row_for_every_row_doubles_sums_not_people(shop):
    once = row(measure(shop(**HAND_SHOP), SPANS), "now")
    events = HAND_SHOP["events"]
    again = "".join(
        "        " + line.strip().replace("e", "f", 1) + "\n"
        for line in events.strip().splitlines()[1:]
    )
    twice = row(
        measure(shop(**HAND_SHOP | {"events": events.rstrip() + "\n" + again}), SPANS), "now"
    )
    assert twice["visitors"] == once["visitors"]
    assert twice["page_views"] == 2 * once["page_views"]
