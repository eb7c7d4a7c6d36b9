"""The media budget week by week: where the last of it brings the same in every channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

import numpy as np
import pandas as pd

from shophelm.errors import ParameterError
from shophelm.methods.allocation import allocate
from shophelm.shop.calendar import Period
from shophelm.shop.needs import Missing, carries_missing
from shophelm.strategy.expected_shape import ExpectedShape
from shophelm.words import Sentence, money, plural, rate, sentence

WEEKS = 8
GRID = 101
"""Amounts between a channel's bounds at which its return is read."""
LIKELY = {"": 0.5, "_low": 0.1, "_high": 0.9}


class Draws(Protocol):
    """What is known of a channel's response, as `promotion.spend_response` gives it."""

    def left(self, spend: np.ndarray) -> np.ndarray:
        """Give what so much a day leaves a day, before its own cost: draws × amounts."""


@dataclass(frozen=True, slots=True)
class MediaBudget:
    """A budget by week and channel.

    Attributes
    ----------
    cells
        One row per week and channel: week (its first day), channel, usual and spend (money in the
        week), marginal (what the last of it leaves for each unit), bound (low, high, or "" where
        neither binds).
    channels
        One row per channel: channel, usual, spend (money of all weeks), change (of it), left (what
        the change leaves, after its cost).
    price
        What the last unit of money leaves wherever no bound binds.
    gain, gain_low, gain_high
        What dividing it so leaves more than the usual division of the same budget (80 %).
    budget
        Money of all weeks.
    at_cost
        The budget, within the bounds, at which the last of it leaves just what it costs.
    """

    cells: pd.DataFrame
    channels: pd.DataFrame
    price: float
    gain: float
    gain_low: float
    gain_high: float
    budget: float
    at_cost: float


@carries_missing
def media_budget(
    draws: Mapping[str, Draws],
    usual: Mapping[str, float],
    shape: ExpectedShape,
    period: Period,
    first: date,
    *,
    budget: float = 0.0,
    weeks: int = WEEKS,
    least: float = 0.5,
    most: float = 1.5,
) -> MediaBudget | Missing:
    """Divide a budget over weeks and channels by what the last of it leaves.

    Parameters
    ----------
    draws
        By channel, as `promotion.spend_response` gives them.
    usual
        By channel, what is usually spent on a day.
    shape
        What each day weighs: where more visitors come anyway, money brings more of them.
    period
        The days that draws and usual spend are of.
    first
        The first day of the first week.
    budget
        Of all weeks; what is usual if 0.
    weeks
        How many.
    least, most
        Of its usual spend, what a channel gets at least and at most in a week: beyond what was ever
        tried little is known.

    Raises
    ------
    ParameterError
        If the bounds leave no way to spend just the budget, or a week is not in the shape.

    Notes
    -----
    Returns are the means of the draws. Money of one week is taken to work in it: what is carried
    over to the next is small where half of what money does is done within days.
    """
    if not draws:
        return Missing(
            "Where should the media money go?", "spend", "No channel's response is known."
        )
    channels = sorted(draws)
    traffic = _traffic(shape, period, first, weeks)
    cells = _Cells.of([draws[c] for c in channels], np.array([usual[c] for c in channels]), traffic)
    total = budget or float(cells.usual.sum())
    low, high = least * cells.usual, most * cells.usual
    if not low.sum() - 1e-6 <= total <= high.sum() + 1e-6:
        raise ParameterError(
            f"budget is {total:,.2f}. Between {least:g} and {most:g} of the usual spend, {weeks} "
            f"weeks take from {low.sum():,.2f} to {high.sum():,.2f}: name such a budget, or other "
            "bounds."
        )
    spend, price = allocate(total, lambda p: cells.wanted(p, low, high), low=low, high=high)
    same = cells.usual * total / cells.usual.sum()
    gain = cells.left(spend).sum(axis=(1, 2)) - cells.left(same).sum(axis=(1, 2))
    frame = cells.laid_out(channels, first, spend, low, high)
    ends = {f"gain{end}": float(np.quantile(gain, at)) for end, at in LIKELY.items()}
    return MediaBudget(
        frame,
        _by_channel(frame, cells, channels, spend),
        price,
        **ends,
        budget=total,
        at_cost=float(cells.wanted(1.0, low, high).sum()),
    )


@carries_missing
def find_media_budget(found: MediaBudget, *, currency: str) -> list[Sentence]:
    """Say how the money should be divided, and what that is worth."""
    weeks = found.cells["week"].nunique()
    each = [
        f"{r.channel} {money(r.spend, currency=currency)} ({rate(r.change, digits=0)})"
        for r in found.channels.itertuples()
    ]
    return [
        sentence(
            "Of {budget} in {weeks}: {each} of the usual. The last of it leaves {price} for each "
            "unit wherever no bound binds.",
            budget=money(found.budget, currency=currency),
            weeks=plural(weeks, "week"),
            each=", ".join(each),
            price=money(found.price, currency=currency, cents=True),
        ),
        sentence(
            "Dividing it so leaves {gain} more than the usual division ({low} to {high}). The last "
            "of {at_cost} would leave just what it costs.",
            gain=money(found.gain, currency=currency),
            low=money(found.gain_low, currency=currency),
            high=money(found.gain_high, currency=currency),
            at_cost=money(found.at_cost, currency=currency),
        ),
    ]


@dataclass(frozen=True, slots=True)
class _Cells:
    """Channels × weeks: usual money of a week, traffic beside now, and each channel's draws."""

    draws: list[Draws]
    usual: np.ndarray
    traffic: np.ndarray

    @classmethod
    def of(cls, draws: list[Draws], usual: np.ndarray, traffic: np.ndarray) -> _Cells:
        return cls(draws, 7.0 * usual[:, None] * np.ones(len(traffic)), traffic)

    def left(self, spend: np.ndarray) -> np.ndarray:
        """Give what money of weeks leaves, before its cost: draws × channels × weeks."""
        each = [
            d.left(row / 7.0) * 7.0 * self.traffic for d, row in zip(self.draws, spend, strict=True)
        ]
        return np.stack(each, axis=1)

    def marginal(self, channel: int, spend: np.ndarray) -> np.ndarray:
        """Give what the next of a week's money leaves, on average, at usual traffic."""
        step = max(1e-4 * float(spend.max()), 1e-9)
        more, less = (
            self.draws[channel].left((spend + s) / 7.0).mean(axis=0) for s in (step, -step)
        )
        return 7.0 * (more - less) / (2 * step)

    def wanted(self, price: float, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        """Give how much each cell takes if the last of it must leave so much."""
        taken = np.empty_like(self.usual)
        for channel in range(len(self.draws)):
            amounts = np.linspace(low[channel, 0], high[channel, 0], GRID)
            # means of curves that bend down bend down, too; ties are told apart by a breath
            falls = np.minimum.accumulate(self.marginal(channel, amounts))
            falls = falls - 1e-12 * np.arange(GRID) * max(abs(falls[0]), 1.0)
            for week, traffic in enumerate(self.traffic):
                taken[channel, week] = np.interp(-price, -falls * traffic, amounts)
        return taken

    def laid_out(
        self, channels: list[str], first: date, spend: np.ndarray, low: np.ndarray, high: np.ndarray
    ) -> pd.DataFrame:
        rows = []
        for c, channel in enumerate(channels):
            marginal = self.marginal(c, spend[c]) * self.traffic
            for week in range(len(self.traffic)):
                at = spend[c, week]
                near = 1e-6 * high[c, week]
                bound = (
                    "low"
                    if at <= low[c, week] + near
                    else "high"
                    if at >= high[c, week] - near
                    else ""
                )
                day = first + timedelta(weeks=week)
                rows.append((day, channel, self.usual[c, week], at, marginal[week], bound))
        columns = ["week", "channel", "usual", "spend", "marginal", "bound"]
        frame = pd.DataFrame(rows, columns=columns)
        return frame.sort_values(["week", "channel"], ignore_index=True)


def _traffic(shape: ExpectedShape, period: Period, first: date, weeks: int) -> np.ndarray:
    """Give each week's visits beside those of the days that responses are of."""
    table = shape.gmv if shape.visits is None else shape.visits
    visits = table.sum(axis=1)
    usual = visits.loc[[d for d in period.every_day if d in visits.index]].mean()
    found = []
    for week in range(weeks):
        days = [first + timedelta(days=7 * week + i) for i in range(7)]
        if days[-1] > shape.days[-1]:
            raise ParameterError(f"weeks is {weeks}. The shape is known until {shape.days[-1]}.")
        found.append(visits.loc[days].mean() / usual if usual > 0 else 1.0)
    return np.array(found)


def _by_channel(
    frame: pd.DataFrame, cells: _Cells, channels: list[str], spend: np.ndarray
) -> pd.DataFrame:
    sums = frame.groupby("channel")[["usual", "spend"]].sum().loc[channels]
    sums["change"] = sums["spend"] / sums["usual"]
    more = cells.left(spend).mean(axis=0) - cells.left(cells.usual).mean(axis=0)
    sums["left"] = more.sum(axis=1) - (sums["spend"] - sums["usual"])
    return sums.reset_index()
