"""The media budget week by week: where the last of it brings the same in every channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

import numpy as np
import pandas as pd

from shophelm.errors import ParameterError
from shophelm.methods.allocation import Allocation, allocate
from shophelm.methods.year_shape import RECENT
from shophelm.shop.needs import Missing, carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.strategy.daily_facts import daily_facts
from shophelm.strategy.expected_shape import ExpectedShape, expected_shape
from shophelm.words import Sentence, change, money, plural, sentence

TITLE = "Where should the media money go, week by week?"
WEEKS = 8
WEEK, AFTER = 7, 28
"""Days of a week, and days after the last one in which its money still works."""
MOST_DRAWS = 200
LIKELY = {"": 0.5, "_low": 0.1, "_high": 0.9}
UNKNOWN = "not identifiable"


class Draws(Protocol):
    """What is known of a channel's response, as `promotion.spend_response` gives it."""

    decay: np.ndarray
    half: np.ndarray
    reach: np.ndarray
    worth: np.ndarray


class Response(Protocol):
    """What is known of all channels: `channels` with channel, spend_a_day and verdict."""

    channels: pd.DataFrame
    worth_in: str
    draws: Mapping[str, Draws]


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
        One row per channel: channel, usual, spend (money of all weeks), change (spend / usual − 1),
        left (what the change leaves, after its cost) with _low and _high (80 %).
    unknown
        Channels whose response is not identifiable: they keep their usual money.
    price
        What the last unit of money leaves wherever no bound binds.
    gain, gain_low, gain_high
        What dividing it so leaves more than the usual division of the same budget (80 %).
    given_up
        What the channels and weeks that get less would have left: the cost of the tilt.
    budget
        Money of all weeks.
    at_cost
        The budget, within the bounds, at which the last of it leaves just what it costs.
    within
        The least and the most that the bounds allow.
    """

    cells: pd.DataFrame
    channels: pd.DataFrame
    unknown: list[str]
    price: float
    gain: float
    gain_low: float
    gain_high: float
    given_up: float
    budget: float
    at_cost: float
    within: tuple[float, float]

    @property
    def weeks(self) -> int:
        """How many weeks it is for."""
        return self.cells["week"].nunique()

    @property
    def days(self) -> int:
        """How many days."""
        return WEEK * self.weeks

    @property
    def gains(self) -> np.ndarray:
        """The gain, and the ends of its interval."""
        return np.array([self.gain, self.gain_low, self.gain_high])


@question(
    TITLE,
    "orders",
    "spend",
    events="in which weeks more visitors come anyway",
    traffic="in which weeks more visitors come anyway",
)
def media_budget(
    shop: Tables,
    response: Response | Missing,
    *,
    budget: float = 0.0,
    weeks: int = WEEKS,
    least: float = 0.5,
    most: float = 1.5,
    country: str = "CN",
) -> MediaBudget | Missing:
    """Divide a budget over weeks and channels by what the last of it leaves.

    Parameters
    ----------
    shop
        Its visits say when money brings more, because more visitors come anyway.
    response
        How visits answer to money, as `promotion.spend_response` gives it.
    budget
        Of all weeks and all channels whose response is known; what is usual if 0.
    weeks
        How many, from the day after as_of.
    least, most
        Of its usual spend, what a channel gets at least and at most in a week: beyond what was ever
        tried little is known.
    country
        Whose long public holidays count.

    Raises
    ------
    ParameterError
        If the bounds leave no way to spend just the budget, or there is no week.

    Notes
    -----
    Returns are the means of the draws. Money works on after its day, as each channel's decay says:
    what is left of it in later weeks, and in the four after the last, counts where it was spent.
    """
    if isinstance(response, Missing):
        return response
    if weeks < 1:
        raise ParameterError(f"media_weeks is {weeks}. Give one week or more.")
    rows = response.channels.set_index("channel")
    known = sorted(rows.index[(rows["verdict"] != UNKNOWN) & (rows["spend_a_day"] > 0)])
    if not known:
        return Missing(TITLE, "spend", "No channel's response to money is known.")
    first = shop.as_of + timedelta(days=1)
    facts = daily_facts(shop)
    last = shop.as_of + timedelta(days=WEEK * weeks + AFTER)
    shape = expected_shape(shop, facts, last, country=country)
    found = divided(
        {c: response.draws[c] for c in known},
        rows["spend_a_day"][known].to_dict(),
        _traffic(shape, facts.period.days),
        first,
        budget=budget,
        least=least,
        most=most,
    )
    found.unknown.extend(sorted(set(rows.index) - set(known)))
    return found


def divided(
    draws: Mapping[str, Draws],
    usual: Mapping[str, float],
    traffic: np.ndarray,
    first: date,
    *,
    budget: float = 0.0,
    least: float = 0.5,
    most: float = 1.5,
) -> MediaBudget:
    """Divide a budget where responses, usual spend a day and traffic are known.

    Parameters
    ----------
    draws, usual
        By channel.
    traffic
        By day, from `first` on, the four weeks after the last one included: visitors beside now.
    first
        The first day of the first week.
    budget, least, most
        As in `media_budget`.
    """
    channels = sorted(draws)
    plan = _Plan.of([draws[c] for c in channels], [usual[c] for c in channels], traffic)
    total = budget or float(plan.usual.sum())
    low, high = least * plan.usual, most * plan.usual
    if not low.sum() - 1e-6 <= total <= high.sum() + 1e-6:
        raise ParameterError(
            f"budget is {total:,.2f}. Between {least:g} and {most:g} of the usual spend, "
            f"{plan.weeks} weeks take from {low.sum():,.2f} to {high.sum():,.2f}: name such a "
            "budget, or other bounds."
        )
    best = allocate(total, plan.mean_left, low=low, high=high)
    same = plan.usual * total / plan.usual.sum()
    gain = (plan.left(best.spend) - plan.left(same)).sum(axis=1)
    less = np.minimum(best.spend, same)
    given_up = plan.mean_left(same)[0] - plan.mean_left(less)[0]
    return MediaBudget(
        _cells(channels, first, plan, best),
        _channels(channels, plan, best.spend),
        [],
        best.price,
        **{f"gain{end}": float(np.quantile(gain, at)) for end, at in LIKELY.items()},
        given_up=given_up,
        budget=total,
        at_cost=_at_cost(plan, low, high),
        within=(float(low.sum()), float(high.sum())),
    )


@carries_missing
def shown(found: MediaBudget) -> pd.DataFrame:
    """Lay the channels out."""
    names = {
        "usual": "usual_spend", "spend": "spend_then", "change": "spend_change",
        "left": "change_leaves", "left_low": "change_leaves_low", "left_high": "change_leaves_high",
    }  # fmt: skip
    return found.channels.rename(columns=names)


@carries_missing
def by_week(found: MediaBudget) -> pd.DataFrame:
    """Lay the weeks out."""
    names = {
        "week": "week_from", "usual": "usual_spend", "spend": "spend_then",
        "marginal": "last_leaves", "bound": "at_bound",
    }  # fmt: skip
    return found.cells.rename(columns=names)


@carries_missing
def find_media_budget(found: MediaBudget, *, currency: str) -> list[Sentence]:
    """Say how the money should be divided, and what that is worth and costs."""
    each = [
        f"{r.channel} {money(r.spend, currency=currency)} ({change(r.change)})"
        for r in found.channels.itertuples()
    ]
    said = [
        sentence(
            "Of {budget} in {weeks}: {each}, beside the usual. The last of it leaves {price} for "
            "each unit wherever no bound binds.",
            budget=money(found.budget, currency=currency),
            weeks=plural(found.weeks, "week"),
            each=", ".join(each),
            price=money(found.price, currency=currency, cents=True),
        ),
        sentence(
            "Dividing it so leaves {gain} more than the usual division (80% interval {low} to "
            "{high}); the tilt gives up {lost} elsewhere, which is taken off. {cost}",
            gain=money(found.gain, currency=currency),
            low=money(found.gain_low, currency=currency),
            high=money(found.gain_high, currency=currency),
            lost=money(found.given_up, currency=currency),
            cost=_cost_sentence(found, currency),
        ),
    ]
    if found.unknown:
        text = "Not in it, as how they answer to money is not known: {channels}."
        said.append(sentence(text, channels=", ".join(found.unknown)))
    return said


def thinned(draws: Draws) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give decay, half and what reach is worth, of draws that are enough for a mean."""
    every = max(1, len(draws.decay) // MOST_DRAWS)
    return draws.decay[::every], draws.half[::every], (draws.reach * draws.worth)[::every]


def _cost_sentence(found: MediaBudget, currency: str) -> str:
    low, high = found.within
    if found.at_cost <= low * 1.001:
        return "Even the last of the least that bounds allow leaves less than it costs."
    if found.at_cost >= high * 0.999:
        return "Even the last of the most that bounds allow leaves more than it costs."
    cost = money(found.at_cost, currency=currency)
    return f"The last of {cost} would leave just what it costs."


@dataclass(frozen=True, slots=True)
class _Plan:
    """Channels × weeks as one line, and what is known of the channels: draws × channels."""

    decay: np.ndarray
    half: np.ndarray
    reach: np.ndarray
    usual_a_day: np.ndarray
    traffic: np.ndarray

    @classmethod
    def of(cls, draws: list[Draws], usual: list[float], traffic: np.ndarray) -> _Plan:
        decay, half, reach = (np.stack(a, axis=1) for a in zip(*map(thinned, draws), strict=True))
        return cls(decay, half, reach, np.array(usual, dtype=float), np.asarray(traffic))

    @property
    def weeks(self) -> int:
        return (len(self.traffic) - AFTER) // WEEK

    @property
    def usual(self) -> np.ndarray:
        """Usual money of each channel and week."""
        return np.repeat(WEEK * self.usual_a_day, self.weeks)

    def _stocks(self, spend: np.ndarray) -> np.ndarray:
        """Give what works on each day: days × draws × channels; usual money before and after."""
        by_week = spend.reshape(len(self.usual_a_day), -1) / WEEK
        by_day = np.hstack(
            [np.repeat(by_week, WEEK, axis=1), np.repeat(self.usual_a_day[:, None], AFTER, axis=1)]
        )
        stock = self.usual_a_day / (1 - self.decay)
        stocks = np.empty((by_day.shape[1], *stock.shape))
        for day in range(by_day.shape[1]):
            stock = by_day[:, day] + self.decay * stock
            stocks[day] = stock
        return stocks

    def left(self, spend: np.ndarray) -> np.ndarray:
        """Give what money leaves, before its cost: draws × channels."""
        stocks = self._stocks(spend)
        return np.einsum("d,dnc->nc", self.traffic, self.reach * stocks / (stocks + self.half))

    def mean_left(self, spend: np.ndarray) -> tuple[float, np.ndarray]:
        """Give the mean of what all leave, and the marginal return of each channel and week."""
        stocks = self._stocks(spend)
        room = stocks + self.half
        value = (self.reach * stocks / room).sum(axis=2).mean(axis=1) @ self.traffic
        slope = self.traffic[:, None, None] * self.reach * self.half / room**2
        later = np.zeros_like(slope[0])
        by_day = np.empty((len(slope), slope.shape[2]))
        for day in range(len(slope))[::-1]:
            later = slope[day] + self.decay * later
            by_day[day] = later.mean(axis=0)
        weeks = by_day[: WEEK * self.weeks].reshape(self.weeks, WEEK, -1).mean(axis=1)
        return float(value), weeks.T.ravel()


def _at_cost(plan: _Plan, low: np.ndarray, high: np.ndarray) -> float:
    """Give the budget at which the last leaves its cost: what is kept is one more use, at 1."""

    def returns(x: np.ndarray) -> tuple[float, np.ndarray]:
        value, slope = plan.mean_left(x[:-1])
        return value + float(x[-1]), np.append(slope, 1.0)

    room = high.sum() - low.sum()
    best = allocate(float(high.sum()), returns, low=np.append(low, 0.0), high=np.append(high, room))
    return float(high.sum() - best.spend[-1])


def _cells(channels: list[str], first: date, plan: _Plan, best: Allocation) -> pd.DataFrame:
    weeks = [first + timedelta(weeks=w) for w in range(plan.weeks)]
    index = pd.MultiIndex.from_product([channels, weeks], names=["channel", "week"])
    bound = np.where(best.at_low, "low", np.where(best.at_high, "high", ""))
    frame = pd.DataFrame(
        {"usual": plan.usual, "spend": best.spend, "marginal": best.marginal, "bound": bound},
        index=index,
    ).reset_index()
    frame = frame[["week", "channel", "usual", "spend", "marginal", "bound"]]
    return frame.sort_values(["week", "channel"], ignore_index=True)


def _channels(channels: list[str], plan: _Plan, spend: np.ndarray) -> pd.DataFrame:
    usual, now = (a.reshape(len(channels), -1).sum(axis=1) for a in (plan.usual, spend))
    left = plan.left(spend) - plan.left(plan.usual) - (now - usual)
    ends = {f"left{end}": np.quantile(left, at, axis=0) for end, at in LIKELY.items()}
    return pd.DataFrame(
        {"channel": channels, "usual": usual, "spend": now, "change": now / usual - 1, **ends}
    )


def _traffic(shape: ExpectedShape, known: int) -> np.ndarray:
    """Give each coming day's visits beside those of the last 91 days."""
    table = shape.gmv if shape.visits is None else shape.visits
    visits = table.sum(axis=1).to_numpy()
    usual = visits[max(known - RECENT, 0) : known].mean()
    return visits[known:] / usual if usual > 0 else np.ones(len(visits) - known)
