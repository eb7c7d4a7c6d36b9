from shophelm.data import gaps, trust
from shophelm.shop.calendar import last_days
from tests.hand_shop import HAND_SHOP


def test_every_row_is_accounted_for(shop):
    orders = HAND_SHOP["orders"].rstrip() + "\n        o7,ann,2026-12-24,,ads,1,0,0,1\n"
    rows = trust.rows_read(shop(orders=orders + "        o8,ann,soon,,ads,1,0,0,1\n"))
    assert rows.drop(columns=["first_day", "last_day"]).to_dict("records") == [
        {"table": "orders", "read": 8, "rejected": 1, "later": 1, "used": 6}
    ]
    assert str(trust.find_rows(rows)) == (
        "1 table with 8 rows were read; 1 rejected, 1 dated after as_of set aside, 6 used. "
        "Rejected: 1 of orders. `shophelm check` lists them with their reasons."
    )


def test_a_broken_promise_is_named_with_its_rows(shop):
    orders = HAND_SHOP["orders"].replace("10.00,5.00,95.00", "10.00,5.00,96.00")
    broken = trust.promises(shop(orders=orders))
    assert str(trust.find_promises(broken)) == (
        "Of 7 promises, 1 is broken; most often in orders: “paid_amount = goods_amount − "
        "discount_amount + shipping_amount” fails on 1 of 6 rows."
    )


def test_orders_the_log_missed_are_counted_where_they_can_be_told(shop):
    events = "\n".join(
        line for line in HAND_SHOP["events"].splitlines() if not line.strip().startswith("e10,")
    )
    seen = gaps.orders_seen(shop(**HAND_SHOP | {"events": events}))
    # the guest's order has no customer; bob's payment is gone from the log
    assert seen[["orders", "seen", "missed"]].values.tolist() == [[4, 3, 1]]
    assert str(gaps.find_orders_seen(seen)) == (
        "The event log saw 3 of 4 paid orders (75.00%); the worst month is 2026-11 with 75.00%. "
        "Conversion counts only what it saw."
    )


def test_days_without_rows_are_named_and_closed_week_days_once(shop):
    head = "order_id,created_at,paid_at,goods_amount,discount_amount,shipping_amount,paid_amount"
    # no Saturdays (7, 14 November), and the 11th is missing
    days = [2, 3, 4, 5, 6, 8, 9, 10, 12, 13, 15]
    lines = [f"{d},2026-11-{d:02d} 10:00:00,,1,0,0,1" for d in days]
    days = gaps.missing_days(shop(orders="\n".join([head, *lines])))
    assert str(gaps.find_missing_days(days)) == (
        "There are no orders on any Saturday nor on 2026-11-11."
    )


def test_no_missing_day_is_said_too(shop):
    one_day = "\n".join(HAND_SHOP["orders"].splitlines()[:3])
    days = gaps.missing_days(shop(orders=one_day, as_of="2026-11-03"))
    assert str(gaps.find_missing_days(days)) == "No day is missing from the daily tables."


def test_data_that_end_before_the_period_are_an_alert(shop):
    orders = "\n".join(HAND_SHOP["orders"].splitlines()[:3])
    s = shop(orders=orders)
    days = gaps.missing_days(s)
    assert str(gaps.find_missing_days(days)) == "There are no orders since 2026-11-04."
    assert [str(a) for a in gaps.find_ended(days, last_days(s.as_of))] == [
        "orders has no rows since 2026-11-09: 7 days of the period are empty, and every comparison "
        "suffers from it."
    ]


def test_missing_tables_say_what_they_would_open(shop):
    lacking = gaps.missing_tables(shop(orders=HAND_SHOP["orders"])).set_index("table")
    assert "targets and their attainment (data)" in lacking.at["targets", "unlocks"]
    assert "How many paid orders did the event log see? (data)" in lacking.at["events", "unlocks"]
    assert lacking.at["targets", "where"] == "the shop's own plan"
    assert "orders" not in lacking.index
