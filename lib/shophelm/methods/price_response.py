"""How sales answer to price: elasticities by product, each drawn to its category's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from shophelm.methods.pooled_elasticities import pooled

INTERVAL = 0.8
_UNKNOWN = 2.5
"""Standard error of an elasticity from which on its own sales say nothing."""
_WIDE, _STEPS, _CLOSE, _LEAP, _NOTHING = 3.0, 60, 1e-4, 1.0, 1e-9


@dataclass(frozen=True, slots=True)
class Cells:
    """What was sold at which price, in cells within which nothing but the drivers changed.

    Attributes
    ----------
    count
        Orders (or units) of each cell.
    exposure
        Visitors of each cell, or days; cells without any tell nothing.
    log_price
        Logarithm of the price.
    drivers
        Cells × columns: what else moves sales, such as 1 in a promotion's burst; one coefficient
        for all members of a group.
    loose
        Variance that each column's coefficient may have around 0; infinite for no bound.
    stratum
        Number of the stretch of time and member within which prices are compared.
    member, group
        Number of the product, and of its group: `member` counts from 0, each in one group.
    """

    count: np.ndarray
    exposure: np.ndarray
    log_price: np.ndarray
    drivers: np.ndarray
    loose: np.ndarray
    stratum: np.ndarray
    member: np.ndarray
    group: np.ndarray


@dataclass(frozen=True, slots=True)
class Response:
    """Elasticities.

    Attributes
    ----------
    members
        By member: own, own_error (of its sales alone; null where they say nothing), elasticity,
        elasticity_low, elasticity_high (drawn to its group's), by (own, group, all or none), apart.
    groups
        By group: elasticity, elasticity_low, elasticity_high (of a typical member), members.
    drivers
        Groups × columns: coefficients of the drivers, and `driver_errors` theirs.
    """

    members: pd.DataFrame
    groups: pd.DataFrame
    drivers: np.ndarray
    driver_errors: np.ndarray


def price_response(cells: Cells, *, interval: float = INTERVAL) -> Response:
    """Estimate own-price elasticities.

    Within a stratum sales are divided over its cells in proportion to exposure × price ^
    elasticity × exp(drivers): a Poisson regression in which each stratum has a level of its own
    (conditional Poisson; Armstrong, Gasparrini & Tobias 2014), with errors widened by how much
    more than a Poisson count sales vary (quasi-likelihood). Members' elasticities are then drawn
    to their group's (`effect_shrinkage`); one far apart from all its peers keeps its own.

    Notes
    -----
    Misleads where price follows demand (a cut because sales fell), or where something else always
    moves with it that is no driver: a price cut that is also announced on the home page.
    """
    members = int(cells.member.max(initial=-1)) + 1
    group_of = np.zeros(members, np.int64)
    group_of[cells.member] = cells.group
    groups = int(cells.group.max(initial=-1)) + 1
    own, error = np.full(members, np.nan), np.full(members, np.nan)
    drivers = np.full((groups, cells.drivers.shape[1]), np.nan)
    driver_errors = drivers.copy()
    for group in range(groups):
        fit = _GroupFit(cells, cells.group == group)
        own[fit.members], error[fit.members] = fit.own()
        drivers[group], driver_errors[group] = fit.drivers()
    return Response(*pooled(own, error, group_of, groups, interval), drivers, driver_errors)


class _GroupFit:
    """One group's conditional Poisson regression, by Newton steps on its arrow-shaped Hessian."""

    def __init__(self, cells: Cells, rows: np.ndarray) -> None:
        rows = rows & (cells.exposure > 0)
        self.members, self.member = np.unique(cells.member[rows], return_inverse=True)
        self.strata, self.stratum = np.unique(cells.stratum[rows], return_inverse=True)
        self.count, self.exposure = cells.count[rows], cells.exposure[rows]
        self.price, self.x = cells.log_price[rows], cells.drivers[rows]
        every = np.arange(len(self.count))
        shape = (len(self.members), len(every))
        self.by_member = sparse.csr_array((np.ones(len(every)), (self.member, every)), shape=shape)
        shape = (len(self.strata), len(every))
        self.by_stratum = sparse.csr_array(
            (np.ones(len(every)), (self.stratum, every)), shape=shape
        )
        self.total = self.by_stratum @ self.count
        self.loose = 1 / cells.loose + _NOTHING
        self.usual = 0.0
        start = np.zeros(len(self.members)), np.zeros(self.x.shape[1])
        slopes, effects = self._climb(*start, common=True)
        self.usual = float(slopes.mean()) if len(slopes) else 0.0
        self.slopes, self.effects = self._climb(slopes, effects, common=False)
        self.fitted = self._fitted(self.slopes, self.effects)

    def own(self) -> tuple[np.ndarray, np.ndarray]:
        """Give each member's slope and its error, the pull that kept it finite taken off."""
        _, known, _, cross, schur = self._derivatives(self.slopes, self.effects)
        there = known > _NOTHING
        known = np.where(there, known, 1.0)
        slope = self.slopes + (self.slopes - self.usual) / _WIDE**2 / known
        across = cross / known[:, None]
        variance = 1 / known + np.einsum("kp,pq,kq->k", across, np.linalg.inv(schur), across)
        error = np.sqrt(variance * self.spread)
        there &= error < _UNKNOWN
        return np.where(there, slope, np.nan), np.where(there, error, np.nan)

    def drivers(self) -> tuple[np.ndarray, np.ndarray]:
        """Give the drivers' effects and their errors."""
        *_, schur = self._derivatives(self.slopes, self.effects)
        variance = np.clip(np.diag(np.linalg.inv(schur)), 0, None)
        return self.effects, np.sqrt(variance * self.spread)

    @property
    def spread(self) -> float:
        """How many times a Poisson count's variance the cells' is, at least 1."""
        left, due = ((self.count - self.fitted) ** 2).sum(), self.fitted.sum()
        there = (self.fitted > 0).sum()
        free = there - (self.total > 0).sum() - len(self.members) - self.x.shape[1]
        return max(left / due * there / free, 1.0) if free > 0 and due > 0 else 1.0

    def _fitted(self, slopes: np.ndarray, effects: np.ndarray) -> np.ndarray:
        log = np.log(self.exposure) + slopes[self.member] * self.price + self.x @ effects
        top = np.full(len(self.strata), -np.inf)
        np.maximum.at(top, self.stratum, log)
        weight = np.exp(log - top[self.stratum])
        return (self.total / (self.by_stratum @ weight))[self.stratum] * weight

    def _derivatives(self, slopes: np.ndarray, effects: np.ndarray) -> tuple[np.ndarray, ...]:
        """Give the slopes' gradient and information, the drivers' gradient, cross terms, Schur."""
        fitted = self._fitted(slopes, effects)
        price = self._centred(self.price[:, None], fitted)[:, 0]
        x = self._centred(self.x, fitted)
        left = self.count - fitted
        gradient = self.by_member @ (left * price)
        known = self.by_member @ (fitted * price**2)
        cross = self.by_member @ ((fitted * price)[:, None] * x)
        schur = (x * fitted[:, None]).T @ x + np.diag(self.loose)
        schur -= cross.T @ (cross / np.maximum(known, _NOTHING)[:, None])
        return gradient, known, left @ x - self.loose * effects, cross, schur

    def _centred(self, values: np.ndarray, weight: np.ndarray) -> np.ndarray:
        sums = self.by_stratum @ (values * weight[:, None])
        return values - (sums / np.maximum(self.total, 1e-12)[:, None])[self.stratum]

    def _climb(
        self, slopes: np.ndarray, effects: np.ndarray, *, common: bool
    ) -> tuple[np.ndarray, np.ndarray]:
        """Climb the likelihood, with one slope for all members or one each."""
        height = self._height(slopes, effects)
        for _ in range(_STEPS):
            up, known, rest, cross, schur = self._derivatives(slopes, effects)
            schur += cross.T @ (cross / np.maximum(known, _NOTHING)[:, None])
            if common:
                up, known, cross = (
                    up.sum(keepdims=True),
                    known.sum(keepdims=True),
                    cross.sum(axis=0, keepdims=True),
                )
            else:
                up, known = up - (slopes - self.usual) / _WIDE**2, known + _WIDE**-2
            across = cross / np.maximum(known, _NOTHING)[:, None]
            step = np.linalg.solve(schur - cross.T @ across, rest - across.T @ up)
            move = (up - cross @ step) / np.maximum(known, _NOTHING)
            move, step = np.clip(move, -_LEAP, _LEAP), np.clip(step, -_LEAP, _LEAP)
            part, before = 1.0, height
            height = self._height(slopes + move, effects + step)
            while height < before and part > _CLOSE:
                part /= 2
                height = self._height(slopes + part * move, effects + part * step)
            slopes, effects = slopes + part * move, effects + part * step
            if height - before < _CLOSE:
                break
        return slopes, effects

    def _height(self, slopes: np.ndarray, effects: np.ndarray) -> float:
        """Give the log-likelihood, less what holds slopes and drivers back."""
        fitted = self._fitted(slopes, effects)
        there = self.count > 0
        pull = ((slopes - self.usual) ** 2).sum() / _WIDE**2 + (self.loose * effects**2).sum()
        return float((self.count[there] * np.log(fitted[there])).sum() - pull / 2)
