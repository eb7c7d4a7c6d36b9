"""Shrunk effects, against the eight schools and groups drawn from known spreads."""

import numpy as np
import pandas as pd
import pytest

from shophelm.methods.effect_shrinkage import shrink_effects

SCHOOLS = [28, 8, -3, 7, -1, 1, 18, 12], [15, 10, 16, 11, 9, 11, 10, 18]


def test_the_eight_schools_come_out_as_published():
    """Medians of Gelman et al., Bayesian Data Analysis, table 5.3, from 200 draws each."""
    shrunk = shrink_effects(*SCHOOLS, interval=0.5)
    published = np.array([10, 8, 7, 8, 5, 7, 10, 8])
    quartiles = np.array([(7, 16), (3, 12), (2, 11), (4, 11), (1, 10), (2, 10), (7, 15), (3, 13)])
    # a median of 200 draws of spread 7 errs by .6; the mean of A lies above its median
    assert np.abs(shrunk["shrunk"] - published).max() < 2.0
    assert np.abs(shrunk[["low", "high"]].to_numpy() - quartiles).max() < 2.0


@pytest.mark.parametrize("spread", [0.0, 0.5, 3.0])
def test_intervals_hold_what_they_promise_whatever_the_spread(spread):
    chance = np.random.default_rng(7)
    inside = []
    for _ in range(150):
        errors = chance.uniform(0.5, 1.5, 8)
        true = chance.normal(2.0, spread, 8)
        shrunk = shrink_effects(chance.normal(true, errors), errors, interval=0.8)
        inside.append((shrunk["low"] <= true) & (true <= shrunk["high"]))
    # groups alike are believed to differ a little, and so are covered more often
    assert np.mean(inside) >= 0.78
    assert spread == 0.0 or np.mean(inside) <= 0.88


def test_the_less_is_known_of_a_group_the_more_it_is_pulled():
    shrunk = shrink_effects([0.0, 0.1, -0.1, 1.0, 1.0], [0.1, 0.1, 0.1, 0.1, 0.8])
    assert 0.9 < shrunk["shrunk"][3] <= 1.0
    assert shrunk["shrunk"][4] < 0.8


def test_a_group_without_a_measure_has_the_spread_of_its_peers():
    shrunk = shrink_effects([1.0, 1.2, 0.8, np.nan], [0.1, 0.1, 0.1, np.nan])
    assert shrunk["shrunk"][3] == pytest.approx(1.0, abs=0.02)
    assert shrunk["low"][3] < shrunk["low"][:3].min()


def test_nothing_known_is_nothing_said():
    assert shrink_effects([np.nan], [np.nan]).isna().all(axis=None)


def test_order_and_units_change_nothing():
    shrunk = shrink_effects(*SCHOOLS)
    turned = shrink_effects(SCHOOLS[0][::-1], SCHOOLS[1][::-1])[::-1].reset_index(drop=True)
    pd.testing.assert_frame_equal(shrunk, turned, rtol=1e-9)
    hundredfold = shrink_effects(*(np.array(a) * 100.0 for a in SCHOOLS))
    money = ["shrunk", "low", "high"]
    pd.testing.assert_frame_equal(shrunk[money] * 100, hundredfold[money], rtol=1e-6)
    pd.testing.assert_frame_equal(shrunk[["positive"]], hundredfold[["positive"]], rtol=1e-6)


def test_probabilities_are_of_what_is_asked():
    shrunk = shrink_effects([1.0, 1.0], [0.5, 0.5], worth_having=[0.0, 50.0])
    assert shrunk["above"][0] == shrunk["positive"][0]
    assert shrunk["above"][1] < 0.001
