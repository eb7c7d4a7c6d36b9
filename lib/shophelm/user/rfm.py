"""Recency, frequency, monetary: how the customers stand, in groups that have names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import pandas as pd

from shophelm.methods.scores import SCORES
from shophelm.shop.buyers import MONEY
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.user.spending import customers, share_of
from shophelm.user.thresholds import Thresholds
from shophelm.words import Sentence, Value, count, money, number, plural, rate, sentence


@dataclass(frozen=True, slots=True)
class Group:
    """A named group of customers, by scores that none of the groups before it takes.

    Attributes
    ----------
    name, zh, meaning
        How it is called, also on the Chinese platforms, and who is in it.
    takes
        Of the scores of recency, frequency and monetary: numbers or columns.
    """

    name: str
    zh: str
    meaning: str
    takes: Callable[[Any, Any, Any], Any]


GROUPS = (
    Group(
        "champions",
        "重要价值客户",
        "bought lately, often and for much",
        lambda r, f, m: (r >= 4) & (f >= 4) & (m >= 4),
    ),
    Group("loyal", "忠诚客户", "buy often, and not long ago", lambda r, f, _: (r >= 3) & (f >= 3)),
    Group(
        "promising",
        "潜力客户",
        "bought for much and not long ago, but not often yet",
        lambda r, _, m: (r >= 3) & (m >= 4),
    ),
    Group(
        "new", "新客户", "bought lately, neither often nor for much yet", lambda r, _, __: r >= 4
    ),
    Group(
        "cannot lose them",
        "重要挽留客户",
        "bought often and for much, but not for long",
        lambda _, f, m: (f >= 4) & (m >= 4),
    ),
    Group(
        "at risk",
        "流失风险客户",
        "bought repeatedly or for much, but not for long",
        lambda _, f, m: (f >= 3) | (m >= 4),
    ),
    Group(
        "hibernating", "沉睡客户", "bought seldom, little and not lately", lambda r, _, __: r >= 2
    ),
    Group("lost", "流失客户", "bought seldom, little and longest ago", lambda r, _, __: r >= 1),
)
"""Every triple of scores belongs to the first group that takes it."""


def members(shop: Tables, thresholds: Thresholds) -> ibis.Table:
    """Give each customer's scores and group.

    Returns
    -------
    Table
        The columns of `spending.customers`, r, f, m (scores 1 to 5 of recency, frequency and
        monetary) and segment (the group's name).
    """
    people = customers(shop)
    scored = people.mutate(
        r=_score(people.recency, thresholds.recency, falling=True),
        f=_score(people.frequency, thresholds.frequency),
        m=_score(people.monetary, thresholds.monetary),
    )
    *named, (_, last) = [(g.takes(scored.r, scored.f, scored.m), g.name) for g in GROUPS]
    return scored.mutate(segment=ibis.cases(*named, else_=last))


@question("Who are our customers: champions, new, at risk, lost?", "orders.customer_id")
def rfm(shop: Tables, thresholds: Thresholds) -> pd.DataFrame:
    """Add up the customers by RFM group.

    Recency is the days since the last payment, frequency the days with a payment, monetary the
    settled money, each over the customer's whole life and scored 1 to 5 by the thresholds.

    Returns
    -------
    DataFrame
        One row per group that has customers, in the order of `GROUPS`: segment, customers, share,
        purchases, settled (decimal), settled_share, median_days (since the last payment) and
        meaning.

    Notes
    -----
    Hughes 1994. Scores rank customers among each other: a shop that everybody leaves has champions
    to the end, unless its thresholds are kept. Frequency counts a whole life, so that purchases of
    years ago make a customer loyal who bought again lately. Misleads where one person has several
    ids, and says nothing of what a customer will do.
    """
    people = members(shop, thresholds)
    days = people.group_by("segment", "recency").aggregate(
        customers=people.count(), purchases=people.frequency.sum(), settled=people.monetary.sum()
    )
    frame = shop.frame(days.order_by("segment", "recency"))
    parts = [(g, frame[frame["segment"] == g.name]) for g in GROUPS]
    groups = pd.DataFrame([_group(g, part) for g, part in parts if len(part)], columns=COLUMNS)
    for column, whole in (("share", "customers"), ("settled_share", "settled")):
        groups[column] = share_of(groups[whole])
    return groups


COLUMNS = [
    "segment",
    "customers",
    "share",
    "purchases",
    "settled",
    "settled_share",
    "median_days",
    "meaning",
]


@carries_missing
def shown(thresholds: Thresholds, *, currency: str) -> pd.DataFrame:
    """Lay out, for people, which values get which score: one row per measure."""
    rows = (
        ("days since the last payment", _ranges(thresholds.recency, count)[::-1]),
        ("purchases", _ranges(thresholds.frequency, count)),
        ("settled money", _ranges(thresholds.monetary, lambda m: money(m, currency=currency))),
    )
    names = [f"score_{i + 1}" for i in range(SCORES)]
    return pd.DataFrame([(measure, *texts) for measure, texts in rows], columns=["measure", *names])


@carries_missing
def find_rfm(groups: pd.DataFrame, *, currency: str) -> Sentence:
    """Say what the champions bring, and what the best of those who stay away had brought."""
    if groups.empty:
        return sentence("No customer has paid yet: there are no segments.")
    by_name = groups.set_index("segment")
    everyone = plural(int(groups["customers"].sum()), "customer")
    if "champions" in by_name.index:
        best = by_name.loc["champions"]
        text = "{share} of {all} are champions: they brought {part} of the money settled."
        values = {"share": rate(best["share"]), "part": rate(best["settled_share"])}
    else:
        text, values = "None of {all} is a champion.", {}
    values["all"] = everyone
    if "cannot lose them" not in by_name.index:
        return sentence(text + " None of the most frequent and best paying stays away.", **values)
    gone = by_name.loc["cannot lose them"]
    return sentence(
        text + " {gone} who had bought often and for much, for {money} together, last paid {days} "
        "days ago at the median.",
        **values,
        gone=plural(int(gone["customers"]), "customer"),
        money=money(gone["settled"], currency=currency),
        days=number(gone["median_days"], digits=0),
    )


def _score(
    measure: ibis.Column, edges: Sequence[Any], *, falling: bool = False
) -> ibis.Column | ibis.Scalar:
    scores = range(SCORES, 0, -1) if falling else range(1, SCORES + 1)
    if not edges:
        return ibis.literal(scores[0])
    kind = MONEY if measure.type().is_decimal() else "int64"
    passed = [
        (measure >= ibis.literal(edge, type=kind), s)
        for edge, s in zip(edges, scores[1:], strict=True)
    ]
    return ibis.cases(*passed[::-1], else_=scores[0])


def _group(group: Group, days: pd.DataFrame) -> dict[str, Any]:
    return {
        "segment": group.name,
        **{c: days[c].sum() for c in ("customers", "purchases", "settled")},
        "median_days": days["recency"].repeat(days["customers"]).median(),
        "meaning": group.meaning,
    }


def _ranges(edges: Sequence[Any], show: Callable[[Any], Value]) -> list[str | None]:
    """Write the values before the first edge and from each on; None where the next is the same."""
    if not edges:
        return ["all", *[None] * (SCORES - 1)]
    following = [*edges[1:], None]
    texts = [f"from {show(e)}" if e != f else None for e, f in zip(edges, following, strict=True)]
    return [f"below {show(edges[0])}", *texts]
