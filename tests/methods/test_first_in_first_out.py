"""Amounts matched in their order: every piece is told, and nothing is lost or made."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from shophelm.methods.first_in_first_out import matched

ROWS = st.lists(st.tuples(st.integers(0, 4), st.integers(1, 30)), max_size=12)


def rows(pairs):
    return pd.DataFrame(sorted(pairs, key=lambda p: p[0]), columns=["owner", "amount"])


def one_by_one(lots, uses):
    """The same, counted point by point."""
    pieces = {}
    for owner in set(lots["owner"]) | set(uses["owner"]):
        came, went = (
            [i for i, r in enumerate(f.itertuples()) for _ in range(r.amount) if r.owner == owner]
            for f in (lots, uses)
        )
        for k in range(max(len(came), len(went))):
            pair = (
                came[k] if k < len(came) else -1,
                went[k] if k < len(went) else -1,
            )
            pieces[pair] = pieces.get(pair, 0) + 1
    return pieces


def test_the_first_that_came_goes_first():
    lots = rows([(1, 100), (1, 50), (3, 10)])
    uses = rows([(1, 120), (2, 5)])
    assert matched(lots, uses).values.tolist() == [
        [0, 0, 100],  # the first lot goes whole
        [1, 0, 20],  # and 20 of the second
        [1, -1, 30],  # of which 30 are left
        [-1, 1, 5],  # owner 2 used what never came
        [2, -1, 10],
    ]


@given(ROWS, ROWS)
def test_pieces_are_those_of_counting_one_by_one(came, went):
    lots, uses = rows(came), rows(went)
    found = matched(lots, uses)
    sums = found.groupby(["lot", "use"])["amount"].sum()
    assert sums.to_dict() == one_by_one(lots, uses)


def test_without_rows_there_are_no_pieces():
    assert matched(rows([]), rows([])).empty
    assert matched(rows([]), rows([(0, 4)])).values.tolist() == [[-1, 0, 4]]
