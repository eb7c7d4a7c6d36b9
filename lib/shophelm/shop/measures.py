"""The plain terms of `definitions`, counted in the engine.

Every count of people is made by grouping by the person first (one pass serves all spans), never
by an engine's own distinct count, which some engines approximate.

Visits come from `events` where the shop has them, otherwise from `traffic`; one ratio never mixes
the two. With `traffic`, people are counted per day and the days added up, for buyers too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import pandas as pd

from shophelm.shop.ratios import add_ratios
from shophelm.shop.sales import count_sales
from shophelm.shop.spans import Spans, beside
from shophelm.shop.tables import Tables
from shophelm.shop.visits import count_visits

DIMENSIONS = ("day", "channel", "region", "device", "product_id", "category")


def measure(
    shop: Tables,
    spans: Spans,
    *,
    by: Sequence[str] = (),
    refunds_by: Mapping[str, date] | None = None,
) -> pd.DataFrame:
    """Count the terms over each span, whole or by dimensions.

    Parameters
    ----------
    shop
        The shop; needs orders, events or traffic.
    spans
        The spans of days.
    by
        Some of `DIMENSIONS`. A visitor or buyer met in two slices counts in both, so slices of
        people add up to more than the whole. By product or category, money is the order lines'
        and leaves freight out.
    refunds_by
        Span → the last day whose refunds are taken off settled money, so that spans can be
        compared at the same age; by default every refund known at as_of.

    Returns
    -------
    DataFrame
        One row per span and slice, indexed by ("span", *by). Columns are terms; a term the shop's
        tables cannot give is absent, and so are all rows where nothing can be sliced so. Money
        is decimal, ratios are floats.
    """
    cut = [(refunds_by or {}).get(span, shop.as_of) for span in spans]
    parts = [count_visits(shop, spans, by), count_sales(shop, spans, by, cut)]
    parts = [p for p in parts if p is not None]
    if not parts:
        return pd.DataFrame(index=pd.MultiIndex.from_tuples([], names=["span", *by]))
    return add_ratios(beside(parts).sort_index())
