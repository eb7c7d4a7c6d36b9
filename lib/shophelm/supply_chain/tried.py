"""Every way to forecast, tried from earlier days; and which of them is chosen for which class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shophelm.methods.accuracy import came, naive_scale, rmsse
from shophelm.methods.demand_classes import CLASSES, FEWEST_DAYS, demand_classes
from shophelm.shop.tables import Tables, once_per_shop
from shophelm.supply_chain.demand_history import History, history, some_of
from shophelm.supply_chain.forecasters import (
    BOOSTED,
    MEAN,
    METHODS,
    NAIVE,
    boosted_at,
    forecast_from,
)

WINDOW = 28
"""Days from one origin to the next, and over which accuracy is read."""
REACH = 56
"""Days forecast from each origin."""
MOST_ORIGINS = 12
JUDGED = 3
"""The last origins, which judge what earlier ones chose."""
MOST_TRIED = 5_000
LEARNING = 2 * FEWEST_DAYS
"""Days without which the boosted model is not tried."""
_REFIT = 4
_FEWEST_SCORES = 30
_RUNNERS_UP = 3

Choice = dict[str, tuple[str, ...]]
"""Class → the method chosen, or the two whose mean is."""


@dataclass(frozen=True, slots=True)
class Tried:
    """Forecasts from each origin, and what came.

    Attributes
    ----------
    history
        What they were made from.
    cuts
        Days known at each origin; the last window ends on as_of.
    forecasts
        Method → origins × products × days.
    came
        Origins × products × days; NaN where not known, or later than as_of.
    classes
        Origins × products: the class as known at the origin.
    scale
        Origins × products: see `naive_scale`.
    """

    history: History
    cuts: list[int]
    forecasts: dict[str, np.ndarray]
    came: np.ndarray
    classes: np.ndarray
    scale: np.ndarray

    @property
    def judged(self) -> list[int]:
        """The origins that judge: the last three, or half of fewer than six."""
        return list(range(len(self.cuts) - min(JUDGED, len(self.cuts) // 2), len(self.cuts)))

    @property
    def choosing(self) -> list[int]:
        """The origins before those that judge; their windows end before the first of these."""
        return list(range(len(self.cuts) - len(self.judged)))

    def score(self, forecast: np.ndarray, origins: Sequence[int]) -> np.ndarray:
        """Give origins × products of RMSSE over 28 days."""
        got = self.came[origins, :, :WINDOW]
        return rmsse(forecast[:, :, :WINDOW], got, self.scale[origins])

    def by_choice(self, choice: Choice, origins: Sequence[int]) -> np.ndarray:
        """Give the forecasts that a choice makes, by each product's class at the origin."""
        each = {m: f[origins] for m, f in self.forecasts.items()}
        return pick(each, choice, self.classes[origins])


@once_per_shop
def tried(shop: Tables) -> Tried:
    """Forecast from up to 12 origins, 28 days apart; needs orders and order_lines.

    Of many products a sample of all sizes is tried; what was chosen for it is used for all. Sums
    of fewer products vary more, so that the spread of totals is then rather too wide.
    """
    return try_all(some_of(history(shop), most=MOST_TRIED))


def try_all(past: History) -> Tried:
    """Forecast by every method from every origin of a history."""
    cuts = origins(past.period.days)
    methods = [m for m in METHODS if m != BOOSTED or (cuts and cuts[0] >= LEARNING)]
    found = {m: np.zeros((len(cuts), len(past.products), REACH), np.float32) for m in methods}
    model = None
    for i, cut in enumerate(cuts):
        if BOOSTED in methods and i % _REFIT == 0:
            model = boosted_at(past, cut, horizon=REACH)
        ahead = forecast_from(past, cut, horizon=REACH, methods=methods, model=model)
        for method, forecast in ahead.items():
            found[method][i] = forecast
    shape = (len(cuts), len(past.products))
    known = [past.demand[:, :cut] for cut in cuts]
    return Tried(
        history=past,
        cuts=cuts,
        forecasts=found,
        came=came(past.demand, cuts=cuts, horizon=REACH) if cuts else np.zeros((*shape, REACH)),
        classes=np.array([demand_classes(k) for k in known]).reshape(shape),
        scale=np.array([naive_scale(k) for k in known]).reshape(shape),
    )


def origins(days: int) -> list[int]:
    """Give the numbers of days after which forecasts are tried, ascending; at least two, or none.

    Where enough is known, every origin leaves the boosted model what it needs to learn.
    """
    every = [days - WINDOW * (i + 1) for i in range(MOST_ORIGINS)]
    for fewest, least in ((LEARNING, 4), (FEWEST_DAYS, 2)):
        kept = [cut for cut in every if cut >= fewest]
        if len(kept) >= least:
            return kept[::-1]
    return []


def choose(seen: Tried, on: Sequence[int]) -> Choice:
    """Choose for each class the method, or the mean of two, that was least off.

    Parameters
    ----------
    seen
        What was tried.
    on
        The origins that may be looked at.

    Returns
    -------
    dict
        For each class, and "" for all of them: by the mean RMSSE over products and origins. A
        class with fewer than 30 scores takes what is best for all. Without an origin, the mean.
    """
    if not on:
        return dict.fromkeys(("", *CLASSES), (MEAN,))
    scores = {(m,): seen.score(f[on], on) for m, f in seen.forecasts.items()}
    return {
        name: _best_of(seen, scores, (seen.classes[on] == name) | (name == ""), on)
        for name in ("", *CLASSES)
    }


def _best_of(
    seen: Tried, scores: dict[tuple[str, ...], np.ndarray], rows: np.ndarray, on: Sequence[int]
) -> tuple[str, ...]:
    known = ~np.isnan(scores[(NAIVE,)])
    here = known & rows
    if here.sum() < _FEWEST_SCORES:
        here = known
    if not here.any():
        return (MEAN,)
    means = {m: float(s[here].mean()) for m, s in scores.items()}
    first, *others = sorted(means, key=means.get)[: _RUNNERS_UP + 1]
    for other in others:
        both = (seen.forecasts[first[0]][on] + seen.forecasts[other[0]][on]) / 2
        means[first + other] = float(seen.score(both, on)[here].mean())
    return min(means, key=means.get)


def pick(forecasts: dict[str, np.ndarray], choice: Choice, classes: np.ndarray) -> np.ndarray:
    """Take each product's forecast by the method chosen for its class."""
    found = np.zeros_like(next(iter(forecasts.values())), dtype=float)
    for name in CLASSES:
        here = classes == name
        if here.any():
            found[here] = np.mean([forecasts[m][here] for m in choice[name]], axis=0)
    return found
