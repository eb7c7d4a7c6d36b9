"""Clusters by k-means, and whether they are there at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import ndimage, signal, special, stats

STABLE = 0.9
"""The adjusted Rand index from which recovery is called excellent (Steinley 2004)."""
TIGHTER = 0.25
"""The share by which the inertia must lie below that of points without clusters: seasons and other
small lumps in what customers do come to .2, centres four standard deviations apart to .4."""
FEWEST = 200
MOST_CLUSTERS = 6
SIMULATIONS = 19
"""The highest of 20 by chance has a probability of 5 %."""
SPLITS = 5
GRID = 512
PEAK = 0.05
"""The share of the highest peak by which a density must rise for another."""


@dataclass(frozen=True, slots=True)
class Clusters:
    """What k-means finds, and how it stands the test.

    Attributes
    ----------
    labels
        The cluster of each point, from 0; all 0 where none is found.
    k
        The number of clusters that did best.
    stability
        The adjusted Rand index of the clusterings of two halves of the points (1: the same).
    by_chance
        The same index for points without clusters, one value per simulation.
    tighter
        The share by which their inertia lies below that of points without clusters.
    found
        The clusters are stable, more so than by chance, and tighter.
    """

    labels: np.ndarray
    k: int
    stability: float
    by_chance: np.ndarray
    tighter: float
    found: bool


def stable_clusters(points: np.ndarray, *, seed: int = 0) -> Clusters | None:
    """Look for clusters, and hold them against points that have none.

    Two halves of the points are clustered apart, all points assigned by both, and the two compared
    (as Lange et al. 2004); this must come to .9. But k-means cuts a long cloud alike in both
    halves, too: so the index must be higher than for 19 simulations of points without clusters,
    and the inertia lower by a quarter than on their average. These have the same correlations of
    ranks (a Gaussian copula) and of each measure the same distribution, smoothed until it has one
    peak (as Silverman 1981). Of several numbers of clusters, the one is taken whose inertia lies
    farthest below (the gap of Tibshirani, Walther & Hastie 2001).

    Parameters
    ----------
    points
        Rows × measures, on scales where distances mean something (logarithms of counts and
        money); they are standardised here. Counts must be spread first (`spread_counts`): heaps
        of the same value look like clusters. The order of rows matters to the random halves.
    seed
        Of the halves and simulations: the same seed gives the same answer.

    Returns
    -------
    Clusters or None
        None with fewer than 200 points, or no measure that differs.

    Notes
    -----
    Takes fewer than one cloud in twenty for clusters. Misses clusters whose centres lie less than
    four standard deviations apart, and joins small ones to larger. k-means makes round clusters of
    like size, whatever their shape.
    """
    # only libraries that are loaded can be limited
    import sklearn.cluster  # noqa: F401
    from threadpoolctl import threadpool_limits

    if len(points) < FEWEST or not (differing := points.std(axis=0) > 0).any():
        return None
    points = stats.zscore(points[:, differing])
    rng = np.random.default_rng(seed)
    # threads would add up the same numbers in another order
    with threadpool_limits(1):
        simulated = list(_without_clusters(points, rng))
        every = range(2, MOST_CLUSTERS + 1)
        stable = {k: _stability(points, k, rng) for k in every}
        tighter = {k: _tighter(points, simulated, k, rng) for k in every}
        candidates = [k for k in every if stable[k] >= STABLE and tighter[k] >= TIGHTER]
        k = max(candidates, key=tighter.get) if candidates else max(every, key=stable.get)
        by_chance = np.array([_stability(s, k, rng) for s in simulated])
        found = bool(candidates) and stable[k] > by_chance.max()
        labels = _fit(points, k, rng).labels_
    labels = labels if found else np.zeros(len(points), dtype=int)
    return Clusters(labels, k, stable[k], by_chance, tighter[k], found)


def spread_counts(counts: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Give logarithms of counts from 1, each anywhere between half below and half above by lot.

    What is 2 might have been 1.6 or 2.4 on a finer scale: spread so, counts make no heaps.
    """
    low, high = np.log(counts - 0.5), np.log(counts + 0.5)
    return low + rng.random(len(counts)) * (high - low)


def _without_clusters(points: np.ndarray, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Simulate points with the same correlations of ranks, and one peak in each measure."""
    n, measures = points.shape
    # equals are ranked by lot
    ranks = _ranks(points + 1e-9 * rng.standard_normal(points.shape))
    normal = special.ndtri((ranks + 0.5) / n)
    correlations = np.atleast_2d(np.corrcoef(normal, rowvar=False))
    widths = np.array([_one_peak_width(column) for column in points.T])
    for _ in range(SIMULATIONS):
        drawn = rng.multivariate_normal(np.zeros(measures), correlations, size=n)
        smooth = np.sort(points + widths * rng.standard_normal(points.shape), axis=0)
        yield stats.zscore(np.take_along_axis(smooth, _ranks(drawn), axis=0))


def _one_peak_width(values: np.ndarray) -> float:
    """Find the least width of a Gaussian kernel under which the density has one peak."""
    low, high = values.min(), values.max()
    margin = high - low
    counts, edges = np.histogram(values, 3 * GRID, range=(low - margin, high + margin))
    step = edges[1] - edges[0]

    def one_peak(width: float) -> bool:
        density = ndimage.gaussian_filter1d(counts.astype(float), width / step, mode="constant")
        return len(signal.find_peaks(density, prominence=PEAK * density.max())[0]) <= 1

    # half of Silverman's rule of thumb leaves the noise of the sample out
    narrow, wide = 0.45 * values.std() * len(values) ** -0.2, margin
    if one_peak(narrow):
        return narrow
    for _ in range(20):
        middle = (narrow + wide) / 2
        narrow, wide = (narrow, middle) if one_peak(middle) else (middle, wide)
    return wide


def _ranks(points: np.ndarray) -> np.ndarray:
    return points.argsort(axis=0).argsort(axis=0)


def _tighter(
    points: np.ndarray, simulated: list[np.ndarray], k: int, rng: np.random.Generator
) -> float:
    """Give the share by which the inertia lies below its geometric mean without clusters."""

    def log_inertia(them: np.ndarray) -> float:
        return float(np.log(_fit(them, k, rng).inertia_))

    # ten simulations tell a mean
    usual = np.mean([log_inertia(s) for s in simulated[:10]])
    return float(-np.expm1(log_inertia(points) - usual))


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
