"""A long answer is given again to who asks the same of the same shop, and to nobody else."""

from decimal import Decimal

import duckdb
import pandas as pd
import pytest

from shophelm.shop import answers, kept
from shophelm.shop.needs import QUESTIONS, Missing, question
from shophelm.shop.tables import Tables, open_shop
from tests.hand_shop import HAND_SHOP

asked = []


@question("What was paid?", "orders")
def paid(shop: Tables, given: pd.DataFrame | None = None, *, times: int = 1, how=None):
    asked.append(times)
    frame = shop.frame(shop["orders"].select("order_id", "paid_amount").order_by("order_id"))
    frame["paid_amount"] *= times
    frame.attrs["given"] = 0 if given is None else len(given)
    return (how or (lambda f: f))(frame)


@question("Which orders?", "orders")
def orders(shop: Tables):
    asked.append("orders")
    return shop["orders"].limit(1)


# they are no notebook's
for name in ("shop.paid", "shop.orders"):
    QUESTIONS.pop(name)


@pytest.fixture(autouse=True)
def anew(tmp_path, monkeypatch):
    monkeypatch.setenv(kept.VARIABLE, str(tmp_path / "cache"))
    monkeypatch.setattr(answers, "DEAR", 0.0)
    asked.clear()


@pytest.fixture
def folder(write):
    return write(**HAND_SHOP)


def opened(folder, as_of="2026-11-15"):
    return open_shop(folder, as_of=as_of)


def test_the_same_is_answered_once(folder):
    first, again = paid(opened(folder), times=2), paid(opened(folder), times=2)
    assert asked == [2]
    pd.testing.assert_frame_equal(first, again)
    assert again.attrs == {"given": 0}
    assert isinstance(again["paid_amount"].iloc[0], Decimal)
    # whoever changes what they got changes it for nobody else
    again["paid_amount"] = 0
    assert paid(opened(folder), times=2)["paid_amount"].equals(first["paid_amount"])


def test_what_differs_is_asked_anew(folder, write):
    paid(opened(folder))
    paid(opened(folder), times=2)
    paid(opened(folder, as_of="2026-11-14"))
    paid(opened(folder).at(opened(folder).as_of))
    assert asked == [1, 2, 1]
    paid(opened(folder), pd.DataFrame({"a": [1]}))
    paid(opened(folder), pd.DataFrame({"a": [2]}))
    paid(opened(folder), pd.DataFrame({"a": [1]}))
    assert asked == [1, 2, 1, 1, 1]
    changed = HAND_SHOP["orders"].replace("30.00,0.00,0.00,30.00", "31.00,0.00,0.00,31.00")
    assert changed != HAND_SHOP["orders"]
    write(orders=changed)
    assert Decimal("31.0000") in set(paid(opened(folder))["paid_amount"])
    assert asked == [1, 2, 1, 1, 1, 1]


def test_what_holds_on_to_a_connection_is_not_kept(folder):
    for _ in range(2):
        assert len(orders(opened(folder)).to_pandas()) == 1
        paid(opened(folder), how=lambda frame: frame)
    assert asked == ["orders", 1, "orders", 1]


def test_a_short_answer_is_not_kept(folder, monkeypatch):
    monkeypatch.setattr(answers, "DEAR", 1e9)
    paid(opened(folder))
    paid(opened(folder))
    assert asked == [1, 1]


def test_of_a_database_nothing_is_kept(tmp_path):
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as con:
        con.sql("""CREATE TABLE orders AS SELECT 'o1' AS order_id, TIMESTAMP '2026-11-01' AS
            created_at, 1 AS goods_amount, 0 AS discount_amount, 0 AS shipping_amount,
            1 AS paid_amount""")
    for _ in range(2):
        paid(opened(tmp_path / "shop.duckdb"))
    assert asked == [1, 1]


def test_a_missing_table_is_said_to_be_missing_as_before(write):
    assert isinstance(paid(opened(write(events=HAND_SHOP["events"]))), Missing)
