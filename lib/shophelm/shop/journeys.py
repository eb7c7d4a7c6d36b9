"""What each visitor did, one event after the other, as arrays that `methods.sequences` reads.

An event takes 13 bytes, 4 more for each column of words and 8 for dwell; while they are read, the
engine's own copy of ids and words stands beside them. 10 million events with one column of words
take some 1.7 GB at the peak, with all columns some 3 GB. Ask for no more columns and days than a
question needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shophelm.shop.calendar import Period
from shophelm.shop.contract.visiting import EVENT_KINDS
from shophelm.shop.tables import Tables
from shophelm.timing import timed

KIND = {name: code for code, name in enumerate(EVENT_KINDS)}


@dataclass(frozen=True, slots=True)
class Words:
    """A column of words: `names[codes]`, sorted by name; −1 where there is none."""

    codes: np.ndarray
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Journeys:
    """Events sorted by visitor and time; of the same instant, by event_id.

    Attributes
    ----------
    visitor
        Dense numbers from 0 (int32).
    at
        Microseconds since 1970 in the shop's local time (int64).
    kind
        Place in `EVENT_KINDS` (int8).
    dwell
        Seconds on the page; NaN where not known or not asked for.
    words
        The columns asked for: product_id, page, channel, keyword.
    """

    visitor: np.ndarray
    at: np.ndarray
    kind: np.ndarray
    dwell: np.ndarray
    words: dict[str, Words]

    def __len__(self) -> int:
        return len(self.visitor)

    def take(self, rows: np.ndarray) -> Journeys:
        """Keep some events, told by a mask or by their places in order."""
        words = {c: Words(w.codes[rows], w.names) for c, w in self.words.items()}
        return Journeys(self.visitor[rows], self.at[rows], self.kind[rows], self.dwell[rows], words)

    def during(self, period: Period) -> Journeys:
        """Keep the events of a period."""
        first, end = _ends(period)
        inside = (self.at >= _microseconds(first)) & (self.at < _microseconds(end))
        return self if inside.all() else self.take(inside)

    def is_kind(self, *names: str) -> np.ndarray:
        """Tell the events of some kinds."""
        among = np.zeros(len(EVENT_KINDS), dtype=bool)
        among[[KIND[n] for n in names]] = True
        return among[self.kind]


def journeys(
    shop: Tables, period: Period, *, columns: Sequence[str] = (), ties: bool = True
) -> Journeys:
    """Read the events of a period, in the order they happened.

    Parameters
    ----------
    shop
        Needs events.
    period
        The days; a session that runs over midnight at either end is cut there.
    columns
        Of product_id, page, channel, keyword and dwell_seconds, those that are needed.
    ties
        Whether the order of events of the same instant matters; it costs reading event_id.
    """
    events = shop["events"]
    first, end = map(ibis.literal, _ends(period))
    events = events.filter((events.occurred_at >= first) & (events.occurred_at < end))
    kind = events.kind.cases(*KIND.items()).cast("int8")
    keys = ["visitor_id", *(["event_id"] if ties else [])]
    asked = events.select(*keys, "occurred_at", *columns, kind=kind)
    with timed("queries"):
        table = asked.to_pyarrow()
    return _in_turn(table, columns)


def _ends(period: Period) -> tuple[datetime, datetime]:
    """Give the first instant of a period, and the first one after it."""
    return (
        datetime.combine(period.first, time()),
        datetime.combine(period.last + timedelta(days=1), time()),
    )


def _microseconds(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1)) // timedelta(microseconds=1)


def _in_turn(table: pa.Table, columns: Sequence[str]) -> Journeys:
    visitor = _visitors(table["visitor_id"])
    at = table["occurred_at"].cast(pa.timestamp("us")).cast(pa.int64()).to_numpy()
    order = _order(visitor, at, table["event_id"] if "event_id" in table.column_names else None)
    words = {c: _words(table[c], order) for c in columns if c != "dwell_seconds"}
    # not asked for, it takes no memory
    dwell = np.broadcast_to(np.nan, len(at))
    if "dwell_seconds" in columns:
        dwell = table["dwell_seconds"].cast(pa.float64()).to_numpy()
    kind = table["kind"].to_numpy()
    if order is not None:
        visitor, at, kind, dwell = visitor[order], at[order], kind[order], dwell[order]
    return Journeys(visitor, at, kind, dwell, words)


def _visitors(ids: pa.ChunkedArray) -> np.ndarray:
    """Give each visitor a number, in the order of their ids."""
    # an import lays events out by visitor: then neighbours tell where the next one begins
    flat = pa.concat_arrays(ids.cast(pa.large_string()).chunks or [pa.array([], pa.large_string())])
    before, after = flat[:-1], flat[1:]
    if pc.all(pc.less_equal(before, after)).as_py():
        changes = pc.not_equal(before, after).to_numpy(zero_copy_only=False)
        numbers = np.zeros(len(flat), dtype=np.int32)
        np.cumsum(changes, out=numbers[1:], dtype=np.int32)
        return numbers
    return _words(ids, None).codes


def _order(
    visitor: np.ndarray, at: np.ndarray, event_id: pa.ChunkedArray | None
) -> np.ndarray | None:
    """Give the order by visitor, time and event_id; None where they stand so already."""
    same = visitor[1:] == visitor[:-1]
    later = at[1:] > at[:-1]
    tied = same & (at[1:] == at[:-1])
    if np.all((visitor[1:] > visitor[:-1]) | (same & later) | tied):
        if event_id is None or not tied.any():
            return None
        i = np.flatnonzero(tied)
        if pc.all(pc.less(event_id.take(i), event_id.take(i + 1))).as_py():
            return None
    keys = (at, visitor)
    if event_id is not None:
        keys = (_words(event_id, None).codes, *keys)
    return np.lexsort(keys)


def _words(column: pa.ChunkedArray, order: np.ndarray | None) -> Words:
    encoded = column.dictionary_encode().combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.chunk(0) if encoded.num_chunks else pa.array([]).dictionary_encode()
    names = encoded.dictionary.to_pylist()
    by_name = sorted(range(len(names)), key=names.__getitem__)
    place = np.full(len(names) + 1, -1, dtype=np.int32)
    place[by_name] = np.arange(len(names), dtype=np.int32)
    codes = place[encoded.indices.fill_null(len(names)).to_numpy()]
    return Words(codes if order is None else codes[order], tuple(names[i] for i in by_name))
