"""Did each arm of a trial get the share of people it was meant to get?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scipy import stats

BROKEN = 0.001
"""A split this unlikely is taken for broken: many are looked at, and a fair one must not alarm."""


@dataclass(frozen=True, slots=True)
class SampleRatio:
    """A split held against its plan.

    Attributes
    ----------
    statistic
        Pearson's chi-square; infinite where somebody is in an arm that was not planned.
    p_value
        Chance of so uneven a split if people were dealt out as planned.
    """

    statistic: float
    p_value: float

    @property
    def broken(self) -> bool:
        """Whether the split is too uneven to be chance; false where it is not known."""
        return self.p_value < BROKEN


def sample_ratio(people: Mapping[str, float], planned: Mapping[str, float]) -> SampleRatio:
    """Hold the people of each arm against the planned shares by a chi-square test.

    Parameters
    ----------
    people
        Arm → people in it; a planned arm that is not there has none.
    planned
        Arm → its share, in any unit; an arm that is not there was not planned.

    Returns
    -------
    SampleRatio
        Null without people, or with fewer than two planned arms.

    Notes
    -----
    A broken split means that some people were lost or dealt out otherwise, and that the arms may
    be unlike: no outcome of such a trial can be believed, whatever its p-value. The test needs
    some five people expected in each arm.
    """
    arms = [a for a in planned if planned[a] > 0]
    everybody = sum(people.values())
    if len(arms) < 2 or not everybody > 0:
        return SampleRatio(float("nan"), float("nan"))
    if any(n > 0 for arm, n in people.items() if arm not in arms):
        return SampleRatio(float("inf"), 0.0)
    whole = sum(planned[a] for a in arms)
    seen = [people.get(a, 0.0) for a in arms]
    found = stats.chisquare(seen, [everybody * planned[a] / whole for a in arms])
    return SampleRatio(float(found.statistic), float(found.pvalue))
