"""What is a small sample's rate worth believing, given the rates of its peers?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

COLUMNS = ("yes", "trials")
INTERVAL = 0.8
APART = 0.1
PRIORS = 256
"""Priors that stand for all the priors the group's data allow; their mean is a posterior's."""
_SPREADS = (0.002, 0.5)
"""Of the group's distribution, as 1 / √(alpha + beta): hardly any, and the widest allowed."""
_SIZE_APART = 16.0
"""alpha + beta of the members that stand apart: they are worth so many trials' knowledge."""
_STEPS, _ZOOMS, _NEGLIGIBLE, _ERRORS = 33, 2, 12.0, 6.0
_GOLDEN = (5**0.5 - 1) / 2


def shrink_rates(
    members: pd.DataFrame, *, interval: float = INTERVAL, apart: float = APART
) -> pd.DataFrame:
    """Pull each member's rate towards its peers', the more the fewer its trials.

    Most members' true rates are taken as drawn from one beta distribution, which the group's own
    counts determine; a few stand apart, drawn from the widest one of the same mean, so that they
    neither hide among their peers nor make these look more different than they are. How well the
    data determine the distribution is carried along: results are means over all that the data
    allow, not those of the one that fits best, which would call chance a difference in small
    groups. Its mean and 1 / √(alpha + beta) are uniform beforehand, with alpha + beta ≥ 4.

    Parameters
    ----------
    members
        One row per member, with counts yes and trials (yes ≤ trials). A member without trials
        has the group's own distribution.
    interval
        Probability the equal-tailed intervals hold.
    apart
        Share of members that stand apart.

    Returns
    -------
    DataFrame
        The same index: rate (yes / trials), shrunk (posterior mean) with rate_low and rate_high,
        peers_rate (mean of the group's distribution), gap (peers_rate − true rate) with gap_low
        and gap_high, below (probability that the true rate is below the peers' mean). All null
        but rate where fewer than two members have trials: there are no peers.

    Notes
    -----
    With apart = 0 it is the model of Gelman et al., Bayesian Data Analysis, 3rd ed., section 5.3.
    A member is part of its group: in a group of three the gap is understated. Misleads where
    members differ for a reason that is known (another season): make groups of likes.
    """
    counts = members[list(COLUMNS)].to_numpy(dtype="float64")
    yes, trials = counts.T
    rate = np.divide(yes, trials, where=trials > 0, out=np.full(len(counts), np.nan))
    names = ("shrunk", "rate_low", "rate_high", "peers_rate", "gap", "gap_low", "gap_high", "below")
    if (trials > 0).sum() < 2:
        return pd.DataFrame({"rate": rate} | dict.fromkeys(names, np.nan), index=members.index)
    # likes are reckoned once: a large shop's products have few distinct counts
    cells, member = np.unique(counts, axis=0, return_inverse=True)
    times = np.bincount(member.ravel())
    mean, concentration = _likely_priors(cells, times, apart)
    posterior = _posterior(cells, mean, concentration, apart, interval)
    found = {name: posterior[name][member.ravel()] for name in names}
    return pd.DataFrame({"rate": rate} | found, index=members.index)


def discoveries(probability: pd.Series, *, false_discovery: float = 0.05) -> pd.Series:
    """Pick the largest set whose members' mean probability of being wrong is small enough.

    Parameters
    ----------
    probability
        Of each finding being real; null counts as not found.
    false_discovery
        Largest mean probability of error in the set (Newton et al. 2004, Biostatistics 5:155);
        no member's own may be more than twice that, so that sure finds do not carry doubtful ones.

    Returns
    -------
    Series
        True where kept. Findings of equal probability are kept or left together.
    """
    error = (1 - probability.astype("float64")).dropna().sort_values(kind="stable")
    error = error[error <= 2 * false_discovery]
    running = error.expanding().mean()
    kept = running.groupby(error.to_numpy()).transform("max") <= false_discovery
    return kept.reindex(probability.index, fill_value=False)


def _likely_priors(
    cells: np.ndarray, times: np.ndarray, apart: float
) -> tuple[np.ndarray, np.ndarray]:
    """Pick priors as often as the data make them likely: their means and concentrations."""
    spread = np.linspace(*_SPREADS, _STEPS)
    for _ in range(_ZOOMS):
        _, density = _log_posterior(spread, cells, times, apart)
        there = np.flatnonzero((density > density.max() - _NEGLIGIBLE).any(axis=1))
        low, high = spread[max(there[0] - 1, 0)], spread[min(there[-1] + 1, _STEPS - 1)]
        spread = np.linspace(low, high, _STEPS)
    odds, density = _log_posterior(spread, cells, times, apart)
    # to and fro, so that evenly spaced picks go evenly through spreads and means
    for grid in (odds, density):
        grid[1::2] = grid[1::2, ::-1].copy()
    reached = np.cumsum(np.exp(density - density.max()))
    picked = np.searchsorted(reached, (np.arange(PRIORS) + 0.5) / PRIORS * reached[-1])
    return special.expit(odds.ravel()[picked]), np.repeat(spread, _STEPS)[picked] ** -2.0


def _log_posterior(
    spread: np.ndarray, cells: np.ndarray, times: np.ndarray, apart: float
) -> tuple[np.ndarray, np.ndarray]:
    """Weigh a grid of spreads × means; the means lie where each spread makes them likely."""
    concentration = spread[:, None] ** -2.0
    yes, trials = cells[:, 0], cells[:, 1]
    # what a trial of each member tells of the mean, the less the more its trials have in common
    weight = times * (concentration + 1) / (concentration + trials)
    known = (weight * trials).sum(axis=1, keepdims=True)
    middle = ((weight * yes).sum(axis=1, keepdims=True) + 0.5) / (known + 1)
    error = (middle * (1 - middle) * known) ** -0.5
    odds = special.logit(middle) + error * np.linspace(-_ERRORS, _ERRORS, _STEPS)
    mean = special.expit(odds)
    # uniform in the mean, hence not in its log odds
    density = np.log(error) + np.log(mean) + np.log1p(-mean)
    sides = _sides(mean, concentration, apart)
    for (x, n), repeated in zip(cells, times, strict=True):
        density += repeated * np.logaddexp(*_marginals(x, n, sides))
    return odds, density


def _sides(
    mean: np.ndarray, concentration: np.ndarray, apart: float
) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Give alpha, beta and log weight of the distributions of peers, and of those apart."""
    sides = []
    for size, share in ((concentration, 1 - apart), (_SIZE_APART, apart)):
        alpha, beta = mean * size, (1 - mean) * size
        with np.errstate(divide="ignore"):
            sides.append((alpha, beta, np.log(share) - special.betaln(alpha, beta)))
    return sides


def _marginals(
    yes: np.ndarray, trials: np.ndarray, sides: list[tuple[np.ndarray, np.ndarray, np.ndarray]]
) -> list[np.ndarray]:
    """Give the log probability of a member's counts as one of its peers, and as one apart."""
    return [
        weight + special.betaln(alpha + yes, beta + trials - yes) for alpha, beta, weight in sides
    ]


def _posterior(
    cells: np.ndarray, mean: np.ndarray, concentration: np.ndarray, apart: float, interval: float
) -> dict[str, np.ndarray]:
    """Average each distinct member's posterior over the priors, as a peer and as one apart."""
    yes, trials = cells[:, :1], cells[:, 1:]
    alike, off = _marginals(yes, trials, _sides(mean, concentration, apart))
    weight = np.hstack([special.expit(alike - off), special.expit(off - alike)]) / PRIORS
    means = np.tile(mean, 2)
    size = np.concatenate([concentration, np.full(PRIORS, _SIZE_APART)])
    alpha, beta = means * size + yes, (1 - means) * size + trials - yes
    # one quantile of each prior's posterior, spread evenly: draws without chance
    draws = special.betaincinv(alpha, beta, np.tile((np.arange(PRIORS) * _GOLDEN + 0.5) % 1, 2))
    ends = [0.5 - interval / 2, 0.5 + interval / 2]
    shrunk = (weight * alpha / (alpha + beta)).sum(axis=1)
    low, high = _quantiles(draws, weight, ends)
    gap_low, gap_high = _quantiles(means - draws, weight, ends)
    return {
        "shrunk": shrunk,
        "rate_low": low,
        "rate_high": high,
        "peers_rate": np.full(len(cells), mean.mean()),
        "gap": mean.mean() - shrunk,
        "gap_low": gap_low,
        "gap_high": gap_high,
        "below": (weight * special.betainc(alpha, beta, means)).sum(axis=1),
    }


def _quantiles(draws: np.ndarray, weight: np.ndarray, ends: list[float]) -> np.ndarray:
    order = np.argsort(draws, axis=1)
    reached = np.cumsum(np.take_along_axis(weight, order, axis=1), axis=1)
    at = [(reached < end).sum(axis=1, keepdims=True).clip(max=draws.shape[1] - 1) for end in ends]
    in_order = np.take_along_axis(draws, order, axis=1)
    return np.array([np.take_along_axis(in_order, i, axis=1)[:, 0] for i in at])
