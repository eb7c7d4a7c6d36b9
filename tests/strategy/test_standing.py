"""Where the year stands: attainment by SQL, what remains, and how likely the target is."""

import duckdb
import numpy as np
import pytest

from shophelm.shop.needs import Missing
from shophelm.shop.tables import open_shop
from shophelm.strategy.cascade import cascade, planned
from shophelm.strategy.standing import find_standing, standing
from tests.conftest import SAMPLE


@pytest.fixture(scope="module")
def opened():
    return open_shop(SAMPLE, as_of="2026-08-15")


@pytest.fixture(scope="module")
def plan(opened):
    return cascade(opened)


@pytest.fixture(scope="module")
def found(opened, plan):
    return standing(opened, plan)


def paid(first, end):
    return duckdb.sql(
        f"""
        SELECT sum(paid_amount)::DOUBLE FROM '{SAMPLE}/orders.csv.gz'
        WHERE paid_at >= '{first}' AND paid_at < '{end}'
        """
    ).fetchone()[0]


def test_what_is_paid_is_held_against_the_plan_to_the_day(plan, found):
    gmv = found.drivers.set_index("driver").loc["gmv"]
    assert gmv["actual"] == pytest.approx(paid("2026-01-01", "2026-08-16"), abs=0.005)
    days = planned(plan, "day")
    to_date = days[[d.isoformat() <= "2026-08-15" for d in days["first"]]]["gmv"].sum()
    assert gmv["planned"] == pytest.approx(to_date, abs=0.005)
    rows = found.drivers.set_index("driver")
    parts = rows.loc[["visits", "pay_conversion", "spend_per_buyer"], "attainment"]
    # money is their product
    assert parts.prod() == pytest.approx(gmv["attainment"])


def test_what_remains_makes_up_what_is_missing(plan, found):
    missing = plan.target / 100 - paid("2026-01-01", "2026-08-16")
    assert found.months["asked"].sum() == pytest.approx(missing)
    assert found.months["month"].tolist() == [f"2026-{m:02}" for m in (8, 9, 10, 11, 12)]
    assert found.months["days"].tolist() == [16, 30, 31, 30, 31]
    rows = found.drivers.set_index("driver")["remaining"]
    days = found.months["days"].sum()
    product = rows["visits"] * days * rows["pay_conversion"] * rows["spend_per_buyer"]
    assert product == pytest.approx(rows["gmv"]) == pytest.approx(missing)


def test_the_chance_falls_with_the_target_and_is_certain_at_its_ends(found):
    targets = np.linspace(found.outlook.so_far, 3 * found.outlook.so_far, 20)
    chances = [found.outlook.chance(t) for t in targets]
    assert chances[0] == 1.0
    assert chances[-1] < 1e-6
    assert (np.diff(chances) <= 0).all()
    middle = found.outlook.so_far + found.outlook.to_come
    assert found.outlook.chance(middle) == pytest.approx(0.5)
    high = found.outlook.so_far + found.outlook.high
    assert found.outlook.chance(high) == pytest.approx(0.1)


def test_the_sentences_say_the_chance_and_who_lags(found):
    said = [str(s) for s in find_standing(found, currency="CNY")]
    assert said[0].startswith("Of ¥1,075,349 for the year ¥551,453 are paid, ")
    assert "the chance of its target is " in said[-1]


def test_another_year_is_not_judged(opened):
    assert isinstance(standing(opened, cascade(opened, year=2027)), Missing)


def test_a_young_shop_is_told_that_it_cannot_be_known(shop):
    orders = (
        "order_id,created_at,paid_at,goods_amount,discount_amount,shipping_amount,paid_amount\n"
    )
    rows = [f"o{i},2026-11-{i:02} 10:00:00,2026-11-{i:02} 10:00:00,5,0,0,5\n" for i in range(1, 15)]
    young = shop(orders=orders + "".join(rows))
    found = standing(young, cascade(young, annual_target=1000.0))
    assert np.isnan(found.chance)
    said = str(find_standing(found, currency="CNY")[-1])
    assert said.startswith("How likely the target is cannot be known from fewer than eight weeks")
