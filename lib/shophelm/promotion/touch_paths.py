"""Paths of touches up to a conversion, counted in the engine: no path leaves it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ibis
import pandas as pd

from shophelm.methods.attribution import CONVERSION, NOTHING, START

LOOK_BACK = 30
"""Days before a conversion from which touches count."""
HALF_LIFE = 7.0
"""Days by which a touch counts half, where touches count by their age."""


@dataclass(frozen=True, slots=True)
class TouchPaths:
    """What all paths say, added up.

    Attributes
    ----------
    transitions
        from_, to and n: steps of all paths, those that convert and those that do not.
    sets
        channels (a tuple), conversions and value: converting paths by the channels they met.
    last, decayed
        channel, conversions and value: to the last touch, and to all touches by their age.
    paths, conversions, value
        Paths; those that converted; and their value.
    untouched
        Conversions before which no touch lies within the days that count.
    """

    transitions: pd.DataFrame
    sets: pd.DataFrame
    last: pd.DataFrame
    decayed: pd.DataFrame
    paths: int
    conversions: int
    value: float
    untouched: int


def touch_paths(
    touches: ibis.Table,
    conversions: ibis.Table,
    *,
    look_back: int = LOOK_BACK,
    half_life: float = HALF_LIFE,
) -> TouchPaths:
    """Cut each person's touches into paths, and count what four ways of attribution need.

    Parameters
    ----------
    touches
        person, at (time), channel.
    conversions
        person, at, value (a number).
    look_back
        Days before a conversion, or before the last touch of a path without one, that count.
    half_life
        Days by which a touch counts half in `decayed`.

    Notes
    -----
    A path ends with a conversion, and the person's next one begins after it. Touches at the same
    moment stand in the order of their channels' names; one at the moment of the conversion is
    before it. What is still open when the data end counts as a path to nothing.
    """
    rows = _paths(touches, conversions, look_back).cache()
    touched = rows.filter(rows.touch)
    ends = rows.filter(~rows.touch)
    # a path without a touch in time is none
    known = touched.select("person", "path").distinct()
    untouched = int(ends.anti_join(known, ["person", "path"]).count().to_pyarrow().as_py())
    ends = ends.semi_join(known, ["person", "path"])
    worth = ends.select("person", "path", "value", ended="at")
    touched = touched.drop("value").left_join(worth, ["person", "path"])
    touched = touched.select(
        "person", "path", "at", "channel", "value", converts=touched.value.notnull(), ended="ended"
    ).cache()
    sets, found = _sets(touched), {}
    for name, weight in (("last", _is_last(touched)), ("decayed", _decay(touched, half_life))):
        found[name] = _shared_out(touched.mutate(weight=weight))
    paths = int(known.count().to_pyarrow().as_py())
    return TouchPaths(
        transitions=_transitions(touched),
        sets=sets,
        **found,
        paths=paths,
        conversions=int(sets["conversions"].sum()),
        value=float(sets["value"].sum()),
        untouched=untouched,
    )


def _paths(touches: ibis.Table, conversions: ibis.Table, look_back: int) -> ibis.Table:
    """Give each person's touches with the number of their path, but for those too old to count."""
    none = ibis.null("float64")
    rows = touches.select("person", "at", "channel", value=none, touch=ibis.literal(True))
    ends = conversions.select(
        "person",
        "at",
        channel=ibis.null("string"),
        value=conversions.value.cast("float64").fill_null(0.0),
        touch=ibis.literal(False),
    )
    rows = rows.union(ends)
    order = [rows.at, rows.touch.desc(), rows.channel]
    so_far = ibis.window(group_by="person", order_by=order, preceding=None, following=0)
    done = (~rows.touch).cast("int64")
    rows = rows.mutate(path=done.sum().over(so_far) - done)
    one = ibis.window(group_by=["person", "path"])
    rows = rows.mutate(over=rows["at"].max().over(one))
    return rows.filter(rows["at"] > rows.over - ibis.interval(days=look_back)).drop("over")


def _in_order(touched: ibis.Table) -> Any:
    return ibis.window(group_by=["person", "path"], order_by=[touched["at"], touched.channel])


def _transitions(touched: ibis.Table) -> pd.DataFrame:
    order = _in_order(touched)
    steps = touched.mutate(
        from_=touched.channel.lag().over(order).fill_null(START),
        last=touched.channel.lead().over(order).isnull(),
    )
    inner = steps.group_by("from_", to="channel").aggregate(n=steps.count())
    ends = steps.filter(steps.last)
    ended = ends.converts.ifelse(CONVERSION, NOTHING)
    outer = ends.group_by(from_="channel", to=ended).aggregate(n=ends.count())
    frame = inner.union(outer.select(*inner.columns)).to_pandas()
    return frame.sort_values(["from_", "to"], ignore_index=True)


def _sets(touched: ibis.Table) -> pd.DataFrame:
    met = touched.filter(touched.converts).select("person", "path", "channel", "value").distinct()
    names = sorted(met.select("channel").distinct().to_pandas()["channel"])
    flags = {f"met_{n}": (met.channel == name).any() for n, name in enumerate(names)}
    paths = met.group_by("person", "path").aggregate(**flags, value=met.value.max())
    sums = paths.group_by(*flags).aggregate(
        conversions=paths.count(), value=_money(paths.value).sum()
    )
    frame = sums.to_pandas()
    held = frame[list(flags)].to_numpy(bool)
    frame["channels"] = [tuple(n for n, h in zip(names, row, strict=True) if h) for row in held]
    frame = frame.sort_values("channels", ignore_index=True)
    channels, value = list(frame["channels"]), frame["value"].astype("float64")
    return pd.DataFrame({"channels": channels, "conversions": frame["conversions"], "value": value})


def _is_last(touched: ibis.Table) -> ibis.Value:
    last = touched.channel.lead().over(_in_order(touched)).isnull()
    return (touched.converts & last).cast("float64")


def _decay(touched: ibis.Table, half_life: float) -> ibis.Value:
    """Give each touch of a converting path its weight by age; a path's add up to 1."""
    age = (touched.ended.epoch_seconds() - touched["at"].epoch_seconds()) / 86_400
    weight = (touched.converts).ifelse(ibis.literal(0.5).pow(age / half_life), 0.0)
    of_all = weight.sum().over(ibis.window(group_by=["person", "path"]))
    return (weight / of_all.nullif(0)).fill_null(0.0)


def _shared_out(touched: ibis.Table) -> pd.DataFrame:
    rows = touched.filter(touched.converts)
    sums = rows.group_by("channel").aggregate(
        conversions=_money(rows.weight).sum(), value=_money(rows.weight * rows.value).sum()
    )
    frame = sums.order_by("channel").to_pandas()
    return frame.astype({"conversions": "float64", "value": "float64"})


def _money(values: ibis.Value) -> ibis.Value:
    """Make a number decimal, so that its sum does not depend on the order of rows."""
    return values.round(9).cast("decimal(28, 9)")
