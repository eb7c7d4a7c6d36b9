"""Clusters by k-means, and whether they are there at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import special, stats

STABLE = 0.8
"""The adjusted Rand index from which recovery is called good (Steinley 2004)."""
FEWEST = 200
MOST_CLUSTERS = 6
NULLS = 19
SPLITS = 5
CHANCE = 0.05


@dataclass(frozen=True, slots=True)
class Clusters:
    """What k-means finds, and how it stands the test.

    Attributes
    ----------
    labels
        The cluster of each point, from 0; all 0 where none is found.
    k
        The number of clusters tried: the one for which k-means does better than by chance.
    stability
        The adjusted Rand index of the clusterings of two halves of the points (1: the same).
    by_chance
        The same index for points without clusters, one value per simulation.
    found
        The clusters are stable, and more so than by chance.
    """

    labels: np.ndarray
    k: int
    stability: float
    by_chance: np.ndarray
    found: bool

    @property
    def p_value(self) -> float:
        """The probability of clusters so stable where there are none."""
        return float((1 + (self.by_chance >= self.stability).sum()) / (1 + len(self.by_chance)))


def stable_clusters(points: np.ndarray, *, seed: int = 0) -> Clusters | None:
    """Look for clusters, and hold them against points that have none.

    k-means always finds clusters, and finds the same ones twice where points are spread along one
    direction, or where a measure has few values. So the points are held against others with the
    same values of each measure and the same correlations, and no clusters besides (a Gaussian
    copula). k is where the inertia lies farthest below theirs (the gap of Tibshirani, Walther &
    Hastie 2001). Then two halves of the points are clustered apart, all points assigned by both,
    and the two compared (as Lange et al. 2004). Clusters are found where this index is at least
    .8, and higher than for all but 5 % of the points without clusters.

    Parameters
    ----------
    points
        Rows × measures, on scales where distances mean something (logarithms of counts and
        money); they are standardised here. The order of rows matters to the random halves.
    seed
        Of the halves and simulations: the same seed gives the same answer.

    Returns
    -------
    Clusters or None
        None with fewer than 200 points, or no measure that differs.

    Notes
    -----
    Misses clusters that overlap much, that are small, or that lie in one measure alone (two kinds
    of spenders, alike in all else): that is a matter for a threshold. k-means makes round clusters
    of like size, whatever their shape.
    """
    from sklearn.cluster import KMeans  # noqa: F401 - only libraries that are loaded can be limited
    from threadpoolctl import threadpool_limits

    points = points[:, points.std(axis=0) > 0]
    if len(points) < FEWEST or not points.shape[1]:
        return None
    points = stats.zscore(points)
    rng = np.random.default_rng(seed)
    # threads would add up the same numbers in another order
    with threadpool_limits(1):
        nulls = list(_without_clusters(points, rng))
        k = _farthest_below(points, nulls, rng)
        stability = _stability(points, k, rng)
        by_chance = np.array([_stability(null, k, rng) for null in nulls])
        answer = Clusters(_fit(points, k, rng).labels_, k, stability, by_chance, found=True)
    if stability >= STABLE and answer.p_value <= CHANCE:
        return answer
    return Clusters(np.zeros(len(points), dtype=int), k, stability, by_chance, found=False)


def _without_clusters(points: np.ndarray, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Simulate points with the same values in each column and the same correlations of ranks."""
    n = len(points)
    # equals are ranked by lot
    ranks = _ranks(points + 1e-9 * rng.standard_normal(points.shape))
    normal = special.ndtri((ranks + 0.5) / n)
    correlations = np.atleast_2d(np.corrcoef(normal, rowvar=False))
    ordered = np.sort(points, axis=0)
    for _ in range(NULLS):
        drawn = rng.multivariate_normal(np.zeros(points.shape[1]), correlations, size=n)
        yield np.take_along_axis(ordered, _ranks(drawn), axis=0)


def _ranks(points: np.ndarray) -> np.ndarray:
    return points.argsort(axis=0).argsort(axis=0)


def _farthest_below(points: np.ndarray, nulls: list[np.ndarray], rng: np.random.Generator) -> int:
    """Give the k at which the inertia lies farthest below that of points without clusters."""
    every = range(2, MOST_CLUSTERS + 1)
    # a few simulations tell a mean
    means = [np.mean([_log_inertia(null, k, rng) for null in nulls[:10]]) for k in every]
    gaps = [mean - _log_inertia(points, k, rng) for k, mean in zip(every, means, strict=True)]
    return every[int(np.argmax(gaps))]


def _log_inertia(points: np.ndarray, k: int, rng: np.random.Generator) -> float:
    return float(np.log(_fit(points, k, rng).inertia_))


def _stability(points: np.ndarray, k: int, rng: np.random.Generator) -> float:
    from sklearn.metrics import adjusted_rand_score

    found = []
    for _ in range(SPLITS):
        halves = np.array_split(rng.permutation(len(points)), 2)
        apart = [_fit(points[half], k, rng).predict(points) for half in halves]
        found.append(adjusted_rand_score(*apart))
    return float(np.mean(found))


def _fit(points: np.ndarray, k: int, rng: np.random.Generator):
    from sklearn.cluster import KMeans

    return KMeans(k, n_init=4, random_state=int(rng.integers(2**31))).fit(points)
