"""The figures a page test is judged by, and the sums over people that each of them needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import numpy as np
import pandas as pd

from shophelm.methods.cuped import Sums, cuped
from shophelm.methods.quantile_arms import arm_of_ranks, ranks
from shophelm.methods.two_sample import Arm, arm_of_ratios
from shophelm.shop.buyers import MONEY
from shophelm.shop.definitions import TERMS
from shophelm.shop.listed import listed
from shophelm.shop.tables import Tables
from shophelm.store.page_test_people import people, people_and_views

FLOAT = "float64"
WIDE = "decimal(28, 4)"
"""Money to be multiplied: the square of more than 100,000 does not fit the engine's usual width."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure of each arm.

    Attributes
    ----------
    name, title, unit
        As those of a term of the glossary, where it is one.
    kind
        `share` of the people with any `of`, `mean` of it, `ratio` of its sum to that of `per`, or
        `quantile` (`share`) of it among those who have any.
    of, per, share
        Columns of `people_and_views`, and which quantile.
    cut
        Whether the largest values are cut (winsorised), and the smallest if below zero.
    answers
        Other terms of the glossary that an experiment decided on them is decided by.
    """

    name: str
    title: str
    unit: str
    kind: str
    of: str
    per: str = ""
    share: float = 0.0
    cut: bool = False
    answers: tuple[str, ...] = ()


def _term(name: str, kind: str, of: str, **given) -> Metric:
    return Metric(name, TERMS[name].title, TERMS[name].unit, kind, of, **given)


METRICS = (
    _term("cart_rate", "share", "carts", answers=("cart_visitors",)),
    _term("pay_conversion", "share", "pays", answers=("paying_visitors", "buyers")),
    _term("uv_value", "mean", "paid", cut=True, answers=("gmv_paid",)),
    Metric(
        "settled_per_visitor", "GMV settled per visitor", "money", "mean", "settled", cut=True,
        answers=("gmv_settled",),
    ),
    Metric(
        "cash_per_visitor", "GMV cash per visitor", "money", "mean", "cash", cut=True,
        answers=("gmv_cash",),
    ),
    Metric(
        "orders_per_visitor", "paid orders per visitor", "number", "mean", "orders",
        answers=("orders",),
    ),
    _term("average_order_value", "ratio", "paid", per="orders"),
    Metric("carts_per_view", "carts per item view", "number", "ratio", "carts", per="views"),
    Metric("spend_median", "median spend of a buyer", "money", "quantile", "paid", share=0.5),
    Metric("spend_p90", "90th percentile of spend", "money", "quantile", "paid", share=0.9),
)  # fmt: skip
BY_NAME = {m.name: m for m in METRICS}
LATE = ("settled_per_visitor", "cash_per_visitor")
"""Metrics that refunds still to come will change."""
PARTS = ("y", "yy", "x", "xx", "xy", "d", "dd", "yd")


def metric_of(term: str) -> Metric | None:
    """Give the metric by which an experiment on a term of the glossary is decided."""
    return next((m for m in METRICS if term == m.name or term in m.answers), None)


def arms(
    shop: Tables,
    metrics: Sequence[Metric] = METRICS,
    *,
    winsorise: float = 0.0,
    by: Sequence[str] = (),
) -> tuple[pd.DataFrame, Arm]:
    """Give every arm of every page test, by every metric the shop can tell.

    Parameters
    ----------
    shop
        Needs experiments and exposures.
    metrics
        Which.
    winsorise
        The share of values of a metric that is `cut` which are left as they are, over all arms
        together: .999 cuts the largest thousandth down to the next value, and the smallest
        thousandth up where it is below zero. 0 leaves all as they are, and so does a cut at
        nothing at all, where hardly anybody pays.
    by
        Columns of `people` by which arms are parted further; unknown values make no arm.

    Returns
    -------
    DataFrame, Arm
        Entry by entry: experiment_id, the columns of `by`, variant, metric, n (people; of a
        quantile, buyers), mean (as counted), removed (share of the variance that what they did
        before took away) and cut (values cut); and each arm after that adjustment.
    """
    keys = ["experiment_id", *by, "variant"]
    sums = _sums(shop, metrics, winsorise, keys)
    frames, found = [], []
    for metric in metrics:
        if metric.kind == "quantile":
            frame, arm = _quantiles(shop, metric, keys)
        else:
            frame, arm = _averages(sums, metric, keys)
        frames.append(frame.assign(metric=metric.name))
        found.append(arm)
    columns = [*keys, "metric", "n", "mean", "removed", "cut"]
    together = pd.concat(frames, ignore_index=True)[columns]
    joined = [np.concatenate([getattr(a, p) for a in found]) for p in ("n", "mean", "variance")]
    return together, Arm(*joined)


def _averages(sums: pd.DataFrame, metric: Metric, keys: list[str]) -> tuple[pd.DataFrame, Arm]:
    """Make the arms of a share, a mean or a ratio from sums."""
    given = {p: sums[f"{metric.name}_{p}"] for p in PARTS if f"{metric.name}_{p}" in sums}
    given = {p: values.to_numpy(FLOAT) for p, values in given.items()}
    known = ~np.isnan(given["y"])
    n = sums["n"].to_numpy(FLOAT)
    if metric.kind == "ratio":
        arm = arm_of_ratios(n, *(given[p] for p in ("y", "d", "yy", "dd", "yd")))
        mean, removed = arm.mean, np.zeros(len(n))
    else:
        trial = sums.groupby(keys[:-1], sort=False, dropna=False).ngroup().to_numpy()
        parts = Sums(n, *(np.nan_to_num(given[p]) for p in ("y", "yy", "x", "xx", "xy")))
        found = cuped(parts, trial)
        arm, removed, mean = found.arm, found.removed, given["y"] / n
        arm = Arm(n, *(np.where(known, a, np.nan) for a in (arm.mean, arm.variance)))
    frame = sums[keys].assign(n=n, mean=mean, removed=removed)
    cut = sums.get(f"{metric.name}_cut")
    return frame.assign(cut=0 if cut is None else cut.fillna(0).astype(int)), arm


def _sums(
    shop: Tables, metrics: Sequence[Metric], winsorise: float, keys: list[str]
) -> pd.DataFrame:
    """Sum each metric's values, squares and products in the engine, exactly."""
    averages = [m for m in metrics if m.kind != "quantile"]
    viewed = any("views" in (m.of, m.per) for m in averages)
    rows = people_and_views(shop) if viewed else people(shop)
    rows = rows.filter(*(rows[k].notnull() for k in keys))
    cut = [m for m in averages if m.cut] if winsorise else []
    if cut:
        for of in dict.fromkeys(m.of for m in cut):
            rows = rows.inner_join(_ends(shop, of, winsorise), "experiment_id")
    sums: dict[str, ibis.Value] = {"n": rows.people.sum()}
    for metric in averages:
        y, x = rows[metric.of], rows[f"{metric.of}_before"]
        if metric in cut:
            low, high = rows[f"{metric.of}_least"], rows[f"{metric.of}_most"]
            sums[f"{metric.name}_cut"] = ((y < low) | (y > high)).sum()
            y = ibis.greatest(ibis.least(y, high), low)
        if metric.kind == "share":
            y, x = ((v > 0).cast("int64") for v in (y, x))
        of = _shared(y, rows[metric.per], rows.people) if metric.per else _products(y, x)
        sums |= {f"{metric.name}_{p}": s for p, s in of.items()}
    found = shop.frame(rows.group_by(keys).aggregate(**sums))
    return found.sort_values(keys, ignore_index=True)


def _products(y: ibis.Value, x: ibis.Value) -> dict[str, ibis.Value]:
    """Give the sums of values and products: decimal until they are summed, so in any order.

    A row that stands for many people is one of nothing, so their number does not matter.
    """
    y, x = (_wide(v) for v in (y, x))
    return _summed({"y": y, "yy": y * y, "x": x, "xx": x * x, "xy": x * y})


def _shared(y: ibis.Value, d: ibis.Value, people: ibis.Value) -> dict[str, ibis.Value]:
    """Give the sums of a ratio's parts; who did nothing else may have looked, so d is theirs."""
    y, all_d = _wide(y), d * people
    return _summed({"y": y, "yy": y * y, "d": all_d, "dd": d * all_d, "yd": y * d})


def _wide(values: ibis.Value) -> ibis.Value:
    return values.cast(WIDE) if values.type().is_decimal() else values


def _summed(values: dict[str, ibis.Value]) -> dict[str, ibis.Value]:
    return {name: value.sum().cast(FLOAT) for name, value in values.items()}


def _ends(shop: Tables, of: str, winsorise: float) -> ibis.Table:
    """Give by experiment where values are cut, from the values of all arms together."""
    rows = people(shop)
    rows = rows.filter(rows.variant.notnull(), rows[of].notnull())
    rows = rows.group_by("experiment_id", value=rows[of]).aggregate(people=rows.people.sum())
    up_to = ibis.window(group_by="experiment_id", order_by="value", preceding=None, following=0)
    rows = rows.mutate(place=rows.people.sum().over(up_to))
    rows = rows.mutate(last=rows.place.max().over(ibis.window(group_by="experiment_id")) - 1)
    high, low = _quantile(rows, winsorise), _quantile(rows, 1 - winsorise)
    most = (high > 0).ifelse(high, rows["value"].max().cast(FLOAT))
    least = (low < 0).ifelse(low, rows["value"].min().cast(FLOAT))
    ends = {f"{of}_most": most.cast(MONEY), f"{of}_least": least.cast(MONEY)}
    return rows.group_by("experiment_id").aggregate(**ends)


def _quantile(rows: ibis.Table, share: float) -> ibis.Value:
    """Interpolate between the two values, each had by `people`, that lie around a quantile."""
    rank = rows["last"].max() * share
    at = rows["last"] * share
    below, above = (
        rows["value"].min(where=rows.place > end).cast(FLOAT) for end in (at.floor(), at.ceil())
    )
    return below + (above - below) * (rank - rank.floor())


def _quantiles(shop: Tables, metric: Metric, keys: list[str]) -> tuple[pd.DataFrame, Arm]:
    """Make the arms of a quantile among buyers: the engine sorts, three values an arm leave it."""
    rows = people(shop)
    rows = rows.filter(rows[metric.of] > 0, *(rows[k].notnull() for k in keys))
    counts = shop.frame(rows.group_by(keys).aggregate(n=rows.count()))
    frame = counts.sort_values(keys, ignore_index=True).assign(removed=0.0, cut=0)
    places = ranks(frame["n"], metric.share)
    order = ibis.window(group_by=keys, order_by=[rows[metric.of]])
    placed = rows.select(*keys, value=rows[metric.of], place=ibis.row_number().over(order) + 1)
    values = {}
    for end in ("low", "middle", "high"):
        wanted = frame[keys].assign(place=getattr(places, end)).dropna(subset="place")
        kinds = {k: str(rows[k].type()) for k in keys} | {"place": "int64"}
        asked = listed(shop, wanted.astype({"place": "int64"}), kinds)
        found = shop.frame(placed.inner_join(asked, [*keys, "place"]).select(*keys, "value"))
        values[end] = frame[keys].merge(found, "left", on=keys)["value"].to_numpy(FLOAT)
    arm = arm_of_ranks(frame["n"], values["low"], values["middle"], values["high"])
    return frame.assign(mean=arm.mean), arm
