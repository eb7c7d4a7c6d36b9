"""The odds of going on that each member usually has, at this time and this price."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

ROUNDS = 60
TOLERANCE = 1e-7
_MEMBERS, _TIMES, _GROUP_TIMES, _SLOPES = 0.5, 0.5, 0.2, 2.0
"""Standard deviations, on log odds, of what is drawn towards its own kind: members within their
group, times, a group's times beside the others', and price slopes around none (a group's around
that of all)."""
_LARGE = 4
"""Members from which on a group has times and a slope of its own, beside those of all."""
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
        For each member: by how much its peers' log odds change with the logarithm of the price,
        its own answer left out; those of all in a small group.
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
    one kind of effect after the other; the times and the slope of all before a group's own, which
    are drawn to them: fitted at once, those of all would follow whoever has no group's own.
    Misleads where most of a group changes at once: that is then taken for the time, and so is a
    change of one who has no peers at all. To each member the slope of its peers is applied: one
    whose price moves alone would else explain its own fall.
    """
    model = _Model(rows, group_of)
    model.climb(model.times, model.prices)
    model.climb(model.group_times, model.group_prices)
    slope = model.peers_slopes()
    moved = (slope[rows.member] - model.slopes()[group_of[rows.member]]) * model.price
    odds = model.odds() + moved
    told = information(rows, odds, len(model.level))
    apart = _apart(model.level - model.middle[group_of], told, group_of, len(model.middle))
    offset = odds - model.level[rows.member]
    return UsualOdds(offset, group_of, model.level, model.middle, apart, slope)


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


@dataclass(frozen=True, slots=True)
class _Kind:
    """Effects of one kind: which one each row has, times what, and how loosely they are held."""

    effect: np.ndarray
    code: np.ndarray
    by: np.ndarray
    spread: float


class _Model:
    """The effects as they are climbed."""

    def __init__(self, rows: Rows, group_of: np.ndarray) -> None:
        self.rows, self.group_of = rows, group_of
        group = group_of[rows.member]
        slots, groups = rows.slot.max(initial=-1) + 1, group_of.max(initial=-1) + 1
        self.n, self.k = rows.trials * rows.weight, rows.yes * rows.weight
        self.members = np.maximum(np.bincount(group_of, minlength=groups), 1)
        usual = special.logit((self.k.sum() + 1) / (self.n.sum() + 2))
        self.level, self.middle = np.full(len(group_of), usual), np.full(groups, usual)
        ones = np.ones(len(group))
        # what a small group did of its own would be what its one member did that changed
        large = (self.members >= _LARGE)[group] * 1.0
        shared = group * slots + rows.slot
        self.times = _Kind(np.zeros(slots), rows.slot, ones, _TIMES)
        self.group_times = _Kind(np.zeros(groups * slots), shared, large, _GROUP_TIMES)
        self.price = self._centred(rows.price)
        self.prices = _Kind(np.zeros(1), np.zeros(len(group), int), self.price, _SLOPES)
        self.group_prices = _Kind(np.zeros(groups), group, large * self.price, _SLOPES)

    def _centred(self, price: np.ndarray) -> np.ndarray:
        """Take each member's mean off its prices, so that its slope says nothing of its level."""
        size = len(self.group_of)
        trials = np.bincount(self.rows.member, self.n, size)
        mean = np.bincount(self.rows.member, self.n * price, size) / np.maximum(trials, 1)
        return price - mean[self.rows.member]

    def slopes(self) -> np.ndarray:
        """Give each group's slope, its members' own included."""
        return self.prices.effect + self.group_prices.effect * (self.members >= _LARGE)

    def peers_slopes(self) -> np.ndarray:
        """Give each member the slope of its group's others, drawn to that of all others.

        Each member's own is one Newton step from its group's.
        """
        rows, size = self.rows, len(self.group_of)
        chance = special.expit(self.odds())
        told = np.bincount(rows.member, self.n * chance * (1 - chance) * self.price**2, size)
        gap = np.bincount(rows.member, (self.k - self.n * chance) * self.price, size)
        pull = told * self.slopes()[self.group_of] + gap
        loose, groups = _SLOPES**-2.0, len(self.middle)
        of_all = (pull.sum() - pull) / (told.sum() - told + loose)
        pulls, tolds = (
            np.bincount(self.group_of, v, groups)[self.group_of] - v for v in (pull, told)
        )
        own = (pulls + loose * of_all) / (tolds + loose)
        return np.where((self.members >= _LARGE)[self.group_of], own, of_all)

    def odds(self) -> np.ndarray:
        """Give the log odds of each row."""
        kinds = (self.times, self.group_times, self.prices, self.group_prices)
        return self.level[self.rows.member] + sum(k.effect[k.code] * k.by for k in kinds)

    def climb(self, *kinds: _Kind) -> None:
        """Climb some kinds of effects, and the members' levels, until these stand still."""
        for _ in range(ROUNDS):
            for kind in kinds:
                kind.effect[:] += self._step(kind)
            level = _Kind(
                self.level - self.middle[self.group_of], self.rows.member,
                np.ones(len(self.n)), _MEMBERS,
            )  # fmt: skip
            step = self._step(level)
            self.level = self.level + step
            sums = np.bincount(self.group_of, self.level, len(self.middle))
            self.middle = sums / self.members
            if np.abs(step).max(initial=0.0) < TOLERANCE:
                break

    def _step(self, kind: _Kind) -> np.ndarray:
        """Give a Newton step of one kind of effect, drawn to 0."""
        chance = special.expit(self.odds())
        gap, known = self.k - self.n * chance, self.n * chance * (1 - chance)
        size, loose = len(kind.effect), kind.spread**-2.0
        gradient = np.bincount(kind.code, gap * kind.by, size) - kind.effect * loose
        return gradient / (np.bincount(kind.code, known * kind.by**2, size) + loose)


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
