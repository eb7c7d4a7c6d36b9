"""The slices of a cube of cells: every value of a dimension, and of two dimensions together."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

SUMS = ("now", "expected", "then", "fitted")


@dataclass(frozen=True)
class Candidates:
    """Slices that may be asked for their sums.

    Attributes
    ----------
    cells
        As given, in a fixed order.
    buckets
        How many buckets there are.
    groupings
        (dimensions, slice of each cell, the slices' values, number of the first of them).
    order
        How many dimensions each slice names.
    """

    cells: pd.DataFrame
    buckets: int
    groupings: tuple[tuple[tuple[str, ...], np.ndarray, pd.DataFrame, int], ...]
    order: np.ndarray

    def __len__(self) -> int:
        return len(self.order)

    def sums(self, rows: np.ndarray) -> np.ndarray:
        """Add up the chosen cells: sums × slices × buckets."""
        return np.concatenate(
            [self._grouped(codes, len(v), rows) for _, codes, v, _ in self.groupings], axis=1
        )

    def whole(self, rows: np.ndarray) -> np.ndarray:
        """Add up the chosen cells: sums × buckets."""
        return self._grouped(np.zeros(len(self.cells), dtype=np.int64), 1, rows)[:, 0]

    def units(self, rows: np.ndarray) -> np.ndarray:
        """Count the units of each slice among the chosen cells."""
        units = np.where(rows, self.cells["units"].to_numpy(dtype=float), 0)
        return np.concatenate(
            [np.bincount(codes, units, len(v)) for _, codes, v, _ in self.groupings]
        )

    def all_units(self, rows: np.ndarray) -> float:
        """Count the units of the chosen cells."""
        return float(self.cells["units"].to_numpy(dtype=float)[rows].sum())

    def holds(self, candidate: int) -> np.ndarray:
        """Say which cells a slice holds."""
        _, codes, _, first = self._of(candidate)
        return codes == candidate - first

    def name(self, candidate: int) -> dict[str, str]:
        """Give a slice as dimension → value."""
        dimensions, _, values, first = self._of(candidate)
        return dict(zip(dimensions, values.iloc[candidate - first], strict=True))

    def _of(self, candidate: int) -> tuple:
        return next(g for g in reversed(self.groupings) if g[3] <= candidate)

    def _grouped(self, codes: np.ndarray, size: int, rows: np.ndarray) -> np.ndarray:
        at = codes[rows] * self.buckets + self.cells["bucket"].to_numpy()[rows]
        each = [
            np.bincount(at, self.cells[name].to_numpy(dtype=float)[rows], size * self.buckets)
            for name in SUMS
        ]
        return np.stack(each).reshape(len(SUMS), size, self.buckets)


def candidates(cells: pd.DataFrame, dimensions: Sequence[str]) -> Candidates:
    """List the slices of some cells, of one dimension and of two.

    Two dimensions of which one says the other (a product says its category) give no slices of
    their own. The order of the cells changes nothing.

    Parameters
    ----------
    cells
        The dimensions, bucket, units and `SUMS`.
    dimensions
        Their columns; none holds nulls.
    """
    cells = cells.sort_values([*dimensions, "bucket"], ignore_index=True)
    groupings: list[tuple[tuple[str, ...], np.ndarray, pd.DataFrame, int]] = []
    size, order = 0, []
    singles = {d: cells[d].nunique() for d in dimensions}
    chosen = [(d,) for d in dimensions if singles[d] > 1]
    chosen += list(itertools.combinations([d for (d,) in chosen], 2))
    for names in chosen:
        grouped = cells.groupby(list(names), sort=True)
        codes = grouped.ngroup().to_numpy()
        values = cells.loc[~cells.duplicated(list(names)), list(names)]
        values = values.sort_values(list(names), ignore_index=True)
        if len(names) == 2 and len(values) == max(singles[d] for d in names):
            continue
        groupings.append((names, codes, values, size))
        size += len(values)
        order += [len(names)] * len(values)
    return Candidates(
        cells,
        int(cells["bucket"].max()) + 1 if len(cells) else 1,
        tuple(groupings),
        np.array(order, dtype=int),
    )
