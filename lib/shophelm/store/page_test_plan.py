"""How many visitors, and how many weeks, does the next page test need?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import numpy as np
import pandas as pd

from shophelm.errors import ParameterError
from shophelm.methods.power import (
    detectable_effect,
    detectable_rise,
    sample_size_of_means,
    sample_size_of_proportions,
)
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.promotion_days import promotion_days
from shophelm.shop.sales import paid_orders
from shophelm.shop.tables import Tables
from shophelm.shop.titles import titled
from shophelm.store.page_test_metrics import BY_NAME, FLOAT, WIDE
from shophelm.words import Sentence, change, count, in_unit, plural, sentence

EFFECTS, WEEKS, ARMS = (0.03, 0.06, 0.1, 0.2), 8, 2
LONGEST_CAMPAIGN = 60
PLANNED = {"cart_rate": "cart", "pay_conversion": "pay", "uv_value": ""}
"""Metrics that can be planned, and the kind of event that a share is counted from."""


@dataclass(frozen=True, slots=True)
class PageTestPlan:
    """What the next page test needs.

    Attributes
    ----------
    what, metric, until
        What would be tested (a product's title, or the shop), on which metric, and the last day of
        the weeks it is planned on.
    effects
        One row per effect asked for: effect (relative), per_arm (visitors each arm needs), weeks
        (until they came; null where more than were asked for), a_week (of them, in each arm).
    weeks
        One row per length: weeks, people (different visitors in the last so many weeks), mean
        (the metric's among them), smallest (relative effect that a test of all of them sees in
        four of five cases; null where none).
    """

    what: str
    metric: str
    until: date
    effects: pd.DataFrame
    weeks: pd.DataFrame


@question(
    "How long must the next page test run?",
    "events",
    orders="plans on money per visitor",
)
def page_test_plan(
    shop: Tables,
    *,
    metric: str = "cart_rate",
    product_id: str = "",
    effects: Sequence[float] = EFFECTS,
    weeks: int = WEEKS,
    arms: int = ARMS,
) -> PageTestPlan:
    """Plan a page test from the visitors of the last weeks, or those before a running campaign.

    Parameters
    ----------
    shop
        Needs events; orders with customers for UV value.
    metric
        cart_rate, pay_conversion or uv_value.
    product_id
        The product whose page is to be tested, by those who see it and what they do with it; the
        whole shop if empty.
    effects
        Relative effects to plan for.
    weeks
        The longest test to plan for.
    arms
        Variants, the control among them, with equal shares of the visitors.

    Returns
    -------
    PageTestPlan
        At 5 % and 80 % for each variant against the control.

    Raises
    ------
    ParameterError
        If the metric cannot be planned, or not for a product.

    Notes
    -----
    Each length of test is planned on as many weeks past: the visitors of eight weeks are fewer
    than eight times those of one, and a larger share of them carts. An earlier campaign in those
    weeks, or one during the test, makes it another plan. Several variants need some more than
    said here, for the correction.
    """
    _check(shop, metric, product_id)
    rows = _past(shop, metric, product_id, weeks)
    per_arm = rows["people"] / arms
    share = BY_NAME[metric].kind == "share"
    if share:
        seen = [detectable_rise(n, m) for n, m in zip(per_arm, rows["mean"], strict=True)]
    else:
        seen = [detectable_effect(n, n, s) for n, s in zip(per_arm, rows["sd"], strict=True)]
    rows["smallest"] = np.array(seen) / rows["mean"].where(rows["mean"] > 0)
    plans = pd.DataFrame([_planned(rows, e, arms, share=share) for e in effects])
    (title,) = titled(shop, [product_id]) if product_id else ("the shop",)
    return PageTestPlan(title, metric, ordinary_until(shop), plans, rows.drop(columns="sd"))


@carries_missing
def shown_plan(plan: PageTestPlan) -> pd.DataFrame:
    """Lay out what each effect asked for takes."""
    return plan.effects[["effect", "per_arm", "weeks", "a_week"]]


@carries_missing
def find_plan(plan: PageTestPlan, *, currency: str) -> Sentence:
    """Say what the next test needs to see the smallest effect that can be seen in time."""
    last = plan.weeks.iloc[-1]
    figure = BY_NAME[plan.metric]
    about = {
        "figure": figure.title,
        "what": plan.what,
        "mean": in_unit(figure.unit, currency=currency)(last["mean"]),
        "weeks": plural(int(last["weeks"]), "week"),
        "people": count(last["people"]),
        "until": str(plan.until),
    }
    base = "the {figure} of {what} is {mean}, of {people} visitors in the {weeks} to {until}"
    seen = plan.effects[plan.effects["weeks"].notna()]
    if seen.empty:
        return sentence(
            "No effect asked for can be seen within {weeks} of testing {what}: " + base + ", "
            "and below {smallest} you won't see it.",
            smallest=change(last["smallest"]),
            **about,
        )
    best = seen.loc[seen["effect"].idxmin()]
    return sentence(
        "Variant B needs {a_week} visitors a week for {n}, and the control as many; below "
        "{effect} you won't see it: " + base + ".",
        a_week=count(best["a_week"]),
        n=plural(int(best["weeks"]), "week"),
        effect=change(best["effect"]),
        **about,
    )


def _check(shop: Tables, metric: str, product_id: str) -> None:
    if metric not in PLANNED:
        raise ParameterError(
            f"metric is {metric!r}, which can't be planned. Give one of {', '.join(PLANNED)}."
        )
    if metric == "uv_value" and product_id:
        raise ParameterError(
            "metric is 'uv_value', which is planned for the whole shop only. Leave product_id "
            "empty, or give cart_rate or pay_conversion."
        )
    if metric == "uv_value" and not shop.has("orders.customer_id", "events.customer_id"):
        raise ParameterError(
            "metric is 'uv_value', and this shop's orders or events have no customer_id to tell "
            "who paid. Give cart_rate or pay_conversion."
        )


def _planned(rows: pd.DataFrame, effect: float, arms: int, *, share: bool) -> dict[str, float]:
    """Give the shortest past length that would have brought the visitors an effect needs."""
    size = math.nan
    for row in rows[rows["mean"] > 0].itertuples():
        gap = effect * row.mean
        if share:
            size = math.ceil(sample_size_of_proportions(row.mean, gap))
        else:
            size = math.ceil(sample_size_of_means(row.sd, gap))
        if size * arms <= row.people:
            a_week = math.ceil(size / row.weeks)
            return {"effect": effect, "per_arm": size, "weeks": row.weeks, "a_week": a_week}
    return {"effect": effect, "per_arm": size, "weeks": math.nan, "a_week": math.nan}


def _past(shop: Tables, metric: str, product_id: str, weeks: int) -> pd.DataFrame:
    """Count, for each length up to `weeks`, visitors and the metric's mean and spread."""
    events = shop["events"]
    if product_id:
        events = events.filter(events.product_id == product_id)
    until = ordinary_until(shop)
    events = events.mutate(ago=_weeks_ago(until, events.occurred_at))
    events = events.filter(events.ago.between(0, weeks - 1))
    if metric == "uv_value":
        came, sums = _money(shop, events, until, weeks)
    else:
        came, sums = _shares(shop, events, PLANNED[metric])
    every = pd.RangeIndex(weeks)
    people = came.groupby("ago")["people"].sum().reindex(every).fillna(0).cumsum()
    sums = sums.groupby("ago")[["y", "yy"]].sum().reindex(every).fillna(0).cumsum()
    n = people.where(people > 0).to_numpy(FLOAT)
    mean = sums["y"].to_numpy(FLOAT) / n
    variance = np.maximum(sums["yy"].to_numpy(FLOAT) - n * mean**2, 0) / np.where(
        n > 1, n - 1, np.nan
    )
    frame = pd.DataFrame({"weeks": every + 1, "people": people.to_numpy(FLOAT), "mean": mean})
    return frame.assign(sd=np.sqrt(variance))


def ordinary_until(shop: Tables) -> date:
    """Give as_of, or the eve of the campaign it lies in: its visitors are no plan for others."""
    days = [shop.as_of - timedelta(days=i) for i in range(LONGEST_CAMPAIGN)]
    kinds = promotion_days(shop, days)
    return next((d for d, (kind, _) in zip(days, kinds, strict=True) if not kind), shop.as_of)


def _weeks_ago(until: date, moment: ibis.Value) -> ibis.IntegerValue:
    last = (until - date(1970, 1, 1)).days
    return ((last - moment.date().epoch_days()) / 7).floor().cast("int64")


def _shares(shop: Tables, events: ibis.Table, kind: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Count visitors by the week they were last seen in, and last did it in."""
    person = events.group_by("visitor_id").aggregate(
        came=events.ago.min(), did=events.ago.min(where=events.kind == kind)
    )
    counts = shop.frame(person.group_by("came", "did").aggregate(people=person.count()))
    did = counts[counts["did"].notna()].rename(columns={"did": "ago"})
    did = did.assign(ago=did["ago"].astype(int), y=did["people"], yy=did["people"])
    return counts.rename(columns={"came": "ago"}), did


def _money(
    shop: Tables, events: ibis.Table, until: date, weeks: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Count people by the week they were last seen in, and what each further week adds to sums."""
    visitor = events.group_by("visitor_id").aggregate(
        came=events.ago.min(), customer_id=events.customer_id.min()
    )
    visitor = visitor.mutate(person=ibis.coalesce(visitor.customer_id, visitor.visitor_id))
    person = visitor.group_by("person").aggregate(ago=visitor.came.min())
    orders = paid_orders(shop)
    orders = orders.mutate(ago=_weeks_ago(until, orders.paid_at))
    orders = orders.filter(orders.ago.between(0, weeks - 1))
    paid = orders.semi_join(person, orders.customer_id == person.person)
    paid = paid.group_by("customer_id", "ago").aggregate(value=paid.paid_amount.sum())
    so_far = ibis.window(group_by="customer_id", order_by="ago", preceding=None, following=0)
    paid = paid.mutate(
        after=paid["value"].sum().over(so_far).cast(WIDE), value=paid["value"].cast(WIDE)
    )
    before = (paid.after - paid["value"]).cast(WIDE)
    sums = paid.group_by("ago").aggregate(
        y=paid["value"].sum().cast(FLOAT),
        yy=((paid.after * paid.after).sum() - (before * before).sum()).cast(FLOAT),
    )
    counts = person.group_by("ago").aggregate(people=person.count())
    return shop.frame(counts), shop.frame(sums)
