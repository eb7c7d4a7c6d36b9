"""Visits, from the event log or from daily exports; one count never mixes the two."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import numpy as np
import pandas as pd

from shophelm.shop.calendar import Period
from shophelm.shop.contract.visiting import EVENT_KINDS
from shophelm.shop.journeys import KIND, WORDS, Journeys, laid_out
from shophelm.shop.spans import Spans, add_up, hull, inside, lay_out, with_dimensions
from shophelm.shop.tables import Tables

PAGES = ("home", "list", "search", "view")
SEEN = {"cart_visitors": "cart", "paying_visitors": "pay"}
DAY = 24 * 3600 * 1_000_000
"""Microseconds."""
_BITS = {"page_views": 1, **{term: 2 << i for i, term in enumerate(SEEN)}}
_DONE = np.zeros(len(EVENT_KINDS) + 1, dtype=np.uint8)
_DONE[[KIND[k] for k in PAGES]] = _BITS["page_views"]
_DONE[[KIND[k] for k in SEEN.values()]] = [_BITS[term] for term in SEEN]


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
        log = laid_out(shop) if set(by) <= {"day", *WORDS} else None
        return _from_events(shop, spans, by) if log is None else _from_log(shop, log, spans, by)
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


def _from_log(shop: Tables, log: Journeys, spans: Spans, by: Sequence[str]) -> pd.DataFrame:
    """Count what `_from_events` counts, in one pass: here events lie by visitor and time."""
    every = hull(spans)
    period = Period(every[0], min(every[-1], shop.as_of))
    begin = np.datetime64(every[0]).astype(int)
    within = [np.isin(every, days) for days in spans.values()]
    sizes = [len(every) if c == "day" else len(log.words[c].names) + 1 for c in by]

    def count(rows: slice) -> pd.DataFrame:
        some = log.take(rows).during(period)
        day = some.at // DAY - begin
        # no word is −1, and comes first
        codes = [day if c == "day" else some.words[c].codes + 1 for c in by]
        part = np.ravel_multi_index(codes, sizes) if by else np.zeros(len(some), dtype=np.int64)
        parts, part = _numbered(part)
        done = _DONE[some.kind]
        counted: dict[str, np.ndarray] = {}
        for i, now in enumerate(days[day] for days in within):
            found = _people_by_part(some.visitor[now], part[now], done[now], parts=len(parts))
            counted |= {f"{term}_{i}": n for term, n in found.items()}
        there = np.bincount(part, minlength=len(parts)) > 0
        return pd.DataFrame(counted, index=parts)[there]

    counted = pd.concat(log.by_visitors(count)).groupby(level=0).sum()
    places = np.unravel_index(counted.index, sizes) if by else ()
    for column, codes in zip(by, places, strict=True):
        is_day = column == "day"
        names = every if is_day else [None, *log.words[column].names]
        counted[column] = pd.Series(names, dtype=object if is_day else "str").take(codes).array
    return lay_out(counted, spans, by, ("visitors", "page_views", *SEEN))


def _numbered(part: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Renumber parts where there are more of them than rows: old numbers, and each row's new."""
    size = int(part.max(initial=-1)) + 1
    return np.unique(part, return_inverse=True) if size > len(part) else (np.arange(size), part)


def _people_by_part(
    visitor: np.ndarray, part: np.ndarray, done: np.ndarray, *, parts: int
) -> dict[str, np.ndarray]:
    """Count, by part, the visitors and what they did in it, and the pages they saw.

    Parameters
    ----------
    visitor, part
        Who did it, in their order, and where it belongs: numbers from 0.
    done
        What it was, a bit for pages and for each term of `SEEN`.
    parts
        How many there are.
    """
    both = visitor.astype(np.int64) * parts + part
    if np.any(both[1:] < both[:-1]):
        order = np.argsort(both, kind="stable")
        both, part, done = both[order], part[order], done[order]
    heads = np.flatnonzero(np.diff(both, prepend=-1))
    where = part[heads]
    seen = np.bitwise_or.reduceat(done, heads) if len(heads) else done
    counts = {"visitors": np.bincount(where, minlength=parts)}
    counts["page_views"] = np.bincount(part[done == _BITS["page_views"]], minlength=parts)
    for term in SEEN:
        counts[term] = np.bincount(where[seen & _BITS[term] > 0], minlength=parts)
    return counts


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
