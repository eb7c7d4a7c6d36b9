"""Intervals for who looks every day: a published figure, and null trials looked at every day."""

import numpy as np
import pytest

from shophelm.methods.always_valid import always_valid
from shophelm.methods.two_sample import arm_of_sums, difference, lift


def test_the_interval_is_that_of_the_gbstats_test_suite():
    effect = lift(arm_of_sums(3461, 2422.7, 134698.29), arm_of_sums(3000, 1396.87, 52377.9767))
    assert effect["estimate"][0] == pytest.approx(0.50336, abs=5e-6)
    found = always_valid(effect["estimate"], effect["error"], 6461, sharpest_at=1000)
    assert (found["low"][0], found["high"][0]) == pytest.approx((-0.55844, 1.56516), abs=5e-6)


def test_the_p_value_is_the_level_at_which_the_interval_touches_zero():
    for level in (0.9, 0.95, 0.99):
        reach = always_valid(0.0, 1.0, 700, level=level, sharpest_at=900)["high"][0]
        found = always_valid(reach, 1.0, 700, level=level, sharpest_at=900)["p_value"][0]
        assert found == pytest.approx(1 - level)


def test_it_is_sharpest_where_it_was_meant_to_be():
    people = np.array([500, 1000, 2000, 5000, 10_000, 50_000, 250_000])
    widths = [always_valid(0, 1, n, sharpest_at=n)["high"][0] for n in people]
    assert widths == pytest.approx([widths[0]] * len(people))
    others = always_valid(np.zeros(7), np.ones(7), people, sharpest_at=5000)["high"]
    assert others.idxmin() == 3
    assert (others > 1.96).all()


def test_without_an_error_nothing_is_known():
    found = always_valid([0.1, 0.0, np.nan], [np.nan, 0.0, 1.0], [10, 10, 0])
    assert found["p_value"].isna().tolist() == [True, True, True]


def looks(trials, days, a_day, *, delayed):
    """Null trials of binary outcomes, summed up day by day; some outcomes come days later."""
    chance = np.random.default_rng(20_261_115 + delayed)
    n = np.arange(1, days + 1) * a_day
    arms = []
    for _ in range(2):
        # people of each day, and on which day each of them does it
        did = chance.binomial(a_day, 0.2, (trials, days))
        late = chance.binomial(did, 0.5) if delayed else np.zeros_like(did)
        came = did - late
        wait = 5
        came[:, wait:] += late[:, :-wait]
        yes = came.cumsum(axis=1)
        arms.append(arm_of_sums(np.tile(n, trials), yes.ravel(), yes.ravel()))
    effect = difference(*arms)
    return effect, np.tile(n, trials) * 2


@pytest.mark.parametrize("delayed", [False, True])
def test_null_trials_looked_at_every_day_alarm_in_five_percent_at_most(delayed):
    trials, days = 2_000, 56
    effect, people = looks(trials, days, 60, delayed=delayed)
    found = always_valid(effect["estimate"], effect["error"], people)
    outside = (found["low"] > 0) | (found["high"] < 0)
    ever = outside.to_numpy().reshape(trials, days).any(axis=1).mean()
    # 5 %, and 2.33 errors of a share of 2,000
    assert ever <= 0.05 + 2.33 * np.sqrt(0.05 * 0.95 / trials)
    fixed = (effect["p_value"] < 0.05).to_numpy().reshape(trials, days)
    assert 0.039 <= fixed[:, -1].mean() <= 0.061
    # what looking every day at an interval for one look does
    assert fixed.any(axis=1).mean() > 0.2


def test_an_effect_that_is_there_is_found_early_in_most_trials():
    trials, days, a_day = 500, 56, 100
    chance = np.random.default_rng(5)
    n = np.tile(np.arange(1, days + 1) * a_day, trials)
    ours, theirs = (
        arm_of_sums(n, yes.ravel(), yes.ravel())
        for yes in (chance.binomial(a_day, p, (trials, days)).cumsum(axis=1) for p in (0.26, 0.2))
    )
    effect = difference(ours, theirs)
    found = always_valid(effect["estimate"], effect["error"], 2 * n)
    seen = (found["low"] > 0).to_numpy().reshape(trials, days)
    assert seen.any(axis=1).mean() > 0.95
    assert np.median(seen[seen.any(axis=1)].argmax(axis=1)) < days / 2
    # it holds the truth on all days at once
    held = (found["low"] < 0.06) & (found["high"] > 0.06)
    assert held.to_numpy().reshape(trials, days).all(axis=1).mean() > 0.93
