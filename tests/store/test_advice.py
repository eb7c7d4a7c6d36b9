"""What the notebook's answers come to: nothing is proposed twice, nothing missing stops it."""

import pytest

from shophelm.actions import find_actions
from shophelm.shop.needs import Missing
from shophelm.store import advice
from shophelm.store.cart_causes import cart_causes
from shophelm.store.price_moves import price_moves
from shophelm.supply_chain.price_response import elasticities

MISSING = Missing("a question", "stock")
ANSWERS = (
    *("tests", "matrix", "plan", "gaps", "prices", "left", "said", "changed", "points"),
    *("words", "titles", "paid", "images", "lifts"),
)


@pytest.fixture(scope="module")
def found(sample):
    prices = price_moves(sample, elasticities(sample))
    return dict.fromkeys(ANSWERS, MISSING) | {"prices": prices, "left": cart_causes(sample)}


def test_without_any_answer_nothing_is_proposed_and_that_is_said(sample):
    steps = advice.steps(sample, **dict.fromkeys(ANSWERS, MISSING))
    assert steps == []
    assert str(find_actions(steps)) == "Nothing is to be done that the tables tell of."
    said = advice.find_headline(MISSING, MISSING, currency="CNY")
    assert str(said) == "Of pages and prices nothing can be told from these tables."


def test_a_price_is_moved_once_though_carts_ask_for_it_too(sample, found):
    of_ap004 = [a.kind for a in advice.steps(sample, **found) if a.subject == "product:AP004"]
    assert of_ap004 == ["move a price"]
    without = advice.steps(sample, **found | {"prices": MISSING})
    assert [a.kind for a in without if a.subject == "product:AP004"] == ["left carts: price"]


def test_the_headline_adds_up_what_was_found(found):
    lost = found["left"].products.query("found")["lost_worth"].sum()
    gain = found["prices"]["worth"].sum()
    said = str(advice.find_headline(found["prices"], found["left"], currency="CNY"))
    assert f"¥{lost:,.0f} in 28 days" in said
    assert f"would earn ¥{gain:,.0f} more" in said
    alone = str(advice.find_headline(found["prices"], MISSING, currency="CNY"))
    assert alone[0].isdigit()
    assert "cart" not in alone
