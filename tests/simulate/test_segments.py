"""What was planted among customers shows in their segments."""

from datetime import date
from math import sqrt

import pandas as pd
import pytest

from shophelm.shop.buyers import buyers
from shophelm.shop.tables import open_shop
from shophelm.user import clusters, rfm, thresholds

Z = 3.29
DOUBLE_11 = date(2025, 11, 11)


@pytest.fixture(scope="module")
def opened(shop_folder, truth):
    return open_shop(shop_folder, as_of=truth["shop"]["as_of"])


def test_customers_won_on_double_11_have_the_lowest_frequency(opened):
    """They visit at .3 of the usual rate and leave 2.2 times as often: against others of then."""
    drawn = thresholds.draw(opened)
    people = opened.frame(rfm.members(opened, drawn)).set_index("customer_id")
    first = opened.frame(buyers(opened)).set_index("customer_id")["first_day"]
    first = pd.to_datetime(first.reindex(people.index))
    near = (first - pd.Timestamp(DOUBLE_11)).abs().dt.days <= 70
    then = first == pd.Timestamp(DOUBLE_11)
    seldom = people["f"] == people["f"].min()
    won, others = seldom[then], seldom[near & ~then]
    error = sqrt(seldom[near].var() * (1 / len(won) + 1 / len(others)))
    assert won.mean() - others.mean() > Z * error


def test_customers_who_differ_by_degrees_have_no_clusters(opened):
    """Rates, dropout and spend are drawn from gamma and beta distributions: one cloud."""
    assert clusters.clusters(opened).groups.empty
