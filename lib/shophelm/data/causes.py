"""Which link of the chain moved the money, and by how much."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from shophelm.data.chain import AGAINST, spans
from shophelm.methods.decomposition import log_mean_divisia, shapley, to_the_cent
from shophelm.shop.calendar import Period
from shophelm.shop.definitions import TERMS
from shophelm.shop.measures import measure
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.ratios import ratio_term, relative_change
from shophelm.shop.tables import Tables
from shophelm.words import Sentence, change, in_unit, listing, sentence

STEPS = (
    "visitors",
    "cart_visitors",
    "paying_visitors",
    "buyers",
    "orders",
    "units",
    "gmv_paid",
    "gmv_settled",
)
"""Counts of which each is a multiple of the one before: the multiples are the chain's links."""
GROUPS = {
    "visitors": ("visitors",),
    "conversion": ("cart_rate", "cart_to_pay", "pay_conversion"),
    "what the log missed": ("log_coverage",),
    "buyers": ("buyers",),
    "spend per buyer": (
        "orders_per_buyer",
        "units_per_order",
        "price_per_unit",
        "average_order_value",
        "spend_per_buyer",
    ),
    "orders": ("orders",),
    "refunds": ("settled_share",),
}
"""Links as a manager sums them up. Parts of log-mean Divisia may be added, and mean the same."""


@question(
    "Which link of the chain moved the money?",
    "orders",
    events="visitors and conversion among the causes",
    traffic="visitors and conversion among the causes",
    order_lines="units and price among the causes",
    refunds="refunds among the causes",
)
def causes(shop: Tables, period: Period, *, against: str = "before") -> pd.DataFrame:
    """Split the change of GMV among the links of the chain, to the cent.

    The chain is as fine as the shop's tables allow: visitors × cart rate × cart to pay × buyers
    per paying visitor × orders per buyer × units per order × price per unit × the share kept
    after refunds. Refunds of both periods count up to the same age.

    Parameters
    ----------
    shop, period
        As in `chain.compare`.
    against
        What the period is held against: before, last_year or last_year_phase.

    Returns
    -------
    DataFrame
        term, unit, then, now, then_change (relative), gmv_part (money, decimal: by log-mean
        Divisia) and gmv_part_shapley (by Shapley). Each adds up to the change of GMV (settled
        where refunds are known, paid otherwise), which is the last row. Empty where the shop has
        nothing to compare with.
    """
    kept = spans(shop, period)
    if against not in kept:
        return pd.DataFrame()
    days = {"then": kept[against], "now": kept["now"]}
    age = shop.as_of - period.last
    counted = measure(shop, days, refunds_by={s: max(d) + age for s, d in days.items()})
    return split(counted.loc["then"].to_dict(), counted.loc["now"].to_dict())


def split(then: Mapping[str, Any], now: Mapping[str, Any]) -> pd.DataFrame:
    """Split the change between two sets of counts, as `causes` gives it.

    Parameters
    ----------
    then, now
        Term → count; the same terms in both, of which `STEPS` are used as far back as they hang
        together.
    """
    steps = _steps(now)
    links = [steps[0], *(ratio_term(b, a) for a, b in itertools.pairwise(steps))]
    was, is_now = (_factors([counts[s] for s in steps]) for counts in (then, now))
    # a link of a chain that broke before it is unknown: it has not moved
    was, is_now = np.where(np.isnan(was), is_now, was), np.where(np.isnan(is_now), was, is_now)
    was, is_now = np.nan_to_num(was), np.nan_to_num(is_now)
    moved = Decimal(now[steps[-1]]) - Decimal(then[steps[-1]])
    frame = pd.DataFrame(
        {
            "term": links,
            "unit": [TERMS[t].unit for t in links],
            "then": was.tolist(),
            "now": is_now.tolist(),
            "gmv_part": to_the_cent(log_mean_divisia(was, is_now), moved),
            "gmv_part_shapley": to_the_cent(shapley(was, is_now), moved),
        }
    )
    whole = (steps[-1], "money", float(then[steps[-1]]), float(now[steps[-1]]), moved, moved)
    frame.loc[len(frame)] = whole
    frame.insert(4, "then_change", relative_change(frame["now"], frame["then"]))
    return frame


@carries_missing
def find_causes(moved: pd.DataFrame, *, against: str = "before", currency: str) -> Sentence:
    """Say what GMV did, and each group of links in points of the GMV it is held against."""
    if moved.empty:
        return sentence("The shop is too young to compare with {then}.", then=AGAINST[against])
    whole = moved.iloc[-1]
    return sentence(
        "Against {then}, {term} moved by {amount} ({change}): {parts}.",
        then=AGAINST[against],
        term=TERMS[whole["term"]].title,
        amount=in_unit("money", currency=currency)(whole["gmv_part"]),
        change=change(whole["then_change"]),
        parts=in_points(moved),
    )


def in_points(moved: pd.DataFrame) -> str:
    """Write `visitors −3.1 points, conversion −7.0 points`, the largest first."""
    parts = group_parts(moved)
    base = float(moved.iloc[-1]["then"])
    if not base:
        return listing([f"{name} {part:,.2f}" for name, part in parts.items()])
    return listing(
        [f"{name} {change(float(p) / base, unit=' points')}" for name, p in parts.items()]
    )


def group_parts(moved: pd.DataFrame) -> dict[str, Decimal]:
    """Add the parts of each group of links, the largest first; what did nothing is left out."""
    part = moved.iloc[:-1].set_index("term")["gmv_part"]
    sums = {
        name: sum((part[t] for t in terms if t in part), Decimal(0))
        for name, terms in GROUPS.items()
    }
    return dict(sorted(((n, s) for n, s in sums.items() if s), key=lambda pair: -abs(pair[1])))


def _steps(counts: Mapping[str, Any]) -> list[str]:
    """Pick the counts the shop has, back from the money as far as a ratio leads on."""
    there = [s for s in STEPS if s in counts]
    steps = there[-1:]
    for step in reversed(there[:-1]):
        if ratio_term(steps[0], step):
            steps.insert(0, step)
    return steps


def _factors(counts: list[Any]) -> np.ndarray:
    values = np.array([float(c) for c in counts])
    below = np.where(values[:-1] == 0, np.nan, values[:-1])
    return np.concatenate([values[:1], values[1:] / below])
