import numpy as np
import pytest

from shophelm.methods.demand_classes import demand_classes
from shophelm.methods.intermittent import croston, syntetos_boylan, teunter_syntetos_babai

PUBLISHED = np.array([[0, 0, 3, 0, 0, 0, 5, 0, 2, 0, 0, 4, 0, 0, 0, 0, 6, 0, 1, 0]], dtype=float)


def test_croston_and_sba_give_what_statsforecast_gives():
    assert croston(PUBLISHED) == pytest.approx([1.04446], abs=5e-6)
    assert syntetos_boylan(PUBLISHED) == pytest.approx([0.99224], abs=5e-6)


def test_tsb_adds_up_by_hand():
    # begins with size 4 and chance 1/2; then chance .5 × .9 = .45; then .45 + .1 × .55 = .505 and
    # size 4 + .1 × 2 = 4.2
    assert teunter_syntetos_babai(np.array([[0.0, 4, 0, 6]])) == pytest.approx([0.505 * 4.2])


def test_croston_adds_up_by_hand():
    # sizes 4 then 4.2; waits 2 then 2 + .1 × (2 − 2)
    assert croston(np.array([[0.0, 4, 0, 6]])) == pytest.approx([2.1])


def test_unknown_days_neither_sell_nor_wait():
    with_gaps = np.array([[np.nan, 0, np.nan, 4, 0, np.nan, np.nan, 6, np.nan]])
    without = np.array([[0.0, 4, 0, 6]])
    for method in (croston, syntetos_boylan, teunter_syntetos_babai):
        assert method(with_gaps) == pytest.approx(method(without))


def test_a_product_that_died_fades_by_tsb_alone():
    dead = np.concatenate([np.full(50, 2.0), np.zeros(100)])[None]
    assert croston(dead) == pytest.approx([2.0])
    assert teunter_syntetos_babai(dead)[0] < 0.001


def test_nothing_sold_is_nothing_forecast():
    nothing = np.array([[0.0] * 9, [np.nan] * 9])
    for method in (croston, syntetos_boylan, teunter_syntetos_babai):
        assert method(nothing).tolist() == [0.0, 0.0]


def test_classes_are_those_of_syntetos_and_boylan():
    days = 60
    often, seldom = np.arange(days), np.arange(0, days, 4)
    series = np.zeros((6, days))
    series[0, often] = 5
    series[1, often] = np.where(often % 10 == 0, 50, 1)
    series[2, seldom] = 5
    series[3, seldom] = np.where(seldom % 20 == 0, 50, 1)
    series[5, :5] = np.nan
    found = demand_classes(series).tolist()
    assert found == ["smooth", "erratic", "intermittent", "lumpy", "intermittent", "new"]


def test_the_border_between_often_and_seldom_is_132_hundredths_of_a_day():
    series = np.zeros((2, 132))
    series[0, :101] = 1
    series[1, :100] = 1
    assert demand_classes(series).tolist() == ["smooth", "intermittent"]
