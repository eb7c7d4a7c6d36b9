"""What a shop could foresee on a day of its past: a plain pace, and the campaigns announced."""

from __future__ import annotations

import numpy as np
from scipy import special

from shophelm.shop.calendar import is_a_year
from shophelm.shop.product_days import ProductDays
from shophelm.shop.tables import Tables

PACE_DAYS, SEEN_DAYS, FEWEST = 56, 28, 7


def unhidden(known: ProductDays) -> np.ndarray:
    """Give what was wanted on each day, as far as the days before it tell.

    Returns
    -------
    ndarray
        Products × days: units sold; on a day that ended with an empty shelf at least the mean of
        the days with stock among the 28 before, where there were seven. Rather too little: the
        shelf is emptied on the days on which most is wanted.
    """
    open_days = known.on_sale & ~known.empty
    sold, days = (_before(a, SEEN_DAYS) for a in (known.units * open_days, open_days * 1.0))
    usual = np.where(days >= FEWEST, sold / np.maximum(days, 1), 0.0)
    return np.where(known.empty, np.maximum(known.units, usual), known.units)


def campaign_factors(shop: Tables, known: ProductDays) -> np.ndarray:
    """Give how many ordinary days each day is worth, by what its like of last year was.

    Returns
    -------
    ndarray
        One factor a day: the shop's units on the day of last year's campaign of the same kind, over
        the mean of the 28 days before that one; 1 on other days, and where there was none.
    """
    factors = np.ones(known.period.days)
    if not shop.has("campaigns"):
        return factors
    campaigns = shop.frame(shop["campaigns"]).sort_values(["burst_from", "campaign_id"])
    units, first = known.units.sum(axis=0), known.period.first
    for now in campaigns.itertuples():
        for then in campaigns[campaigns["kind"] == now.kind].itertuples():
            gap = (now.burst_from - then.burst_from).days
            began = (then.warmup_from - first).days
            usual = units[max(began - SEEN_DAYS, 0) : max(began, 0)]
            if is_a_year(gap) and len(usual) == SEEN_DAYS and usual.sum():
                day = np.arange((now.warmup_from - first).days, (now.ends_on - first).days + 1)
                day = day[(day >= gap) & (day < len(factors))]
                factors[day] = units[day - gap] / usual.mean()
    return factors


def enough_stock(
    history: np.ndarray,
    factors: np.ndarray,
    *,
    lead_days: np.ndarray,
    review_days: int,
    level: float,
) -> np.ndarray:
    """Give the stock that lasts until the next order's arrival with a probability of `level`.

    The mean of the last 56 days goes on, in ordinary days; sums of days are negative binomial, as
    wide as the days were, as the pace is uncertain and as the lead time varies.

    Parameters
    ----------
    history
        Products × days up to the eve.
    factors
        Ordinary days each day is worth, from the first day of `history` on, past its end.
    lead_days
        Products × equally likely days from order to arrival.
    """
    now = history.shape[1]
    past = factors[max(now - PACE_DAYS, 0) : now]
    last = history[:, -PACE_DAYS:]
    pace = last.sum(axis=1) / past.sum()
    fit = pace[:, None] * past
    over = (np.square(last - fit).sum(axis=1) / np.maximum(fit.sum(axis=1), 1e-9)).clip(min=1.05)
    # days past what is known of campaigns are ordinary ones
    ahead = np.append(factors[now:], np.ones(int(lead_days.max()) + review_days))
    worth = np.append(0.0, np.cumsum(ahead))[lead_days + review_days]
    mean = np.maximum(pace[:, None] * worth, 1e-9)
    variance = np.maximum(over[:, None] * (1 + worth / past.sum()), 1.01) * mean
    stock = _quantile(mean, variance, level)
    return np.where(pace > 0, stock, 0.0)


def _quantile(mean: np.ndarray, variance: np.ndarray, level: float) -> np.ndarray:
    """Give each row's whole units that a mixture of negative binomials does not exceed."""
    size, share = np.square(mean) / (variance - mean), mean / variance
    low = np.full(len(mean), -1.0)
    high = np.ceil((mean + 20 * np.sqrt(variance)).max(axis=1))
    while (high - low > 1).any():
        half = np.floor((low + high) / 2)
        enough = special.betainc(size, half[:, None] + 1, share).mean(axis=1) >= level
        low, high = np.where(enough, low, half), np.where(enough, half, high)
    return high


def _before(values: np.ndarray, days: int) -> np.ndarray:
    """Sum, for each day, the so many days before it."""
    sums = np.cumsum(np.pad(values, ((0, 0), (1, 0))), axis=1)
    start = np.maximum(np.arange(values.shape[1]) - days, 0)
    return sums[:, :-1] - sums[:, start]
