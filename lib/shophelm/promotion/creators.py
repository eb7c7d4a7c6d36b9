"""Which creators bring visitors who buy, and whose clicks never arrive."""

from __future__ import annotations

import ibis
import numpy as np
import pandas as pd
from scipy import stats

from shophelm.actions import HORIZON_DAYS, Action, due, worth_fields
from shophelm.methods.corrections import holm
from shophelm.methods.proportions import wilson
from shophelm.shop.calendar import Period
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.ratios import as_floats
from shophelm.shop.spans import inside
from shophelm.shop.tables import Tables
from shophelm.shop.visits import visit_of
from shophelm.words import Sentence, count, money, plural, rate, sentence

TITLE = "Which creators bring buyers, and whose clicks never arrive?"
LEVEL = 0.01
"""Chance, over all creators together, at which a creator's clicks are said not to arrive."""
HALF = 0.5
"""Clicks are suspected only where less than this share of what is usual of others arrives."""
COLUMNS = [
    *("creator", "channel", "cost", "clicks", "visits", "arrival_rate", "buyers", "buyer_rate"),
    *("buyer_rate_low", "buyer_rate_high", "new_share", "cost_per_buyer", "p_value", "suspect"),
]


@question(TITLE, "spend.creator", "events.page")
def creators(shop: Tables, period: Period) -> pd.DataFrame:
    """Hold what each creator cost against the visits that began on their page.

    Parameters
    ----------
    shop
        Needs spend by creator, and events whose page ends in the creator's name.
    period
        The days.

    Returns
    -------
    DataFrame
        One row per creator, the dearest first: creator, channel, cost, clicks (as paid for),
        visits (that reached their page), arrival_rate (visits / clicks; null without clicks),
        buyers (visits with a payment), buyer_rate with _low and _high (95 %), new_share (of these
        buyers, those who had not paid before; null without orders of known customers),
        cost_per_buyer, p_value (chance of so few arrivals if half as many as of the other
        creators of the channel arrived; Holm over all), suspect.

    Notes
    -----
    Those who saw a creator and came another way, or later, are not counted. Returns by creator are
    not known: no table ties an order to one.
    """
    frame = _spent(shop, period)
    visits = _visits(shop, period, frame["creator"])
    frame = frame.merge(visits, "left", on="creator")
    counts = ["visits", "buyers", "known", "new"]
    frame[counts] = frame[counts].fillna(0.0)
    frame["arrival_rate"] = frame["visits"] / frame["clicks"].where(frame["clicks"] > 0)
    frame["buyer_rate"] = frame["buyers"] / frame["visits"].where(frame["visits"] > 0)
    ends = wilson(frame["buyers"], frame["visits"])
    frame["buyer_rate_low"], frame["buyer_rate_high"] = ends["low"], ends["high"]
    frame["new_share"] = frame["new"] / frame["known"].where(frame["known"] > 0)
    frame["cost_per_buyer"] = frame["cost"] / frame["buyers"].where(frame["buyers"] > 0)
    frame["p_value"] = _few_arrive(frame)
    frame["suspect"] = frame["p_value"] < LEVEL
    order = frame.sort_values(["cost", "creator"], ascending=[False, True])
    return order[COLUMNS].reset_index(drop=True)


@carries_missing
def shown(frame: pd.DataFrame) -> pd.DataFrame:
    """Lay the creators out."""
    names = {"cost": "media_cost", "visits": "creator_visits", "buyers": "creator_buyers"}
    return frame.drop(columns="p_value").rename(columns=names).dropna(axis=1, how="all")


@carries_missing
def find_creators(frame: pd.DataFrame, *, currency: str) -> list[Sentence]:
    """Say who brings buyers at what cost, and whose clicks are suspect."""
    if frame.empty:
        return [sentence("No media money was spent on creators in these days.")]
    known = frame[frame["cost_per_buyer"].notna() & ~frame["suspect"]]
    said = []
    if len(known):
        cheap = known.loc[known["cost_per_buyer"].idxmin()]
        dear = known.loc[known["cost_per_buyer"].idxmax()]
        said.append(
            sentence(
                "Of {n}, {cheap} brings buyers at least cost ({low}) and {dear} at most ({high}).",
                n=plural(len(frame), "creator"),
                cheap=cheap["creator"],
                low=money(cheap["cost_per_buyer"], currency=currency),
                dear=dear["creator"],
                high=money(dear["cost_per_buyer"], currency=currency),
            )
        )
    return said + [_suspected(row, currency) for row in frame[frame["suspect"]].itertuples()]


def _suspected(row: tuple, currency: str) -> Sentence:
    return sentence(
        "{creator} was paid {cost} for {clicks}, of which {visits} arrived ({share}): far fewer "
        "than of others in {channel}, as with bought traffic.",
        creator=row.creator,
        cost=money(row.cost, currency=currency),
        clicks=plural(int(row.clicks), "click"),
        visits=count(row.visits),
        share=rate(row.arrival_rate, digits=1),
        channel=row.channel,
    )


@carries_missing
def creator_actions(shop: Tables, frame: pd.DataFrame, period: Period) -> list[Action]:
    """Propose to stop paying creators whose clicks do not arrive: what is saved in 28 days."""
    return [_stop(shop, row, period) for row in frame[frame["suspect"]].itertuples()]


def _stop(shop: Tables, row: tuple, period: Period) -> Action:
    saved = row.cost / period.days * HORIZON_DAYS
    clicks = plural(int(row.clicks), "click")
    return Action(
        kind="stop a creator",
        subject=f"creator:{row.creator}",
        action=f"Stop paying {row.creator}, and ask for proof of {clicks}, of which "
        f"{count(row.visits)} arrived.",
        owner_role="channel manager",
        metric="visitors",
        due_on=due(shop.as_of),
        **worth_fields(saved, None, None, "margin"),
    )


def _spent(shop: Tables, period: Period) -> pd.DataFrame:
    spend = shop["spend"].filter(lambda t: t.creator.notnull() & inside(t.day, period.every_day))
    sums = spend.group_by("creator").aggregate(
        channel=spend.channel.min(), cost=spend.cost.sum(), clicks=spend.clicks.sum()
    )
    frame = shop.frame(sums.order_by("creator"))
    return frame.assign(cost=as_floats(frame["cost"]), clicks=as_floats(frame["clicks"]))


def _visits(shop: Tables, period: Period, names: pd.Series) -> pd.DataFrame:
    """Count the visits that met a creator's page, and those of them that paid."""
    events = shop["events"].filter(lambda t: inside(t.occurred_at.date(), period.every_day))
    events = events.mutate(visit=visit_of(events), creator=events.page.split("/")[-1])
    named = ibis.memtable(pd.DataFrame({"creator": pd.Series(names, dtype="str")}))
    met = events.filter(events.page.notnull()).semi_join(named, "creator")
    met = met.select("visitor_id", "visit", "creator").distinct()
    did = events.group_by("visitor_id", "visit").aggregate(
        paid=(events.kind == "pay").any(),
        customer_id=events.customer_id.max(),
        at=events.occurred_at.max(),
    )
    rows = met.inner_join(did, ["visitor_id", "visit"])
    rows = rows.left_join(_first_paid(shop), "customer_id")
    rows = rows.mutate(new=rows.first_paid >= rows["at"].truncate("D"))
    buys = rows.paid.fill_null(False)
    sums = rows.group_by("creator").aggregate(
        visits=rows.count(),
        buyers=buys.sum(),
        known=(buys & rows.first_paid.notnull()).sum(),
        new=(buys & rows.new.fill_null(False)).sum(),
    )
    return shop.frame(sums.order_by("creator"))


def _first_paid(shop: Tables) -> ibis.Table:
    if not shop.filled("orders.customer_id"):
        kinds = {"customer_id": "string", "first_paid": "timestamp(6)"}
        return ibis.memtable([], schema=ibis.schema(kinds))
    orders = shop["orders"].filter(lambda t: t.paid_at.notnull() & t.customer_id.notnull())
    return orders.group_by("customer_id").aggregate(first_paid=orders.paid_at.min())


def _few_arrive(frame: pd.DataFrame) -> pd.Series:
    """Give the chance of so few arrivals, beside half of what is usual of the channel's others."""
    p_values = pd.Series(np.nan, index=frame.index)
    for at, row in frame.iterrows():
        others = frame[(frame["channel"] == row["channel"]) & (frame.index != at)]
        clicks = others["clicks"].sum()
        if not (row["clicks"] > 0 and clicks > 0):
            continue
        usual = HALF * min(1.0, others["visits"].sum() / clicks)
        p_values[at] = stats.binom.cdf(row["visits"], int(row["clicks"]), usual)
    known = p_values.notna()
    p_values[known] = holm(p_values[known])
    return p_values
