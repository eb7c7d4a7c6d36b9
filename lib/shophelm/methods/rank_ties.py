"""What goes together by rank, within groups?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

FEWEST = 8
"""Members beyond one for each group below which nothing is said."""


def rank_ties(
    outcome: Sequence[float],
    factors: pd.DataFrame,
    *,
    group: Sequence,
    level: float = 0.95,
) -> pd.DataFrame:
    """Correlate ranks with an outcome within groups, one factor after the other.

    Spearman's correlation of ranks taken within each group and centred there, so that only
    members of one group are compared; Fisher's interval with the variance 1.06 / (n − groups − 2)
    (Fieller, Hartley and Pearson 1957).

    Parameters
    ----------
    outcome
        Of each member.
    factors
        One row per member, one column per factor; nulls leave the member out for that factor.
    group
        Each member's group; groups of one tell nothing.
    level
        Probability the interval holds.

    Returns
    -------
    DataFrame
        One row per factor: factor, members, tie (correlation), tie_low, tie_high, p_value. Null
        below 8 members beyond one per group, and where a factor or the outcome never varies.

    Notes
    -----
    Ties are ties, not causes, and each is alone: two factors that go together share theirs.
    """
    rows = []
    y, groups = np.asarray(outcome, dtype=float), np.asarray(group)
    for name in factors.columns:
        x = factors[name].to_numpy(dtype=float)
        kept = ~np.isnan(x) & ~np.isnan(y)
        rows.append({"factor": name} | _tie(x[kept], y[kept], groups[kept], level))
    return pd.DataFrame(
        rows, columns=["factor", "members", "tie", "tie_low", "tie_high", "p_value"]
    )


def _tie(x: np.ndarray, y: np.ndarray, groups: np.ndarray, level: float) -> dict[str, float]:
    names, at, size = np.unique(groups, return_inverse=True, return_counts=True)
    kept = size[at] > 1
    x, y, at = x[kept], y[kept], at[kept]
    free = len(x) - len(np.unique(at))
    nothing = {"members": len(x), "tie": np.nan, "tie_low": np.nan, "tie_high": np.nan}
    if free < FEWEST:
        return nothing | {"p_value": np.nan}
    ranks = [_centred(v, at, len(names)) for v in (x, y)]
    length = np.sqrt((ranks[0] ** 2).sum() * (ranks[1] ** 2).sum())
    if length == 0:
        return nothing | {"p_value": np.nan}
    tie = float(np.clip((ranks[0] * ranks[1]).sum() / length, -1, 1))
    error = np.sqrt(1.06 / (free - 2))
    middle = np.arctanh(np.clip(tie, -0.9999, 0.9999))
    half = stats.norm.ppf(0.5 + level / 2) * error
    return {
        "members": len(x),
        "tie": tie,
        "tie_low": float(np.tanh(middle - half)),
        "tie_high": float(np.tanh(middle + half)),
        "p_value": float(2 * stats.norm.sf(abs(middle) / error)),
    }


def _centred(values: np.ndarray, at: np.ndarray, groups: int) -> np.ndarray:
    """Rank within each group, as shares of its size, around its middle."""
    ranks = np.zeros(len(values))
    for g in range(groups):
        own = at == g
        if own.any():
            ranks[own] = (stats.rankdata(values[own]) - (own.sum() + 1) / 2) / own.sum()
    return ranks
