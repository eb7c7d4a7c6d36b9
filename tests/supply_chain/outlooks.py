"""Outlooks made by hand, and one that carries the last eight weeks on."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
from scipy import stats

from shophelm.shop.product_days import product_days
from shophelm.supply_chain.outlook import Outlook

LEVELS = (np.arange(50) + 0.5) / 50


def outlook(first, **units):
    """An outlook in which demand is known: product → units a day."""
    names = sorted(units)
    mean = np.array([units[n] for n in names], dtype=float)
    return made(names, first, mean, np.repeat(mean.cumsum(axis=1)[:, :, None], 50, axis=2))


def made(names, first, mean, spread):
    return Outlook(
        products=pd.Index(names, dtype="str", name="product_id"),
        first=first,
        mean=mean,
        levels=(np.arange(spread.shape[2]) + 0.5) / spread.shape[2],
        spread=spread,
        demand_class=np.full(len(mean), "smooth"),
        method=np.full(len(mean), "by hand"),
    )


def even(demand, *, first=date(2026, 11, 16), days=60, factor=(1.0,)):
    """So many units a day of each product; levels are that times each factor."""
    names = sorted(demand)
    mean = np.repeat([[float(demand[n])] for n in names], days, axis=1)
    spread = np.cumsum(mean, axis=1)[:, :, None] * np.asarray(factor)
    return made(names, first, mean, spread)


def carried_on(shop, *, day=None, horizon=35, days=56):
    """The mean of eight weeks, up to `day`, with chance around it."""
    known = product_days(shop)
    day = day or shop.as_of
    end = (day - known.period.first).days + 1
    sold = known.units[:, max(end - days, 0) : end].sum(axis=1)
    pace = (sold + 0.5) / days
    total = pace[:, None, None] * np.arange(1, horizon + 1)[:, None]
    # counts around a pace known from so many units
    size = sold[:, None, None] + 0.5
    mean, variance = total, total + total**2 / size
    spread = np.round(stats.gamma.ppf(LEVELS, mean**2 / variance, scale=variance / mean))
    return made(
        list(known.products),
        day + timedelta(days=1),
        np.repeat(pace[:, None], horizon, axis=1),
        np.maximum.accumulate(spread, axis=1),
    )
