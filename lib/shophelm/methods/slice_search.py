"""Which few slices are behind a change, beyond what moved everything alike?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special, stats

from shophelm.methods.slice_cells import Candidates, candidates

REPLICATES = 400
LEVEL = 0.05
"""Chance of naming any slice where everything moved alike."""
INTERVAL = 0.8
ORDERS = (1, 2)
"""How many dimensions a slice may name."""
COLUMNS = ["slice", "units", "then", "expected", "now", "excess", "low", "high"]


@dataclass(frozen=True, slots=True)
class Search:
    """What a search found.

    Attributes
    ----------
    segments
        One row per slice, strongest first, none overlapping (a later one leaves out what an
        earlier one holds): slice (dimension → value), units, then (before), expected (had it
        moved as the rest did), now, excess (now − expected), and low, high: its 80 % bootstrap
        interval.
    alike
        The factor by which everything else moved.
    candidates
        Slices looked at.
    """

    segments: pd.DataFrame
    alike: float
    candidates: int


def search(
    cells: pd.DataFrame,
    dimensions: Sequence[str],
    *,
    most: int = 4,
    fewest: float = 20,
    seed: int = 0,
) -> Search:
    """Find the slices that moved unlike the rest, one after the other, until none is left.

    A slice is one value of one dimension, or of two together. It is held against everything else:
    its excess is what it has over what it would have, had it moved by the factor of the rest. The
    strongest slice is taken if it stands out from what the most deviant of all slices of as many
    dimensions would do by chance (the bootstrap's distribution of the maximum, at 2.5 % each);
    then its cells are set aside and the search begins anew.

    Parameters
    ----------
    cells
        One row per combination of the dimensions and bucket: the dimensions, `bucket` (0, 1, …:
        people are dealt to buckets at random, the same in both periods), `units` (observations
        behind the cell in both periods), and the sums

        - `now`: what is to be explained, in this period,
        - `expected`: what of it was to be expected if nothing had moved,
        - `then`: the same as `now` in the period before,
        - `fitted`: what `expected` says of the period before.

        For a total, `expected`, `then` and `fitted` are the same: the period before.
    dimensions
        Their columns.
    most
        Slices to find at most.
    fewest
        Units below which a slice is not looked at: chance rules it.
    seed
        Of the bootstrap.

    Notes
    -----
    In the spirit of Adtributor (Bhagwan et al. 2014) and its followers, with an error rate. Errors
    come from a jackknife over buckets, so that a person's several orders count as one. Misleads
    where most of the shop moved and a small part did not: then the part is what it names.
    """
    rng = np.random.default_rng(seed)
    known = candidates(cells, dimensions)
    draws = rng.multinomial(known.buckets, np.full(known.buckets, 1 / known.buckets), REPLICATES)
    free = np.ones(len(known.cells), dtype=bool)
    taken: list[np.ndarray] = []
    found: list[int] = []
    while len(found) < most:
        pick = _strongest(known, free, draws, fewest)
        if pick is None:
            break
        rows = free & known.holds(pick)
        found.append(pick)
        taken.append(rows)
        free = free & ~rows
    alike = float(_factor(known.whole(free).sum(axis=-1)))
    return Search(_described(known, found, taken, free, draws), alike, len(known))


def _factor(sums: np.ndarray) -> np.ndarray:
    """Give now against what is expected of it, by how well that fitted the period before."""
    now, expected, then, fitted = sums
    with np.errstate(divide="ignore", invalid="ignore"):
        return (now / expected) / (then / fitted)


def _excess(part: np.ndarray, rest: np.ndarray) -> np.ndarray:
    """Give what each slice has over what it would have had it moved as the rest did."""
    return part[0] - _expected(part, rest)


def _expected(part: np.ndarray, rest: np.ndarray) -> np.ndarray:
    _, expected, then, fitted = part
    with np.errstate(divide="ignore", invalid="ignore"):
        fit = np.where(fitted > 0, then / fitted, 1.0)
    return _factor(rest) * fit * expected


def _strongest(known: Candidates, free: np.ndarray, draws: np.ndarray, fewest: float) -> int | None:
    """Pick the candidate that stands out most, or none if the most deviant may do so by chance."""
    sums, whole = known.sums(free), known.whole(free)
    enough = (known.units(free) >= fewest) & (known.units(free) <= known.all_units(free) - fewest)
    part = sums[:, enough]
    totals, everything = part.sum(axis=-1), whole.sum(axis=-1)
    excess = _excess(totals, everything[:, None] - totals)
    error = _jackknife(part, whole)
    usable = np.isfinite(excess) & (error > 0)
    if not usable.any():
        return None
    score = np.full(len(excess), 0.0)
    score[usable] = _as_normal(excess[usable] / error[usable], known.buckets - 1)
    order = known.order[enough]
    bars = _bars(part[:, usable], whole, draws, excess[usable], error[usable], order[usable])
    # a crossed slice is one of many more: it must be the more striking for it
    price = np.log([max(1, np.sum(order == o)) for o in ORDERS])[order - 1]
    standing = np.where(np.abs(score) > bars[order - 1], score**2 / 2 - price, -np.inf)
    best = int(np.argmax(standing))
    return int(np.flatnonzero(enough)[best]) if standing[best] > -np.inf else None


def _bars(
    part: np.ndarray,
    whole: np.ndarray,
    draws: np.ndarray,
    excess: np.ndarray,
    error: np.ndarray,
    order: np.ndarray,
) -> np.ndarray:
    """Give how far the most deviant slice of each order goes by chance, at half the level each."""
    spread = np.abs((_replicates(part, whole, draws) - excess) / error)
    most = [np.nanmax(spread[:, order == o], axis=1, initial=0.0) for o in ORDERS]
    return np.quantile(most, 1 - LEVEL / len(ORDERS), axis=1)


def _jackknife(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Give the standard error of each slice's excess, leaving out one bucket at a time."""
    without = part.sum(axis=-1, keepdims=True) - part
    rest = (whole.sum(axis=-1, keepdims=True) - whole)[:, None, :] - without
    each = _excess(without, rest)
    n = part.shape[-1]
    return np.sqrt(n / (n - 1) * ((each - each.mean(axis=-1, keepdims=True)) ** 2).sum(axis=-1))


def _replicates(part: np.ndarray, whole: np.ndarray, draws: np.ndarray) -> np.ndarray:
    """Give each slice's excess in each bootstrap sample of buckets: samples × slices."""
    sums = np.einsum("ksb,rb->krs", part, draws, optimize=True)
    everything = np.einsum("kb,rb->kr", whole, draws, optimize=True)
    return _excess(sums, everything[:, :, None] - sums)


def _as_normal(t: np.ndarray, freedom: int) -> np.ndarray:
    """Turn t values into the normal deviates of the same chance."""
    return -np.sign(t) * special.ndtri(stats.t.sf(np.abs(t), freedom).clip(1e-300))


def _described(
    known: Candidates,
    found: list[int],
    taken: list[np.ndarray],
    free: np.ndarray,
    draws: np.ndarray,
) -> pd.DataFrame:
    rest = known.whole(free)
    rows = []
    for pick, own in zip(found, taken, strict=True):
        part = known.whole(own)
        now, _, then, _ = part.sum(axis=-1)
        expected = float(_expected(part.sum(axis=-1), rest.sum(axis=-1)))
        again = _excess(part @ draws.T, rest @ draws.T)
        low, high = np.nanquantile(again, [(1 - INTERVAL) / 2, (1 + INTERVAL) / 2])
        units = known.cells["units"].to_numpy()[own].sum()
        rows.append([known.name(pick), units, then, expected, now, now - expected, low, high])
    return pd.DataFrame(rows, columns=COLUMNS)
