"""Customers who buy at their own pace until they leave unseen: BG/NBD and MBG/NBD."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from scipy import special

from shophelm.cores import in_blocks
from shophelm.methods.likelihood import Derivatives, InLogs, climb

FEWEST_REPEATERS = 30
"""Customers who came back below which four parameters cannot be told from chance."""
DOUBT = 2.5
"""Standard error of a parameter's logarithm above which the data do not tell it."""
LEASH = 0.01
"""Weight of a pull towards the start, too weak to move what the data tell, that keeps a parameter
which they do not tell from running away."""


@dataclass(frozen=True, slots=True)
class Histories:
    """Customers with the same history, counted together.

    Attributes
    ----------
    repeats, recency, age
        Purchases after the first; when the last of them was, and now, both since the first
        purchase, in any unit of time. Recency is 0 where nobody came back.
    customers
        How many have this history.
    """

    repeats: np.ndarray
    recency: np.ndarray
    age: np.ndarray
    customers: np.ndarray


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted model.

    Attributes
    ----------
    r, alpha
        Purchases come at a pace that differs between customers as gamma(r, rate alpha).
    a, b
        After a purchase a customer leaves with a chance that differs as beta(a, b).
    leaves_at_once
        Whether the first purchase may have been the last (MBG/NBD), or only a later one (BG/NBD).
    log_likelihood
        Of all customers.
    covariance
        Of the logarithms of r, alpha, a and b.
    known
        False where the data do not tell the pace: too few came back, or all at one pace.
    """

    r: float
    alpha: float
    a: float
    b: float
    leaves_at_once: bool
    log_likelihood: float
    covariance: np.ndarray
    known: bool

    @property
    def parameters(self) -> np.ndarray:
        """R, alpha, a, b."""
        return np.array([self.r, self.alpha, self.a, self.b])


def distinct(repeats: np.ndarray, recency: np.ndarray, age: np.ndarray) -> Histories:
    """Count customers with the same history together; a million have some ten thousand."""
    return grouped(repeats, recency, age)[0]


def grouped(
    repeats: np.ndarray, recency: np.ndarray, age: np.ndarray
) -> tuple[Histories, np.ndarray]:
    """Give `distinct`, and the place of each customer's history in it."""
    found = [_ranked(np.asarray(column)) for column in (repeats, recency, age)]
    sizes = tuple(max(len(values), 1) for values, _ in found)
    # three numbers in one sort several times faster
    packed = np.ravel_multi_index([place for _, place in found], sizes)
    packed, place, customers = np.unique(packed, return_inverse=True, return_counts=True)
    each = np.unravel_index(packed, sizes)
    values = (values[i] for (values, _), i in zip(found, each, strict=True))
    return Histories(*values, customers), place


def _ranked(column: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give values in order, and the place of each row's among them."""
    # whole days need no sorting
    if len(column) and column.min() >= 0 and column.max() <= len(column):
        whole = column.astype(np.int64)
        if np.array_equal(whole, column):
            return np.arange(whole.max() + 1, dtype=column.dtype), whole
    return np.unique(column, return_inverse=True)


def fit(histories: Histories, *, leaves_at_once: bool) -> Fit:
    """Fit by maximum likelihood.

    Parameters
    ----------
    histories
        All customers.
    leaves_at_once
        MBG/NBD (Batislam, Denizel and Filiztekin 2007) if true, BG/NBD (Fader, Hardie and Lee
        2005) if not.

    Notes
    -----
    Newton steps within a trust region on logarithms of the parameters, with analytic gradient and
    Hessian. Misleads where the pace has a season, or where customers pause rather than leave.
    """
    h = histories
    n = h.customers.sum()
    start = np.log([1.0, max(float(h.age @ h.customers) / max(n, 1), 1e-9), 1.0, 2.0])
    if (h.customers * (h.repeats > 0)).sum() < FEWEST_REPEATERS:
        none = np.full((4, 4), np.nan)
        return Fit(*np.exp(start), leaves_at_once, np.nan, none, known=False)
    likelihood = _Likelihood(h, leaves_at_once=leaves_at_once)
    found = climb(likelihood, start, n=n, leash=LEASH)
    covariance = np.linalg.inv(found.hess) / n
    # where nobody seems to leave, a and b are not told, and hardly matter
    told = np.diag(covariance)[:2].max() < DOUBT**2 and np.linalg.eigvalsh(found.hess).min() > 0
    known = bool(np.abs(found.jac).max() < 1e-5 and told)
    value = float(likelihood(found.x)[0])
    return Fit(*np.exp(found.x), leaves_at_once, value, covariance, known)


def alive(model: Fit, histories: Histories, *, parameters: np.ndarray | None = None) -> np.ndarray:
    """Give the chance that a customer with each history has not left."""
    p = model.parameters if parameters is None else parameters
    _, _, gone = _paths(p, histories, leaves_at_once=model.leaves_at_once)
    return 1 - gone


def expected_purchases(
    model: Fit, histories: Histories, *, horizon: float, parameters: np.ndarray | None = None
) -> np.ndarray:
    """Give the purchases to be expected of a customer with each history within a time from now.

    Parameters
    ----------
    model
        As `fit` gives it.
    histories
        A new customer has repeats, recency and age 0.
    horizon
        In the histories' unit of time.
    parameters
        Other parameters than the fitted ones, such as drawn ones.
    """
    r, alpha, a, b = p = model.parameters if parameters is None else parameters
    here = alive(model, histories, parameters=p)
    k = histories.repeats + model.leaves_at_once
    if abs(a - 1) < 1e-4:
        # the closed form is 0 / 0 at a = 1, and smooth around it
        a = 1 + 1e-4
    whole, now = a + b + k - 1, alpha + histories.age
    # Euler's transformation of the published 2F1: that one is beyond scipy where b is large
    power, ahead = whole - r - histories.repeats, horizon / (now + horizon)
    reached = np.concatenate(
        in_blocks(lambda some: special.hyp2f1(power[some], a - 1, whole[some], ahead[some]), len(k))
    )
    return here * whole / (a - 1) * (1 - (1 + horizon / now) ** (1 - a) * reached)


def drawn_purchases(
    model: Fit, histories: Histories, *, horizon: float, rng: np.random.Generator
) -> np.ndarray:
    """Draw one customer's purchases within a time from now, for each history."""
    r, alpha, a, b = model.parameters
    k = histories.repeats + model.leaves_at_once
    pace = rng.gamma(r + histories.repeats, 1 / (alpha + histories.age))
    leaves = np.clip(rng.beta(a, b + k), 1e-12, 1)
    wished = rng.poisson(pace * horizon)
    here = rng.random(len(k)) < alive(model, histories)
    return np.where(here, np.minimum(wished, rng.geometric(leaves)), 0)


def _paths(
    parameters: np.ndarray, h: Histories, *, leaves_at_once: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give the logarithms of still being here and of having left, and the chance of the latter."""
    r, alpha, a, b = parameters
    k = h.repeats + leaves_at_once
    stayed = -(r + h.repeats) * np.log(alpha + h.age)
    left = np.full(len(k), -np.inf)
    may = k > 0
    left[may] = np.log(a / (b + k[may] - 1)) - (r + h.repeats[may]) * np.log(alpha + h.recency[may])
    return stayed, left, special.expit(left - stayed)


class _Likelihood(InLogs):
    """The log-likelihood of all customers."""

    def __init__(self, histories: Histories, *, leaves_at_once: bool) -> None:
        self.h, self.leaves_at_once = histories, leaves_at_once
        # special functions are asked once per number of repeats, not per history
        self.numbers, self.place = np.unique(histories.repeats, return_inverse=True)

    def at(self, parameters: np.ndarray) -> Derivatives:
        """Give value, gradient and Hessian by r, alpha, a and b."""
        value, gradient, hessian = (
            one + other
            for one, other in zip(self._smooth(parameters), self._mixed(parameters), strict=True)
        )
        return value, gradient, hessian

    def _smooth(self, p: np.ndarray) -> Derivatives:
        """Sum the parts that depend on the number of repeats alone."""
        r, alpha, a, b = p
        x, k = self.numbers, self.numbers + self.leaves_at_once
        weight = np.bincount(self.place, weights=self.h.customers)
        n = weight.sum()
        lg, psi, tri = special.gammaln, special.psi, lambda z: special.polygamma(1, z)
        value = weight @ (lg(r + x) + lg(b + k) - lg(a + b + k))
        value += n * (lg(a + b) - lg(r) - lg(b) + r * np.log(alpha))
        gone = n * psi(a + b) - weight @ psi(a + b + k)
        stays = weight @ psi(b + k) - n * psi(b)
        gradient = np.array(
            [weight @ psi(r + x) + n * (np.log(alpha) - psi(r)), n * r / alpha, gone, gone + stays]
        )
        hessian = np.zeros((4, 4))
        hessian[0, 0] = weight @ tri(r + x) - n * tri(r)
        hessian[0, 1] = hessian[1, 0] = n / alpha
        hessian[1, 1] = -n * r / alpha**2
        hessian[2:, 2:] = n * tri(a + b) - weight @ tri(a + b + k)
        hessian[3, 3] += weight @ tri(b + k) - n * tri(b)
        return value, gradient, hessian

    def _mixed(self, p: np.ndarray) -> Derivatives:
        """Sum the logarithm of (still here or left), which mixes all."""
        h = self.h
        columns = (h.repeats, h.recency, h.age, h.customers)
        parts = in_blocks(
            lambda some: self._mixed_in(p, Histories(*(c[some] for c in columns))), len(h.customers)
        )
        value, gradient, hessian = (sum(each) for each in zip(*parts, strict=True))
        return value, gradient, hessian

    def _mixed_in(self, p: np.ndarray, h: Histories) -> Derivatives:
        n = h.customers
        r, alpha, a, b = p
        stayed, left, gone = _paths(p, h, leaves_at_once=self.leaves_at_once)
        lives = h.repeats + r
        here, then = 1 / (alpha + h.age), 1 / (alpha + h.recency)
        after = b + h.repeats + self.leaves_at_once - 1
        # where nobody can have left yet, its weight is 0 whatever stands here
        after = np.where(gone > 0, after, 1.0)
        stays, weighed = n * (1 - gone), n * gone
        u = (np.log(here), -lives * here, 0.0, 0.0)
        v = (np.log(then), -lives * then, 1 / a, -1 / after)
        gradient = np.array(
            [(stays * x).sum() + (weighed * y).sum() for x, y in zip(u, v, strict=True)]
        )
        apart, spread = [y - x for x, y in zip(u, v, strict=True)], gone * stays
        hessian = np.empty((4, 4))
        for i, j in itertools.combinations_with_replacement(range(4), 2):
            hessian[i, j] = hessian[j, i] = (spread * apart[i] * apart[j]).sum()
        hessian[0, 1] -= (stays * here + weighed * then).sum()
        hessian[1, 0] = hessian[0, 1]
        hessian[1, 1] += (lives * (stays * here**2 + weighed * then**2)).sum()
        hessian[2, 2] -= weighed.sum() / a**2
        hessian[3, 3] += (weighed / after**2).sum()
        return (n * np.logaddexp(stayed, left)).sum(), gradient, hessian
