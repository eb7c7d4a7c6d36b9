"""What a customer spends on a purchase, drawn towards what others spend."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from shophelm.methods.likelihood import Derivatives, InLogs, climb

FEWEST = 30
EDGE = 12.0


@dataclass(frozen=True, slots=True)
class Spend:
    """A fitted Gamma-Gamma model.

    Attributes
    ----------
    p, q, v
        A purchase is gamma(p, rate nu) with nu ~ gamma(q, rate v) between customers.
    known
        False where the data do not tell them, or where the mean does not exist (q up to 1).
    """

    p: float
    q: float
    v: float
    known: bool

    @property
    def mean(self) -> float:
        """The mean purchase of all customers."""
        return self.p * self.v / (self.q - 1)


def fit(purchases: np.ndarray, mean: np.ndarray) -> Spend:
    """Fit by maximum likelihood (Fader and Hardie 2013).

    Parameters
    ----------
    purchases
        How many purchases of each customer the mean is of.
    mean
        Their mean money; customers whose mean is not above 0 are left out.

    Notes
    -----
    Takes what a customer spends on a purchase to be independent of how often there is one.
    """
    some = (mean > 0) & (purchases > 0)
    x, z = purchases[some].astype(float), mean[some].astype(float)
    if len(x) < FEWEST or len(np.unique(z)) < FEWEST:
        return Spend(np.nan, np.nan, np.nan, known=False)
    # in units of the mean, so that the start does not depend on the currency
    unit = z.mean()
    likelihood = _Likelihood(x, z / unit)
    found = climb(likelihood, np.log([2.0, 3.0, 1.0]), n=1)
    p, q, v = np.exp(found.x)
    settled = np.abs(found.jac).max() < 1e-5 and np.abs(found.x).max() < EDGE
    return Spend(float(p), float(q), float(v * unit), known=bool(settled and q > 1))


def expected_spend(model: Spend, purchases: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Give each customer's mean purchase to come: the own one, drawn towards that of all."""
    own = model.p * purchases
    return (model.p * model.v + own * mean) / (own + model.q - 1)


class _Likelihood(InLogs):
    """The mean log-likelihood of a customer."""

    def __init__(self, purchases: np.ndarray, mean: np.ndarray) -> None:
        self.x, self.total = purchases, purchases * mean
        self.numbers, place = np.unique(purchases, return_inverse=True)
        self.share = np.bincount(place) / len(purchases)
        self.log_total = float(np.log(self.total).mean())
        self.by_number = np.bincount(place, weights=np.log(self.total)) / len(purchases)
        self.place = place

    def at(self, parameters: np.ndarray) -> Derivatives:
        """Give value, gradient and Hessian by p, q and v."""
        p, q, v = parameters
        x, share = self.numbers, self.share
        shape = p * x + q
        below = 1 / (v + self.total)
        logs = self._sums(-np.log(below))
        once, twice = self._sums(below), self._sums(below**2)
        lg, psi, tri = special.gammaln, special.psi, lambda z: special.polygamma(1, z)
        value = share @ (lg(shape) - lg(p * x) - lg(q) + q * np.log(v))
        value += p * (x @ self.by_number) - self.log_total - shape @ logs
        gradient = np.array(
            [
                x @ (share * (psi(shape) - psi(p * x)) + self.by_number - logs),
                share @ psi(shape) - psi(q) + np.log(v) - logs.sum(),
                q / v - shape @ once,
            ]
        )
        hessian = np.empty((3, 3))
        hessian[0, 0] = (share * x**2) @ (tri(shape) - tri(p * x))
        hessian[0, 1] = (share * x) @ tri(shape)
        hessian[1, 1] = share @ tri(shape) - tri(q)
        hessian[0, 2] = -x @ once
        hessian[1, 2] = 1 / v - once.sum()
        hessian[2, 2] = -q / v**2 + shape @ twice
        hessian[[1, 2, 2], [0, 0, 1]] = hessian[[0, 0, 1], [1, 2, 2]]
        return value, gradient, hessian

    def _sums(self, values: np.ndarray) -> np.ndarray:
        return np.bincount(self.place, weights=values) / len(values)
