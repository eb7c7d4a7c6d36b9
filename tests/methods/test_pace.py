"""Pace: planted levels, walks and growth, and totals whose intervals hold what was promised."""

import numpy as np
import pytest
from scipy import stats

from shophelm.methods.pace import Pace, chance_of, pace


def walk(seed, *, weeks=80, ahead=8, noise=0.08, drift=0.02, growth=0.0):
    """Days of a shape of 100, whose level walks from week to week."""
    rng = np.random.default_rng(seed)
    level = np.cumsum(rng.normal(growth, drift, weeks + ahead))
    by_week = np.exp(level + rng.normal(0, noise, weeks + ahead))
    days = np.repeat(by_week, 7) * 100.0
    return days[: weeks * 7], days[weeks * 7 :]


def test_noise_and_drift_are_told_apart():
    found = [pace(walk(seed, weeks=52)[0], np.full(364, 100.0)) for seed in range(20)]
    noise, drift = (
        np.mean([np.sqrt(p.weight @ getattr(p, name)) for p in found])
        for name in ("noise", "drift")
    )
    assert noise == pytest.approx(0.08, rel=0.15)
    assert drift == pytest.approx(0.02, rel=0.5)


def known_for_certain(*, drift=0.0):
    one = np.ones(1)
    return Pace(one, 0 * one, 0 * one, np.zeros((1, 2, 2)), 1e-4 * one, drift * one)


@pytest.mark.parametrize(("drift", "growth"), [(0.02, 0.0), (0.04, 0.0), (0.01, 0.004)])
def test_eight_weeks_to_come_lie_in_their_interval_as_often_as_promised(drift, growth):
    """Of 100 intervals of 80 %, between 68 and 92 hold what came (three standard errors)."""
    held = 0
    for seed in range(100):
        known, coming = walk(seed, drift=drift, growth=growth)
        median, deviation = pace(known, np.full(len(known), 100.0)).ahead(np.full(56, 100.0))
        held += abs(np.log(coming.sum() / median)) < stats.norm.ppf(0.9) * deviation
    assert 68 <= held <= 92


def test_what_is_not_known_of_kinds_and_season_widens():
    steady = known_for_certain()
    weights = np.full(20, 10.0)
    median, narrow = steady.ahead(weights)
    assert median == pytest.approx(200.0)
    kinds = ["burst"] * 4 + [""] * 16
    unsure = np.array([0.5] * 4 + [0.0] * 16)
    _, wide = steady.ahead(weights, kinds=kinds, unsure=unsure)
    # four of twenty days: a fifth of the total is off by half
    assert wide**2 - narrow**2 == pytest.approx(0.1**2)
    _, seasonal = steady.ahead(weights, season_unsure=0.2)
    assert seasonal > narrow


def test_days_that_are_left_out_only_let_time_pass():
    drifting = known_for_certain(drift=0.01)
    soon, late = np.zeros(70), np.zeros(70)
    soon[:7], late[-7:] = 10.0, 10.0
    assert drifting.ahead(late)[1] > 2 * drifting.ahead(soon)[1]


def test_growth_goes_on():
    known, _ = walk(3, drift=0.0, noise=0.01, growth=0.01)
    found = pace(known, np.full(len(known), 100.0))
    assert found.weight @ found.growth == pytest.approx(0.01, rel=0.1)
    median, _ = found.ahead(np.full(7, 100.0))
    assert median == pytest.approx(known[-7:].sum() * np.exp(0.01), rel=0.03)


@pytest.mark.parametrize(
    ("so_far", "median", "deviation", "chance"),
    [
        (120.0, 0.0, 0.0, 1.0),
        (0.0, 0.0, 0.0, 0.0),
        (50.0, 50.0, 0.1, 0.5),
        (50.0, 60.0, 0.0, 1.0),
        (50.0, 50.0 * np.exp(0.1), 0.1, stats.norm.cdf(1.0)),
    ],
)
def test_the_chance_of_a_target(so_far, median, deviation, chance):
    assert chance_of(100.0, so_far, median, deviation) == pytest.approx(chance)


def test_too_short_a_past_says_nothing():
    assert pace(np.full(50, 1.0), np.full(50, 1.0)) is None
    assert pace(np.zeros(100), np.ones(100)) is None
