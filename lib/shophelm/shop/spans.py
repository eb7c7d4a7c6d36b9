"""Spans of days, counted side by side in one pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

import ibis
import pandas as pd

from shophelm.shop.ratios import as_floats
from shophelm.shop.tables import Tables

Spans = Mapping[str, Sequence[date]]
"""Name of a span of time → its days, which need not be in one piece."""


def inside(day: ibis.Value, days: Sequence[date]) -> ibis.BooleanValue:
    """Say whether a day is one of `days`, as a range where they are in one piece."""
    days = sorted(days)
    if (days[-1] - days[0]).days + 1 == len(days):
        return day.between(ibis.literal(days[0]), ibis.literal(days[-1]))
    return day.isin([ibis.literal(d) for d in days])


def add_up(
    shop: Tables, rows: ibis.Table, spans: Spans, by: Sequence[str], terms: Iterable[str]
) -> pd.DataFrame:
    """Sum columns named term_i over the slices, and lay the spans out as rows."""
    names = [f"{term}_{i}" for i in range(len(spans)) for term in terms]
    sums = {
        n: (rows[n].cast("int64") if rows[n].type().is_boolean() else rows[n]).sum() for n in names
    }
    wide = shop.frame(rows.group_by(list(by)).aggregate(**sums) if by else rows.aggregate(**sums))
    return lay_out(wide, spans, by, terms)


def lay_out(
    wide: pd.DataFrame, spans: Spans, by: Sequence[str], terms: Iterable[str]
) -> pd.DataFrame:
    """Lay columns named term_i out as rows, one for each slice and span."""
    frames = []
    for i, span in enumerate(spans):
        part = wide[[*by, *(f"{term}_{i}" for term in terms)]].copy()
        part.columns = [*by, *terms]
        frames.append(part.assign(span=span))
    return pd.concat(frames).set_index(["span", *by])


def beside(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Lay parts side by side; a slice that one of them does not have counts nothing there."""
    frame = pd.concat(parts, axis=1)
    return frame.apply(lambda c: c.fillna(Decimal(0) if c.dtype == object else 0))


def spread(values: pd.Series, days: Sequence[date]) -> pd.DataFrame:
    """Lay values by day and another key out: a row per day, 0 where there is none."""
    return as_floats(values).unstack().reindex(days).fillna(0.0)


def with_dimensions(shop: Tables, rows: ibis.Table, by: Sequence[str]) -> ibis.Table | None:
    """Add the product's category where it is asked for; None where a dimension is not to be had."""
    if "category" in by:
        if not shop.has("products"):
            return None
        products = shop["products"].select("product_id", "category")
        rows = rows.left_join(products, "product_id").drop("product_id_right")
    return rows if all(d in rows.columns for d in by) else None


def hull(spans: Spans) -> list[date]:
    """Give every day from the first to the last of all spans."""
    days = [d for days in spans.values() for d in days]
    first, last = min(days), max(days)
    return [first + timedelta(days=i) for i in range((last - first).days + 1)]
