import numpy as np
import pytest
from scipy import integrate, stats

from shophelm.methods.expected_ratios import off_by_chance, shrink_ratios


def test_intervals_hold_the_true_ratio_as_often_as_they_say():
    rng = np.random.default_rng(0)
    held = []
    for _ in range(25):
        expected = np.exp(rng.normal(3, 1, 50))
        true = rng.gamma(10, 0.1, 50)
        found = shrink_ratios(rng.poisson(expected * true), expected)
        held += list((found["low"] <= true) & (true <= found["high"]))
    assert np.mean(held) == pytest.approx(0.8, abs=0.025)


def test_where_all_are_as_expected_chance_calls_one_in_twenty_off():
    rng = np.random.default_rng(1)
    true = np.exp(rng.normal(2.5, 1, 4000))
    # as much was seen of the others as would be expected of three such members
    others = rng.poisson(3 * true)
    p = off_by_chance(rng.poisson(true), others / 3, others)
    assert 0.02 < np.nanmean(p <= 0.05) <= 0.055


def test_chance_is_the_binomial_test():
    found = off_by_chance([12, 3, 0], [5.0, 6.0, 4.0], [50, 60, 400])
    for p, y, share, n in zip(
        found, (12, 3, 0), (5 / 55, 6 / 66, 4 / 404), (62, 63, 400), strict=True
    ):
        sides = [stats.binomtest(y, n, share, alternative=a).pvalue for a in ("less", "greater")]
        assert p == pytest.approx(min(1, 2 * min(sides)))


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
    assert np.isnan(off_by_chance([3, 5, 1], [0, np.nan, 2], [9, 9, 0])).all()
