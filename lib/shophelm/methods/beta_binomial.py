"""Shares of many groups, each drawn towards what is usual as far as its own count is small."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import optimize, special, stats


def shrunk(yes: Sequence[int], trials: Sequence[int]) -> pd.DataFrame:
    """Estimate each group's share by empirical Bayes with a beta prior fitted to all groups.

    The prior is the beta distribution under which the counts are likeliest (beta-binomial
    maximum likelihood; Casella 1985 on empirical Bayes). Groups must be of one sort.

    Parameters
    ----------
    yes, trials
        Successes and trials of each group, at least one trial each.

    Returns
    -------
    DataFrame
        usual (the prior's mean, the same everywhere), rate (the group's posterior mean), low and
        high (its 95 % interval), not_above (posterior probability that its share is at most the
        usual one).
    """
    k, n = np.asarray(yes, dtype=float), np.asarray(trials, dtype=float)
    a, b = _prior(k, n)
    usual = a / (a + b)
    posterior = stats.beta(a + k, b + n - k)
    return pd.DataFrame(
        {
            "usual": usual,
            "rate": (a + k) / (a + b + n),
            "low": posterior.ppf(0.025),
            "high": posterior.ppf(0.975),
            "not_above": posterior.cdf(usual),
        }
    )


def _prior(k: np.ndarray, n: np.ndarray) -> tuple[float, float]:
    """Fit by the mean (as log odds) and the weight (a + b, as a logarithm)."""
    start = np.clip(k.sum() / n.sum(), 1e-4, 1 - 1e-4)

    def unlikely(x: np.ndarray) -> float:
        mean, weight = special.expit(x[0]), np.exp(x[1])
        return -stats.betabinom.logpmf(k, n, mean * weight, (1 - mean) * weight).sum()

    # a weight of ten thousand trials is next to no spread; above it, rounding errors lead astray
    bounds = [(-12, 12), (np.log(0.02), np.log(1e4))]
    found = optimize.minimize(
        unlikely, [special.logit(start), np.log(10)], bounds=bounds, method="L-BFGS-B", tol=1e-12
    )
    mean, weight = special.expit(found.x[0]), np.exp(found.x[1])
    return float(mean * weight), float((1 - mean) * weight)
