"""Did a clearance clear? Units sold of what was there, against slow movers left alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from shophelm.actions import HORIZON_DAYS
from shophelm.methods.difference_in_differences import (
    control_group,
    difference_in_differences,
    pooled,
)
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.product_days import ProductDays, product_days
from shophelm.shop.tables import Tables
from shophelm.shop.titles import products_of
from shophelm.supply_chain.clearance_kinds import KINDS
from shophelm.words import Sentence, change, count, listing, plural, rate, sentence

FEWEST_DAYS = 14
FEWEST_CONTROLS = 3
LIKE = 2.0
"""Products are alike whose stock would last at most so many times as long, or as short."""
CLEARED, NOT_CLEARED, NOT_KNOWN, EARLY, UNMEASURED = (
    "cleared",
    "cleared less than left alone",
    "not known yet: too few cases",
    "too early to say",
    "cannot be measured",
)
COLUMNS = [
    *("action_id", "product", "way", "done_on", "days", "stock_then", "units_after"),
    *("clearance_rate", "clearance_expected", "controls", "effect", "effect_low", "effect_high"),
    *("verdict", "log_effect", "log_error", "control_error"),
]


@question(
    "Did the clearances clear more than leaving the goods alone?",
    "order_lines",
    "stock",
    products="slow movers of the same category to compare with",
)
def clearance_lift(shop: Tables, actions: pd.DataFrame) -> pd.DataFrame:
    """Measure each clearance that was done against like products left alone in those weeks.

    Up to 28 days from the day it was done are held against the 28 days before. Products left
    alone are alike where they are of the same category and their stock would have lasted from
    half to twice as long, at the sales of the weeks before; on which nothing was begun in those
    eight weeks.

    Parameters
    ----------
    shop
        Needs order_lines and stock.
    actions
        The ledger: action_id, kind, subject, status, done_on.

    Returns
    -------
    DataFrame
        One row per clearance done by as_of: action_id, product, way, done_on, days (measured),
        stock_then (units the day before), units_after (sold in those days), clearance_rate (of
        what was there), clearance_expected (had it gone as those left alone did), controls, effect
        with its 95% interval (clearance rate, relative to what was to be expected), verdict, and
        log_effect, log_error, control_error for pooling. The latest first.

    Notes
    -----
    The same stock stands below the rates before and after, so that the effect is one of units
    sold (`methods.difference_in_differences`). Slow spells end by themselves; that those left
    alone were as slow beforehand takes it out.
    """
    done = actions[(actions["status"] == "done") & actions["done_on"].notna()]
    done = done[done["done_on"].map(lambda d: d <= shop.as_of).astype(bool)]
    ways = {kind: way for way, kind in KINDS.items()}
    days, products = product_days(shop), products_of(shop)
    rows = [
        {"way": ways[a.kind]} | _measured(a, days, products, done)
        for a in done[done["kind"].isin(ways)].itertuples()
    ]
    frame = pd.DataFrame(rows, columns=COLUMNS)
    return frame.sort_values(["done_on", "action_id"], ascending=[False, True], ignore_index=True)


@carries_missing
def shown(found: pd.DataFrame) -> pd.DataFrame:
    """Pick the columns that a table shows."""
    return found.drop(columns=["action_id", "log_effect", "log_error", "control_error"])


@carries_missing
def find_clearance_lift(found: pd.DataFrame) -> list[Sentence]:
    """Say whether clearances cleared more than leaving goods alone would have."""
    if found.empty:
        return [sentence("No clearance of the ledger is done yet: there is nothing to compare.")]
    judged = found[found["effect"].notna()]
    if judged.empty:
        why = [f"{n} {v}" for v, n in found["verdict"].value_counts().sort_index().items()]
        return [
            sentence(
                "Of {n} done none can be measured: {why}.",
                n=plural(len(found), "clearance"),
                why=listing(why),
            )
        ]
    rest = len(found) - len(judged)
    said = [_together(judged)]
    return said + [sentence("{n} cannot be measured, or not yet.", n=count(rest))] * (rest > 0)


def _together(judged: pd.DataFrame) -> Sentence:
    whole = pooled(judged[["log_effect", "log_error", "control_error"]].astype("float64"))
    there = judged["stock_then"].sum()
    expected = (judged["clearance_expected"] * judged["stock_then"]).sum()
    return sentence(
        "{n} done and measured sold {rate} of what was there, where {expected} was to be expected "
        "of goods left alone: {effect} (95% interval {low} to {high}): {verdict}.",
        n=plural(len(judged), "clearance"),
        rate=rate(judged["units_after"].sum() / there, digits=0),
        expected=rate(expected / there, digits=0),
        effect=change(whole["effect"]),
        low=change(whole["effect_low"]),
        high=change(whole["effect_high"]),
        verdict=_verdict(whole["effect_low"], whole["effect_high"]),
    )


def _measured(
    action: Any, days: ProductDays, products: pd.DataFrame, done: pd.DataFrame
) -> dict[str, Any]:
    """Hold one product's weeks after against those before, and against its likes'."""
    sort, _, product = action.subject.partition(":")
    start = (action.done_on - days.period.first).days
    row = {
        "action_id": action.action_id,
        "product": products["title"].get(product, product),
        "done_on": action.done_on,
        "days": min(days.period.days - start, HORIZON_DAYS),
    }
    if sort != "product" or product not in days.products or start < HORIZON_DAYS:
        return row | {"verdict": UNMEASURED}
    if row["days"] < FEWEST_DAYS:
        return row | {"verdict": EARLY}
    counts = _counts(days, start, row["days"])
    near = done[[abs((d - action.done_on).days) < HORIZON_DAYS for d in done["done_on"]]]
    touched = {s.partition(":")[2] for s in near["subject"]}
    alone = counts[~counts.index.isin(touched)]
    return row | _against(counts.loc[[product]], alone, products["category"])


def _against(own: pd.DataFrame, alone: pd.DataFrame, category: pd.Series) -> dict[str, Any]:
    """Hold one product's change against that of its likes among those left alone."""
    first = own.iloc[0]
    if not first["stock"] > 0:
        return {"verdict": UNMEASURED}
    alone = _like(alone, first, category)
    cleared = first["yes_after"] / first["stock"]
    row = {
        "stock_then": first["stock"],
        "units_after": first["yes_after"],
        "clearance_rate": cleared,
        "controls": len(alone),
    }
    if len(alone) < FEWEST_CONTROLS:
        return row | {"verdict": NOT_KNOWN}
    effect = difference_in_differences(own, control_group(alone)).iloc[0].to_dict()
    return (
        row
        | effect
        | {
            "clearance_expected": cleared / (1 + effect["effect"]),
            "verdict": _verdict(effect["effect_low"], effect["effect_high"]),
        }
    )


def _counts(days: ProductDays, start: int, length: int) -> pd.DataFrame:
    """Count each product's units before and after a day, and what was there the evening before."""
    before = days.units[:, start - HORIZON_DAYS : start].sum(axis=1)
    return pd.DataFrame(
        {
            "yes_before": before,
            "all_before": np.nan,
            "yes_after": days.units[:, start : start + length].sum(axis=1),
            "all_after": np.nan,
            "stock": days.on_hand[:, start - 1],
        },
        index=days.products,
    )


def _like(counts: pd.DataFrame, own: pd.Series, category: pd.Series) -> pd.DataFrame:
    """Pick the products of the category whose stock would have lasted about as long."""
    peers = category.reindex(counts.index) == category.get(own.name)
    # half a unit, so that what sold nothing lasts long, and not for ever
    cover = counts["stock"] / (counts["yes_before"] + 0.5)
    ratio = cover / (own["stock"] / (own["yes_before"] + 0.5))
    return counts[peers & (counts["stock"] > 0) & ratio.between(1 / LIKE, LIKE)]


def _verdict(low: float, high: float) -> str:
    if low > 0:
        return CLEARED
    return NOT_CLEARED if high < 0 else NOT_KNOWN
