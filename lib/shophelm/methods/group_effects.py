"""How far groups lie from each other, when each member has luck of its own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

_ROUNDS = 50


def group_effects(
    values: Sequence[float],
    variances: Sequence[float],
    *,
    group: Sequence[str],
    beside: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Estimate each group's effect on its members, beside what they are of.

    A member's value is its group's effect, the effects of what it is of, luck of its own with a
    variance common to all, and an error of known variance. The luck's variance is found by moments
    (DerSimonian and Laird 1986, with covariates as in Thompson and Sharp 1999), again and again
    with the weights it makes (Paule and Mandel 1982), and the rest is weighted least squares.

    Parameters
    ----------
    values, variances
        Of each member; the variance is that of its error alone.
    group
        Of each member.
    beside
        One row per member, one column per other thing it is of, such as its category; each is a
        factor of its own.

    Returns
    -------
    DataFrame
        One row per group, indexed by it, sorted: effect (as far off the plain mean of the groups
        that can be compared), error (its standard error, as much wider as Student's t is at
        95 %, since the luck is estimated), members, luck (standard deviation of a
        member's own luck, the same for all). Effect and error are null for groups that cannot be
        told apart from the other factors, and for all where there are no more members than effects.

    Notes
    -----
    Groups that share no category, directly or by way of others, are not comparable: those with most
    members together are compared, and the others have no effect here. That
    members were dealt to groups without regard to their luck is assumed.
    """
    y, v = (np.asarray(a, dtype=float) for a in (values, variances))
    names = sorted(set(group))
    own = pd.get_dummies(pd.Categorical(list(group), categories=names)).to_numpy(dtype=float)
    others = _others(beside, len(y))
    sizes = own.sum(axis=0)
    frame = pd.DataFrame({"effect": np.nan, "error": np.nan, "members": sizes.astype(int)}, names)
    frame = frame.rename_axis("group").assign(luck=np.nan)
    design = np.hstack([own, others])
    if len(names) < 2 or len(y) <= np.linalg.matrix_rank(design):
        return frame
    luck = _luck(y, v, design)
    known, inverse = _solved(design, 1 / (v + luck))
    found = inverse @ (design.T @ (y / (v + luck)))
    together = _comparable(len(names), sizes, inverse @ known)
    if together.sum() > 1:
        contrast = np.zeros((together.sum(), design.shape[1]))
        contrast[:, np.flatnonzero(together)] = np.eye(together.sum()) - 1 / together.sum()
        frame.loc[together, "effect"] = contrast @ found
        error = np.sqrt(np.einsum("ij,jk,ik->i", contrast, inverse, contrast))
        frame.loc[together, "error"] = error * _wider(len(y) - np.linalg.matrix_rank(design))
    return frame.assign(luck=np.sqrt(luck))


def _comparable(groups: int, sizes: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Pick the groups that the members' own factors allow to compare, most members together.

    The difference of two groups is known where the design sees it: `seen` leaves it as it is.
    """
    pairs = np.eye(groups)[:, None] - np.eye(groups)[None]
    wide = np.concatenate([pairs, np.zeros((groups, groups, len(seen) - groups))], axis=2)
    alike = np.isclose(wide @ seen, wide, atol=1e-6).all(axis=2)
    return alike[int(np.argmax(alike @ sizes))]


def _wider(free: int) -> float:
    """Give by how much an error grows because the luck in it is estimated from so many members."""
    return float(stats.t.ppf(0.975, free) / stats.norm.ppf(0.975))


def _others(beside: pd.DataFrame | None, n: int) -> np.ndarray:
    if beside is None or beside.empty:
        return np.zeros((n, 0))
    return pd.get_dummies(beside.astype(str)).to_numpy(dtype=float)


def _solved(design: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    known = design.T @ (design * weight[:, None])
    return known, np.linalg.pinv(known, hermitian=True)


def _luck(y: np.ndarray, v: np.ndarray, design: np.ndarray) -> float:
    """Find the variance at which the weighted residuals are as large as they should be."""
    free = len(y) - np.linalg.matrix_rank(design)

    def excess(luck: float) -> float:
        weight = 1 / (v + luck)
        _, inverse = _solved(design, weight)
        left = y - design @ (inverse @ (design.T @ (weight * y)))
        return float((weight * left**2).sum() - free)

    if excess(0.0) <= 0:
        return 0.0
    low, high = 0.0, 1.0
    while excess(high) > 0:
        high *= 2
    for _ in range(_ROUNDS):
        half = (low + high) / 2
        low, high = (half, high) if excess(half) > 0 else (low, half)
    return (low + high) / 2
