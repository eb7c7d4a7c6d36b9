"""What is gained by treating those with the highest scores first, as a trial's two arms show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

CONVENTION = (
    "cumulative gain with each arm divided by its own size: at share s of all people, highest "
    "scores first, the sum of the treated arm's outcomes over its people less the same of the "
    "control's, so that the end of the curve is the mean effect; AUUC is the area below it, and "
    "the Qini coefficient the area between it and targeting at random, both in outcome per person"
)
DRAWS, POINTS = 400, 51
BINS, BUCKETS = 500, 256
"""Steps of the order that are told apart, and groups of people that the bootstrap draws."""


@dataclass(frozen=True, slots=True)
class Targeting:
    """How good an order of people is.

    Attributes
    ----------
    curve
        One row per share of people treated, from 0 to 1: share, gain (outcome per person of the
        whole), low, high, random (the gain of as many taken at random).
    areas
        Indexed auuc, qini, effect (of treating everyone): estimate, low, high.
    convention
        What exactly is measured, in words.
    """

    curve: pd.DataFrame
    areas: pd.DataFrame
    convention: str = CONVENTION


def gain_curve(
    score: Sequence[float],
    outcome: Sequence[float],
    treated: Sequence[bool],
    *,
    stratum: Sequence | None = None,
    person: Sequence | None = None,
    level: float = 0.95,
    draws: int = DRAWS,
) -> Targeting:
    """Follow what is gained as more and more people are treated, highest scores first.

    Parameters
    ----------
    score
        Each row's; it must come from a model that did not see the row.
    outcome
        What the row did. For a curve of profit give the outcome in money less what the treatment
        cost on that row. Taking off what was to be expected before the lot was drawn changes no
        expectation and takes noise out.
    treated
        Whether in the treated arm, by lot.
    stratum
        Trials of their own, inside which the lot was drawn; each counts by its people.
    person
        Whose row it is: the bootstrap draws people, with all of their rows; where they are many,
        it draws groups to which they are dealt.
    level
        Probability the intervals hold.
    draws
        Bootstrap draws, always the same ones for the same people.

    Returns
    -------
    Targeting
        Rows of equal score are treated together, and between their first and last the curve is
        straight: the order of rows changes nothing. So it is between steps of 1/500 of the rows,
        where there are more scores than that. All null without both arms.

    Notes
    -----
    The convention is `CONVENTION` (Gutierrez and Gérardy 2016, with total arm sizes; Radcliffe
    2007 scales by treated people instead). Only people can be drawn anew, not the model: how
    scores would differ had other people taught them is not in the intervals.
    """
    counts, sums = _cells(score, outcome, treated, stratum, person)
    buckets = len(counts)
    drawn = np.random.default_rng(0).poisson(1.0, (draws, buckets))
    shares = np.linspace(0, 1, POINTS)
    # the first row is what was measured: every bucket once
    times = np.vstack([np.ones(buckets), drawn])
    gains, areas = _gain(*(np.tensordot(times, cells, axes=1) for cells in (counts, sums)), shares)
    known = ~np.isnan(areas[1:]).any(axis=1)
    ends = [0.5 - level / 2, 0.5 + level / 2]
    none = np.full((1, POINTS + 3), np.nan)
    both = np.hstack([gains, areas])[1:][known] if known.any() else none
    low, high = np.quantile(both, ends, axis=0)
    curve = pd.DataFrame(
        {"share": shares, "gain": gains[0], "low": low[:POINTS], "high": high[:POINTS]}
    ).assign(random=shares * areas[0, 2])
    table = pd.DataFrame(
        {"estimate": areas[0], "low": low[POINTS:], "high": high[POINTS:]},
        index=["auuc", "qini", "effect"],
    )
    return Targeting(curve, table)


def _cells(
    score: Sequence[float],
    outcome: Sequence[float],
    treated: Sequence[bool],
    stratum: Sequence | None,
    person: Sequence | None,
) -> tuple[np.ndarray, np.ndarray]:
    """Add rows and outcomes up by bucket of people, place in the order, stratum and arm."""
    score, outcome = np.asarray(score, dtype="float64"), np.asarray(outcome, dtype="float64")
    arm = np.asarray(treated, dtype=bool).astype(int)
    strata = np.zeros(len(score), dtype=int) if stratum is None else _numbers(stratum)
    place = _numbers(-score)
    if place.max() >= BINS:
        # equal scores stay in one bin: that of the last of them
        place = _numbers((np.cumsum(np.bincount(place))[place] - 1) * BINS // len(score))
    people = place if person is None else _numbers(person)
    order = np.lexsort((outcome, arm, strata, place, people))
    # without names people are told apart by what is in their rows alone
    who = np.argsort(order) if person is None else people
    # dealt by chance: dealt in order, buckets would be more alike than people are
    bucket = np.random.default_rng(1).permutation(who.max() + 1)[who] % BUCKETS
    shape = (bucket.max() + 1, place.max() + 1, strata.max() + 1, 2)
    cell = np.ravel_multi_index((bucket, place, strata, arm), shape)[order]
    size = int(np.prod(shape))
    return (
        np.bincount(cell, minlength=size).reshape(shape).astype("float64"),
        np.bincount(cell, outcome[order], minlength=size).reshape(shape),
    )


def _numbers(names: Sequence | np.ndarray) -> np.ndarray:
    return np.unique(np.asarray(names), return_inverse=True)[1]


def _gain(
    counts: np.ndarray, sums: np.ndarray, shares: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Give the curve at some shares and the areas, one row per draw of people."""
    sizes = counts.sum(axis=1)
    # a stratum that lost an arm in a draw has nothing to say in it
    known = (sizes > 0).all(axis=2, keepdims=True)
    people = (sizes * known).sum(axis=(1, 2), keepdims=True)
    with np.errstate(invalid="ignore"):
        part = sizes.sum(axis=2, keepdims=True) * known / people
    each = part / np.maximum(sizes, 1) * np.array([-1.0, 1.0])
    start = np.zeros((len(counts), 1))
    gain = np.hstack([start, np.einsum("dbsa,dsa->db", sums, each).cumsum(axis=1)])
    with np.errstate(invalid="ignore"):
        share = (counts * known[:, None]).sum(axis=(2, 3)).cumsum(axis=1) / people[:, :, 0]
    share = np.hstack([start, share])
    area = np.trapezoid(gain, share, axis=1)
    end = gain[:, -1]
    curves = [np.interp(shares, s, g) for s, g in zip(share, gain, strict=True)]
    return np.array(curves), np.column_stack([area, area - end / 2, end])
