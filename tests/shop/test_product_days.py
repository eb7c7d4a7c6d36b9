"""Each product's days, by hand and against SQL."""

import duckdb
import numpy as np
import pytest

from shophelm.shop.product_days import product_days
from tests.conftest import SAMPLE
from tests.hand_shop import HAND_SHOP

PRICES = """
    product_id,valid_from,price
    tee,2026-11-04,50.00
    tee,2026-11-10,45.00
"""
STOCK = """
    day,product_id,warehouse,on_hand
    2026-11-13,tee,north,3
    2026-11-13,tee,south,4
    2026-11-14,tee,north,9
"""
BOUGHT = """
    po_id,product_id,supplier_id,ordered_on,promised_on,received_on,quantity,received_quantity,unit_cost
    p1,tee,s1,2026-11-01,2026-11-14,2026-11-14,6,2,9.00
    p2,tee,s1,2026-11-10,2026-11-20,,6,,9.00
"""


def test_a_day_holds_what_was_paid_for_on_it(shop):
    days = product_days(shop(**HAND_SHOP))
    assert days.products.tolist() == ["cap", "coat", "tee"]
    assert (str(days.period.first), days.period.days) == ("2026-11-02", 14)
    tee, cap = days.units[2], days.units[0]
    # o1 on the 3rd, o2 on the 9th; the caps of o6 were never paid for
    assert {n + 2: u for n, u in enumerate(tee) if u} == {3: 2, 9: 1}
    assert {n + 2: u for n, u in enumerate(cap) if u} == {9: 1, 12: 4, 15: 3}
    assert days.money[2].sum() == 90 + 50
    # without a price list, what was asked on days with a sale
    assert days.price[2, [1, 7]].tolist() == [45, 50]
    assert np.isnan(np.delete(days.price[2], [1, 7])).all()
    for unknown in (days.on_hand, days.received, days.opening):
        assert np.isnan(unknown).all()
    # tee, seen on the 3rd and 9th; one visitor each time
    assert {n + 2: v for n, v in enumerate(days.visitors[2]) if v} == {3: 1, 9: 1}
    # coat: first seen on the 10th, still alive
    assert days.on_sale[1].tolist() == [False] * 8 + [True] * 6


def test_prices_hold_until_the_next_and_shelves_balance(shop):
    days = product_days(shop(**HAND_SHOP, prices=PRICES, stock=STOCK, purchase_orders=BOUGHT))
    tee = days.products.get_loc("tee")
    assert np.isnan(days.price[tee, :2]).all()
    assert days.price[tee, 2:].tolist() == [50] * 6 + [45] * 6
    # both warehouses; a day without a row is not known
    assert days.on_hand[tee, 11:13].tolist() == [7, 9]
    assert np.isnan(days.on_hand[tee, 13])
    # what came, not what was ordered; nothing is open for ever
    assert days.received[tee].sum() == days.received[tee, 12] == 2
    assert days.opening[tee, 12] == 7 + 2


def test_nothing_after_as_of_is_seen(shop):
    tables = HAND_SHOP | {"prices": PRICES, "stock": STOCK, "purchase_orders": BOUGHT}
    whole, before = (
        product_days(shop(**tables, as_of=day)) for day in ("2026-11-15", "2026-11-09")
    )
    n = before.period.days
    for name in ("units", "money", "price", "visitors"):
        at = whole.products.get_indexer(before.products)
        assert np.array_equal(
            getattr(before, name), getattr(whole, name)[at][:, :n], equal_nan=True
        ), name


def test_the_sample_is_added_up_as_sql_adds_it_up(sample):
    days = product_days(sample)
    sql = f"""
        SELECT product_id, sum(quantity::int) AS units, sum(l.paid_amount::decimal(18, 4)) AS money
        FROM read_csv('{SAMPLE}/order_lines.csv*', all_varchar = true) l
        JOIN read_csv('{SAMPLE}/orders.csv*', all_varchar = true) o USING (order_id)
        WHERE paid_at IS NOT NULL GROUP BY 1"""
    wanted = duckdb.sql(sql).df().set_index("product_id").reindex(days.products).fillna(0)
    assert days.units.sum(axis=1).tolist() == wanted["units"].tolist()
    assert days.money.sum(axis=1) == pytest.approx(wanted["money"].astype(float).to_numpy())
    # every unit is accounted for: what was there, and came, was sold or is there
    known = ~np.isnan(days.opening) & ~np.isnan(days.on_hand)
    assert known.sum() > 30_000
    assert (days.opening - days.units == days.on_hand)[known].all()
