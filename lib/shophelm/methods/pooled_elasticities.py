"""Elasticities of single products drawn to those of their group."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from shophelm.methods.effect_shrinkage import shrink_effects

ELASTICITY = ["elasticity", "elasticity_low", "elasticity_high"]
APART = 3.5
"""Standard errors from its peers beyond which a member is no longer drawn to them."""


def pooled(
    own: np.ndarray, error: np.ndarray, group_of: np.ndarray, groups: int, interval: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw members to their groups, and those whose group knows nothing to all.

    Parameters
    ----------
    own, error
        Each member's own elasticity and its error; null where it has none.
    group_of, groups
        Number of each member's group, and how many there are.
    interval
        Probability the intervals hold.

    Returns
    -------
    (DataFrame, DataFrame)
        As `price_response.Response` gives them: by member and by group.
    """
    rows = {"own": own, "own_error": error, "by": np.where(np.isnan(own), "", "own")}
    members = pd.DataFrame(rows, dtype=object).astype({"own": float, "own_error": float})
    members["apart"] = False
    typical = []
    for group in [*range(groups), None]:
        here = np.flatnonzero(group_of == group) if group is not None else np.arange(len(own))
        apart = _apart(own[here], error[here])
        alike = np.where(apart, np.nan, own[here])
        shrunk = shrink_effects(alike, error[here], interval=interval)
        columns = ["shrunk", "low", "high"]
        if group is None:
            rest = members["by"].eq("") & shrunk["shrunk"].notna()
            members.loc[rest, ELASTICITY] = shrunk.loc[rest, columns].to_numpy()
            members.loc[rest, "by"] = "all"
            continue
        members.loc[here, ELASTICITY] = shrunk[columns].to_numpy()
        members.loc[here[np.isnan(own[here]) & shrunk["shrunk"].notna()], "by"] = "group"
        members.loc[here, "apart"] = apart
        typical.append((*_typical(alike, error[here], interval), int((~np.isnan(alike)).sum())))
    alone = members["apart"].to_numpy()
    reach = stats.norm.ppf(0.5 + interval / 2) * error
    ends = np.column_stack([own, own - reach, own + reach])
    members.loc[alone, ELASTICITY] = ends[alone]
    return members, pd.DataFrame(typical, columns=[*ELASTICITY, "members"])


def _apart(own: np.ndarray, error: np.ndarray) -> np.ndarray:
    """Find members too far from the rest to be of their kind, the farthest first."""
    apart = np.zeros(len(own), bool)
    while (there := np.flatnonzero(~np.isnan(own) & ~apart)).size > 2:
        others = ~np.eye(len(there), dtype=bool)
        middle, variance, spread = _random_effects(own[there], error[there], others)
        off = np.abs(own[there] - middle) / np.sqrt(error[there] ** 2 + variance + spread)
        if off.max() <= APART:
            break
        apart[there[off.argmax()]] = True
    return apart


def _typical(own: np.ndarray, error: np.ndarray, interval: float) -> tuple[float, float, float]:
    there = ~np.isnan(own)
    if not there.any():
        return np.nan, np.nan, np.nan
    middle, variance, _ = _random_effects(own[there], error[there], np.ones((1, there.sum()), bool))
    reach = stats.norm.ppf(0.5 + interval / 2) * variance[0] ** 0.5
    return middle[0], middle[0] - reach, middle[0] + reach


def _random_effects(
    own: np.ndarray, error: np.ndarray, chosen: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give mean, its variance, and variance between members (DerSimonian & Laird 1986).

    One result per row of `chosen`, which says which members count.
    """
    weight = chosen / error**2
    total = weight.sum(axis=1, keepdims=True)
    middle = (weight * own).sum(axis=1, keepdims=True) / total
    beyond = (weight * (own - middle) ** 2).sum(axis=1, keepdims=True)
    beyond -= chosen.sum(axis=1, keepdims=True) - 1
    scale = total - (weight**2).sum(axis=1, keepdims=True) / total
    between = np.divide(beyond, scale, where=scale > 1e-12, out=np.zeros_like(total))
    between = np.maximum(between, 0.0)
    weight = chosen / (error**2 + between)
    total = weight.sum(axis=1)
    return (weight * own).sum(axis=1) / total, 1 / total, between[:, 0]
