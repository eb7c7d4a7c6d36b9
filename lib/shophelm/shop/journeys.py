"""What each visitor did, one event after the other, as arrays that `methods.sequences` reads.

An event takes 13 bytes, 4 more for each column of words and 8 for dwell; while they are read, the
engine's own copy of ids and words stands beside them. 10 million events with one column of words
take some 1.7 GB at the peak, with all columns some 3 GB. Ask for no more columns and days than a
question needs.
"""

from __future__ import annotations

import contextlib
import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import TypeVar

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from shophelm.cores import on_all_cores
from shophelm.shop import kept
from shophelm.shop.calendar import Period
from shophelm.shop.coded import Words, words_of
from shophelm.shop.contract.visiting import EVENT_KINDS
from shophelm.shop.tables import Tables, once_per_shop
from shophelm.timing import timed

Answer = TypeVar("Answer")
KIND = {name: code for code, name in enumerate(EVENT_KINDS)}
OTHER = len(EVENT_KINDS)
"""The code of kinds that the contract does not know."""
WORDS = ("product_id", "page", "channel", "keyword")
PART, PIECE = 4_000_000, 1_000_000
"""Events that are laid out, and that are counted, at a time."""
_COLUMNS = (*WORDS, "dwell_seconds")
_TYPES = {"visitor": "int32", "at": "int64", "kind": "int8", "dwell": "float64"}
_TYPES |= dict.fromkeys(WORDS, "int32")


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
        Place in `EVENT_KINDS`, or `OTHER` (int8).
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

    def take(self, rows: np.ndarray | slice) -> Journeys:
        """Keep some events, told by a mask, by their places in order, or from one to another."""
        own = (_taken(a, rows) for a in (self.visitor, self.at, self.kind, self.dwell))
        words = {c: Words(_taken(w.codes, rows), w.names) for c, w in self.words.items()}
        return Journeys(*own, words)

    def during(self, period: Period) -> Journeys:
        """Keep the events of a period."""
        first, end = _ends(period)
        inside = (self.at >= _microseconds(first)) & (self.at < _microseconds(end))
        return self if inside.all() else self.take(inside)

    def by_visitors(self, count: Callable[[slice], Answer]) -> list[Answer]:
        """Count some visitors' events after the other's: in little memory, on several threads.

        Parameters
        ----------
        count
            Is given the rows of whole visitors, about `PIECE` of them.

        Returns
        -------
        list
            What it gave, in the order of visitors; nothing where there is no event.
        """
        wanted = range(0, len(self), PIECE)
        starts = {int(np.searchsorted(self.visitor, self.visitor[row])) for row in wanted}
        pieces = [slice(*ends) for ends in itertools.pairwise([*sorted(starts), len(self)])]
        return on_all_cores(count, pieces)

    def is_kind(self, *names: str) -> np.ndarray:
        """Tell the events of some kinds."""
        among = np.zeros(len(EVENT_KINDS) + 1, dtype=bool)
        among[[KIND[n] for n in names]] = True
        return among[self.kind]


def journeys(
    shop: Tables, period: Period, *, columns: Sequence[str] = (), ties: bool = True
) -> Journeys:
    """Read the events of a period, in the order they happened.

    They come from the log as it was laid out (`laid_out`) where that could be kept; otherwise, and
    on any other engine, the engine is asked for them. Both give the same.

    Parameters
    ----------
    shop
        Needs events.
    period
        The days; a session that runs over midnight at either end is cut there.
    columns
        Of product_id, page, channel, keyword and dwell_seconds, those that are needed.
    ties
        Whether the order of events of the same instant matters; it may cost reading event_id.
    """
    if (log := laid_out(shop)) is not None:
        return _chosen(log, Period(period.first, min(period.last, shop.as_of)), columns)
    keys = ["visitor_id", *(["event_id"] if ties else [])]
    return _in_turn(_read(_within(shop["events"], period), keys, columns), columns)


@once_per_shop
def laid_out(shop: Tables) -> Journeys | None:
    """Give a shop's whole log with all columns as arrays on disk; None where none can be kept.

    It is laid out once, whatever the day, and memory holds only what is looked at.
    """
    raw, checked = shop.source.raw["events"], shop.checked("events")
    key = kept.key("log", checked.key)
    place = kept.find(key)
    if place is None and raw.dear and raw.unchanged:
        place = kept.keep(key, lambda folder: _lay_out(checked.accepted, folder))
    if place is None:
        return None
    names = json.loads((place / "names.json").read_text(encoding="utf-8"))
    return Journeys(
        **{c: _array(place, c) for c in ("visitor", "at", "kind", "dwell")},
        words={c: Words(_array(place, c), tuple(n)) for c, n in names.items()},
    )


def _read(events: ibis.Table, keys: Sequence[str], columns: Sequence[str]) -> pa.Table:
    kind = events.kind.cases(*KIND.items(), else_=OTHER).cast("int8")
    with timed("queries"):
        return events.select(*keys, "occurred_at", *columns, kind=kind).to_pyarrow()


def _within(events: ibis.Table, period: Period) -> ibis.Table:
    first, end = map(ibis.literal, _ends(period))
    return events.filter((events.occurred_at >= first) & (events.occurred_at < end))


def _lay_out(events: ibis.Table, folder: Path) -> None:
    """Write the log's arrays, some visitors after the other, so that memory holds few of them."""
    names = {c: _names(events[c]) for c in WORDS}
    (folder / "names.json").write_text(json.dumps(names), encoding="utf-8")
    with contextlib.ExitStack() as files:
        to = {c: files.enter_context((folder / f"{c}.bin").open("wb")) for c in _TYPES}
        people = 0
        for some in _by_visitors(events):
            part = _in_turn(_read(some, ["visitor_id", "event_id"], _COLUMNS), _COLUMNS)
            (part.visitor + people).tofile(to["visitor"])
            people += int(part.visitor.max(initial=-1)) + 1
            for column in ("at", "kind", "dwell"):
                getattr(part, column).tofile(to[column])
            for column, words in part.words.items():
                place = pd.Index(names[column], dtype="str").get_indexer(list(words.names))
                np.append(place, -1).astype(np.int32)[words.codes].tofile(to[column])


def _by_visitors(events: ibis.Table) -> Iterator[ibis.Table]:
    """Cut events into parts of about `PART` rows by ranges of visitors, in their order."""
    parts = -(-int(events.count().execute()) // PART)
    # where they are cut changes no answer
    sample = events.sample(min(1.0, 1000 * parts / PART), seed=1) if parts > 1 else events.limit(0)
    seen = sorted(sample.select("visitor_id").to_pyarrow()["visitor_id"].to_pylist())
    cuts = sorted({seen[i * len(seen) // parts] for i in range(1, parts)}) if seen else []
    for low, high in itertools.pairwise([None, *cuts, None]):
        inside = [events.visitor_id >= low] if low is not None else []
        inside += [events.visitor_id < high] if high is not None else []
        yield events.filter(*inside) if inside else events


def _names(column: ibis.Column) -> list[str]:
    found = column.as_table().distinct().to_pyarrow()[0].drop_null().to_pylist()
    return sorted(found)


def _array(place: Path, column: str) -> np.ndarray:
    path = place / f"{column}.bin"
    dtype = np.dtype(_TYPES[column])
    return np.memmap(path, dtype, "r") if path.stat().st_size else np.zeros(0, dtype)


def _taken(array: np.ndarray, rows: np.ndarray | slice) -> np.ndarray:
    if isinstance(array, np.memmap) and isinstance(rows, slice) and rows.start < rows.stop:
        # mapped by itself, so that what was read of the disk goes with it
        start = array.offset + rows.start * array.itemsize
        return np.memmap(array.filename, array.dtype, "r", start, rows.stop - rows.start)
    return array[rows]


def _chosen(log: Journeys, period: Period, columns: Sequence[str]) -> Journeys:
    """Keep a period and some columns of a log, as if nothing else had been read."""
    dwell = log.dwell if "dwell_seconds" in columns else np.broadcast_to(np.nan, len(log))
    words = {c: log.words[c] for c in columns if c != "dwell_seconds"}
    chosen = replace(log, dwell=dwell, words=words).during(period)
    if len(chosen) == len(log):
        return chosen
    return replace(
        chosen,
        visitor=_numbered(chosen.visitor[1:] != chosen.visitor[:-1])[: len(chosen)],
        words={c: _met(w) for c, w in chosen.words.items()},
    )


def _met(words: Words) -> Words:
    """Leave out the names that no event bears."""
    there = np.flatnonzero(np.bincount(words.codes + 1, minlength=len(words.names) + 1)[1:])
    place = np.full(len(words.names) + 1, -1, dtype=np.int32)
    place[there] = np.arange(len(there), dtype=np.int32)
    return Words(place[words.codes], tuple(words.names[i] for i in there))


def _numbered(changes: np.ndarray) -> np.ndarray:
    """Give each event its visitor's number, from 0, by where the visitor changes."""
    numbers = np.zeros(len(changes) + 1, dtype=np.int32)
    np.cumsum(changes, out=numbers[1:], dtype=np.int32)
    return numbers


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
    words = {c: _sorted(words_of(table[c]), order) for c in columns if c != "dwell_seconds"}
    # not asked for, it takes no memory
    dwell = np.broadcast_to(np.nan, len(at))
    if "dwell_seconds" in columns:
        dwell = table["dwell_seconds"].cast(pa.float64()).to_numpy()
    kind = table["kind"].to_numpy()
    if order is not None:
        visitor, at, kind, dwell = visitor[order], at[order], kind[order], dwell[order]
    return Journeys(visitor, at, kind, dwell, words)


def _sorted(words: Words, order: np.ndarray | None) -> Words:
    return words if order is None else Words(words.codes[order], words.names)


def _visitors(ids: pa.ChunkedArray) -> np.ndarray:
    """Give each visitor a number, in the order of their ids."""
    # an import lays events out by visitor: then neighbours tell where the next one begins
    flat = pa.concat_arrays(ids.cast(pa.large_string()).chunks or [pa.array([], pa.large_string())])
    before, after = flat[:-1], flat[1:]
    if pc.all(pc.less_equal(before, after)).as_py():
        changes = pc.not_equal(before, after).to_numpy(zero_copy_only=False)
        return _numbered(changes)[: len(flat)]
    return words_of(ids).codes


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
        keys = (words_of(event_id).codes, *keys)
    return np.lexsort(keys)
