"""The odds of going on that each member usually has, at this time and this price."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

ROUNDS = 60
TOLERANCE = 1e-7
_MEMBERS, _TIMES, _GROUP_TIMES, _SLOPES = 0.5, 0.5, 0.2, 2.0
"""Standard deviations, on log odds, of what is drawn towards its own kind: members within their
group, times, a group's times beside the others', and price slopes around none."""
_ALIKE, _ENOUGH = 0.1, 10.0
"""Members of a group are taken to differ at least so much; those with less information than
`_ENOUGH` (yes × no ÷ all, about) do not say by how much."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Counts by member and time, all of one length.

    Attributes
    ----------
    trials, yes
        Counts.
    member, slot
        Whose they are and when: numbers from 0. A group's members share what a slot does to them.
    price
        Logarithm of the price over the member's usual one.
    weight
        0 where a row is to teach nothing, 1 elsewhere.
    """

    trials: np.ndarray
    yes: np.ndarray
    member: np.ndarray
    slot: np.ndarray
    price: np.ndarray
    weight: np.ndarray


@dataclass(frozen=True, slots=True)
class UsualOdds:
    """What was fitted, on log odds.

    Attributes
    ----------
    offset
        Of each row: all but the member's own level.
    group_of
        Group of each member, as it was given.
    level, middle
        Of each member, and of its group's members on average.
    apart
        Of each group: how far its members' levels lie apart beyond chance (standard deviation).
    slope
        Of each group: change of the log odds by the logarithm of the price.
    """

    offset: np.ndarray
    group_of: np.ndarray
    level: np.ndarray
    middle: np.ndarray
    apart: np.ndarray
    slope: np.ndarray


def usual_odds(rows: Rows, group_of: np.ndarray) -> UsualOdds:
    """Fit the log odds of rows as the sum of a member's level, the time, and the price.

    Parameters
    ----------
    rows
        The counts.
    group_of
        Group of each member, numbers from 0.

    Notes
    -----
    Logistic regression with normal priors on the effects (a ridge), climbed by Newton steps on
    one kind of effect after the other. A group's times are drawn to the times of all. Misleads
    where most of a group changes at once: that is then taken for the time.
    """
    member, slot, price = rows.member, rows.slot, rows.price
    group = group_of[member]
    slots, groups = slot.max(initial=-1) + 1, group_of.max(initial=-1) + 1
    shared = group * slots + slot
    n, k = rows.trials * rows.weight, rows.yes * rows.weight
    level = np.full(len(group_of), special.logit((k.sum() + 1) / (n.sum() + 2)))
    middle = np.full(groups, level.mean() if len(level) else 0.0)
    people = np.maximum(np.bincount(group_of, minlength=groups), 1)
    time, own_time, slope = np.zeros(slots), np.zeros(groups * slots), np.zeros(groups)
    kinds = ((time, slot, 1.0, _TIMES), (own_time, shared, 1.0, _GROUP_TIMES),
             (slope, group, price, _SLOPES))  # fmt: skip

    def offset() -> np.ndarray:
        return time[slot] + own_time[shared] + slope[group] * price

    for _ in range(ROUNDS):
        before = level
        for effect, code, by, spread in kinds:
            chance = special.expit(level[member] + offset())
            effect += _step(k - n * chance, n * chance * (1 - chance), code, by, effect, spread)
        chance = special.expit(level[member] + offset())
        gap, known = k - n * chance, n * chance * (1 - chance)
        level = level + _step(gap, known, member, 1.0, level - middle[group_of], _MEMBERS)
        middle = np.bincount(group_of, level, groups) / people
        if np.abs(level - before).max(initial=0.0) < TOLERANCE:
            break
    told = information(rows, level[member] + offset(), len(level))
    apart = _apart(level - middle[group_of], told, group_of, groups)
    return UsualOdds(offset(), group_of, level, middle, apart, slope)


def information(rows: Rows, odds: np.ndarray, members: int) -> np.ndarray:
    """Give what the rows tell of each member's log odds: 1 / variance."""
    chance = special.expit(odds)
    return np.bincount(rows.member, rows.trials * rows.weight * chance * (1 - chance), members)


def dispersion(rows: Rows, odds: np.ndarray, block: np.ndarray, *, fitted: int) -> float:
    """Give the variance of blocks' counts beside what chance alone gives them; at least 1.

    Parameters
    ----------
    rows
        The counts.
    odds
        Fitted log odds of each row.
    block
        Of each row, a number from 0: blocks as long as the changes that matter, since what drifts
        slowly hardly shows in short ones.
    fitted
        Levels that were fitted to these blocks.
    """
    chance = special.expit(odds)
    gap = np.bincount(block, rows.weight * (rows.yes - rows.trials * chance))
    known = np.bincount(block, rows.weight * rows.trials * chance * (1 - chance))
    free = (known > 0).sum() - fitted
    if free <= 0:
        return 1.0
    return max(1.0, float((gap**2).sum() / known.sum() * (known > 0).sum() / free))


def _step(
    gap: np.ndarray, known: np.ndarray, code: np.ndarray, by: np.ndarray | float,
    effect: np.ndarray, spread: float,
) -> np.ndarray:  # fmt: skip
    """Give a Newton step of one kind of effect, drawn to 0."""
    size = len(effect)
    gradient = np.bincount(code, gap * by, size) - effect / spread**2
    return gradient / (np.bincount(code, known * np.square(by), size) + spread**-2.0)


def _apart(drawn: np.ndarray, told: np.ndarray, group_of: np.ndarray, groups: int) -> np.ndarray:
    """Give each group's spread beyond chance, by medians, so that a few far off do not widen it."""
    spread = np.full(groups, _ALIKE)
    for g in range(groups):
        own = (group_of == g) & (told >= _ENOUGH)
        if own.sum() > 2:
            # undo the draw towards the group
            gap = drawn[own] * (told[own] + _MEMBERS**-2.0) / told[own]
            seen = (1.4826 * np.median(np.abs(gap - np.median(gap)))) ** 2
            spread[g] = max(_ALIKE, np.sqrt(max(seen - np.median(1 / told[own]), 0)))
    return spread
