import ibis
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from shophelm.shop import twins

keys = st.tuples(st.sampled_from(["a", "b", "ab", "", None]), st.integers(0, 6))


def rows_of(pairs):
    return pd.DataFrame(pairs, columns=["id", "day"]).astype({"id": "string"})


@settings(max_examples=25, deadline=None)
@given(st.lists(keys, min_size=1, max_size=40))
def test_every_row_whose_key_pandas_finds_twice_is_given(pairs):
    frame = rows_of(pairs)
    twice = frame.duplicated(["id", "day"], keep=False)
    con = ibis.duckdb.connect()

    found = twins.suspects(con.create_table("rows", frame), ("id", "day"))

    if found is None:
        assert not twice.any()
    else:
        given_rows = found.to_pandas().value_counts(dropna=False)
        wanted = frame[twice].value_counts(dropna=False)
        assert (given_rows.reindex(wanted.index) == wanted).all()


def test_rows_that_stand_alone_are_not_looked_at():
    con = ibis.duckdb.connect()
    frame = rows_of([("a", 1), ("a", 2), ("b", 1), ("b", 1)])

    assert len(twins.suspects(con.create_table("rows", frame), ("id", "day")).to_pandas()) == 2
    assert twins.suspects(con.create_table("three", frame[:3]), ("id", "day")) is None


def test_another_engine_gives_all_rows():
    con = ibis.sqlite.connect()
    rows = con.create_table("rows", rows_of([("a", 1), ("b", 1)]))

    assert len(twins.suspects(rows, ("id", "day")).to_pandas()) == 2
