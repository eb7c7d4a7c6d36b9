import numpy as np
import pytest

from shophelm.methods import accuracy

NAN = np.nan


def test_seasonal_naive_repeats_the_last_known_like_day():
    known = np.array([[1, 2, 3, 4, 5, 6, 7, 8, NAN, 10]])
    expected = [4.0, 5, 6, 7, 8, 2, 10, 4]
    assert accuracy.seasonal_naive(known, 8).tolist() == [expected]
    assert accuracy.seasonal_naive(np.full((1, 9), NAN), 2).tolist() == [[0, 0]]


def test_errors_add_up_by_hand():
    forecast, actual = np.array([[2.0, 2, 9]]), np.array([[1.0, 4, NAN]])
    assert accuracy.wape(forecast, actual) == pytest.approx(3 / 5)
    assert accuracy.bias(forecast, actual) == pytest.approx(4 / 5 - 1)
    # mean square 5 / 2, against a scale of 10
    assert accuracy.rmsse(forecast, actual, np.array([10.0])) == pytest.approx([0.5])
    low, high = np.array([1.0, 1, 1]), np.array([2.0, 3, 3])
    assert accuracy.coverage(low, high, np.array([2.0, 4, NAN])) == pytest.approx(1 / 2)


def test_the_scale_is_the_squared_gap_to_the_week_before():
    known = np.array([[1.0] * 7 + [3, 1, NAN], [2.0] * 10])
    found = accuracy.naive_scale(known)
    # gaps of 2 and 0, one unknown; a series that never moves has no scale
    assert found[0] == pytest.approx(2.0)
    assert np.isnan(found[1])


def test_nothing_after_a_cut_is_seen():
    series = np.arange(40.0)[None].repeat(2, axis=0)

    def greedy(known, horizon):
        assert known.shape[1] in (20, 30)
        return np.full((len(known), horizon), known[:, -1:])

    found = accuracy.rolling_origins(greedy, series, cuts=[20, 30], horizon=3)
    assert found[:, 0, 0].tolist() == [19.0, 29.0]


def test_what_is_not_there_yet_is_not_known():
    found = accuracy.came(np.array([[1.0, 2, 3, 4]]), cuts=[1, 3], horizon=2)
    assert found[0].tolist() == [[2, 3]]
    assert found[1][0][0] == 4
    assert np.isnan(found[1][0][1])
