"""What-if, by hand: one driver moved at a time."""

import pandas as pd
import pytest

from shophelm.shop.tables import open_shop
from shophelm.strategy.cascade import cascade
from shophelm.strategy.scenarios import find_scenarios, scenarios
from shophelm.strategy.standing import standing
from tests.conftest import SAMPLE


@pytest.fixture(scope="module")
def found():
    opened = open_shop(SAMPLE, as_of="2026-08-15")
    return standing(opened, cascade(opened))


def test_each_driver_is_moved_by_itself(found):
    rows = scenarios(found).set_index("driver")
    now = rows["now"]
    days = 16 + 30 + 31 + 30 + 31
    gmv = now["visits"] * days * now["pay_conversion"] * now["spend_per_buyer"]
    assert rows.loc["visits", "worth"] == pytest.approx(0.05 * gmv)
    more = gmv * 0.003 / now["pay_conversion"]
    assert rows.loc["pay_conversion", "worth"] == pytest.approx(more)
    each = now["pay_conversion"] * now["spend_per_buyer"]
    assert rows.loc["pay_conversion", "as_visits"] == pytest.approx(more / each)
    # 5 % more visits are just so many visits
    assert rows.loc["visits", "as_visits"] == pytest.approx(0.05 * now["visits"] * days)
    short = found.plan.target / 100 - found.outlook.so_far - gmv
    assert rows.loc["spend_per_buyer", "closes"] == pytest.approx(
        gmv * 5 / now["spend_per_buyer"] / short
    )


def test_the_sentence_names_both(found):
    (said,) = map(str, find_scenarios(scenarios(found), currency="CNY"))
    assert said.startswith("Until the year's end 0.3 points of conversion more are worth ¥")
    assert "¥5 more a buyer are worth ¥" in said


def test_without_visits_nothing_is_played_through(shop):
    orders = (
        "order_id,created_at,paid_at,goods_amount,discount_amount,shipping_amount,paid_amount\n"
    )
    days = pd.date_range("2026-01-01", periods=90).strftime("%Y-%m-%d")
    rows = [f"o{i},{d} 10:00:00,{d} 10:00:00,5,0,0,5\n" for i, d in enumerate(days)]
    opened = shop(orders=orders + "".join(rows), as_of="2026-03-31")
    found = standing(opened, cascade(opened, annual_target=2000.0))
    assert scenarios(found).empty
    assert "nothing can be played through" in str(
        find_scenarios(scenarios(found), currency="CNY")[0]
    )
