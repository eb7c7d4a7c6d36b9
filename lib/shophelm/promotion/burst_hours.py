"""A burst hour by hour: what has come since it began, beside last year's at the same hour."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import ibis
import numpy as np
import pandas as pd

from shophelm.shop.buyers import order_worths
from shophelm.shop.campaigns import Campaign
from shophelm.shop.definitions import TERMS
from shophelm.shop.ratios import as_floats
from shophelm.shop.sales import paid_orders
from shophelm.shop.spans import inside
from shophelm.shop.tables import Tables

MOST_HOURS = 14 * 24
"""Hours of a burst that are drawn."""
OWN = {"new_members": ("new members", "count"), "margin": ("margin after refunds", "money")}
"""Figures of a campaign that are no terms of the trade: title and unit."""


def figure_of(term: str) -> tuple[str, str]:
    """Give a figure's title and unit."""
    return OWN.get(term) or (TERMS[term].title, TERMS[term].unit)


def burst_hours(shop: Tables, now: Campaign, before: Campaign | None) -> pd.DataFrame:
    """Add up each figure hour by hour since the burst began.

    Parameters
    ----------
    shop
        The shop.
    now, before
        The campaign, and that of the year before, if there is one.

    Returns
    -------
    DataFrame
        One row per term and hour of the burst, from 1: term, figure, unit, hour, now (since it
        began: people count once; null for hours to come), last_year (null where not known) and
        share (of last year's whole burst). Terms are gmv_paid, margin, buyers, visitors,
        cart_visitors and new_members, so far as the shop has them.
    """
    length = min(24 * len(now.days_of("burst")), MOST_HOURS)
    known = (datetime.combine(shop.as_of + timedelta(days=1), time()) - _begins(now)).days * 24
    hour = np.arange(1, length + 1)
    frames = []
    for term, rows in _moments(shop).items():
        mine, then = (_cumulated(shop, rows, c) for c in (now, before))
        figure, unit = figure_of(term)
        frame = pd.DataFrame({"term": term, "figure": figure, "unit": unit, "hour": hour})
        frame["now"] = np.where(hour <= known, _first(mine, length), np.nan)
        frame["last_year"] = _first(then, length)
        total = then[-1] if len(then) else 0.0
        frames.append(frame.assign(share=frame["last_year"] / total if total > 0 else np.nan))
    return pd.concat(frames, ignore_index=True)


def _moments(shop: Tables) -> dict[str, ibis.Table]:
    """Give each figure's moments: at, and value (money) or who (somebody, to be counted once)."""
    orders = paid_orders(shop)
    found = {"gmv_paid": orders.select(at="paid_at", value="paid_amount")}
    if shop.filled("orders.customer_id") and shop.filled("order_lines"):
        worth = order_worths(shop).select("order_id", value="worth")
        both = orders.select("order_id", at="paid_at").inner_join(worth, "order_id")
        found["margin"] = both.select("at", "value")
    found["buyers"] = orders.select(at="paid_at", who="buyer")
    if shop.filled("events"):
        events = shop["events"]
        found["visitors"] = events.select(at="occurred_at", who="visitor_id")
        carts = events.filter(events.kind == "cart")
        found["cart_visitors"] = carts.select(at="occurred_at", who="visitor_id")
    if shop.filled("customers"):
        found["new_members"] = shop["customers"].select(at="joined_at", who="customer_id")
    return found


def _cumulated(shop: Tables, rows: ibis.Table, campaign: Campaign | None) -> np.ndarray:
    """Give what had come by the end of each hour of a burst; people come in their first."""
    days = campaign.days_of("burst") if campaign else []
    if not days:
        return np.array([])
    rows = rows.filter(inside(rows["at"].date(), days))
    if "who" in rows.columns:
        rows = rows.group_by("who").aggregate(at=rows["at"].min()).mutate(value=1)
    keys = {"day": rows["at"].date(), "hour": rows["at"].hour()}
    sums = shop.frame(rows.group_by(**keys).aggregate(value=rows["value"].sum()))
    at = [(d - days[0]).days * 24 + h for d, h in zip(sums["day"], sums["hour"], strict=True)]
    added = np.zeros(24 * len(days))
    added[at] = as_floats(sums["value"])
    return added.cumsum()


def _first(values: np.ndarray, length: int) -> np.ndarray:
    """Give the first so many values; null where there are none."""
    padded = np.full(length, np.nan)
    padded[: len(values)] = values[:length]
    return padded


def _begins(campaign: Campaign) -> datetime:
    return datetime.combine(campaign.burst_from, time())
