"""Sample sizes, against a published calculator and simulated trials."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shophelm.methods.power import (
    detectable_effect,
    detectable_rise,
    hold_out_size,
    sample_size_of_means,
    sample_size_of_proportions,
    times_the_people,
)
from shophelm.methods.two_sample import arm_of_counts, arm_of_sums, difference


@pytest.mark.parametrize(
    ("rate", "effect", "known"), [(0.20, 0.05, 1030.2), (0.03, 0.003, 51486.5)]
)
def test_proportions_need_what_evan_millers_calculator_says(rate, effect, known):
    assert sample_size_of_proportions(rate, effect) == pytest.approx(known, abs=0.05)


def test_means_need_the_textbooks_sixteen_variances_over_the_effect_squared():
    # Lehr 1992: 16 (sd / effect)² for 5 % and 80 %; exactly 15.7
    assert sample_size_of_means(10, 2) == pytest.approx(15.698 * 25, abs=0.01)


def test_a_treated_arm_twice_as_large_needs_three_quarters_of_the_control():
    assert sample_size_of_means(10, 2, ratio=2.0) == pytest.approx(
        0.75 * sample_size_of_means(10, 2)
    )


def test_without_an_effect_nobody_suffices():
    assert sample_size_of_means(10, 0) == np.inf
    assert sample_size_of_proportions(0.1, 0) == np.inf


@given(
    st.integers(50, 100_000),
    st.floats(0.1, 100),
    st.floats(0.001, 10),
)
def test_the_hold_out_is_the_smallest_that_sees_the_effect(people, sd, effect):
    size = hold_out_size(people, sd, effect)
    if np.isnan(size):
        assert detectable_effect(people / 2, people / 2, sd) >= effect * (1 - 1e-9) or people % 2
        return
    assert size <= people / 2
    assert detectable_effect(people - size, size, sd) <= effect * (1 + 1e-9)
    if size > 1:
        assert detectable_effect(people - size + 1, size - 1, sd) > effect * (1 - 1e-9)


def test_too_few_people_can_never_show_it():
    # 784.9 an arm are needed for a fifth of... half a standard deviation less
    assert np.isnan(hold_out_size(1_569, 1.0, 0.1414))
    assert hold_out_size(1_571, 1.0, 0.1414) > 700


@pytest.mark.parametrize("ratio", [1.0, 4.0])
def test_means_are_seen_as_often_as_promised(ratio):
    control = int(np.ceil(sample_size_of_means(1.0, 0.2, ratio=ratio)))
    treated = int(control * ratio)
    chance = np.random.default_rng(3)

    def arm(n, mean):
        # sums of normal values: their mean and variance are drawn directly
        means = chance.normal(mean, 1 / np.sqrt(n), 4000)
        variances = chance.chisquare(n - 1, 4000) / (n - 1)
        return arm_of_sums(np.full(4000, n), n * means, variances * (n - 1) + n * means**2)

    seen = difference(arm(treated, 0.2), arm(control, 0.0))["p_value"] < 0.05
    assert seen.mean() == pytest.approx(0.8, abs=4 * np.sqrt(0.16 / 4000))


def test_proportions_are_seen_as_often_as_promised():
    n = int(np.ceil(sample_size_of_proportions(0.2, 0.05)))
    chance = np.random.default_rng(4)
    ours, theirs = chance.binomial(n, 0.25, 4000), chance.binomial(n, 0.20, 4000)
    sizes = np.full(4000, n)
    seen = difference(arm_of_counts(ours, sizes), arm_of_counts(theirs, sizes))["p_value"] < 0.05
    # the calculator takes the control's variance for both arms where there is no effect
    assert seen.mean() == pytest.approx(0.8, abs=0.02)


def test_the_detectable_effect_undoes_the_sample_size():
    n = sample_size_of_means(7.0, 0.5)
    assert detectable_effect(n, n, 7.0) == pytest.approx(0.5)
    assert np.isnan(detectable_effect(10, 0, 7.0))


def test_the_detectable_rise_undoes_the_sample_size_of_proportions():
    # Evan Miller's calculator: 1,030.2 see 20 % become 25 %
    assert detectable_rise(1030.2, 0.2) == pytest.approx(0.05, abs=1e-5)
    assert np.isnan([detectable_rise(n, p) for n, p in [(0, 0.2), (5, 0.9), (9, 0.0)]]).all()


def test_a_trial_needs_so_many_times_its_people():
    # two arms of 100 with sd 10: the error is √2; 16 variances over 2² make 392 each
    times = times_the_people(10 * np.sqrt(2 / 100), 2)
    assert 100 * times == pytest.approx(sample_size_of_means(10, 2))
    assert times_the_people(1.0, 0.0) == np.inf
