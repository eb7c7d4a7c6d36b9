"""Quantiles of arms: ranks by the binomial, and what the intervals hold in simulated trials."""

import numpy as np
import pytest
from scipy import stats

from shophelm.methods.quantile_arms import arm_of_ranks, ranks
from shophelm.methods.two_sample import difference


def test_ranks_hold_the_quantile_as_often_as_the_binomial_says():
    for n, share in [(100, 0.5), (400, 0.9), (1000, 0.25)]:
        found = ranks(n, share)
        low, high = int(found.low[0]), int(found.high[0])
        # the quantile lies in it when at least `low`, and fewer than `high`, values are below it
        holds = stats.binom.cdf(high - 1, n, share) - stats.binom.cdf(low - 1, n, share)
        assert 0.95 <= holds < 0.975, (n, share)
        assert found.middle[0] == np.ceil(n * share)


def test_an_arm_with_too_few_values_has_no_quantile():
    found = ranks([0, 5, 30, 100], 0.9)
    assert np.isnan(found.low).tolist() == [True, True, True, False]
    assert np.isnan(ranks([0, 5, 30, 100], 0.5).low).tolist() == [True, True, False, False]


def test_values_that_are_all_the_same_have_no_error():
    arm = arm_of_ranks([50], [3.0], [3.0], [3.0])
    assert arm.mean.tolist() == [3.0]
    assert np.isnan(arm.variance).tolist() == [True]


def drawn(chance, trials, n, share, scale=1.0):
    values = np.sort(scale * chance.lognormal(4, 1, (trials, n)), axis=1)
    found = ranks(n, share)
    at = [int(getattr(found, e)[0]) - 1 for e in ("low", "middle", "high")]
    return arm_of_ranks(np.full(trials, n), *(values[:, i] for i in at))


@pytest.mark.parametrize(("n", "share"), [(300, 0.5), (1000, 0.5), (1000, 0.9)])
def test_differences_of_quantiles_hold_the_truth(n, share):
    chance = np.random.default_rng(n)
    ours, theirs = drawn(chance, 2_000, n, share, 1.2), drawn(chance, 2_000, n, share)
    truth = 0.2 * np.exp(4 + stats.norm.ppf(share))
    found = difference(ours, theirs)
    covered = ((found["low"] <= truth) & (truth <= found["high"])).mean()
    # order statistics are cautious, more so at the ends
    assert 0.939 <= covered <= 0.975


def test_null_differences_of_quantiles_alarm_in_five_percent_at_most():
    chance = np.random.default_rng(9)
    found = difference(drawn(chance, 2_000, 500, 0.5), drawn(chance, 2_000, 500, 0.5))
    assert 0.025 <= (found["p_value"] < 0.05).mean() <= 0.061
