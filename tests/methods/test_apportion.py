"""Shares of whole numbers: exact on any weights."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shophelm.methods.apportion import apportion, apportion_both

WEIGHTS = st.lists(
    st.floats(0, 1e12, allow_subnormal=False), min_size=1, max_size=60
).map(np.array)  # fmt: skip


@given(st.integers(0, 10**15), WEIGHTS)
def test_shares_add_up_and_none_is_a_unit_off(total, weights):
    shares = apportion(total, weights)
    assert shares.sum() == total
    assert (shares >= 0).all()
    if weights.any():
        quota = total * (weights / weights.max() / (weights / weights.max()).sum())
        assert (np.abs(shares - quota) <= 1 + 1e-9 * total).all()
        assert (shares[weights == 0] == 0).all()


def test_the_largest_remainders_get_what_is_left():
    """Of 10 seats 4.2, 3.5 and 2.3: the half gets it."""
    assert apportion(10, np.array([4.2, 3.5, 2.3])).tolist() == [4, 4, 2]
    # equal ones in their order
    assert apportion(2, np.array([1.0, 1.0, 1.0])).tolist() == [1, 1, 0]


def test_without_weights_every_cell_has_the_same():
    assert apportion(7, np.zeros((2, 2))).tolist() == [[2, 2], [2, 1]]


@pytest.mark.parametrize(
    ("total", "weights"),
    [(-1, [1.0]), (1, [-1.0, 2.0]), (1, []), (1, [np.nan]), (1, [np.inf])],
)
def test_what_cannot_be_shared_is_refused(total, weights):
    with pytest.raises(ValueError, match="Only what is not negative"):
        apportion(total, np.array(weights))


TABLES = st.integers(1, 8).flatmap(
    lambda n: st.integers(1, 6).flatmap(
        lambda m: st.tuples(
            st.lists(st.integers(0, 10**9), min_size=n * m, max_size=n * m),
            st.lists(st.one_of(st.just(0.0), st.floats(1e-3, 1e6)), min_size=n * m, max_size=n * m),
            st.just((n, m)),
        )
    )
)


@given(TABLES)
def test_rows_and_columns_both_add_up(drawn):
    """Any table gives margins that some table has; weights are another table, zeros included."""
    numbers, weights, shape = drawn
    margins, weights = np.array(numbers).reshape(shape), np.array(weights).reshape(shape)
    rows, columns = margins.sum(axis=1), margins.sum(axis=0)
    found = apportion_both(rows, columns, weights)
    assert found.sum(axis=1).tolist() == rows.tolist()
    assert found.sum(axis=0).tolist() == columns.tolist()
    assert (found >= 0).all()


def test_margins_in_proportion_are_met_in_proportion():
    """Weights whose own margins these are: each cell is within a unit of its own."""
    rng = np.random.default_rng(2)
    weights = rng.gamma(2.0, 100.0, (31, 6))
    rows = apportion(10**6, weights.sum(axis=1))
    columns = apportion(10**6, weights.sum(axis=0))
    found = apportion_both(rows, columns, weights)
    assert np.abs(found - 10**6 * weights / weights.sum()).max() < 2.0


def test_margins_that_differ_are_refused():
    with pytest.raises(ValueError, match="must have the same sum"):
        apportion_both(np.array([1, 2]), np.array([4]), np.ones((2, 1)))
