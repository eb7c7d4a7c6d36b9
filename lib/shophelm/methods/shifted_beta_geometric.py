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

    def minus(logs: np.ndarray) -> float:
        alpha, beta = np.exp(logs)
        whole = special.betaln(alpha, beta)
        leaves = special.betaln(alpha + 1, beta + periods - 1) - whole
        stays = special.betaln(alpha, beta + periods[-1]) - whole
        return -float(lost @ leaves + survivors[-1] * stays)

    found = optimize.minimize(
        minus, start, method="L-BFGS-B", bounds=[(-9, 9)] * 2, options={"ftol": 1e-14, "gtol": 1e-9}
    )
    return Stay(*map(float, np.exp(found.x)), log_likelihood=-float(found.fun))


def survival(model: Stay, periods: np.ndarray) -> np.ndarray:
    """Give the share of customers left after so many periods."""
    left = special.betaln(model.alpha, model.beta + np.asarray(periods, dtype=float))
    return np.exp(left - special.betaln(model.alpha, model.beta))
