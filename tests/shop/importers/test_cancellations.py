from datetime import datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from shophelm.shop.importers.cancellations import Bought, Credit, match

START = datetime.fromisoformat("2011-01-01")


def bought(order, day, units, price, line=1, customer="c", product="p"):
    at, price = START + timedelta(days=day), Decimal(price)
    return Bought(order, line, customer, product, at, units, units * price, price)


def credit(row, day, units, amount, product="p", customer="c"):
    at = START + timedelta(days=day)
    return Credit(row, f"C{row}", customer, product, at, units, Decimal(amount))


def shown(parts):
    return [(p.credit.row, p.order_id, p.units, p.amount) for p in parts]


def test_the_newest_earlier_line_is_taken_first():
    lines = [bought("a", 1, 5, "2"), bought("b", 2, 5, "2"), bought("later", 9, 5, "2")]
    parts, rests = match([credit(1, 3, 2, "4")], lines, [])
    assert shown(parts) == [(1, "b", 2, 4)]
    assert rests == {}


def test_a_line_at_the_credits_price_goes_before_a_newer_one():
    lines = [bought("a", 1, 5, "2"), bought("b", 2, 5, "3")]
    parts, _ = match([credit(1, 3, 2, "4")], lines, [])
    assert shown(parts) == [(1, "a", 2, 4)]


def test_a_large_credit_is_spread_and_its_rest_told():
    lines = [bought("a", 1, 2, "2"), bought("b", 2, 3, "2")]
    parts, rests = match([credit(1, 3, 7, "14")], lines, [])
    assert shown(parts) == [(1, "b", 3, 6), (1, "a", 2, 4)]
    assert rests == {1: 4}


def test_no_more_goes_back_than_was_paid():
    parts, rests = match([credit(1, 3, 2, "10")], [bought("a", 1, 2, "3")], [])
    assert shown(parts) == [(1, "a", 2, 6)]
    assert rests == {1: 4}


def test_another_customer_or_product_or_a_later_order_does_not_count():
    lines = [bought("a", 1, 5, "2", customer="d"), bought("b", 1, 5, "2", product="q")]
    parts, rests = match([credit(1, 0, 1, "2")], [*lines, bought("e", 5, 5, "2")], [])
    assert (parts, rests) == ([], {1: 2})


def test_freight_and_discounts_go_to_the_newest_orders_up_to_what_is_left():
    lines = [bought("a", 1, 1, "10")]
    orders = [Bought("a", None, "c", None, START + timedelta(days=1), 0, Decimal(12))]
    parts, rests = match([credit(1, 3, 0, "5", product=None), credit(2, 2, 1, "10")], lines, orders)
    assert shown(parts) == [(2, "a", 1, 10), (1, "a", 0, 2)]
    assert rests == {1: 3}


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9), st.integers(1, 3)), max_size=6),
    st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9), st.integers(1, 3)), max_size=6),
)
def test_parts_and_rests_are_the_credits_and_no_line_is_refunded_beyond_itself(lines, given_back):
    things = [bought(str(i), d, n, str(p)) for i, (d, n, p) in enumerate(lines)]
    notes = [credit(i, d, n, str(n * p)) for i, (d, n, p) in enumerate(given_back)]
    paid = {b.order_id: b.left for b in things}
    parts, rests = match(notes, things, [])
    assert sum(c.amount for c in notes) == sum(p.amount for p in parts) + sum(rests.values())
    for order, most in paid.items():
        assert sum(p.amount for p in parts if p.order_id == order) <= most
