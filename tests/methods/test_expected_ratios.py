import numpy as np
import pytest
from scipy import integrate, stats

from shophelm.methods.empirical_bayes import discoveries
from shophelm.methods.expected_ratios import shrink_ratios


def test_intervals_hold_the_true_ratio_as_often_as_they_say():
    rng = np.random.default_rng(0)
    held = []
    for _ in range(40):
        expected = np.exp(rng.normal(3, 1, 50))
        true = rng.gamma(10, 0.1, 50)
        found = shrink_ratios(rng.poisson(expected * true), expected)
        held += list((found["low"] <= true) & (true <= found["high"]))
    assert np.mean(held) == pytest.approx(0.8, abs=0.025)


def test_where_all_are_as_expected_nothing_is_found():
    rng = np.random.default_rng(1)
    any_found = 0
    for _ in range(60):
        expected = np.exp(rng.normal(3, 1, 40))
        found = shrink_ratios(rng.poisson(expected), expected)
        either = np.maximum(found["above"], 1 - found["above"])
        any_found += discoveries(2 * either - 1).any()
    assert any_found <= 3


def test_little_evidence_stays_near_1_and_much_does_not():
    found = shrink_ratios([2, 200, 100, 50, 97, 103], [1, 100, 100, 50, 100, 100])
    assert found["ratio"].iloc[1] == pytest.approx(1.9, abs=0.1)
    assert found["ratio"].iloc[0] < 1.5
    assert found["above"].iloc[1] > 0.999


def test_one_member_agrees_with_the_integral_over_spreads():
    y, e = 9, 5.0
    spreads = np.linspace(0.02, 1.5, 75)

    def likely(s):
        shape = s**-2.0
        return stats.nbinom.pmf(y, shape, shape / (shape + e))

    weight = integrate.trapezoid([likely(s) for s in spreads], spreads)
    mean = integrate.trapezoid(
        [likely(s) * (s**-2 + y) / (s**-2 + e) for s in spreads], spreads
    ) / weight  # fmt: skip
    assert shrink_ratios([y], [e])["ratio"].iloc[0] == pytest.approx(mean, rel=0.01)


def test_what_was_not_expected_is_not_known():
    found = shrink_ratios([3, 5], [0, np.nan])
    assert found.isna().all(axis=None)
    assert len(shrink_ratios([], [])) == 0
