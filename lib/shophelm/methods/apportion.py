"""Whole numbers shared out in proportion to weights, so that they add up to the unit."""

from __future__ import annotations

import numpy as np
from scipy import optimize, sparse

ALMOST_NOTHING = 1e-9
"""What a weight of 0 counts as, of the largest one."""
ROUNDS, NEAR_ENOUGH = 500, 1e-6
"""Rounds of fitting, and how near rows must be for it to end."""


def apportion(total: int, weights: np.ndarray) -> np.ndarray:
    """Share a whole number out in proportion to weights.

    Parameters
    ----------
    total
        What is shared, in its smallest unit (cents, say); not negative.
    weights
        Of any shape, none negative. Where all are 0, every cell has the same share.

    Returns
    -------
    ndarray
        Whole numbers of the weights' shape that add up to `total`, none further than one unit from
        its proportion. A cell of weight 0 gets nothing, unless all are.

    Raises
    ------
    ValueError
        If total or a weight is negative or not finite, or there is nothing to share it among.

    Notes
    -----
    By largest remainders (Hamilton); of equal ones the first in order gets the unit.
    """
    weights = np.asarray(weights, dtype=float)
    flat = weights.ravel()
    if total < 0 or not len(flat) or not np.isfinite(flat).all() or (flat < 0).any():
        raise ValueError("Only what is not negative can be shared out, by finite weights.")
    if not flat.any():
        flat = np.ones_like(flat)
    # of the largest weight, so that sums neither overflow nor vanish
    flat = flat / flat.max()
    quota = total * (flat / flat.sum())
    shares = np.floor(quota).astype(np.int64)
    rest = int(total - shares.sum())
    order = np.lexsort((np.arange(len(flat)), -(quota - shares)))
    order = order[flat[order] > 0]
    # rounding of very large totals may leave more, or less, than one unit a cell
    while rest:
        step = 1 if rest > 0 else -1
        turn = order[: abs(rest)] if rest > 0 else order[::-1][: abs(rest)]
        turn = turn if rest > 0 else turn[shares[turn] > 0]
        shares[turn] += step
        rest -= step * len(turn)
    return shares.reshape(weights.shape)


def apportion_both(rows: np.ndarray, columns: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Share whole numbers out so that rows and columns both add up.

    Parameters
    ----------
    rows, columns
        What each row, and each column, must add up to: whole numbers of the same sum.
    weights
        Rows × columns, none negative: cells are as near in proportion to them as both allow.

    Returns
    -------
    ndarray
        Whole numbers, rows × columns.

    Raises
    ------
    ValueError
        If the sums differ, or a number is negative or not finite.

    Notes
    -----
    Iterative proportional fitting (Deming & Stephan 1940), then controlled rounding (Cox 1987): the
    cells that get a unit more are those of the largest remainders that rows and columns allow, by a
    linear programme whose solutions are whole; where fitting ended far off, in order. A weight of 0
    counts as almost nothing, so that a row or column without any weight can be met.
    """
    rows, columns = (np.asarray(a, dtype=np.int64) for a in (rows, columns))
    weights = np.asarray(weights, dtype=float)
    good = np.isfinite(weights).all() and (weights >= 0).all()
    if rows.sum() != columns.sum() or (rows < 0).any() or (columns < 0).any() or not good:
        raise ValueError("Rows and columns must have the same sum, and nothing may be negative.")
    cells = np.maximum(weights / max(weights.max(initial=0.0), 1e-300), ALMOST_NOTHING)
    for _ in range(ROUNDS):
        cells = cells * (rows / np.maximum(cells.sum(axis=1), 1e-300))[:, None]
        cells = cells * (columns / np.maximum(cells.sum(axis=0), 1e-300))
        if np.abs(cells.sum(axis=1) - rows).max(initial=0.0) < NEAR_ENOUGH:
            break
    whole = _within(np.floor(cells).astype(np.int64), rows)
    whole = _within(whole.T, columns).T
    return whole + _units(rows - whole.sum(axis=1), columns - whole.sum(axis=0), cells - whole)


def _within(whole: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Take back what rows have too much of, in proportion: fitting may end a little off."""
    sums = np.maximum(whole.sum(axis=1), 1)
    keep = np.minimum(rows, sums)
    # as Python's own numbers, which cannot overflow
    cut = whole.astype(object) * keep[:, None].astype(object) // sums[:, None].astype(object)
    return np.where((sums > keep)[:, None], cut, whole).astype(np.int64)


def _units(rows: np.ndarray, columns: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Give out the units that are left of rows and columns, where most is wanted of them."""
    n, m = wanted.shape
    sums = sparse.vstack(
        [sparse.kron(sparse.eye(n), np.ones((1, m))), sparse.kron(np.ones((1, n)), sparse.eye(m))]
    )
    found = optimize.linprog(
        -wanted.ravel(), A_eq=sums, b_eq=np.concatenate([rows, columns]), bounds=(0, 1),
        method="highs-ds",
    )  # fmt: skip
    if found.success:
        return np.round(found.x).astype(np.int64).reshape(n, m)
    return _corner(rows, columns)


def _corner(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Give out any number of units, row after row and column after column (north-west corner)."""
    units, rows, columns = (
        np.zeros((len(rows), len(columns)), np.int64),
        rows.copy(),
        columns.copy(),
    )
    row = column = 0
    while row < len(rows) and column < len(columns):
        part = min(rows[row], columns[column])
        units[row, column] = part
        rows[row] -= part
        columns[column] -= part
        row, column = (row + 1, column) if rows[row] == 0 else (row, column + 1)
    return units
