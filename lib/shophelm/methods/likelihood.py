"""The likelihood of positive parameters, climbed by Newton steps on their logarithms."""

from __future__ import annotations

import numpy as np
from scipy import optimize

Derivatives = tuple[float, np.ndarray, np.ndarray]


class InLogs:
    """A log-likelihood that is known with two derivatives, seen by the parameters' logarithms.

    The last place is kept: an optimiser asks value, gradient and Hessian one after the other.
    """

    last: tuple[bytes, Derivatives] | None = None

    def at(self, parameters: np.ndarray) -> Derivatives:
        """Give value, gradient and Hessian by the parameters themselves."""
        raise NotImplementedError

    def __call__(self, logs: np.ndarray) -> Derivatives:
        """Give value, gradient and Hessian by the logarithms."""
        if self.last is None or self.last[0] != logs.tobytes():
            parameters = np.exp(logs)
            value, gradient, hessian = self.at(parameters)
            gradient = gradient * parameters
            scaled = hessian * np.outer(parameters, parameters) + np.diag(gradient)
            self.last = logs.tobytes(), (float(value), gradient, scaled)
        return self.last[1]


def climb(
    likelihood: InLogs, start: np.ndarray, *, n: float, leash: float = 0.0
) -> optimize.OptimizeResult:
    """Find the logarithms of the likeliest parameters.

    Parameters
    ----------
    likelihood
        Of all cases together.
    start
        Logarithms to begin from.
    n
        Cases: what is climbed is the mean likelihood.
    leash
        Weight of a pull towards the start, which keeps a parameter that the data do not tell from
        running away.

    Returns
    -------
    OptimizeResult
        As scipy gives it, of minus the mean: x (logarithms), jac and hess at them.
    """
    return optimize.minimize(
        lambda p: (leash * ((p - start) ** 2).sum() / 2 - likelihood(p)[0]) / n,
        start,
        jac=lambda p: (leash * (p - start) - likelihood(p)[1]) / n,
        hess=lambda p: (leash * np.eye(len(p)) - likelihood(p)[2]) / n,
        method="trust-exact",
        options={"gtol": 1e-8, "maxiter": 200, "max_trust_radius": 2.0},
    )
