"""Visits and media money by day and channel, side by side."""

from __future__ import annotations

from datetime import date

import pandas as pd

from shophelm.shop.calendar import Period
from shophelm.shop.spans import spread
from shophelm.shop.tables import Tables, once_per_shop
from shophelm.shop.visits import count_visits


@once_per_shop
def visits_by_channel(shop: Tables) -> pd.DataFrame:
    """Count visitors and what they did: one row per day and channel, of which there were any.

    Every day is read for it, so it is kept. Columns are visitors, page_views and, where known,
    cart_visitors and paying_visitors.
    """
    days = Period(shop.first_day, shop.as_of).every_day
    counted = count_visits(shop, {"all": days}, ["day", "channel"]).droplevel("span")
    return counted[counted.index.get_level_values("channel").notna()]


def spend_by(shop: Tables, key: str, days: list[date]) -> pd.DataFrame:
    """Sum media money by day and channel, or creator: a row per day, a column per name."""
    spend = shop["spend"].filter(lambda t: t[key].notnull())
    sums = shop.frame(spend.group_by("day", key).aggregate(cost=spend.cost.sum()))
    return spread(sums.set_index(["day", key])["cost"], days)


def unpaid_visitors(shop: Tables, days: list[date]) -> pd.Series:
    """Add up by day the visitors through channels nobody ever paid for; 1 where there is none.

    What season and campaigns do to visits shows in them, and media do not.
    """
    paid = spend_by(shop, "channel", days).columns
    free = spread(visits_by_channel(shop)["visitors"], days).drop(columns=paid, errors="ignore")
    return free.sum(axis=1) if len(free.columns) else pd.Series(1.0, index=days)
