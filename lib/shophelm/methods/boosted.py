"""One gradient-boosted model for all products: what moves demand beside its own level."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

WEEK, YEAR_OF_WEEKS = 7, 364
STEP = 7
"""Days between the origins that the model learns from."""
LEARNT = 364
"""How far back they go."""
AHEAD = (1, 2, 4, 6, 9, 12, 15, 19, 23, 28, 37, 47, 56)
MOST_ROWS = 30_000
SEED = 20261115
BINS = 64
_NAMED = 2
"""Leading columns that are names, not measures: the group, and the kind of day."""
_WINDOW = 56
_PRIOR_DAYS = 14


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known of products and days besides demand; days reach past the last cut.

    Attributes
    ----------
    group
        Of each product, a number from 0.
    kind, from_burst
        Of each day: a number for what recurs (0: ordinary), and days from its burst.
    year_share
        Of each day: how far the year has gone, 0 to 1.
    age
        Of each product on day 0, in days since its launch (negative: before it); NaN not known.
    price
        Products × days known: price over the product's usual one; NaN not known.
    moved
        Name → products × days known: further signs, each known at the end of its day.
    """

    group: np.ndarray
    kind: np.ndarray
    from_burst: np.ndarray
    year_share: np.ndarray
    age: np.ndarray
    price: np.ndarray
    moved: dict[str, np.ndarray] = field(default_factory=dict)


class Boosted:
    """Gradient-boosted trees on the ratio of a day's demand to the product's level.

    Direct: the days ahead are a feature, and every feature is known at the end of the day from
    which is forecast (the price is the last one, carried on). Poisson loss with the level as
    weight is the likelihood of counts whose mean is level × ratio.

    Notes
    -----
    Friedman 2001; scikit-learn's histogram trees. One model for all products learns what single
    series cannot show (Montero-Manso & Hyndman 2021); it cannot foresee a ratio it never saw.
    """

    def __init__(self, *, horizon: int, trees: int = 60) -> None:
        self.ahead = np.array([a for a in AHEAD if a <= horizon])
        self.trees = trees
        self.model: HistGradientBoostingRegressor | None = None
        self.edges: list[np.ndarray] = []

    def fit(self, demand: np.ndarray, factors: np.ndarray, setting: Setting) -> Boosted:
        """Learn from origins whose days ahead are all known.

        Parameters
        ----------
        demand
            Products × days known, NaN where demand is not known.
        factors
            Products × days: what the calendar multiplies demand by (see `calendar_effects`).
        setting
            What else is known.

        Notes
        -----
        Where nothing was sold there is nothing to learn, and the level itself is forecast.
        """
        rows, target, weight = self._learnt(demand, factors, setting)
        if not target.any():
            return self
        if len(rows) > MOST_ROWS:
            drawn = np.sort(np.random.default_rng(SEED).choice(len(rows), MOST_ROWS, replace=False))
            rows, target, weight = rows[drawn], target[drawn], weight[drawn]
        self.model = HistGradientBoostingRegressor(
            loss="poisson", max_iter=self.trees, learning_rate=0.07, max_leaf_nodes=15,
            min_samples_leaf=60, l2_regularization=5.0, early_stopping=False, random_state=SEED,
            categorical_features=list(range(_NAMED)),
        )  # fmt: skip
        inner = np.linspace(0, 1, BINS)[1:-1]
        measured = [c[~np.isnan(c)] for c in rows[:, _NAMED:].T]
        self.edges = [np.unique(np.quantile(c, inner)) if len(c) else c for c in measured]
        with threadpool_limits(1, user_api="openmp"):
            self.model.fit(self._binned(rows), target, sample_weight=weight)
        return self

    def _learnt(
        self, demand: np.ndarray, factors: np.ndarray, setting: Setting
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Lay out features, ratios to the level, and weights of every origin's known days ahead."""
        known = demand.shape[1]
        parts = []
        for origin in np.arange(known - 1, max(_WINDOW, known - LEARNT) - 1, -STEP):
            ahead = self.ahead[self.ahead <= known - origin]
            table, level = features(demand, factors, setting, origin=origin, ahead=ahead)
            due = (level[:, None] * factors[:, origin + ahead - 1]).ravel()
            got = demand[:, origin + ahead - 1].ravel()
            here = ~np.isnan(got) & (due > 0)
            parts.append((table[here], got[here] / due[here], due[here]))
        rows, target, weight = (np.concatenate(p) for p in zip(*parts, strict=True))
        return rows, target, weight

    def forecast(
        self, demand: np.ndarray, factors: np.ndarray, setting: Setting, *, horizon: int
    ) -> np.ndarray:
        """Forecast products × days ahead of the last day known; never negative."""
        origin = demand.shape[1]
        ahead = np.arange(1, horizon + 1)
        table, level = features(demand, factors, setting, origin=origin, ahead=ahead)
        ratio = np.ones((len(demand), horizon))
        if self.model is not None:
            with threadpool_limits(1, user_api="openmp"):
                ratio = self.model.predict(self._binned(table)).reshape(ratio.shape)
        return ratio * level[:, None] * factors[:, origin : origin + horizon]

    def _binned(self, rows: np.ndarray) -> np.ndarray:
        """Give measured columns as bins, the unknown last: weighted ones are slow to find."""
        measured = zip(rows[:, _NAMED:].T, self.edges, strict=True)
        return np.column_stack([rows[:, :_NAMED], *(np.searchsorted(e, c) for c, e in measured)])


def features(
    demand: np.ndarray, factors: np.ndarray, setting: Setting, *, origin: int, ahead: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Lay out what is known at the end of `origin` days about days ahead, and products' levels."""
    freed = demand[:, :origin] / factors[:, :origin]
    level = _level(freed, setting.group)
    own = np.column_stack([*_own(freed, level), *_signs(setting, origin)])
    day = origin + ahead - 1
    weekly = _mean(_same_week_day(freed, day), 1.0, level)
    of_day = np.column_stack(
        [setting.kind[day], setting.from_burst[day], np.minimum(ahead, AHEAD[-1]),
         np.sin(2 * np.pi * setting.year_share[day]), np.cos(2 * np.pi * setting.year_share[day])]
    )  # fmt: skip
    many, days = len(demand), len(ahead)
    parts = [
        np.repeat(setting.group, days)[:, None],
        np.tile(of_day, (many, 1)),
        np.repeat(own, days, axis=0),
        weekly.reshape(-1, 1),
        (np.repeat(setting.age + origin, days) + np.tile(ahead, many))[:, None],
    ]
    return np.hstack(parts), level


def _level(freed: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Average the last weeks, drawn a little to the whole past, and that to the group's middle."""
    days, units = _sums(freed)
    recent_days, recent = _sums(freed[:, -_WINDOW:])
    mean = units / np.maximum(days, 1)
    middle = np.zeros(int(group.max(initial=0)) + 1)
    for one in np.unique(group[days > 0]):
        middle[one] = np.median(mean[(group == one) & (days > 0)])
    whole = (units + middle[group]) / (days + 1)
    return (recent + _PRIOR_DAYS * whole) / (recent_days + _PRIOR_DAYS)


def _sums(window: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Count the known days of each row, and their units."""
    known = ~np.isnan(window)
    return known.sum(axis=-1), np.where(known, window, 0.0).sum(axis=-1)


def _own(freed: np.ndarray, level: np.ndarray) -> list[np.ndarray]:
    known = ~np.isnan(freed[:, -_WINDOW:])
    sold = np.nan_to_num(freed) > 0
    since = np.argmax(sold[:, ::-1], axis=1)
    since = np.where(sold.any(axis=1), np.minimum(since, 90), 90)
    share = (sold[:, -_WINDOW:] & known).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    means = [_mean(freed[:, -days:], 3.0, level) for days in (7, 14, 28, 112)]
    return [np.log(np.maximum(level, 1e-6)), since, share, known.sum(axis=1), *means]


def _mean(window: np.ndarray, prior_days: float, level: np.ndarray) -> np.ndarray:
    """Average what is known over the last axis, relative to the level and drawn to it."""
    days, units = _sums(window)
    level = np.maximum(level.reshape(-1, *[1] * (units.ndim - 1)), 1e-9)
    return (units / level + prior_days) / (days + prior_days)


def _same_week_day(freed: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Give products × days × the last eight known like week days."""
    origin = freed.shape[1]
    last = origin - 1 - (origin - 1 - day % WEEK) % WEEK
    back = last[:, None] - WEEK * np.arange(8)
    return np.where(back >= 0, freed[:, np.maximum(back, 0)], np.nan)


def _signs(setting: Setting, origin: int) -> list[np.ndarray]:
    price = setting.price[:, origin - 1]
    return [price, *(sign[:, origin - 1] for sign in setting.moved.values())]
