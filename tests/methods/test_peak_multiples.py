import numpy as np
import pytest

from shophelm.methods.peak_multiples import combined, count_levels, peak_multiples

NONE = np.zeros(1)


def test_a_product_without_an_earlier_peak_has_its_groups_multiple():
    sold, due = np.array([3000.0, 3000.0, 0.0]), np.array([1000.0, 1000.0, 0.0])

    multiple, variance = peak_multiples(sold, due, due * 10, group=np.zeros(3, int))

    assert multiple == pytest.approx([3, 3, 3], rel=0.01)
    assert variance[2] > variance[0]


def test_many_units_speak_for_themselves_and_few_do_not():
    # the first product's multiple is 6 where the others' are 2
    sold = np.array([600.0, 200.0, 200.0, 6.0])
    due = np.array([100.0, 100.0, 100.0, 1.0])

    multiple, _ = peak_multiples(sold, due, due * 10, group=np.zeros(4, int))

    assert multiple[0] == pytest.approx(6, rel=0.1)
    assert multiple[1] == pytest.approx(2, rel=0.15)
    assert 3 < multiple[3] < 6


def test_two_estimates_are_combined_by_what_each_tells():
    first, second = np.array([4.0]), np.array([16.0])

    # on logarithms: equal weights give the geometric mean, at half the variance
    value, variance = combined(first, np.array([0.2]), second, np.array([0.2]))
    alone, same = combined(first, np.array([0.2]), np.array([np.nan]), np.array([0.2]))

    assert value == pytest.approx([8])
    assert variance == pytest.approx([0.1])
    assert (alone, same) == (pytest.approx([4]), pytest.approx([0.2]))


def test_levels_are_those_of_counts_drawn_from_an_uncertain_mean():
    rng = np.random.default_rng(0)
    log_variance, mean = 0.04, 30.0
    means = mean * np.exp(rng.normal(0, log_variance**0.5, 200_000) - log_variance / 2)
    drawn = np.quantile(rng.poisson(means), [0.1, 0.9])

    levels = count_levels(np.array([mean]), np.array([log_variance]), 1.0, [0.1, 0.9])

    assert np.ravel(levels) == pytest.approx(drawn, abs=1)


def test_nothing_expected_is_nothing_wanted():
    assert np.ravel(count_levels(NONE, NONE, 1.0, [0.1, 0.9])).tolist() == [0, 0]
