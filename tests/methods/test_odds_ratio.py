"""Log odds ratios and slopes, by hand and by what was planted."""

import numpy as np
import pytest
from scipy import special

from shophelm.methods.odds_ratio import log_odds_ratio, slope_beyond


def test_a_log_odds_ratio_by_hand():
    value, error = log_odds_ratio((9, 19), (4, 14))
    # with half a case added to each cell: 9.5 / 10.5 against 4.5 / 10.5
    assert value == pytest.approx(np.log(9.5 / 4.5))
    assert error == pytest.approx(np.sqrt(1 / 9.5 + 1 / 10.5 + 1 / 4.5 + 1 / 10.5))


def test_no_trials_say_nothing_and_no_success_says_something():
    value, error = log_odds_ratio((np.array([0, 0]), np.array([0, 8])), (3, 10))
    assert np.isnan([value[0], error[0]]).all()
    assert value[1] == pytest.approx(np.log(0.5 / 8.5) - np.log(3.5 / 7.5))


def test_slopes_beyond_what_is_expected_cover_the_planted_one():
    rng = np.random.default_rng(31)
    inside = []
    for _ in range(200):
        x = rng.choice([-0.15, 0.0], 150)
        n = rng.poisson(3.0, 150).astype(float) + 1
        odds = -0.5 - 1.0 * x
        k = rng.binomial(n.astype(int), special.expit(odds - 0.4 - 4.0 * x)).astype(float)
        slope, error = slope_beyond(n, k, odds, x)
        inside.append(abs(slope + 4.0) < 1.2816 * error)
    # 80 %, standard error 2.8 points; the weak prior pulls a little
    assert np.mean(inside) == pytest.approx(0.8, abs=0.07)


def test_a_price_that_never_moves_tells_no_slope():
    slope, error = slope_beyond(np.full(5, 9.0), np.full(5, 3.0), np.zeros(5), np.full(5, 0.1))
    assert slope == pytest.approx(0, abs=1e-9)
    assert error == pytest.approx(5)
