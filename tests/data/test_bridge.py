from datetime import date
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shophelm.data.bridge import bridge, find_bridge
from shophelm.shop.calendar import Period
from tests.hand_shop import HAND_SHOP

WEEK = Period(date(2026, 11, 9), date(2026, 11, 15))


def amounts(bridged):
    return {r.step: r.amount for r in bridged.itertuples()}


def test_the_bridge_of_a_week_by_hand(shop):
    bridged = bridge(shop(**HAND_SHOP), WEEK)
    assert amounts(bridged) == {
        "gmv_placed": Decimal("220.00"),
        "not_paid": Decimal("-80.00"),
        "paid_outside": Decimal("0.00"),
        "placed_outside": Decimal("179.50"),
        "gmv_paid": Decimal("319.50"),
        "refunded_inside": Decimal("-10.00"),
        "refunded_after": Decimal("0.00"),
        "gmv_settled": Decimal("309.50"),
        "in_flight": Decimal("0.00"),
        "refunds_of_earlier": Decimal("-45.00"),
        "gmv_cash": Decimal("264.50"),
    }
    assert bridged["gap"].dropna().tolist() == [0, 0, 0]
    assert str(find_bridge(bridged, currency="CNY")) == (
        "The bridge closes to the cent: ¥319.50 paid, ¥309.50 settled so far (−3.1%), ¥264.50 in "
        "cash."
    )


def test_without_refunds_settled_and_cash_are_not_known(shop):
    tables = {k: v for k, v in HAND_SHOP.items() if k != "refunds"}
    bridged = bridge(shop(**tables), WEEK)
    assert bridged["step"].tolist()[-1] == "gmv_paid"
    assert str(find_bridge(bridged, currency="CNY")) == (
        "The bridge closes to the cent, as far as it goes: ¥319.50 paid. Settled and cash are not "
        "known: the shop has no refunds."
    )


def test_without_orders_the_question_stays_open_and_says_why(shop):
    missing = bridge(shop(events=HAND_SHOP["events"]), WEEK)
    assert str(missing) == (
        "Not answered: Do placed, paid, settled and cash reconcile? This shop has no orders. "
        "Where to get it: the order export: 千牛 › 交易 › 已卖出的宝贝 › 批量导出, Shopify › "
        "Orders › Export."
    )
    assert find_bridge(missing, currency="CNY") is missing


days = st.integers(1, 28)
order = st.tuples(days, st.one_of(st.none(), days), st.integers(0, 99999))
refund = st.tuples(st.integers(0, 7), days, st.integers(0, 9999))


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(orders=st.lists(order, min_size=1, max_size=8), refunds=st.lists(refund, max_size=8))
def test_the_bridge_closes_on_any_orders_and_refunds(shop, orders, refunds):
    head = "order_id,created_at,paid_at,goods_amount,discount_amount,shipping_amount,paid_amount"
    lines = [
        f"{i},2026-11-{a:02d},{f'2026-11-{b:02d}' if b else ''},{c / 100},0,0,{c / 100}"
        for i, (a, b, c) in enumerate(orders)
    ]
    back = [
        f"r{i},{o % len(orders)},2026-11-{day:02d},{cents / 100}"
        for i, (o, day, cents) in enumerate(refunds)
    ]
    s = shop(
        orders="\n".join([head, *lines]),
        refunds="\n".join(["refund_id,order_id,refunded_at,amount", *back]),
        as_of="2026-11-28",
    )
    bridged = bridge(s, WEEK)
    assert bridged["gap"].dropna().tolist() == [0, 0, 0]
    paid = sum(c for _, b, c in orders if b and 9 <= b <= 15)
    assert amounts(bridged)["gmv_paid"] == Decimal(paid) / 100
    whole = amounts(bridge(s, Period(date(2026, 11, 1), date(2026, 11, 28))))
    assert whole["gmv_settled"] == whole["gmv_cash"]
