"""What was planted in other shops of the same making is found there, too."""

from datetime import timedelta

import pytest

from shophelm.methods.item_to_item import similar_items
from shophelm.shop.calendar import last_days
from shophelm.shop.tables import open_shop
from shophelm.simulate import simulate
from shophelm.user import next_due, second_purchase
from shophelm.user.histories import histories
from shophelm.user.lists_judged import lists_judged
from shophelm.user.offering import AGAIN, LIKE

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=[1, 2, 3])
def made(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    truth = simulate(folder, seed=request.param)
    return open_shop(folder, as_of=truth["shop"]["as_of"]), truth


def test_planted_companions_are_most_like_by_orders(made):
    shop, truth = made
    past = histories(shop, last_days(shop.as_of, days=364))
    alike = similar_items(past.baskets).toarray()
    first = dict(zip(past.products, past.products[alike.argmax(axis=1)], strict=True))
    pairs = truth["bundles"]["pairs"]
    assert {one: first[one] for one in pairs} == pairs


def test_what_people_did_knows_them_better_than_what_they_did_last(made):
    judged = lists_judged(made[0])
    rows = judged.set_index("method")
    assert judged["method"].iloc[0] == LIKE
    assert rows.loc[AGAIN, "ahead_low"] > 0


def test_as_many_buy_again_as_was_to_be_expected(made):
    shop, _ = made
    predicted = bought = 0
    for back in range(1, 5):
        checked = next_due.due_checked(shop.at(shop.as_of - timedelta(days=28 * back)))
        predicted += checked["predicted"].sum()
        bought += checked["bought"].sum()
    assert bought == pytest.approx(predicted, rel=0.15)


def test_customers_of_direct_come_back_more_often(made):
    groups = second_purchase.second_purchase_by_first(made[0])
    direct = groups[groups["group"] == "direct"].iloc[0]
    assert direct["share"] > direct["share_rest"]
