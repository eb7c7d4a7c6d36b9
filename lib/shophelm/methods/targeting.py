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
_NOTHING = np.full(POINTS, np.nan), np.full(3, np.nan)


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
        Whose row it is: the bootstrap draws people, with all of their rows.
    level
        Probability the intervals hold.
    draws
        Bootstrap draws, always the same ones for the same people.

    Returns
    -------
    Targeting
        Rows of equal score are treated together, and between their first and last the curve is
        straight: the order of rows changes nothing. All null without both arms.

    Notes
    -----
    The convention is `CONVENTION` (Gutierrez and Gérardy 2016, with total arm sizes; Radcliffe
    2007 scales by treated people instead). Only people can be drawn anew, not the model: how
    scores would differ had other people taught them is not in the intervals.
    """
    rows = _Rows.of(score, outcome, treated, stratum, person)
    shares = np.linspace(0, 1, POINTS)
    gain, areas = _gain(rows, np.ones(rows.people), shares)
    chance = np.random.default_rng(0)
    drawn = [_gain(rows, chance.poisson(1.0, rows.people), shares) for _ in range(draws)]
    ends = [0.5 - level / 2, 0.5 + level / 2]
    drawn = [d for d in drawn if not np.isnan(d[1]).any()] or [_NOTHING]
    low, high = np.quantile([g for g, _ in drawn], ends, axis=0)
    curve = {"share": shares, "gain": gain, "low": low, "high": high, "random": shares * areas[2]}
    low, high = np.quantile([a for _, a in drawn], ends, axis=0)
    table = pd.DataFrame(
        {"estimate": areas, "low": low, "high": high}, index=["auuc", "qini", "effect"]
    )
    return Targeting(pd.DataFrame(curve), table)


@dataclass(frozen=True, slots=True)
class _Rows:
    """A trial's rows, highest score first.

    Attributes
    ----------
    outcome, treated, stratum, person
        Of each row; strata and people as numbers.
    last
        The last row of each distinct score.
    people
        How many there are.
    """

    outcome: np.ndarray
    treated: np.ndarray
    stratum: np.ndarray
    person: np.ndarray
    last: np.ndarray
    people: int

    @classmethod
    def of(
        cls, score: Sequence, outcome: Sequence, treated: Sequence,
        stratum: Sequence | None, person: Sequence | None,
    ) -> _Rows:  # fmt: skip
        score, outcome = np.asarray(score, dtype="float64"), np.asarray(outcome, dtype="float64")
        treated = np.asarray(treated, dtype=bool)
        strata = np.zeros(len(score), dtype=int) if stratum is None else _numbers(stratum)
        # without names, people are told apart by their rows alone
        order = np.lexsort((outcome, treated, strata, -score))
        if person is None:
            people = np.empty(len(score), dtype=int)
            people[order] = np.arange(len(score))
        else:
            people = _numbers(person)
            order = np.lexsort((outcome, treated, strata, people, -score))
        last = np.flatnonzero(np.diff(score[order], append=-np.inf))
        return cls(
            outcome[order], treated[order], strata[order], people[order], last,
            int(people.max(initial=-1)) + 1,
        )  # fmt: skip


def _numbers(names: Sequence) -> np.ndarray:
    return np.unique(np.asarray(names), return_inverse=True)[1]


def _gain(rows: _Rows, times: np.ndarray, shares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the curve at some shares, and the areas, with each person counted some times."""
    weight = times[rows.person].astype("float64")
    arm = 2 * rows.stratum + rows.treated
    sizes = np.bincount(arm, weight, minlength=2 * (rows.stratum.max() + 1)).reshape(-1, 2)
    # a stratum that lost an arm in a draw has nothing to say in it
    known = (sizes > 0).all(axis=1)
    weight *= known[rows.stratum]
    if not known.any():
        return _NOTHING
    part = sizes.sum(axis=1) * known / weight.sum()
    each = part[rows.stratum] / np.maximum(sizes.ravel()[arm], 1)
    signed = np.where(rows.treated, weight, -weight) * each
    gain = np.concatenate([[0], np.cumsum(signed * rows.outcome)[rows.last]])
    share = np.concatenate([[0], np.cumsum(weight)[rows.last] / weight.sum()])
    area = np.trapezoid(gain, share)
    return np.interp(shares, share, gain), np.array([area, area - gain[-1] / 2, gain[-1]])
