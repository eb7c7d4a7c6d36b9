"""How long customers stay when each leaves with a chance of the own (Fader and Hardie 2007)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, special


@dataclass(frozen=True, slots=True)
class Stay:
    """A fitted shifted-beta-geometric model.

    Attributes
    ----------
    alpha, beta
        The chance of leaving in a period differs between customers as beta(alpha, beta).
    log_likelihood
        Of all customers.
    """

    alpha: float
    beta: float
    log_likelihood: float


def fit(survivors: np.ndarray) -> Stay:
    """Fit by maximum likelihood.

    Parameters
    ----------
    survivors
        Customers left at the start and after each period; never rising, two or more numbers.
    """
    survivors = np.asarray(survivors, dtype=float)
    lost, periods = -np.diff(survivors), np.arange(1, len(survivors))
    start = np.log([1.0, 1.0])

    def minus(logs: np.ndarray) -> tuple[float, np.ndarray]:
        alpha, beta = np.exp(logs)
        whole = special.betaln(alpha, beta)
        leaves = special.betaln(alpha + 1, beta + periods - 1) - whole
        stays = special.betaln(alpha, beta + periods[-1]) - whole
        value = lost @ leaves + survivors[-1] * stays
        both, left = special.digamma(alpha + beta), special.digamma(alpha + beta + periods)
        by_alpha = lost @ (special.digamma(alpha + 1) - special.digamma(alpha) + both - left)
        by_alpha += survivors[-1] * (both - left[-1])
        of_beta = special.digamma(beta)
        by_beta = lost @ (special.digamma(beta + periods - 1) - of_beta + both - left)
        by_beta += survivors[-1] * (special.digamma(beta + periods[-1]) - of_beta + both - left[-1])
        return -float(value), -np.array([alpha * by_alpha, beta * by_beta])

    # with differences for slopes, machines stopped at parameters that differ in the third digit
    found = optimize.minimize(
        minus,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=[(-9, 9)] * 2,
        options={"ftol": 1e-15, "gtol": 1e-10, "maxiter": 1_000},
    )
    return Stay(*map(float, np.exp(found.x)), log_likelihood=-float(found.fun))


def survival(model: Stay, periods: np.ndarray) -> np.ndarray:
    """Give the share of customers left after so many periods."""
    left = special.betaln(model.alpha, model.beta + np.asarray(periods, dtype=float))
    return np.exp(left - special.betaln(model.alpha, model.beta))
