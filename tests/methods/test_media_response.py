"""Media response against the published adstock, planted curves and scipy's own density."""

import numpy as np
import pandas as pd
import pytest
from scipy import linalg, stats

from shophelm.methods.media_response import (
    DRAWS,
    MediaResponse,
    _candidates,
    _Grid,
    adstock,
    media_response,
)
from tests.conftest import SHARED

WEEKS = SHARED / "mmm_robyn" / "dt_simulated_weekly.csv"
TRUE = {"decay": (0.3, 0.7), "half": (200.0, 300.0), "reach": (24.0, 15.0)}


def history(seed, periods=535):
    """Two channels whose money changes by the week, or is off; visits are Poisson."""
    rng = np.random.default_rng(seed)
    weeks = periods // 7 + 1
    level = np.exp(rng.normal(-0.2, 0.6, (2, weeks))) * (rng.random((2, weeks)) > 0.2)
    spend = np.repeat(level, 7, axis=1)[:, :periods].T * np.array([160.0, 80.0])
    season = 1 + 0.2 * np.sin(2 * np.pi * np.arange(periods) / 365)
    mean = 12 * season + truth().brought(spend)[0].sum(axis=1)
    return rng.poisson(mean), spend, np.column_stack([np.ones(periods), season])


def truth():
    return MediaResponse(**{k: np.array([v]) for k, v in TRUE.items()}, clustered=1.0)


def held(seed):
    """Tell for each channel whether the 95% interval of the next money's worth holds the truth."""
    outcome, spend, base = history(seed)
    usual = spend.mean(axis=0)
    learnt = media_response(outcome, spend, base).marginal(usual)
    low, high = np.quantile(learnt, [0.025, 0.975], axis=0)
    true = truth().marginal(usual)[0]
    return (low <= true) & (true <= high)


def test_adstock_is_as_published():
    """Robyn's geometric transformation of 100 in each of five periods, theta .5."""
    assert adstock(np.full(5, 100.0), 0.5).tolist() == [100.0, 150.0, 175.0, 187.5, 193.75]


def test_response_at_a_steady_spend_is_where_it_settles():
    spend = np.full((200, 2), 50.0)
    settled = truth().brought(spend)[0, -1]
    assert settled == pytest.approx(truth().steadily(np.array([50.0, 50.0]))[0])
    # 50 / (1 − .3) of adstock, half at 200
    assert settled[0] == pytest.approx(24 * (50 / 0.7) / (50 / 0.7 + 200))


def test_the_marginal_response_is_the_slope_of_the_steady_one():
    usual, step = np.array([160.0, 80.0]), 1e-4
    slope = (truth().steadily(usual + step) - truth().steadily(usual - step)) / (2 * step)
    assert truth().marginal(usual)[0] == pytest.approx(slope[0], rel=1e-6)


def test_planted_responses_are_recovered():
    outcome, spend, base = history(1)
    found = media_response(outcome, spend, base)
    assert found.decay.shape == found.half.shape == found.reach.shape == (DRAWS, 2)
    for name, values in TRUE.items():
        low, high = np.quantile(getattr(found, name), [0.025, 0.975], axis=0)
        assert (low <= values).all(), name
        assert (high >= values).all(), name


def test_intervals_hold_planted_truth():
    assert np.mean([held(seed) for seed in range(6)]) >= 9 / 12


@pytest.mark.slow
def test_intervals_hold_planted_truth_as_often_as_promised():
    """Of 120 intervals of 95 %, fewer than 107 hold the truth one time in a hundred."""
    hits = sum(held(seed).sum() for seed in range(60))
    assert hits >= stats.binom.ppf(0.01, 120, 0.95)
    assert hits >= 107


def test_the_odds_of_a_candidate_are_those_of_a_normal_density():
    """Given the noise, an outcome is normal: its density under each candidate, by scipy."""
    rng = np.random.default_rng(5)
    spend = rng.gamma(2.0, 50.0, (60, 1))
    base = np.ones((60, 1))
    outcome = 10 + 5 * adstock(spend[:, 0], 0.4) / (adstock(spend[:, 0], 0.4) + 150)
    outcome = outcome + rng.normal(0, 1.0, 60)
    grid = _Grid.of(outcome, spend, base, np.ones(60), *_candidates(1))
    ours = grid._odds(np.array([0]), 0, 1.0, 1.0)
    at = np.argsort(ours)[[-1, -40, -120]]
    # next to nothing is assumed of the level: only what is free of it is seen
    free = linalg.null_space(np.ones((1, 60)))
    logs = []
    for place in at:
        stock = adstock(spend[:, 0], grid.decay[0, place])
        shape = free.T @ (stock / (stock + grid.half[0, place]))
        spread = np.eye(59) + np.outer(shape, shape) / grid.prior
        logs.append(stats.multivariate_normal(np.zeros(59), spread).logpdf(free.T @ outcome))
    apart = np.log(ours[at]) - np.log(ours[at[0]])
    assert apart == pytest.approx(np.array(logs) - logs[0], abs=1e-5)


def test_spend_that_never_changes_is_not_identifiable():
    outcome, spend, base = history(2)
    flat = np.full_like(spend[:, :1], 120.0) * np.random.default_rng(0).uniform(
        0.98, 1.02, (535, 1)
    )
    learnt = media_response(outcome, flat, base).marginal(np.array([120.0]))[:, 0]
    low, high = np.quantile(learnt, [0.025, 0.975])
    assert low < 0 < high


def test_a_channel_that_brings_nothing_is_not_said_to_bring_something():
    outcome, spend, base = history(3)
    rng = np.random.default_rng(9)
    useless = np.repeat(rng.gamma(2.0, 40.0, 77), 7)[:535, None]
    found = media_response(outcome, np.hstack([spend, useless]), base)
    low, high = np.quantile(
        found.brought(np.hstack([spend, useless])).sum(axis=1)[:, 2], [0.025, 0.975]
    )
    assert low < 0 < high


def test_the_unit_of_money_and_of_the_outcome_changes_only_the_unit():
    outcome, spend, base = history(4)
    one = media_response(outcome, spend, base)
    other = media_response(outcome * 10.0, spend * 100.0, base)
    assert other.decay == pytest.approx(one.decay)
    assert other.half == pytest.approx(one.half * 100)
    assert other.reach == pytest.approx(one.reach * 10, rel=1e-6)


def test_the_same_history_gives_the_same_draws():
    one, other = (media_response(*history(1, periods=200)) for _ in range(2))
    assert np.array_equal(one.reach, other.reach)


def test_what_goes_on_from_period_to_period_widens_the_draws():
    outcome, spend, base = history(6)
    rng = np.random.default_rng(6)
    noise = np.zeros(535)
    for t in range(1, 535):
        noise[t] = 0.8 * noise[t - 1] + rng.normal(0, 3)
    calm, rough = media_response(outcome, spend, base), media_response(outcome + noise, spend, base)
    assert rough.clustered > 3 > 1.5 > calm.clustered
    assert (
        rough.marginal(spend.mean(axis=0)).std(axis=0)
        > calm.marginal(spend.mean(axis=0)).std(axis=0)
    ).all()


@pytest.mark.parametrize(
    ("spend", "why"),
    [
        (np.zeros((100, 1)), "Every channel must have some spend."),
        (np.ones((12, 1)), "There must be ten periods more than unknowns."),
    ],
)
def test_what_cannot_be_learnt_from_is_refused(spend, why):
    with pytest.raises(ValueError, match=why):
        media_response(np.ones(len(spend)), spend, np.ones((len(spend), 1)))


@pytest.mark.skipif(not WEEKS.exists(), reason="the weeks of Robyn's market are not here")
def test_a_market_of_four_years_tells_television_and_not_the_rest():
    """Robyn's simulated weeks: television was switched on and off, search followed demand."""
    weeks = pd.read_csv(WEEKS)
    channels = ["tv_S", "ooh_S", "print_S", "facebook_S", "search_S"]
    at = np.arange(len(weeks))
    year = 2 * np.pi * at / 52.18
    season = [f(k * year) for k in (1, 2, 3) for f in (np.sin, np.cos)]
    events = (weeks["events"].fillna("na") != "na").astype(float)
    base = np.column_stack(
        [np.ones(len(at)), at / len(at), *season, weeks["competitor_sales_B"] / 1e6, events]
    )
    found = media_response(weeks["revenue"].to_numpy(), weeks[channels].to_numpy(), base)
    brought = found.brought(weeks[channels].to_numpy()).sum(axis=1) / weeks["revenue"].sum()
    low, high = (pd.Series(np.quantile(brought, q, axis=0), channels) for q in (0.025, 0.975))
    assert low["tv_S"] > 0
    assert high["tv_S"] < 0.15
    assert (low[["facebook_S", "search_S"]] < 0).all()
    # what all media bring stays below what was sold
    assert np.quantile(brought.sum(axis=1), 0.975) < 1
