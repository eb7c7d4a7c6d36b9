"""What is a small sample's rate worth believing, given the rates of its peers?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

COLUMNS = ("yes", "trials")
INTERVAL = 0.8
PRIORS = 256
"""Priors that stand for all the priors the group's data allow; their mean is a posterior's."""
_SPREADS = (0.002, 1.0)
"""Of the group's distribution, as 1 / √(alpha + beta): hardly any, and as wide as is allowed."""
_STEPS, _ZOOMS, _NEGLIGIBLE, _ERRORS = 33, 2, 12.0, 6.0
_GOLDEN = (5**0.5 - 1) / 2


def shrink_rates(members: pd.DataFrame, *, interval: float = INTERVAL) -> pd.DataFrame:
    """Pull each member's rate towards its peers', the more the fewer its trials.

    Each member's true rate is taken as drawn from one beta distribution, which the group's own
    counts determine. How well they determine it is carried along: results are means over the
    priors the data allow, not those of the one that fits best, which would call chance a
    difference in small groups. Its mean and 1 / √(alpha + beta) are uniform beforehand, with
    alpha + beta ≥ 1 (Gelman et al., Bayesian Data Analysis, 3rd ed., section 5.3).

    Parameters
    ----------
    members
        One row per member, with counts yes and trials (yes ≤ trials). A member without trials
        has the group's own distribution.
    interval
        Probability the equal-tailed intervals hold.

    Returns
    -------
    DataFrame
        The same index: rate (yes / trials), shrunk (posterior mean) with rate_low and rate_high,
        peers_rate (mean of the group's distribution), gap (peers_rate − true rate) with gap_low
        and gap_high, below (probability that the true rate is below the peers' mean). All null
        but rate where fewer than two members have trials: there are no peers.

    Notes
    -----
    The member is part of its group, so that one that stands apart widens the distribution and
    moves its mean: in a group of three the gap is understated. Misleads where members differ for
    a reason that is known (another season, another price class): make groups of likes.
    """
    counts = members[list(COLUMNS)].astype("float64")
    result = pd.DataFrame({"rate": counts["yes"] / counts["trials"].where(counts["trials"] > 0)})
    names = [*("shrunk", "rate_low", "rate_high", "peers_rate"), *("gap", "gap_low", "gap_high")]
    if (counts["trials"] > 0).sum() < 2:
        return result.assign(**dict.fromkeys([*names, "below"], np.nan))
    cells, member = np.unique(counts.to_numpy(), axis=0, return_inverse=True)
    times = np.bincount(member.ravel(), minlength=len(cells))
    mean, concentration = _likely_priors(cells, times)
    posterior = _posterior(cells, mean, concentration, interval)
    return result.assign(**{n: v[member.ravel()] for n, v in posterior.items()})


def discoveries(probability: pd.Series, *, false_discovery: float = 0.05) -> pd.Series:
    """Pick the largest set whose members' mean probability of being wrong is small enough.

    Parameters
    ----------
    probability
        Of each finding being real; null counts as not found.
    false_discovery
        Largest mean probability of error in the set (Newton et al. 2004, Biostatistics 5:155).

    Returns
    -------
    Series
        True where kept. Findings of equal probability are kept or left together.
    """
    error = (1 - probability).dropna().sort_values(kind="stable")
    running = error.expanding().mean()
    kept = running.groupby(error.to_numpy()).transform("max") <= false_discovery
    return kept.reindex(probability.index, fill_value=False)


def _likely_priors(cells: np.ndarray, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pick priors as often as the data make them likely: their means and concentrations."""
    spread = np.linspace(*_SPREADS, _STEPS)
    for _ in range(_ZOOMS):
        odds, density = _log_posterior(spread, cells, times)
        there = np.flatnonzero((density > density.max() - _NEGLIGIBLE).any(axis=1))
        low, high = spread[max(there[0] - 1, 0)], spread[min(there[-1] + 1, _STEPS - 1)]
        spread = np.linspace(low, high, _STEPS)
    odds, density = _log_posterior(spread, cells, times)
    reached = np.cumsum(np.exp(density - density.max()))
    picked = np.searchsorted(reached, (np.arange(PRIORS) + 0.5) / PRIORS * reached[-1])
    return special.expit(odds.ravel()[picked]), np.repeat(spread, _STEPS)[picked] ** -2.0


def _log_posterior(
    spread: np.ndarray, cells: np.ndarray, times: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Weigh a grid of spreads × means; the means lie where each spread makes them likely."""
    concentration = spread[:, None] ** -2.0
    yes, trials = cells[:, 0], cells[:, 1]
    # a member's weight: its trials, less what they have in common
    weight = times * (concentration + 1) / (concentration + trials)
    known = (weight * trials).sum(axis=1, keepdims=True)
    middle = ((weight * yes).sum(axis=1, keepdims=True) + 0.5) / (known + 1)
    error = (middle * (1 - middle) * known) ** -0.5
    odds = special.logit(middle) + error * np.linspace(-_ERRORS, _ERRORS, _STEPS)
    mean = special.expit(odds)
    alpha, beta = mean * concentration, (1 - mean) * concentration
    density = np.log(error) + np.log(mean) + np.log1p(-mean)
    for (x, n), repeated in zip(cells, times, strict=True):
        density += repeated * (special.betaln(alpha + x, beta + n - x) - special.betaln(alpha, beta))
    return odds, density


def _posterior(
    cells: np.ndarray, mean: np.ndarray, concentration: np.ndarray, interval: float
) -> dict[str, np.ndarray]:
    """Average each distinct member's posterior over the priors."""
    yes, trials = cells[:, :1], cells[:, 1:]
    alpha, beta = mean * concentration + yes, (1 - mean) * concentration + trials - yes
    # one quantile of each prior's posterior, spread evenly: draws without chance
    level = (np.arange(PRIORS) * _GOLDEN + 0.5) % 1
    draws = special.betaincinv(alpha, beta, level)
    ends = [0.5 - interval / 2, 0.5 + interval / 2]
    low, high = np.quantile(draws, ends, axis=1)
    gap_low, gap_high = np.quantile(mean - draws, ends, axis=1)
    shrunk = (alpha / (alpha + beta)).mean(axis=1)
    return {
        "shrunk": shrunk,
        "rate_low": low,
        "rate_high": high,
        "peers_rate": np.full(len(cells), mean.mean()),
        "gap": mean.mean() - shrunk,
        "gap_low": gap_low,
        "gap_high": gap_high,
        "below": special.betainc(alpha, beta, mean).mean(axis=1),
    }
