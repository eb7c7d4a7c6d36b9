"""A stock cleared by price: sums by hand, limits, and no path better than the one picked."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shophelm.methods.markdown import (
    Goods,
    cut_price,
    do_nothing,
    elasticity_draws,
    price_paths,
    send_back,
)


def goods(weekly, units, *, later=0.0, price=10.0, saving=0.0):
    weekly = np.atleast_2d(np.array(weekly, dtype=float))
    return Goods(
        weekly=weekly,
        due=np.array([units], dtype=float),
        later=np.full((1, len(weekly)), float(later)),
        price=price,
        saving=saving,
    )


def test_doing_nothing_sells_what_is_wanted_and_writes_off_the_rest():
    # 8 wanted in four weeks, 5 more before the day by which it must go, 20 there: 13 × 10
    sold, money = do_nothing(goods([2, 2, 2, 2], 20, later=5))
    assert (sold[0], money[0]) == (8, 130)
    # never more than there is
    sold, money = do_nothing(goods([2, 2, 2, 2], 6, later=5))
    assert (sold[0], money[0]) == (6, 60)


def test_half_the_price_at_an_elasticity_of_two_sells_four_times_as_much():
    found = cut_price(goods([2, 2, 2, 2], 100), np.array([-2.0]), np.array([[0.5] * 4]))
    # 32 units at 5 each, where 8 at 10 each were to come
    assert found.sold == pytest.approx(32)
    assert found.gain == pytest.approx(32 * 5 - 8 * 10)
    assert found.given_away == pytest.approx(8 * 5)


def test_what_is_not_there_cannot_be_sold():
    found = cut_price(goods([2, 2, 2, 2], 20), np.array([-2.0]), np.array([[0.5] * 4]))
    assert found.sold == 20
    assert found.gain == pytest.approx(20 * 5 - 80)


def test_only_the_share_that_sees_the_price_reacts():
    found = cut_price(goods([2, 2, 2, 2], 100), np.array([-2.0]), np.array([[0.5] * 4]), share=0.25)
    # six pay in full; two see the price and become eight, at 5
    assert found.sold == pytest.approx(6 + 8)
    assert found.gain == pytest.approx(6 * 10 + 8 * 5 - 80)
    assert found.given_away == pytest.approx(2 * 5)


def test_money_freed_counts_by_each_unit_gone_sooner():
    paths = np.array([[0.5] * 4])
    without, with_ = (
        cut_price(goods([1, 1, 1, 1], 50, saving=s), np.array([-1.0]), paths) for s in (0.0, 2.0)
    )
    # four more units are gone
    assert with_.gain - without.gain == pytest.approx(4 * 2)


def test_where_demand_hardly_reacts_the_price_stays():
    found = cut_price(goods([5, 5, 5, 5], 100), np.array([-0.5]), price_paths([1.0, 0.9, 0.8, 0.5]))
    assert found.prices == (1, 1, 1, 1)
    assert found.gain == pytest.approx(0)


def test_goods_that_would_all_be_sold_later_are_not_given_away():
    found = cut_price(goods([5] * 4, 60, later=500), np.array([-2.0]), price_paths([1.0, 0.5]))
    assert found.prices == (1, 1, 1, 1)


@given(
    st.lists(st.floats(0, 12), min_size=4, max_size=4),
    st.integers(1, 60),
    st.floats(-4, -0.2),
    st.floats(0, 30),
)
@settings(max_examples=40, deadline=None)
def test_no_path_of_prices_is_worth_more_than_the_one_picked(weekly, units, elasticity, later):
    here = goods(weekly, units, later=later)
    paths, reaction = price_paths([1.0, 0.8, 0.6]), np.array([elasticity])
    found = cut_price(here, reaction, paths)
    alone = [cut_price(here, reaction, path[None]).gain for path in paths]
    assert found.gain == pytest.approx(max(alone), abs=1e-9)
    assert found.gain >= -1e-9
    assert found.sold <= units + 1e-9


def test_prices_never_rise_along_a_path():
    paths = price_paths([0.5, 1.0, 0.8], weeks=3)
    assert len(paths) == 10
    assert (np.diff(paths, axis=1) <= 0).all()


def test_elasticities_drawn_have_the_interval_that_was_given():
    drawn = elasticity_draws(-2.0, -2.6, -1.4)
    assert drawn.mean() == pytest.approx(-2)
    assert drawn.std() == pytest.approx(0.6 / 1.2816, rel=0.1)


def test_an_uncertain_elasticity_widens_the_gain():
    here, paths = goods([2, 2, 2, 2], 1000), np.array([[0.5] * 4])
    sure = cut_price(here, elasticity_draws(-2.0, -2.0, -2.0), paths)
    unsure = cut_price(here, elasticity_draws(-2.0, -3.0, -1.0), paths)
    assert sure.gain_low == pytest.approx(sure.gain_high)
    assert unsure.gain_low < sure.gain < unsure.gain_high


def test_what_would_be_written_off_goes_back_to_the_supplier():
    # 10 there, 4 will be sold at 10: the other 6 go back at 3
    found = send_back(goods([1, 1, 1, 1], 10), 3.0)
    assert found.returned == 6
    assert found.gain == pytest.approx(18)
    assert found.sold == 10
    # at more than the price, all of them
    assert send_back(goods([1, 1, 1, 1], 10), 11.0).returned == 10
