"""How good are the forecasts? Every method tried on days that have come, beside seasonal naive."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd

from shophelm.methods.accuracy import bias, coverage, wape
from shophelm.methods.conformal import LEVELS, spread_at
from shophelm.methods.demand_classes import CLASSES
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.supply_chain.forecasters import NAIVE
from shophelm.supply_chain.spreads import KNOTS, product_calibration, product_errors
from shophelm.supply_chain.tried import WINDOW, Tried, choose, tried
from shophelm.words import Sentence, change, count, listing, number, plural, rate, sentence

ALL, CHOSEN = "all", "chosen"
FEWEST = 30
"""Forecasts of a class below which its comparison says nothing."""
LEAST_BEFORE = 3
"""Windows that must come before one whose intervals are counted."""
COLUMNS = [
    *("demand_class", "forecaster", "forecasts", "wape", "rmsse", "forecast_bias"),
    *("covered_80", "covered_95"),
]


@question("How good are the forecasts?", "order_lines")
def backtested(shop: Tables) -> pd.DataFrame:
    """Forecast the last 28-day windows from what was known before each, and count what came.

    Parameters
    ----------
    shop
        Needs orders and order_lines.

    Returns
    -------
    DataFrame
        One row per demand class (and all) and method: demand_class, forecaster, forecasts (of
        one product from one origin), wape and rmsse of single days, forecast_bias (forecast
        over what came, less 1); for the chosen method also covered_80 and covered_95: how often
        the total of 28 days lay within its interval, over all windows that have three before
        them (of fewer than six, the later half). The method "chosen" is what the windows before
        had chosen; no window that judges took part in choosing, nor in its intervals. Empty where
        too few weeks are known. ``attrs`` holds judged, choosing, covered (numbers of windows),
        first_day (of the first window judged), chosen (class → methods, as the earlier windows
        chose).

    Notes
    -----
    An interval of few units covers more than it promises: whole units cannot be split.
    """
    seen = tried(shop)
    on, by = seen.judged, seen.choosing
    frame = pd.DataFrame(columns=COLUMNS)
    if not on:
        frame.attrs = {"judged": 0, "choosing": 0, "days": seen.history.period.days}
        return frame
    choice = choose(seen, by)
    within = coverages(seen)
    forecasts = {m: f[on] for m, f in seen.forecasts.items()}
    forecasts[CHOSEN] = seen.by_choice(choice, on)
    classes = seen.classes[on]
    rows = [
        _row(seen, name, method, forecast, here)
        | (within[name] if method == CHOSEN and name in within else {})
        for name, here in [(c, classes == c) for c in CLASSES] + [(ALL, classes != "")]
        for method, forecast in forecasts.items()
    ]
    frame = pd.DataFrame(rows, columns=COLUMNS)
    frame = frame[frame["forecasts"] > 0].reset_index(drop=True)
    first = seen.history.period.first + timedelta(days=seen.cuts[on[0]])
    frame.attrs = {
        "judged": len(on),
        "choosing": len(by),
        "covered": len(seen.cuts) - _first_covered(seen),
        "first_day": first,
        "chosen": {c: " + ".join(choice[c]) for c in CLASSES},
    }
    return frame


@carries_missing
def shown(frame: pd.DataFrame) -> pd.DataFrame:
    """Lay out every way for all products, and of each class what was chosen and the yardstick."""
    few = (frame["demand_class"] == ALL) | frame["forecaster"].isin([CHOSEN, NAIVE])
    return frame[few].reset_index(drop=True)


@carries_missing
def find_backtested(frame: pd.DataFrame) -> Sentence:
    """Say how far off the chosen forecasts were beside seasonal naive, and what they cover."""
    if frame.empty:
        return sentence(
            "Forecasts cannot be checked yet: {days} are too few. Until there are 16 weeks, each "
            "product is expected to sell the mean of its last eight weeks.",
            days=plural(frame.attrs["days"], "day"),
        )
    every = frame[frame["demand_class"] == ALL].set_index("forecaster")
    ours, naive = every.loc[CHOSEN], every.loc[NAIVE]
    text = (
        "Over the last {windows} of 28 days (from {first}) the chosen forecasts were off by a "
        "scaled error of {ours} a day, seasonal naive by {naive} ({better}); their sum "
        "was off by {bias}. Of the products' 80% intervals over 28 days "
        "{low} held, of their 95% intervals {high}, in the last {covered}."
    )
    beaten = beaten_by_naive(frame)
    text += (
        " Seasonal naive was not beaten for {beaten} products: do not trust more than last week "
        "there." if beaten else " Seasonal naive was beaten in every class of 30 forecasts or more."
    )  # fmt: skip
    return sentence(
        text,
        windows=plural(frame.attrs["judged"], "window"),
        first=str(frame.attrs["first_day"]),
        ours=number(ours["rmsse"]),
        naive=number(naive["rmsse"]),
        better=change(ours["rmsse"] / naive["rmsse"] - 1),
        bias=change(ours["forecast_bias"]),
        covered=plural(frame.attrs["covered"], "window"),
        low=rate(ours["covered_80"], digits=0),
        high=rate(ours["covered_95"], digits=0),
        **({"beaten": listing(beaten)} if beaten else {}),
    )


@carries_missing
def find_choice(frame: pd.DataFrame) -> Sentence:
    """Say what was chosen for which class of products."""
    if frame.empty:
        return sentence("No forecast could be chosen by trial yet.")
    here = frame[frame["forecaster"] == CHOSEN].set_index("demand_class")["forecasts"].drop(ALL)
    ways = frame.attrs["chosen"]
    return sentence(
        "{windows} before chose: {ways}.",
        windows=plural(frame.attrs["choosing"], "window"),
        ways="; ".join(f"{name} ({count(n)} forecasts): {ways[name]}" for name, n in here.items()),
    )


def beaten_by_naive(frame: pd.DataFrame) -> list[str]:
    """List classes of 30 forecasts or more where seasonal naive did as well as what was chosen."""
    enough = frame[(frame["forecasts"] >= FEWEST) & (frame["demand_class"] != ALL)]
    wide = enough.pivot(index="demand_class", columns="forecaster", values="rmsse")
    return [c for c in CLASSES if c in wide.index and wide.loc[c, NAIVE] <= wide.loc[c, CHOSEN]]


def _row(seen: Tried, name: str, method: str, forecast: np.ndarray, here: np.ndarray) -> dict:
    scores = seen.score(forecast, seen.judged)
    got = np.where(here[:, :, None], seen.came[seen.judged][:, :, :WINDOW], np.nan)
    known = ~np.isnan(scores) & here
    return {
        "demand_class": name,
        "forecaster": method,
        "forecasts": int(known.sum()),
        "wape": wape(forecast[:, :, :WINDOW], got),
        "rmsse": float(scores[known].mean()) if known.any() else np.nan,
        "forecast_bias": bias(forecast[:, :, :WINDOW], got),
    }


def coverages(seen: Tried) -> dict[str, dict[str, float]]:
    """Count by class how often 28-day totals lay within intervals that earlier windows taught."""
    windows = [_levels(seen, k) for k in range(_first_covered(seen), len(seen.cuts))]
    of, got, levels = (np.concatenate(parts) for parts in zip(*windows, strict=True))
    found = {}
    for name in (*CLASSES, ALL):
        here = (of == name) | (name == ALL)
        found[name] = {
            column: coverage(*interval(levels[here], share), got[here])
            for column, share in (("covered_80", 0.80), ("covered_95", 0.95))
        }
    return found


def _first_covered(seen: Tried) -> int:
    """Find the first window whose intervals are counted: the fourth, or half of fewer."""
    return min(LEAST_BEFORE, len(seen.cuts) // 2)


def _levels(seen: Tried, window: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give each product's class, its total in a window, and the levels expected of it."""
    before, knot = range(window), KNOTS.index(WINDOW)
    choice = choose(seen, before)
    calibration = product_calibration(seen, choice, before, by=seen.cuts[window])
    end = seen.cuts[window] + WINDOW
    expected, got, size, of = product_errors(seen, choice, [window], by=end)
    return of, got[:, knot], spread_at(calibration, expected, size, of)[:, knot]


def interval(levels: np.ndarray, share: float) -> tuple[np.ndarray, np.ndarray]:
    """Read the ends of the middle interval of some probability off rows × levels."""
    ends = [(1 - share) / 2, (1 + share) / 2]
    at = np.interp(ends, LEVELS, np.arange(len(LEVELS)))
    below, part = at.astype(int), at % 1
    above = np.minimum(below + 1, len(LEVELS) - 1)
    found = levels[..., below] * (1 - part) + levels[..., above] * part
    return found[..., 0], found[..., 1]
