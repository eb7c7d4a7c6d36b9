"""The dossier for finance and marketing: what the budget of a category returns at the margin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
import pandas as pd

from shophelm.errors import ParameterError
from shophelm.shop.needs import Missing, carries_missing
from shophelm.team.dossiers import FINANCE, Case
from shophelm.words import Sentence, listing, money, number, plural, rate, sentence

TITLE = "What does a category's media budget return at the margin?"
TIMES = np.round(np.arange(0.05, 2.0001, 0.05), 2)
"""Multiples of the present money over which the curve is drawn."""
WEEK = 7
LIKELY = {"": 0.5, "_low": 0.1, "_high": 0.9}
_STEP = 0.01
_SHOWN = {"spend": "media_a_week", "left": "media_leaves", "gain": "media_gain"}


class Draws(Protocol):
    """What is known of a channel's response, as `promotion.spend_response` gives it."""

    def left(self, spend: np.ndarray) -> np.ndarray:
        """Give what so much a day leaves a day, before its own cost: draws × amounts."""


class Response(Protocol):
    """What is known of all channels."""

    worth_in: str
    draws: Mapping[str, Draws]


class Divided(Protocol):
    """The media money of some weeks: its days, and what channels keep without being known."""

    unknown: list[str]

    @property
    def days(self) -> int:
        """How many days."""


class Pointed(Protocol):
    """Each channel's money by category: channel, category, usual and worth."""

    cells: pd.DataFrame


@carries_missing
def finance_case(
    response: Response,
    divided: Divided,
    pointed: Pointed,
    *,
    category: str = "",
    currency: str,
) -> Case | Missing:
    """Make the case for more, or less, media money for one category.

    Parameters
    ----------
    response, divided, pointed
        The answers of `promotion.spend_response`, `strategy.media_budget` and
        `strategy.category_budget`.
    category
        Which; the one where moving its money wins most if empty.
    currency
        ISO code.

    Returns
    -------
    Case
        Tables: curve (one row per multiple of the present money: times, spend (a week), left (a
        week, before its own cost) and marginal (what the last of it leaves for each unit), with
        their 80 % intervals), categories (every category at its present money: category,
        media_a_week, media_leaves, marginal with its interval, best_media (money a week, within
        the curve, at which most is left), media_gain (how much more that leaves a week, at the
        middle)).

    Raises
    ------
    ParameterError
        If there is no such category.

    Notes
    -----
    In a channel a category gets a part of the money, and brings that part of what the channel
    brings, times what its visits leave beside the channel's mean: the same model as
    `strategy.category_budget`, and as much an assumption. All channels move by the same factor.
    """
    cells = pointed.cells
    cells = cells[cells["channel"].isin(list(response.draws)) & (cells["usual"] > 0)]
    if cells.empty:
        return Missing(TITLE, "spend", "No channel's response to money is known.")
    curves = {
        str(name): _curve(rows, cells, response, days=divided.days)
        for name, rows in cells.groupby("category")
    }
    now = pd.DataFrame([{"category": n} | _now(c) | _best(c) for n, c in curves.items()])
    now = now.sort_values(["gain", "category"], ascending=[False, True], ignore_index=True)
    name = category or str(now["category"].iloc[0])
    if name not in curves:
        raise ParameterError(
            f"category is {name!r}. Those with a known budget: {', '.join(curves)}."
        )
    curve, gain = curves[name], now.set_index("category").at[name, "gain"]
    channels = sorted(cells.loc[cells["category"] == name, "channel"])
    return Case(
        FINANCE,
        _asked(name, curve, response.worth_in, currency, gain=gain),
        _evidence(name, curve, now, channels, response.worth_in, currency),
        (
            "what money is pointed at falls on categories as the channel's visits do: no table "
            "tells",
            f"{listing(channels)} go up and down together, as they are divided today",
            "what a visit leaves is known, and what visitors bring later is not counted",
            "there are goods to sell for what comes",
        ),
        _changes(name, curve, divided.unknown),
        {
            "curve": curve,
            "categories": now.rename(columns=_SHOWN),
        },
    )


def break_even(curve: pd.DataFrame) -> float:
    """Give the money at which the last of it leaves its cost; NaN where the curve does not cross.

    Parameters
    ----------
    curve
        With spend and marginal, which falls.
    """
    above = (curve["marginal"] >= 1).to_numpy()
    if above.all() or not above.any():
        return np.nan
    at = int(np.flatnonzero(above)[-1])
    (x0, x1), (y0, y1) = (curve[c].to_numpy()[at : at + 2] for c in ("spend", "marginal"))
    return float(x0 + (y0 - 1) / (y0 - y1) * (x1 - x0))


def _curve(
    rows: pd.DataFrame, cells: pd.DataFrame, response: Response, *, days: int
) -> pd.DataFrame:
    """Add up over channels what multiples of a category's money leave, in a week."""
    whole = cells.groupby("channel")["usual"].sum()
    spend = np.zeros(len(TIMES))
    left, marginal = 0.0, 0.0
    for row in rows.itertuples():
        a_day = whole[row.channel] / days
        share = row.usual / whole[row.channel]
        draws = response.draws[row.channel]
        of = share * row.worth
        left = left + of * draws.left(a_day * TIMES) * WEEK
        more = draws.left(a_day * (TIMES + _STEP)) - draws.left(a_day * (TIMES - _STEP))
        marginal = marginal + of * more * WEEK / (2 * _STEP)
        spend = spend + row.usual / days * WEEK * TIMES
    a_unit = spend / TIMES
    frame = pd.DataFrame({"times": TIMES, "spend": spend})
    for end, level in LIKELY.items():
        frame[f"left{end}"] = np.quantile(left, level, axis=0)
        frame[f"marginal{end}"] = np.quantile(marginal / a_unit, level, axis=0)
    return frame


def _now(curve: pd.DataFrame) -> dict[str, float]:
    row = curve[curve["times"] == 1.0].iloc[0]
    names = ["spend", "left", "marginal", "marginal_low", "marginal_high"]
    return {n: float(row[n]) for n in names}


def _best(curve: pd.DataFrame) -> dict[str, float]:
    """Give the money of the curve at which most is left once it is paid, and how much more."""
    net = curve["left"] - curve["spend"]
    at = net.idxmax()
    gain = net[at] - net[curve.index[curve["times"] == 1.0][0]]
    return {"best_media": float(curve["spend"][at]), "gain": float(gain)}


def _asked(
    name: str, curve: pd.DataFrame, worth_in: str, currency: str, *, gain: float
) -> Sentence:
    now, even = _now(curve), break_even(curve)
    if now["marginal_low"] > 1:
        do, to = "More", "the last of it still brings more than it costs"
    elif now["marginal_high"] < 1:
        do, to = "Less", "the last of it brings less than it costs"
    else:
        do, to = "As much", "the last of it may bring its cost, or may not"
    text = (
        "{do} media money for {category}: of {spend} a week the last unit returns {marginal} of "
        "{worth_in} (80% interval {low} to {high}), so that {to}."
    )
    if even == even and do != "As much":
        text += " It returns just its cost at {even} a week, which leaves {gain} a week more."
    elif do == "Less":
        text += " At a twentieth of it, too."
    elif do == "More":
        text += " At twice as much, too."
    return sentence(
        text,
        do=do,
        category=name,
        spend=money(now["spend"], currency=currency),
        marginal=number(now["marginal"]),
        worth_in=worth_in,
        low=number(now["marginal_low"]),
        high=number(now["marginal_high"]),
        to=to,
        even=money(even, currency=currency),
        gain=money(gain, currency=currency),
    )


def _evidence(
    name: str,
    curve: pd.DataFrame,
    now: pd.DataFrame,
    channels: list[str],
    worth_in: str,
    currency: str,
) -> tuple[Sentence, ...]:
    own = _now(curve)
    others = [f"{r.category} {number(r.marginal)}" for r in now.itertuples() if r.category != name]
    said = [
        sentence(
            "All its money in {channels} leaves {left} of {worth_in} a week for {spend}: "
            "{times} for each unit, where the last one returns {marginal}.",
            channels=listing(channels),
            left=money(own["left"], currency=currency),
            worth_in=worth_in,
            spend=money(own["spend"], currency=currency),
            times=number(own["left"] / own["spend"]),
            marginal=number(own["marginal"]),
        )
    ]
    if others:
        text = "The last unit of the other categories returns: {others}."
        said.append(sentence(text, others=listing(others, most=8)))
    for times in (0.5, 1.5):
        row = curve[curve["times"] == times].iloc[0]
        text = (
            "With {times} of it, {spend} a week, the last unit would return {marginal} ({low} to "
            "{high})."
        )
        said.append(
            sentence(
                text,
                times=rate(times, digits=0),
                spend=money(row["spend"], currency=currency),
                marginal=number(row["marginal"]),
                low=number(row["marginal_low"]),
                high=number(row["marginal_high"]),
            )
        )
    return tuple(said)


def _changes(name: str, curve: pd.DataFrame, unknown: list[str]) -> tuple[Sentence, ...]:
    row = curve[curve["times"] == 1.0].iloc[0]
    said = [
        sentence(
            "a visit to {category} left {times} times what it leaves today: then the last unit "
            "would return just its cost.",
            category=name,
            times=number(1 / row["marginal"]) if row["marginal"] > 0 else "many",
        ),
        sentence("its goods ran out, or its margin were cut by a promotion."),
    ]
    if unknown:
        text = "what money does in {n} whose response is not known ({names}) came to be known."
        names = listing(sorted(unknown))
        said.append(sentence(text, n=plural(len(unknown), "channel"), names=names))
    return tuple(said)
