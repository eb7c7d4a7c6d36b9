"""What would one unit have done without its treatment? A mix of units left alone says so."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize

LEVEL = 0.95
_SUM_HELD = 1e5
_PERIOD_RIDGE = 1e-6


@dataclass(frozen=True, slots=True)
class Synthetic:
    """One treated unit and its synthetic twin.

    Attributes
    ----------
    effect
        Mean gap after the treatment less the weighted mean gap before it, in the outcome's unit.
    donors
        Weight of each donor; they are at least 0 and add up to 1.
    periods
        Weight of each period before; the same.
    expected
        What the unit would have done in each period, before and after.
    """

    effect: float
    donors: np.ndarray
    periods: np.ndarray
    expected: np.ndarray


def synthetic_difference(
    treated: np.ndarray,
    donors: np.ndarray,
    *,
    before: int,
    noise: np.ndarray | None = None,
    period_ridge: float = _PERIOD_RIDGE,
) -> Synthetic:
    """Estimate the effect on one unit by synthetic difference in differences.

    Donors are weighted so that together they move like the unit did before, periods so that they
    tell what comes after; levels may differ. Arkhangelsky, Athey, Hirshberg, Imbens and Wager
    (2021), Synthetic Difference-in-Differences, American Economic Review 111:4088.

    Parameters
    ----------
    treated
        Outcome of the treated unit, by period.
    donors
        Units left alone × periods; at least one.
    before
        Periods before the treatment; at least two.
    noise
        Standard deviation of each donor's outcome in one period, which sets the ridge: a donor
        that is noisier counts less. By default one for all, from the donors' first differences,
        as in the paper.
    period_ridge
        Ridge on the weights of periods, in times the noise. The paper's is all but none; where
        there are few donors, or noisy ones, 1 keeps the weights from following chance.

    Notes
    -----
    Misleads where donors were touched by the treatment themselves (buyers drawn away from them),
    or where the unit was treated because it was about to change anyway.
    """
    if noise is None:
        steps = np.diff(donors[:, :before], axis=1)
        sd = steps.std(ddof=1) if steps.size > 1 else 0.0
        noise = np.full(len(donors), sd)
    after = donors.shape[1] - before
    past, later = donors[:, :before], donors[:, before:].mean(axis=1)
    unit = _on_simplex(past.T, treated[:before], after**0.25 * noise)
    common = np.full(before, period_ridge * np.sqrt(np.mean(noise**2)))
    period = _on_simplex(past, later, common)
    twin = unit @ donors
    expected = twin + period @ (treated - twin)[:before]
    effect = float((treated - expected)[before:].mean())
    return Synthetic(effect, unit, period, expected)


def shift_interval(gaps: np.ndarray, *, before: int, level: float = LEVEL) -> tuple[float, float]:
    """Give the interval of a step in a series of gaps, held against the same series shifted.

    For where donors are too few to stand as placebos. Under the true step the series without it
    looks the same whichever stretch of it is called "after", so its own shifts in time, last
    following first, are what chance does (Chernozhukov, Wüthrich and Zhu 2021, An Exact and
    Robust Conformal Inference Method for Counterfactual and Synthetic Controls, JASA 116:1849).

    Parameters
    ----------
    gaps
        Unit less its twin, by period.
    before
        Periods before the treatment.
    level
        Probability the interval holds; with n periods at most 1 − 1/n can be had.

    Returns
    -------
    tuple of float
        Both ends; infinite where so few periods cannot rule any step out.

    Notes
    -----
    Gaps may follow one another (weather lasts), but must not drift away for good.
    """
    step = float(gaps[before:].mean() - gaps[:before].mean())
    after = len(gaps) - before
    width = 6 * float(gaps[:before].std() + gaps[before:].std()) + 1e-12

    def doubted(guess: float) -> bool:
        left = gaps - np.where(np.arange(len(gaps)) >= before, guess, 0.0)
        left = left - left.mean()
        # the mean of every stretch as long as "after", around the end too; ours begins at `before`
        run = np.cumsum(np.concatenate([[0.0], left, left]))
        off = np.abs(run[after : after + len(gaps)] - run[: len(gaps)]) / after
        return bool((off >= off[before] - 1e-12).mean() <= 1 - level)

    ends = []
    for side in (-1, 1):
        far = step + side * width
        if not doubted(far):
            ends.append(side * np.inf)
            continue
        near = step
        for _ in range(40):
            middle = (near + far) / 2
            near, far = (near, middle) if doubted(middle) else (middle, far)
        ends.append(far)
    return ends[0], ends[1]


def _on_simplex(columns: np.ndarray, aim: np.ndarray, ridge: np.ndarray) -> np.ndarray:
    """Mix columns so that they move like the aim, up to a level: weights ≥ 0 that add up to 1."""
    rows = len(columns)
    columns = columns - columns.mean(axis=0)
    aim = aim - aim.mean()
    # held to the sum by a weight that dwarfs everything else asked of them
    sizes = [float(np.abs(a).max(initial=0.0)) for a in (columns, aim, np.sqrt(rows) * ridge)]
    held = _SUM_HELD * max(*sizes, 1e-9)
    system = np.vstack(
        [columns, np.sqrt(rows) * np.diag(ridge), np.full((1, columns.shape[1]), held)]
    )
    wanted = np.concatenate([aim, np.zeros(columns.shape[1]), [held]])
    weights, _ = optimize.nnls(system, wanted, maxiter=50 * system.shape[1])
    return weights / weights.sum()
