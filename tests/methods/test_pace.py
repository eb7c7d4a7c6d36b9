"""Pace: planted levels, walks, growth and seasons, and intervals that hold their promise."""

import numpy as np
import pytest
from scipy import stats

from shophelm.methods.pace import GROWTH, SWING, WAVES, chance_of, pace


def walk(seed, *, weeks=80, ahead=8, noise=0.08, drift=0.02, growth=0.0, season=()):
    """Days of a shape of 100, whose level walks from week to week."""
    rng = np.random.default_rng(seed)
    at = np.arange(weeks + ahead)
    level = np.cumsum(rng.normal(growth, drift, weeks + ahead))
    for k, (one, other) in enumerate(season, 1):
        level = (
            level + one * np.sin(2 * np.pi * k * at / 52) + other * np.cos(2 * np.pi * k * at / 52)
        )
    by_week = np.exp(level + rng.normal(0, noise, weeks + ahead))
    days = np.repeat(by_week, 7) * 100.0
    return days[: weeks * 7], days[weeks * 7 :]


def some_season(rng):
    size = SWING / np.arange(1, WAVES + 1)
    size = size / np.sqrt((1 / np.arange(1, WAVES + 1) ** 2).sum())
    return [(s * rng.normal(), s * rng.normal()) for s in size]


def flat(days):
    return pace(days, np.full(len(days), 100.0))


def mean_of(found, name):
    return sum(w.weight * getattr(w, name) for w in found.ways)


def test_noise_and_drift_are_told_apart():
    found = [flat(walk(seed, weeks=104, noise=0.1, drift=0.02)[0]) for seed in range(20)]
    assert np.mean([mean_of(p, "noise") for p in found]) == pytest.approx(0.1, rel=0.2)
    assert np.mean([mean_of(p, "drift") for p in found]) == pytest.approx(0.02, rel=0.5)


@pytest.mark.parametrize(("weeks", "ahead"), [(20, 8), (40, 8), (80, 8), (80, 26)])
def test_what_is_to_come_lies_in_its_interval_as_often_as_promised(weeks, ahead):
    """Of 150 intervals of 80 %, between 110 and 130 hold it (three standard errors: 105 to 135).

    Seasons and growth are as the method takes them to be; noise and drift are given.
    """
    rng = np.random.default_rng(weeks + ahead)
    held = 0
    for seed in range(150):
        known, coming = walk(
            seed, weeks=weeks, ahead=ahead, drift=0.02, season=some_season(rng),
            growth=rng.normal(0, GROWTH) / 52,
        )  # fmt: skip
        median, deviation = flat(known).ahead(np.full(len(coming), 100.0))
        held += abs(np.log(coming.sum() / median)) < stats.norm.ppf(0.9) * deviation
    assert 105 <= held <= 135


def test_a_season_seen_twice_is_known_and_growth_is_not_taken_for_it():
    days, _ = walk(5, weeks=104, noise=0.02, drift=0.005, growth=0.3 / 52, season=[(0.3, 0.0)])
    found = flat(days)
    at = np.arange(364)
    season = found.season(at)
    truth = 0.3 * np.sin(2 * np.pi * (at / 7 + 104) / 52)
    assert np.abs((season - season.mean()) - (truth - truth.mean())).max() < 0.06


def test_what_is_not_known_of_campaigns_widens():
    found = flat(walk(2)[0])
    weights = np.full(20, 10.0)
    _, narrow = found.ahead(weights)
    risk = np.array([[0.5] * 4 + [0.0] * 16])
    _, wide = found.ahead(weights, risks=risk)
    # four of twenty days: a fifth of the total is off by half
    assert np.sqrt(wide**2 - narrow**2) == pytest.approx(0.1, rel=0.1)


def test_days_that_are_left_out_only_let_time_pass():
    found = flat(walk(1, drift=0.03, noise=0.02)[0])
    soon, late = np.zeros(140), np.zeros(140)
    soon[:7], late[-7:] = 10.0, 10.0
    assert found.ahead(late)[1] > 1.5 * found.ahead(soon)[1]


def test_a_closed_week_tells_nothing():
    days, _ = walk(4)
    closed = days.copy()
    closed[210:217] = 0.0
    one, other = (flat(d).ahead(np.full(28, 100.0)) for d in (days, closed))
    assert other[0] == pytest.approx(one[0], rel=0.03)
    assert flat(np.where(np.arange(560) % 21 < 14, 0.0, days)) is None


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
