"""Visits and media money by day and channel, side by side."""

from __future__ import annotations

from datetime import date

import pandas as pd

from shophelm.shop.ratios import as_floats
from shophelm.shop.tables import Tables
from shophelm.shop.visits import count_visits


def visits_by_channel(shop: Tables, days: list[date]) -> pd.DataFrame:
    """Count visitors and what they did: one row per day and channel, of which there were any.

    Columns are visitors, page_views and, where known, cart_visitors and paying_visitors.
    """
    counted = count_visits(shop, {"all": days}, ["day", "channel"]).droplevel("span")
    return counted[counted.index.get_level_values("channel").notna()]


def spread(values: pd.Series, days: list[date]) -> pd.DataFrame:
    """Lay values by day and another key out: a row per day, 0 where there is none."""
    return as_floats(values).unstack().reindex(days).fillna(0.0)


def spend_by(shop: Tables, key: str, days: list[date]) -> pd.DataFrame:
    """Sum media money by day and channel, or creator: a row per day, a column per name."""
    spend = shop["spend"].filter(lambda t: t[key].notnull())
    sums = shop.frame(spend.group_by("day", key).aggregate(cost=spend.cost.sum()))
    return spread(sums.set_index(["day", key])["cost"], days)


def unpaid_visitors(shop: Tables, visits: pd.DataFrame, days: list[date]) -> pd.Series:
    """Add up by day the visitors through channels nobody ever paid for; 1 where there is none.

    What season and campaigns do to visits shows in them, and media do not.
    """
    paid = spend_by(shop, "channel", days).columns
    free = spread(visits["visitors"], days).drop(columns=paid, errors="ignore")
    return free.sum(axis=1) if len(free.columns) else pd.Series(1.0, index=days)
