"""Budgets divided: the closed form, bounds, and uses that act on each other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shophelm.methods.allocation import allocate

SOME = st.lists(st.tuples(st.floats(1, 100), st.floats(0.5, 20)), min_size=1, max_size=6)


def logs(a, b):
    return lambda x: (float((a * np.log1p(x / b)).sum()), a / (b + x))


@given(SOME, st.floats(200, 2000))
def test_returns_of_logarithms_meet_the_closed_form(uses, extra):
    """x_i = a_i (B + Σb) / Σa − b_i, all above 0; equal marginal returns."""
    a, b = np.array(uses).T
    budget = extra + (b / a).max() * a.sum() - b.sum()
    found = allocate(budget, logs(a, b), low=np.zeros(len(a)), high=np.full(len(a), np.inf))
    closed = a * (budget + b.sum()) / a.sum() - b
    assert found.spend == pytest.approx(closed, rel=1e-3, abs=1e-4 * budget)
    assert found.marginal == pytest.approx(np.full(len(a), found.price), rel=1e-3)


@given(SOME, st.floats(0.01, 0.99), st.floats(0, 1))
def test_bounds_are_kept_and_the_whole_budget_is_spent(uses, at, least):
    a, b = np.array(uses).T
    low, high = least * b, least * b + 3 * a
    budget = low.sum() + at * (high.sum() - low.sum())
    found = allocate(budget, logs(a, b), low=low, high=high)
    assert found.spend.sum() == pytest.approx(budget, rel=1e-6)
    assert (found.spend >= low - 1e-9).all()
    assert (found.spend <= high + 1e-9).all()
    free = ~found.at_low & ~found.at_high
    assert found.marginal[free] == pytest.approx(np.full(free.sum(), found.price), rel=5e-3)
    # who has all it may would take more, who has least would give some back
    assert (found.marginal[found.at_high] >= found.price * (1 - 5e-3)).all()
    assert (found.marginal[found.at_low] <= found.price * (1 + 5e-3)).all()


def test_what_a_use_leaves_to_the_next_is_counted():
    """Half of the first's money works in the second: √x + √(y + x/2), of 9 in all.

    With 1/(2√x) + s/4 = s/2, where s = 1/√(y + x/2): s = 2/√x, so y + x/2 = x/4 at best: all of it
    goes to the first.
    """

    def carried(x):
        one, other = x[0], x[1] + x[0] / 2
        slopes = 1 / (2 * np.sqrt(np.maximum([one, other], 1e-12)))
        return float(np.sqrt([one, other]).sum()), np.array([slopes[0] + slopes[1] / 2, slopes[1]])

    found = allocate(9.0, carried, low=np.zeros(2), high=np.full(2, np.inf))
    assert found.spend == pytest.approx([9.0, 0.0], abs=1e-3)
    apart = allocate(
        9.0, lambda x: (float(np.sqrt(x).sum()), 1 / (2 * np.sqrt(np.maximum(x, 1e-12)))),
        low=np.zeros(2), high=np.full(2, np.inf),
    )  # fmt: skip
    assert apart.spend == pytest.approx([4.5, 4.5], abs=1e-3)


def test_bounds_that_leave_no_way_are_refused():
    with pytest.raises(ValueError, match="leave no way"):
        allocate(10.0, logs(np.ones(2), np.ones(2)), low=np.zeros(2), high=np.full(2, 4.0))
