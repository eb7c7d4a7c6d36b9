"""How often the interval of a ledger holds the truth where it is known: nothing was added."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from shophelm.methods.days_without import days_without
from shophelm.methods.proportions import wilson
from shophelm.promotion.baseline import baseline
from shophelm.promotion.ledger import WHOLE, Ledger
from shophelm.promotion.sold_days import SoldDays, all_sold_days
from shophelm.shop.campaigns import listed_campaigns
from shophelm.shop.needs import carries_missing
from shophelm.shop.tables import Tables
from shophelm.words import Sentence, count, plural, rate, sentence

PROMISED = 0.95


@dataclass(frozen=True, slots=True)
class Placebos:
    """Ordinary stretches of a campaign's length, taken for campaigns.

    Attributes
    ----------
    stretches
        One row per stretch, side by side: first, last, observed and expected GMV paid, effect, low,
        high, holds (whether the interval holds 0).
    share, low, high
        Of them, those that hold 0, with the 95 % interval of so few (Wilson).
    """

    stretches: pd.DataFrame
    share: float
    low: float
    high: float


@carries_missing
def placebos(shop: Tables, found: Ledger, *, country: str = "CN") -> Placebos:
    """Take every ordinary stretch of the campaign's length for a campaign, and see what is said.

    Each stretch is judged as the campaign is, from all other ordinary days. What it added is
    nothing, so that its interval should hold 0 as often as is promised.

    Parameters
    ----------
    shop
        The shop.
    found
        The ledger whose intervals are asked about.
    country
        As in `ledger`.
    """
    sold = all_sold_days(shop)
    about = baseline(listed_campaigns(shop), found.campaign, sold.period, country)
    ordinary = about["ordinary"]
    rows = [
        _judged(sold, about["week_day"], ordinary, stretch)
        for stretch in _side_by_side(np.flatnonzero(ordinary), int(about["special"].sum()))
    ]
    columns = ["first", "last", "observed", "expected", "effect", "low", "high", "holds"]
    frame = pd.DataFrame(rows, columns=columns)
    frame = frame[frame["low"].notna()].reset_index(drop=True)
    if frame.empty:
        return Placebos(frame, np.nan, np.nan, np.nan)
    ends = wilson(pd.Series([frame["holds"].sum()]), pd.Series([len(frame)])).iloc[0]
    return Placebos(frame, float(frame["holds"].mean()), float(ends["low"]), float(ends["high"]))


@carries_missing
def find_placebos(checked: Placebos) -> Sentence:
    """Say how many of them the interval holds nothing of, as it should."""
    n = len(checked.stretches)
    if not n:
        return sentence(
            "How often such an interval holds the truth cannot be counted here: too few ordinary "
            "days lie side by side."
        )
    return sentence(
        "Taken for campaigns, {held} of {n} as long would be said to have added nothing beyond "
        "chance ({low} to {high} of such stretches), where {promised} are promised.",
        held=count(checked.stretches["holds"].sum()),
        n=plural(n, "ordinary stretch", "ordinary stretches"),
        low=rate(checked.low, digits=0),
        high=rate(checked.high, digits=0),
        promised=rate(PROMISED, digits=0),
    )


def _side_by_side(known: np.ndarray, length: int) -> list[np.ndarray]:
    """Cut ordinary days into stretches of a length, none with a gap of more than half of it."""
    stretches, at = [], 0
    while at + length <= len(known):
        stretch = known[at : at + length]
        if stretch[-1] - stretch[0] + 1 <= 1.5 * length:
            stretches.append(stretch)
            at += length
        else:
            at += 1
    return stretches


def _judged(
    sold: SoldDays, week_day: list[int], ordinary: np.ndarray, stretch: np.ndarray
) -> tuple:
    special = np.zeros(len(ordinary), dtype=bool)
    special[stretch] = True
    said = days_without(
        sold.gmv,
        squares=sold.gmv_squares,
        week_day=week_day,
        special=special,
        ordinary=ordinary & ~special,
        parts={WHOLE: np.ones(sold.gmv.shape, dtype=bool)},
    ).effects.loc[WHOLE]
    days = sold.period.every_day
    values = [said[c] for c in ("observed", "expected", "effect", "low", "high")]
    return (days[stretch[0]], days[stretch[-1]], *values, bool(said["low"] <= 0 <= said["high"]))
