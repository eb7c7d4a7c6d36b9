"""The shape of a year: planted seasons, week days and campaigns are found again."""

import numpy as np
import pytest

from shophelm.methods.year_shape import year_shape


def sales(days, *, seed=0, growth=0.0, swing=0.3, burst=(), times=3.0, level=400.0):
    rng = np.random.default_rng(seed)
    at = np.arange(days)
    mean = level * np.exp(growth * at / 364 + swing * np.sin(2 * np.pi * at / 364))
    mean = mean * np.where(at % 7 >= 5, 1.3, 0.88)
    mean[list(burst)] *= times
    kind = np.zeros(days, dtype=int)
    kind[list(burst)] = 1
    return rng.poisson(mean).astype(float), mean, kind


def off(weights, mean):
    """By how much weights of days ahead stand off the truth, but for their level."""
    log = np.log(weights / mean)
    return np.abs(log - log.mean()).mean()


def test_two_years_tell_the_season_the_week_and_the_campaign():
    burst = [*range(300, 303), *range(664, 667), *range(1028, 1031)]
    seen, mean, kind = sales(1092, burst=burst, growth=0.3)
    weights = year_shape(seen[:728, None], kind=kind)[:, 0]
    ahead = slice(728, 1092)
    trend = np.exp(0.3 * np.arange(364) / 364)
    assert off(weights[ahead], mean[ahead] / trend) < 0.04
    # a burst stands three times above its neighbours
    usual = (weights[1020:1028].mean() + weights[1031:1039].mean()) / 2
    assert weights[1028:1031].mean() / usual == pytest.approx(3.0, rel=0.1)


def test_of_one_year_half_the_season_is_expected_again():
    seen, _, kind = sales(728)
    weights = year_shape(seen[:364, None], kind=kind)[364:, 0]
    flat = weights / np.where(np.arange(364) % 7 >= 5, 1.3, 0.88)
    swing = np.log(flat).std() / (0.3 / np.sqrt(2))
    assert swing == pytest.approx(0.5, abs=0.1)


def test_without_a_year_there_is_no_season():
    seen, _, kind = sales(300)
    weights = year_shape(seen[:200, None], kind=kind)[:, 0]
    flat = weights / np.where(np.arange(300) % 7 >= 5, 1.3, 0.88)
    assert flat.std() / flat.mean() < 0.02


def test_a_season_that_is_given_is_kept():
    seen, _, kind = sales(200, swing=0.0)
    season = np.linspace(0.5, 1.5, 200)
    weights = year_shape(seen[:, None], kind=kind, season=season)[:, 0]
    flat = weights / season / np.where(np.arange(200) % 7 >= 5, 1.3, 0.88)
    assert flat.std() / flat.mean() < 0.02


def test_weights_stand_at_the_present_level():
    seen, _, kind = sales(364, swing=0.0, growth=0.5)
    weights = year_shape(seen[:, None], kind=kind)[:, 0]
    assert weights[-91:].sum() == pytest.approx(seen[-91:].sum(), rel=0.02)


def test_series_have_week_days_of_their_own_and_nothing_stays_nothing():
    rng = np.random.default_rng(1)
    week = np.arange(400) % 7 >= 5
    both = np.column_stack(
        [
            rng.poisson(np.where(week, 300, 100)),
            rng.poisson(np.where(week, 100, 300)),
            np.zeros(400),
        ]
    )
    weights = year_shape(both, kind=np.zeros(400, dtype=int))
    ratio = weights[week].mean(axis=0)[:2] / weights[~week].mean(axis=0)[:2]
    assert ratio == pytest.approx([3.0, 1 / 3], rel=0.1)
    assert (weights[:, 2] == 0).all()
