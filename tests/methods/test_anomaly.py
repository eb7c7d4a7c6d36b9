"""Expected days and alarms: planted incidents are found, and false alarms stay in their budget."""

import numpy as np
import pytest

from shophelm.methods.anomaly import Expected, Kinds, beyond_budget, chance, expect

WEEK = np.array([1.1, 0.9, 0.9, 1.0, 1.0, 1.2, 0.9])


def series(seed, *, days=400, columns=20, level=60.0, spread=0.0):
    """Counts with week days, a trend and a wave; `spread` is how far days vary, as a share."""
    rng = np.random.default_rng(seed)
    t = np.arange(days)[:, None]
    wave = 1 + 0.2 * np.sin(2 * np.pi * (t / 365 + rng.random(columns)))
    mean = level * WEEK[t % 7] * (1 + 0.3 * t / 365) * wave
    if spread:
        mean = mean * rng.gamma(1 / spread**2, spread**2, mean.shape)
    return rng.poisson(mean).astype(float)


def ordinary(days):
    return Kinds([""] * days, [0] * days)


def judged(values, kinds=None, exposure=None, counts=True):
    exposure = np.ones(values.shape) if exposure is None else exposure
    found = expect(
        values,
        exposure,
        week_day=[t % 7 for t in range(len(values))],
        kinds=kinds or ordinary(len(values)),
        counts=counts,
    )
    return found, chance(values, found, counts=counts)


@pytest.mark.parametrize("level", [3.0, 60.0, 2000.0])
def test_what_is_expected_follows_level_week_day_and_trend(level):
    values = series(1, level=level)
    found, _ = judged(values)
    late = slice(200, None)
    bias = (values[late] - found.mean[late]).mean() / values[late].mean()
    assert abs(bias) < 0.02
    saturdays = np.arange(200, 400)[np.arange(200, 400) % 7 == 5]
    # three a day are too few to learn it whole
    whole = found.mean[saturdays].mean() / found.mean[late].mean()
    assert whole == pytest.approx(1.2 if level > 3 else 1.13, abs=0.04)


@pytest.mark.parametrize(("level", "spread"), [(3.0, 0.0), (60.0, 0.0), (60.0, 0.2), (2000.0, 0.1)])
def test_days_with_a_false_alarm_stay_within_the_budget(level, spread):
    days = alarmed = 0
    for seed in range(6):
        _, chances = judged(series(seed, level=level, spread=spread))
        alarms = beyond_budget(chances, false_alarms=1)
        days += np.isfinite(chances).any(axis=1).sum()
        alarmed += alarms.any(axis=1).sum()
    borne = days / 30
    assert alarmed <= borne + 2.58 * np.sqrt(borne)


def test_a_day_at_half_its_level_is_found_and_the_days_after_it_are_not():
    values = series(3, columns=5)
    values[300, 2] = values[300, 2] // 3
    _, chances = judged(values)
    alarms = beyond_budget(chances, false_alarms=1)
    assert alarms[300].tolist() == [False, False, True, False, False]
    assert not alarms[301:310].any()


def test_an_incident_does_not_teach():
    values = series(4, columns=3)
    broken = values.copy()
    broken[300:304, 1] = 0
    clean, _ = judged(values)
    after, _ = judged(broken)
    assert after.mean[304, 1] == pytest.approx(clean.mean[304, 1], rel=0.25)


def test_days_of_a_kind_are_held_against_their_like_and_never_before():
    values = series(5, columns=2)
    kinds = [""] * 400
    rng = np.random.default_rng(5)
    for t in (40, 390):
        kinds[t] = "double11: burst"
        values[t] = rng.poisson(8 * values[t - 7 : t + 8].mean(axis=0))
    places = Kinds(kinds, [0] * 400)
    found, chances = judged(values, places)
    assert np.isnan(found.mean[40]).all()
    assert not beyond_budget(chances, false_alarms=1)[390].any()
    assert found.mean[390] == pytest.approx(values[390], rel=0.4)
    values[390, 0] /= 4
    _, chances = judged(values, places)
    assert beyond_budget(chances, false_alarms=1)[390].tolist() == [True, False]


def test_a_share_is_held_against_those_it_is_a_share_of():
    rng = np.random.default_rng(6)
    visitors = series(6, columns=3, level=200)
    visitors[300] *= 5
    payers = rng.binomial(visitors.astype(int), 0.1).astype(float)
    payers[350, 1] = 2
    _, chances = judged(payers, exposure=visitors)
    alarms = beyond_budget(chances, false_alarms=1)
    assert not alarms[300].any()
    assert alarms[350].tolist() == [False, True, False]


def test_sums_of_money_have_a_spread_of_their_own():
    rng = np.random.default_rng(7)
    orders = series(7, columns=4, level=30)
    money = rng.gamma(2 * orders, 60.0)
    money[333, 3] *= 2.5
    _, chances = judged(money, exposure=orders, counts=False)
    alarms = beyond_budget(chances, false_alarms=1)
    assert alarms[333].tolist() == [False, False, False, True]
    borne = 393 / 30
    assert alarms.any(axis=1).sum() - 1 <= borne + 2.58 * np.sqrt(borne)


def test_nothing_is_taken_from_days_to_come():
    values = series(8)
    found, _ = judged(values)
    cut, _ = judged(values[:250])
    both = np.isfinite(cut.mean).any(axis=1)
    # which smoothing serves best is learned from the whole past; the candidates do not change
    close = np.isclose(cut.mean[both], found.mean[:250][both], rtol=0.2)
    assert close.mean() > 0.99
    values[250:] = 0
    again, _ = judged(values[:250])
    np.testing.assert_array_equal(again.mean, cut.mean)


def test_a_series_that_was_never_seen_may_begin():
    values = np.zeros((60, 1))
    values[40:] = 1
    _, chances = judged(values)
    assert chances[40, 0] > 0.001


def test_the_chance_of_a_count_is_that_of_the_poisson_where_nothing_spreads():
    expected = Expected(np.array([[10.0]]), np.array([[10.0]]))
    low = chance(np.array([[3.0]]), expected)[0, 0]
    # P(X < 3) + P(X = 3) / 2 for a mean of 10, twice
    assert low == pytest.approx(2 * (0.0027694 + 0.0075667 / 2), rel=1e-3)


def test_the_budget_is_the_level_of_a_day():
    alarms = beyond_budget(np.array([[0.03, 0.9], [0.04, 0.9], [np.nan, 0.06]]), false_alarms=2)
    # 2 of 30 days: .0667, halved for the smaller of two
    assert alarms.tolist() == [[True, False], [False, False], [False, True]]
