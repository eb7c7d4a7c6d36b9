"""Planted clusters are found, one cloud is not, and neither is what single measures make."""

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import adjusted_rand_score

from shophelm.methods.clusters import spread_counts, stable_clusters

SEEDS = [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 8))]
CENTRES = np.array([[0, 0, 0], [4, 0, 0], [0, 4, 4], [4, 4, 0]])
CLOUD = [[1, 0.6, 0.3], [0.6, 1, 0.2], [0.3, 0.2, 1]]


def cloud(rng, n):
    return rng.multivariate_normal(np.zeros(3), CLOUD, size=n)


def counts(rng, n):
    """Shoppers by degrees: purchases at a gamma rate, so that half have bought once."""
    purchases = 1 + rng.poisson(rng.gamma(0.8, 1.5, n))
    recency = rng.exponential(300 / purchases)
    spread = spread_counts(purchases, rng)
    return np.column_stack([np.log1p(recency), spread, rng.normal(5, 0.6, n)])


@pytest.mark.parametrize("seed", SEEDS)
def test_planted_clusters_are_found(seed):
    rng = np.random.default_rng(seed)
    kind = rng.integers(0, 4, 500)
    found = stable_clusters(CENTRES[kind] + rng.standard_normal((500, 3)))
    assert found.found
    assert found.k == 4
    # the nearest centres lie four standard deviations apart: 2 % are nearer to another
    assert adjusted_rand_score(found.labels, kind) > 0.85


@pytest.mark.parametrize("seed", SEEDS)
def test_two_kinds_along_one_line_are_told_from_a_long_cloud(seed):
    rng = np.random.default_rng(seed)
    kind = rng.integers(0, 2, 400)
    found = stable_clusters(np.array([[0, 0, 0], [4, 4, 4]])[kind] + rng.standard_normal((400, 3)))
    assert (found.found, found.k) == (True, 2)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("make", [cloud, counts])
def test_one_cloud_has_no_clusters(seed, make):
    found = stable_clusters(make(np.random.default_rng(100 + seed), 500))
    assert not found.found
    assert set(found.labels) == {0}


@pytest.mark.slow
@pytest.mark.parametrize("make", [cloud, counts])
def test_clusters_are_found_by_chance_at_most_as_often_as_said(make):
    """At 5 %, 60 clouds would give 3; with a certainty of 99 % no more than 7."""
    found = sum(
        stable_clusters(make(np.random.default_rng(1000 + i), 300 + 10 * i)).found
        for i in range(60)
    )
    assert found <= stats.binom.ppf(0.99, 60, 0.05)


def test_the_same_points_give_the_same_answer():
    points = cloud(np.random.default_rng(3), 200)
    one, two = stable_clusters(points), stable_clusters(points)
    assert (one.k, one.stability) == (two.k, two.stability)
    np.testing.assert_array_equal(one.by_chance, two.by_chance)


def test_counts_are_spread_between_their_neighbours():
    counts = np.repeat([1, 2, 9], 500)
    spread = np.exp(spread_counts(counts, np.random.default_rng(0)))
    np.testing.assert_array_equal(spread.round(), counts)
    assert np.ptp(spread[:500]) > 0.95


def test_too_few_points_or_none_that_differ_are_not_judged():
    rng = np.random.default_rng(1)
    assert stable_clusters(rng.standard_normal((199, 3))) is None
    assert stable_clusters(np.ones((300, 2))) is None
    assert stable_clusters(np.empty((0, 3))) is None
