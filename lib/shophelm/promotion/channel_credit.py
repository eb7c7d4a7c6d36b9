"""What orders are owed to which channel, by four ways of sharing them out, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import ibis
import numpy as np
import pandas as pd

from shophelm.methods.attribution import removal_effects, shapley_shares
from shophelm.promotion.touch_paths import LOOK_BACK, TouchPaths, touch_paths
from shophelm.shop.calendar import Period
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.ratios import as_floats
from shophelm.shop.spans import inside
from shophelm.shop.tables import Tables
from shophelm.shop.visits import visit_of
from shophelm.words import Sentence, count, listing, money, plural, rate, sentence

TITLE = "Which channels are orders owed to?"
WAYS = ("last_touch", "time_decay", "markov", "shapley")
FEWEST = 30
"""Conversions below which nothing is shared out."""
APART = 0.25
"""Ways disagree about a channel if their highest share is so much above their lowest."""


@dataclass(frozen=True, slots=True)
class ChannelCredit:
    """Orders shared out among channels.

    Attributes
    ----------
    channels
        One row per channel, that of most credit first: channel, touches (visits through it),
        last_touch, time_decay, markov, shapley (conversions owed to it), lowest, highest, apart
        (highest / lowest − 1; null where one of them is 0), cost (media, of the same days; 0 where
        nothing was spent, null where it is not known), cost_low, cost_high (of a conversion, by the
        ways that give it most and least).
    paths
        What all paths say.
    period
        The days of the conversions.
    """

    channels: pd.DataFrame
    paths: TouchPaths
    period: Period


@question(TITLE, "events.channel", spend="what a conversion costs")
def channel_credit(shop: Tables, period: Period, *, look_back: int = LOOK_BACK) -> ChannelCredit:
    """Share the payments of a period out among the channels through which visitors came.

    Parameters
    ----------
    shop
        Needs events with channels.
    period
        The days of the payments.
    look_back
        Days before a payment from which visits count.

    Returns
    -------
    ChannelCredit
        The rows of each way add up to the payments.

    Notes
    -----
    A touch is a visit, and its channel the one it began with; a visit is the log's session, or
    where it has none a visitor's day. Visitors are known by the log's own id, so
    that a customer's two devices are two visitors. No way is causal: see `methods.attribution`.
    """
    first = period.first - timedelta(days=look_back)
    events = shop["events"].filter(lambda t: t.channel.notnull())
    wanted = inside(events.occurred_at.date(), Period(first, period.last).every_day)
    touches = _visits(events.filter(wanted))
    paid = shop["events"].filter(lambda t: t.kind == "pay")
    paid = paid.filter(inside(paid.occurred_at.date(), period.every_day))
    # a log may hold a payment for each product paid for
    paid = paid.group_by("visitor_id", visit=visit_of(paid)).aggregate(at=paid.occurred_at.min())
    paid = paid.select("at", person="visitor_id", value=ibis.literal(1.0))
    found = touch_paths(touches, paid, look_back=look_back)
    return ChannelCredit(_channels(shop, touches, found, period), found, period)


@carries_missing
def shown(found: ChannelCredit) -> pd.DataFrame:
    """Lay the channels out."""
    names = {"apart": "ways_apart", "cost": "media_cost"}
    names |= {f"cost_{end}": f"media_per_payment_{end}" for end in ("low", "high")}
    frame = found.channels.rename(columns=names)
    return frame[["channel", "touches", *WAYS, *names.values()]].dropna(axis=1, how="all")


@carries_missing
def by_channel(found: ChannelCredit) -> pd.DataFrame:
    """Give the channels as the figure draws them."""
    return found.channels


@carries_missing
def find_channel_credit(found: ChannelCredit, *, currency: str) -> list[Sentence]:
    """Say to which channel most is owed, and about which the ways disagree."""
    paths, rows = found.paths, found.channels
    if paths.conversions < FEWEST:
        return [
            sentence(
                "Only {n} could be followed back to a visit: too few to share out.",
                n=plural(paths.conversions, "payment"),
            )
        ]
    first = rows.iloc[0]
    said = [
        sentence(
            "{n} of {period} can be followed back to visits. Most is owed to {channel}: {low} to "
            "{high} of them, by four ways of sharing out.",
            n=plural(paths.conversions, "payment"),
            period=str(found.period),
            channel=first["channel"],
            low=rate(first["lowest"] / paths.conversions, digits=0),
            high=rate(first["highest"] / paths.conversions, digits=0),
        )
    ]
    far = rows[rows["apart"] > APART].sort_values("apart", ascending=False, kind="stable")
    if len(far):
        each = [f"{r.channel} ({count(r.lowest)} to {count(r.highest)})" for r in far.itertuples()]
        template = (
            "The ways disagree about {channels}: only switching a channel off for some, by lot, "
            "would tell."
        )
        said.append(sentence(template, channels=listing(each)))
    costly = rows[rows["cost_high"].notna()].sort_values("cost_low", ascending=False, kind="stable")
    if len(costly):
        dear = costly.iloc[0]
        said.append(
            sentence(
                "A payment through {channel} costs most: {low} to {high} of media.",
                channel=dear["channel"],
                low=money(dear["cost_low"], currency=currency),
                high=money(dear["cost_high"], currency=currency),
            )
        )
    return said


def _visits(events: ibis.Table) -> ibis.Table:
    """Give each visit as a touch: person, at, channel."""
    rows = events.mutate(visit=visit_of(events))
    order = [rows.occurred_at, rows.event_id]
    first = ibis.row_number().over(ibis.window(group_by=["visitor_id", "visit"], order_by=order))
    rows = rows.mutate(nth=first).filter(lambda t: t.nth == 0)
    return rows.select("channel", person="visitor_id", at="occurred_at")


def _channels(shop: Tables, touches: ibis.Table, found: TouchPaths, period: Period) -> pd.DataFrame:
    counted = shop.frame(touches.group_by("channel").aggregate(touches=touches.count()))
    frame = counted.set_index("channel").sort_index()
    frame["last_touch"] = found.last.set_index("channel")["conversions"]
    frame["time_decay"] = found.decayed.set_index("channel")["conversions"]
    frame["markov"] = removal_effects(found.transitions)["share"] * found.conversions
    frame["shapley"] = shapley_shares(found.sets)["conversions"]
    ways = frame[list(WAYS)].fillna(0.0)
    frame[list(WAYS)] = ways
    frame["lowest"], frame["highest"] = ways.min(axis=1), ways.max(axis=1)
    frame["apart"] = frame["highest"] / frame["lowest"].where(frame["lowest"] > 0) - 1
    frame["cost"] = _cost(shop, period, frame.index)
    spent = frame["cost"].where(frame["cost"] > 0)
    frame["cost_low"] = spent / frame["highest"].where(frame["highest"] > 0)
    frame["cost_high"] = spent / frame["lowest"].where(frame["lowest"] > 0)
    order = frame.assign(mean=ways.mean(axis=1)).sort_values("mean", ascending=False, kind="stable")
    return order.drop(columns="mean").reset_index()


def _cost(shop: Tables, period: Period, channels: pd.Index) -> pd.Series:
    if not shop.filled("spend"):
        return pd.Series(np.nan, index=channels)
    spend = shop["spend"].filter(lambda t: inside(t.day, period.every_day))
    sums = shop.frame(spend.group_by("channel").aggregate(cost=spend.cost.sum()))
    return as_floats(sums.set_index("channel")["cost"]).reindex(channels).fillna(0.0)
