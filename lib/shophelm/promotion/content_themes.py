"""Which content themes bring more visits than the same creators bring with others."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from shophelm.methods.corrections import holm
from shophelm.methods.proportions import wilson
from shophelm.promotion.channel_days import unpaid_visitors
from shophelm.promotion.creator_days import creator_days
from shophelm.shop.calendar import Period
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.ratios import as_floats
from shophelm.shop.spans import inside
from shophelm.shop.tables import Tables
from shophelm.words import Sentence, change, count, plural, sentence

TITLE = "Which content themes bring more?"
LEVEL = 0.05
COLUMNS = [
    *("content_theme", "theme_days", "cost", "visits", "usual_visits", "theme_lift"),
    *("theme_lift_low", "theme_lift_high", "buyers", "buyer_rate", "buyer_rate_low"),
    *("buyer_rate_high", "returned_share", "p_value"),
]


@question(TITLE, "spend.content_theme", "spend.creator", "events.page")
def content_themes(shop: Tables, period: Period) -> pd.DataFrame:
    """Hold each theme's visits against what the same creators bring on their paid days.

    Parameters
    ----------
    shop
        Needs spend by creator and theme, and events whose page ends in the creator's name.
    period
        The days.

    Returns
    -------
    DataFrame
        One row per theme, the one that brings most beyond the usual first: content_theme,
        theme_days (a creator's days with it), cost, visits, usual_visits (of these creators, on
        these days), theme_lift (visits / usual_visits − 1) with _low and _high (95 %), buyers,
        buyer_rate with _low and _high (95 %), returned_share (of the money paid in these visits),
        p_value (Holm, over all themes).

    Notes
    -----
    What is usual of a creator is their visits per visitor through unpaid channels, over all their
    paid days of the period, so that neither a better creator nor a busier day is taken for a
    theme's doing. What a theme still brings on the days after is counted there. A day with two
    themes counts for the dearer one. Intervals allow for how much creators' days differ anyway.
    """
    rows = _paid_days(shop, period)
    days = Period(shop.first_day, shop.as_of).every_day
    scale = unpaid_visitors(shop, days)
    seen = creator_days(shop)
    rows = rows.merge(seen, "left", on=["creator", "day"])
    rows[["visits", "buyers"]] = rows[["visits", "buyers"]].fillna(0.0)
    rows["scale"] = rows["day"].map(scale)
    by = rows.groupby("creator")
    rows["usual_visits"] = (
        rows["scale"] * by["visits"].transform("sum") / by["scale"].transform("sum")
    )
    frame = rows.groupby("content_theme").agg(
        theme_days=("day", "size"),
        **{c: (c, "sum") for c in ("cost", "visits", "usual_visits", "buyers", "paid", "settled")},
    )
    frame = _lifted(frame.reset_index(), _apart(rows))
    order = frame.sort_values(["theme_lift", "content_theme"], ascending=[False, True])
    return order[COLUMNS].reset_index(drop=True)


@carries_missing
def shown(frame: pd.DataFrame) -> pd.DataFrame:
    """Lay the themes out."""
    names = {"cost": "media_cost", "visits": "creator_visits", "buyers": "creator_buyers"}
    return frame.drop(columns="p_value").rename(columns=names)


@carries_missing
def find_themes(frame: pd.DataFrame) -> list[Sentence]:
    """Say which themes bring more or fewer visits than usual, beyond chance."""
    if frame.empty:
        return [sentence("No creator was paid for a theme in these days.")]
    beyond = frame[frame["p_value"] < LEVEL]
    if beyond.empty:
        text = "None of {n} brings more or fewer visits than its creators do with others."
        return [sentence(text, n=plural(len(frame), "theme"))]
    return [
        sentence(
            "{theme} brings {lift} visits beside what its creators usually bring ({low} to {high}, "
            "{days} days).",
            theme=row.content_theme,
            lift=change(row.theme_lift),
            low=change(row.theme_lift_low),
            high=change(row.theme_lift_high),
            days=count(row.theme_days),
        )
        for row in beyond.itertuples()
    ]


def _paid_days(shop: Tables, period: Period) -> pd.DataFrame:
    """Give each creator's paid days with the day's dearest theme and its cost."""
    spend = shop["spend"].filter(
        lambda t: t.creator.notnull() & t.content_theme.notnull() & inside(t.day, period.every_day)
    )
    keys = ["creator", "day", "content_theme"]
    frame = shop.frame(spend.group_by(keys).aggregate(cost=spend.cost.sum()))
    frame = frame.assign(cost=as_floats(frame["cost"]))
    order = frame.sort_values([*keys[:2], "cost", "content_theme"])
    return order.drop_duplicates(keys[:2], keep="last", ignore_index=True)


def _apart(rows: pd.DataFrame) -> float:
    """Give how many times as far as by chance alone creators' days stand off the usual."""
    usual = rows["usual_visits"].where(rows["usual_visits"] > 0)
    off = (rows["visits"] - usual) ** 2 / usual
    freedom = off.notna().sum() - rows["creator"].nunique()
    return max(float(off.sum()) / freedom, 1.0) if freedom > 0 else np.nan


def _lifted(frame: pd.DataFrame, apart: float) -> pd.DataFrame:
    usual = frame["usual_visits"].where(frame["usual_visits"] > 0)
    lift, error = frame["visits"] / usual - 1, np.sqrt(apart / usual)
    ends = wilson(frame["buyers"], frame["visits"])
    p_values = pd.Series(2 * stats.norm.sf(np.abs(lift / error)), index=frame.index)
    known = p_values.notna()
    p_values[known] = holm(p_values[known])
    return frame.assign(
        theme_lift=lift,
        theme_lift_low=lift - 1.96 * error,
        theme_lift_high=lift + 1.96 * error,
        buyer_rate=frame["buyers"] / frame["visits"].where(frame["visits"] > 0),
        buyer_rate_low=ends["low"],
        buyer_rate_high=ends["high"],
        returned_share=1 - frame["settled"] / frame["paid"].where(frame["paid"] > 0),
        p_value=p_values,
    )
