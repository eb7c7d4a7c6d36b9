"""Synthetic difference in differences against published figures, and shifts against simulation."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.signal import lfilter

from shophelm.methods.synthetic_control import shift_interval, synthetic_difference

STATES = pd.read_csv(Path(__file__).with_name("cigarette_sales.csv"), index_col=0, comment="#")


def california():
    others = STATES.drop("California")
    found = synthetic_difference(STATES.loc["California"].to_numpy(), others.to_numpy(), before=19)
    return found, pd.Series(found.donors, others.index)


def test_californias_tobacco_law_comes_out_as_published():
    # Arkhangelsky et al. (2021), table 1, and the authors' own package: -15.604
    found, donors = california()
    assert found.effect == pytest.approx(-15.604, abs=0.005)
    # their figure of weights: Nevada .124, New Hampshire .105, Connecticut .078
    assert donors.nlargest(3).round(3).to_dict() == {
        "Nevada": 0.124, "New Hampshire": 0.105, "Connecticut": 0.078
    }  # fmt: skip
    assert found.periods.round(3)[-3:].tolist() == [0.366, 0.206, 0.427]
    assert found.periods[:-3].max() < 1e-3


def test_weights_are_shares():
    found, donors = california()
    for weights in (donors.to_numpy(), found.periods):
        assert weights.min() >= 0
        assert weights.sum() == pytest.approx(1)


def test_what_is_added_after_is_the_effect():
    rng = np.random.default_rng(1)
    donors = rng.normal(0, 1, (5, 12)).cumsum(axis=1)
    unit = donors[:2].mean(axis=0) + 7
    found = synthetic_difference(unit + np.where(np.arange(12) >= 8, 3.0, 0), donors, before=8,
                                 noise=np.zeros(5))  # fmt: skip
    assert found.effect == pytest.approx(3, abs=1e-6)
    assert found.donors == pytest.approx([0.5, 0.5, 0, 0, 0], abs=1e-6)
    assert found.expected == pytest.approx(unit, abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(arrays(float, (4, 9), elements=st.integers(-50, 50)), st.integers(-100, 100))
def test_levels_of_units_and_the_order_of_donors_change_nothing(values, level):
    def effect(rows):
        # with a ridge on both sides there is one answer only
        ridge = {"noise": np.full(3, 2.0), "period_ridge": 1.0}
        return synthetic_difference(rows[0], rows[1:], before=6, **ridge).effect

    lifted = values + np.array([[level], [3], [-level], [11]])
    assert effect(lifted) == pytest.approx(effect(values), abs=1e-4)
    assert effect(values[[0, 3, 1, 2]]) == pytest.approx(effect(values), abs=1e-4)


def test_a_noisy_donor_counts_less_than_a_calm_one():
    rng = np.random.default_rng(2)
    common = rng.normal(0, 1, 40).cumsum()
    donors = common + np.array([[0.1], [3.0]]) * rng.normal(size=(2, 40))
    found = synthetic_difference(common, donors, before=30, noise=np.array([0.1, 3.0]))
    assert found.donors[0] > 0.95


def test_the_counterfactual_of_the_oracle_holds_the_true_effect():
    # seed 12345, AR(.9) control (ArmaProcess(ar=[1, .9])), y = 1.2 x + noise, +5 from day 70
    rng = np.random.RandomState(12345)
    x = 100 + lfilter([1], [1, 0.9], rng.standard_normal(100))
    y = 1.2 * x + rng.normal(size=100)
    y[70:] += 5
    found = synthetic_difference(y, x[None], before=70)
    assert found.donors.tolist() == [1]
    low, high = shift_interval(y - found.expected, before=70)
    assert low < 5 < high
    assert low > 4
    assert high < 6


def test_without_a_step_the_interval_leaves_out_0_as_seldom_as_it_says():
    # a known error rate: exact when gaps may be shifted; they follow one another here
    rng = np.random.default_rng(3)
    wrong = 0
    for _ in range(200):
        low, high = shift_interval(lfilter([1], [1, -0.4], rng.normal(size=60)), before=45)
        wrong += not low <= 0 <= high
    assert wrong / 200 < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 200)


def test_few_periods_cannot_rule_anything_out_at_95_but_can_at_80():
    gaps = np.array([0.1, -0.1, 0.05, 0.0, -0.05, 0.1, 5.0, 5.1])
    assert shift_interval(gaps, before=6) == (-np.inf, np.inf)
    low, high = shift_interval(gaps, before=6, level=0.8)
    assert 4 < low < 5.05 < high < 6
