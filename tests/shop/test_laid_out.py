"""The log laid out on disk answers what the engine answers, and is cut and kept safely."""

import dataclasses
import os
from datetime import date, timedelta
from unittest import mock

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shophelm.data import paths, sessions
from shophelm.data.funnel import STEPS, count_steps
from shophelm.data.visiting import steps_of
from shophelm.shop import journeys as log
from shophelm.shop import kept, source, visits
from shophelm.shop.calendar import Period
from shophelm.shop.contract.visiting import EVENT_KINDS
from shophelm.shop.tables import open_shop

AS_OF = date(2026, 11, 12)
EVE = pd.Timestamp("2026-11-09 23:59:58")
COLUMNS = [*log.WORDS, "dwell_seconds"]
SLICES = [(), ("day",), ("channel",), ("day", "channel"), ("product_id", "keyword")]
WORD = st.sampled_from([None, "一", "b", "cc"])
EVENT = st.fixed_dictionaries(
    {
        "visitor_id": st.sampled_from(["v1", "v2", "客", "v10", "x"]),
        # few instants, so that many events share one; some lie after as_of
        "occurred_at": st.integers(0, 40).map(
            lambda n: (
                pd.Timestamp("2026-11-09 23:59:58") + timedelta(hours=n // 4 * 9, seconds=n % 4)
            )
        ),
        "kind": st.sampled_from([*EVENT_KINDS, "share"]),
        **dict.fromkeys(log.WORDS, WORD),
        "dwell_seconds": st.sampled_from([None, 0.0, 2.5]),
    }
)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("laid_out")


@pytest.fixture(autouse=True)
def small_pieces():
    """A log of a few events is cut, too."""
    patches = [
        mock.patch.object(log, "PART", 4),
        mock.patch.object(log, "PIECE", 3),
        mock.patch.object(source, "DEAR", 0),
    ]
    with patches[0], patches[1], patches[2]:
        yield


def written(place, events):
    frame = pd.DataFrame(events).rename_axis("event_id").reset_index()
    frame["event_id"] = "e" + frame["event_id"].astype("str")
    columns = ", ".join(f"{c}::VARCHAR AS {c}" for c in log.WORDS)
    duckdb.sql(f"COPY (SELECT * REPLACE ({columns}) FROM frame) TO '{place}/events.parquet'")
    return place


def opened(place, *, keeps, as_of=AS_OF):
    """A shop, and what its questions see while its log is, or cannot be, laid out."""
    with mock.patch.dict(os.environ, {kept.VARIABLE: str(place / "cache") if keeps else "off"}):
        shop = open_shop(place, as_of=as_of)
        assert (log.laid_out(shop) is not None) is keeps
        yield shop


def both(place, ask):
    for keeps in (True, False):
        for shop in opened(place, keeps=keeps):
            yield ask(shop)


def equal(one, other):
    for field in ("visitor", "at", "kind", "dwell"):
        np.testing.assert_array_equal(getattr(one, field), getattr(other, field))
    assert one.words.keys() == other.words.keys()
    for column, words in one.words.items():
        assert words.names == other.words[column].names
        np.testing.assert_array_equal(words.codes, other.words[column].codes)


@settings(max_examples=60)
@given(st.lists(EVENT, min_size=1, max_size=25), st.integers(0, 5), st.integers(0, 5))
def test_it_gives_the_events_that_the_engine_gives(place, events, start, length):
    first = date(2026, 11, 8) + timedelta(days=start)
    period = Period(first, first + timedelta(days=length))
    written(place, events)
    ways = both(place, lambda shop: log.journeys(shop, period, columns=COLUMNS))
    equal(*ways)


@settings(max_examples=40)
@given(st.lists(EVENT, min_size=1, max_size=25), st.sampled_from(SLICES))
def test_visits_counted_from_it_are_those_the_engine_counts(place, events, by):
    written(place, [*events, events[0] | {"occurred_at": EVE}])
    days = [date(2026, 11, 9) + timedelta(days=i) for i in range(6)]
    spans = {"now": days[3:], "before": days[:3], "odd": days[::2]}
    ours, engine = both(place, lambda shop: visits.count_visits(shop, spans, by))
    # the engine gives no sum of no rows
    pd.testing.assert_frame_equal(
        ours.sort_index(), engine.sort_index().fillna(0).astype("int64"), check_index_type=False
    )


def test_it_is_laid_out_once_and_a_changed_row_lays_it_out_anew(place):
    rows = [
        dict.fromkeys(COLUMNS) | {"visitor_id": v, "occurred_at": EVE, "kind": "pay"} for v in "ba"
    ]
    counted = []
    for kind in ("pay", "pay", "view"):
        rows[0]["kind"] = kind
        for shop in opened(written(place, rows), keeps=True):
            events = log.journeys(shop, Period(EVE.date(), AS_OF))
            counted.append((events.is_kind("pay").sum(), len(list((place / "cache").iterdir()))))
    assert [paid for paid, _ in counted] == [2, 2, 1]
    assert counted[0][1] == counted[1][1] < counted[2][1]


def test_what_is_counted_by_pieces_is_what_is_counted_whole(sample):
    period = Period(sample.as_of - timedelta(days=30), sample.as_of)
    events = log.journeys(sample, period, columns=["channel", "page"])
    assert len(events) > 5_000
    answers = []
    for piece in (700, len(events)):
        with mock.patch.object(log, "PIECE", piece):
            steps = steps_of([events])
            reached = count_steps(events, events.visitor, list(STEPS), hours=24)
            counts = [f(events, steps) for f in (paths.count_moves, paths.count_paths)]
            counts += [paths.count_exits(events, steps), sessions.count_sessions(events)]
            answers.append((steps.names, reached, counts))
    (names, reached, counts), (whole_names, whole_reached, whole_counts) = answers
    assert names == whole_names
    np.testing.assert_array_equal(reached, whole_reached)
    for some, whole in zip(counts, whole_counts, strict=True):
        pd.testing.assert_frame_equal(some, whole)


def test_pieces_are_of_whole_visitors_in_their_order():
    visitor = np.repeat(np.arange(6, dtype=np.int32), [1, 5, 1, 1, 1, 4])
    events = dataclasses.replace(_nothing(), visitor=visitor)
    pieces = events.by_visitors(lambda rows: visitor[rows].tolist())
    assert pieces == [[0], [1] * 5, [2, 3, 4], [5] * 4]
    assert _nothing().by_visitors(len) == []


def _nothing():
    return log.Journeys(*(np.zeros(0, dtype=d) for d in ("int32", "int64", "int8", "float64")), {})
