"""Visits, from the event log or from daily exports; one count never mixes the two."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import pandas as pd

from shophelm.shop.spans import Spans, add_up, hull, inside, with_dimensions
from shophelm.shop.tables import Tables

PAGES = ("home", "list", "search", "view")
SEEN = {"cart_visitors": "cart", "paying_visitors": "pay"}


def visit_of(events: ibis.Table) -> ibis.Value:
    """Name the visit an event lies in: the log's session, or without one the visitor's day."""
    return ibis.coalesce(events.session_id, events.occurred_at.date().cast("string"))


def visit_source(shop: Tables) -> str:
    """Name the table visits are counted from: `events`, `traffic`, or "" for none."""
    return next((t for t in ("events", "traffic") if shop.filled(t)), "")


def count_visits(shop: Tables, spans: Spans, by: Sequence[str]) -> pd.DataFrame | None:
    """Count visitors and what they did; None where no table has visits, or not by such slices."""
    source = visit_source(shop)
    if source == "events":
        return _from_events(shop, spans, by)
    return _from_traffic(shop, spans, by) if source else None


def _from_events(shop: Tables, spans: Spans, by: Sequence[str]) -> pd.DataFrame | None:
    events = shop["events"].mutate(day=lambda t: t.occurred_at.date())
    events = with_dimensions(shop, events, by)
    if events is None:
        return None
    events = events.filter(inside(events.day, hull(spans)))
    flags = {}
    for i, days in enumerate(spans.values()):
        now = inside(events.day, days)
        flags[f"visitors_{i}"] = now.any()
        flags[f"page_views_{i}"] = (now & events.kind.isin(PAGES)).sum()
        flags |= {f"{term}_{i}": (now & (events.kind == k)).any() for term, k in SEEN.items()}
    visitors = events.group_by([*by, "visitor_id"]).aggregate(**flags)
    return add_up(shop, visitors, spans, by, ("visitors", "page_views", *SEEN))


def _from_traffic(shop: Tables, spans: Spans, by: Sequence[str]) -> pd.DataFrame | None:
    grain = [d for d in by if d != "day"]
    if any(d not in ("channel", "product_id") for d in grain):
        return None
    traffic = shop["traffic"]
    for column in ("channel", "product_id"):
        kept = traffic[column].notnull() if column in grain else traffic[column].isnull()
        traffic = traffic.filter(kept)
    if not traffic.count().execute():
        return None
    traffic = traffic.rename(paying_visitors="buyers")
    terms = ["visitors", "page_views"]
    terms += [t for t in SEEN if shop.has(f"traffic.{'buyers' if t == 'paying_visitors' else t}")]
    sums = {
        f"{term}_{i}": inside(traffic.day, days).ifelse(traffic[term], 0).sum()
        for i, days in enumerate(spans.values())
        for term in terms
    }
    rows = traffic.filter(inside(traffic.day, hull(spans)))
    rows = rows.group_by(by).aggregate(**sums) if by else rows.aggregate(**sums)
    return add_up(shop, rows, spans, by, terms)
