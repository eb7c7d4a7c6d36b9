"""Outlooks for tests: made by hand, or of the last eight weeks of a shop."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
from scipy import stats

from shophelm.shop.product_days import product_days
from shophelm.supply_chain.outlook import Outlook

LEVELS = (np.arange(20) + 0.5) / 20


def even(demand, *, first=date(2026, 11, 16), days=60, factor=(1.0,)):
    """So many units a day of each product; levels are that times each factor."""
    ids = pd.Index(sorted(demand), dtype="str", name="product_id")
    mean = np.repeat([[float(demand[i])] for i in ids], days, axis=1)
    spread = np.cumsum(mean, axis=1)[:, :, None] * np.asarray(factor)
    levels = (np.arange(len(factor)) + 0.5) / len(factor)
    kind = np.full(len(ids), "smooth")
    return Outlook(ids, first, mean, levels, spread, kind, kind)


def lately(shop, *, days=90, weeks=8):
    """The daily mean of the last weeks, each sum of days negative binomial with their spread."""
    known = product_days(shop)
    last = known.units[:, -7 * weeks :]
    mean = last.mean(axis=1)
    over = np.maximum(last.var(axis=1) / np.maximum(mean, 1e-9), 1.05)
    ahead = np.arange(1, days + 1)
    total = np.maximum(mean[:, None] * ahead, 1e-9)
    size = total / (over[:, None] - 1)
    spread = stats.nbinom.ppf(LEVELS, size[:, :, None], 1 / over[:, None, None])
    spread = np.maximum.accumulate(spread, axis=1)
    kind = np.full(len(mean), "smooth")
    return Outlook(
        known.products,
        shop.as_of + timedelta(days=1),
        np.repeat(mean[:, None], days, axis=1),
        LEVELS,
        spread,
        kind,
        kind,
    )
