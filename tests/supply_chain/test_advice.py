"""What the notebook's answers come to: nothing is ordered twice, nothing missing stops it."""

import pandas as pd

from shophelm.actions import find_actions
from shophelm.shop.needs import Missing
from shophelm.supply_chain import advice
from shophelm.supply_chain.perishables import Perishables
from shophelm.words import sentence

MISSING = Missing("a question", "stock")


def test_what_is_cleared_or_spoils_is_left_to_its_own_plan():
    slow = pd.DataFrame({"product_id": ["coat", "cap", "plum"], "slow": [True, False, True]})
    spoiling = Perishables(pd.DataFrame({"product_id": ["plum"]}), pd.DataFrame(), {}, 3, 2)
    assert advice.ordered_elsewhere(slow, spoiling) == {
        "coat": advice.CLEARED,
        "plum": advice.SPOILS,
    }
    assert advice.ordered_elsewhere(MISSING, MISSING) == {}


def test_nine_of_ten_deliveries_come_within_the_days_given():
    judged = pd.DataFrame({"supplier_id": ["s1", "s2"], "lead_p90": [12.0, None]})
    assert advice.late_lead_days(judged).to_dict() == {"s1": 12.0}


def test_answers_that_are_missing_bring_no_actions(shop):
    names = ("proposal", "judged", "worths", "ways", "spoiling", "plan", "prepared")
    steps = advice.steps(
        shop(orders="order_id,created_at,goods_amount,discount_amount,shipping_amount,paid_amount\n"
             "1,2026-11-14 10:00:00,5,0,0,5\n"),
        **dict.fromkeys(names, MISSING),
    )  # fmt: skip
    assert steps == []
    assert str(find_actions(steps)) == "Nothing is to be done that the tables tell of."


def test_without_stock_the_headline_is_what_will_sell():
    selling = sentence("Five will sell.")
    assert advice.find_headline(selling, MISSING, MISSING, currency="CNY") is selling
