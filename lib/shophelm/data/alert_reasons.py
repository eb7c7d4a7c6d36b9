"""Why some days were not what was to be expected: along the chain, and what is behind each link."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import ibis
import numpy as np
import pandas as pd
from ibis import _

from shophelm.data.monitor import Watched
from shophelm.methods.decomposition import log_mean_divisia
from shophelm.shop.definitions import TERMS
from shophelm.shop.tables import Tables
from shophelm.shop.titles import titled
from shophelm.words import change, count, listing, number, rate

LOOK_BACK = 28
WORTH_SAYING = 0.01
"""Parts below a point of what was to be expected are left out."""
LINKS = {
    ("cart_visitors", "visitors"): "cart rate",
    ("paying_visitors", "cart_visitors"): "conversion",
    ("paying_visitors", "visitors"): "conversion",
    ("orders", "paying_visitors"): "orders per paying visitor",
    ("gmv_paid", "orders"): "average order value",
}
"""Figures held against another are the ratio they are; others are themselves."""


def link(term: str, of: str) -> str:
    """Name a watched figure in words."""
    return LINKS.get((term, of)) or TERMS[term].title


def reasons(shop: Tables, watched: Watched, at: Sequence[int], lead: int) -> tuple[float, str]:
    """Explain some days on which a figure stood out.

    Parameters
    ----------
    shop, watched
        The shop, and its watched figures.
    at
        Numbers of the days, in order.
    lead
        Number of the figure that stood out.

    Returns
    -------
    (float, str)
        GMV paid less what was to be expected (NaN where not known), and a sentence or two.
    """
    parts, gap, base = along_the_chain(watched, at)
    days = [watched.days[i] for i in at]
    said = []
    if parts:
        points = [
            f"{name} {change(part / base, unit=' points')}"
            for name, part in parts.items()
            if abs(part / base) >= WORTH_SAYING
        ]
        said.append(
            f"GMV {change(gap / base)}" + (f": {listing(points, most=6)}." if points else ".")
        )
    figure = watched.series.iloc[lead]
    if figure["term"] == "visitors":
        behind = [_channels(watched, at, figure), _spend(shop, days, figure)]
        behind += [_keywords(shop, days, figure)]
    else:
        fell = watched.values[at, lead].sum() < watched.mean[at, lead].sum()
        behind = [_products(shop, days, figure) if fell else ""]
    return gap, " ".join([*said, *(b for b in behind if b)]) or "No reason is found in the tables."


def along_the_chain(watched: Watched, at: Sequence[int]) -> tuple[dict[str, float], float, float]:
    """Split the gap of GMV paid among the links of the chain.

    Parameters
    ----------
    watched
        The watched figures.
    at
        Numbers of the days.

    Returns
    -------
    (dict, float, float)
        Link → its part of the gap, in money, and beside them what refunds paid back on those days
        took more or less than was to be expected; the gap; the GMV that was to be expected. Empty
        and NaN where not all of it is known.
    """
    s = watched.series
    numbers = np.flatnonzero((s["by"] == "") & (s["term"] != "refunded"))
    if not len(numbers) or s["term"].iloc[numbers[-1]] != "gmv_paid":
        return {}, np.nan, np.nan
    steps = zip(s["term"].iloc[numbers], s["of"].iloc[numbers], strict=True)
    days = list(at)
    values, means, exposures = (
        np.array([a[days, n].sum() for n in numbers])
        for a in (watched.values, watched.mean, watched.exposure)
    )
    below = np.where(exposures > 0, exposures, np.nan)
    below[0] = 1.0
    now, then = values / below, means / below
    if not np.isfinite(then).all() or not np.isfinite(now).all():
        return {}, np.nan, np.nan
    base, gap = float(np.prod(then)), float(np.prod(now) - np.prod(then))
    split = zip(steps, log_mean_divisia(then, now), strict=True)
    parts = {link(*step): float(p) for step, p in split}
    back = watched.at("refunded", "")
    if back is not None and np.isfinite(watched.mean[days, back]).all():
        more = watched.values[days, back].sum() - watched.mean[days, back].sum()
        parts["refunds of these days"] = -float(more)
    return parts, gap, base


def _channels(watched: Watched, at: Sequence[int], figure: pd.Series) -> str:
    """Name the channel whose visitors are furthest from what was to be expected."""
    s = watched.series
    rows = np.flatnonzero((s["by"] == "channel") & (s["term"] == "visitors"))
    if figure["by"] or not len(rows):
        return ""
    now, then = (a[np.ix_(list(at), rows)].sum(axis=0) for a in (watched.values, watched.mean))
    if not np.isfinite(then).any():
        return ""
    most = int(np.nanargmax(np.abs(now - then)))
    name = s["slice"].iloc[rows[most]]
    return f"Most of it by {name}: {count(now[most])} visitors for {count(then[most])}."


def _spend(shop: Tables, days: list[date], figure: pd.Series) -> str:
    """Say where the money spent on the channel changed with its visitors."""
    if figure["by"] != "channel" or not shop.has("spend"):
        return ""
    rows = shop["spend"].filter(shop["spend"].channel == figure["slice"])
    now, before = _now_and_before(shop, rows, days, _.cost.sum())
    if not before or abs(now / before - 1) < 0.3:
        return ""
    return f"Its spend went to {rate(now / before, digits=0)} of what it was."


def _keywords(shop: Tables, days: list[date], figure: pd.Series) -> str:
    """Name the search word whose clicks moved most."""
    if figure["slice"] not in ("", "search") or not shop.has("keywords.clicks"):
        return ""
    rows = shop["keywords"]
    found = _per_day(shop, rows, days, {"clicks": _.clicks.sum()}, "keyword")
    if found.empty:
        return ""
    moved = (found["clicks_now"] - found["clicks_before"]).abs()
    word = moved.sort_index().idxmax()
    now, before = found.loc[word, ["clicks_now", "clicks_before"]]
    return (
        f"Of the search words {word} moved most: {number(now, digits=1)} clicks a day for "
        f"{number(before, digits=1)}."
    )


def _products(shop: Tables, days: list[date], figure: pd.Series) -> str:
    """Name the product whose payers are furthest below its usual rate, and whether it was there."""
    people_fell = figure["term"] in ("paying_visitors", "cart_visitors")
    if not people_fell or not shop.has("events.product_id"):
        return ""
    events = shop["events"].filter(lambda t: t.product_id.notnull())
    events = events.mutate(day=events.occurred_at.date())
    people = events.group_by("day", "product_id", "visitor_id").aggregate(
        paid=(events.kind == "pay").any()
    )
    sums = {"seen": _.count(), "paid": _.paid.ifelse(1, 0).sum()}
    found = _per_day(shop, people, days, sums, "product_id")
    if found.empty:
        return ""
    usual = (found["paid_before"] / found["seen_before"].where(found["seen_before"] > 0)).fillna(0)
    short = found["seen_now"] * usual - found["paid_now"]
    product = short.sort_index().idxmax()
    if short[product] * len(days) < 1:
        return ""
    (title,) = titled(shop, [product])
    paid, due = (v * len(days) for v in (found.loc[product, "paid_now"], short[product]))
    usually = number(paid + due, digits=1)
    empty = _out_of_stock(shop, product, days)
    return f"Furthest below its usual rate is {title}: {count(paid)} paid for {usually}{empty}."


def _out_of_stock(shop: Tables, product: str, days: list[date]) -> str:
    if not shop.has("stock"):
        return ""
    stock = shop["stock"]
    rows = stock.filter(
        (stock.product_id == product) & stock.day.isin([ibis.literal(d) for d in days])
    )
    empty = rows.group_by("day").aggregate(left=rows.on_hand.sum())
    n = int(empty.filter(empty.left == 0).count().execute())
    return f", out of stock on {count(n)} of {count(len(days))} days" if n else ""


def _now_and_before(
    shop: Tables, rows: ibis.Table, days: list[date], value: ibis.Deferred
) -> tuple[float, float]:
    """Give a sum a day, over some days and over the four weeks before them."""
    found = _per_day(shop, rows.mutate(one=ibis.literal("")), days, {"v": value}, "one")
    return tuple(found.iloc[0][["v_now", "v_before"]]) if len(found) else (0.0, 0.0)


def _per_day(
    shop: Tables, rows: ibis.Table, days: list[date], sums: dict[str, ibis.Deferred], by: str
) -> pd.DataFrame:
    """Sum a day by a column, over some days and over the four weeks before them, side by side."""
    since = days[0] - timedelta(days=LOOK_BACK)
    rows = rows.mutate(now=rows.day >= ibis.literal(days[0]))
    rows = rows.filter(rows.day.between(ibis.literal(since), ibis.literal(days[-1])))
    frame = shop.frame(rows.group_by(by, "now").aggregate(**sums))
    wide = frame.astype(dict.fromkeys(sums, float)).set_index([by, "now"])[list(sums)].unstack()
    wide.columns = [f"{name}_{'now' if now else 'before'}" for name, now in wide.columns]
    spans = {"now": len(days), "before": LOOK_BACK}
    wanted = [f"{name}_{span}" for name in sums for span in spans]
    wide = wide.reindex(columns=wanted).fillna(0.0)
    return wide / [spans[c.rpartition("_")[2]] for c in wide.columns]
