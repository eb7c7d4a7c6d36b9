"""Budgets divided: the closed form, scipy's own optimum, and bounds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize

from shophelm.methods.allocation import allocate, wanted_of_logs, wanted_of_saturation

SOME = st.lists(st.tuples(st.floats(1, 100), st.floats(0.5, 20)), min_size=1, max_size=6)


@given(SOME, st.floats(200, 2000))
def test_returns_of_logarithms_meet_the_closed_form(uses, extra):
    """x_i = a_i (B + Σb) / Σa − b_i, all above 0; equal marginal returns."""
    a, b = np.array(uses).T
    budget = extra + (b / a).max() * a.sum() - b.sum()
    given_out, price = allocate(
        budget, wanted_of_logs(a, b), low=np.zeros(len(a)), high=np.full(len(a), np.inf)
    )
    closed = a * (budget + b.sum()) / a.sum() - b
    assert given_out == pytest.approx(closed, rel=1e-6, abs=1e-6)
    assert a / (b + given_out) == pytest.approx(np.full(len(a), price), rel=1e-6)


@given(SOME, st.floats(0, 1), st.floats(0, 1))
def test_bounds_are_kept_and_the_whole_budget_is_spent(uses, at, least):
    a, b = np.array(uses).T
    low, high = least * b, least * b + 3 * a
    budget = low.sum() + at * (high.sum() - low.sum())
    given_out, price = allocate(budget, wanted_of_logs(a, b), low=low, high=high)
    assert given_out.sum() == pytest.approx(budget)
    assert (given_out >= low - 1e-9).all()
    assert (given_out <= high + 1e-9).all()
    marginal = a / (b + given_out)
    inside = (given_out > low + 1e-6) & (given_out < high - 1e-6)
    assert marginal[inside] == pytest.approx(np.full(inside.sum(), price), rel=1e-4)
    # who has all it may would take more, who has least would give some back
    assert (marginal[given_out >= high - 1e-6] >= price * (1 - 1e-4)).all()
    assert (marginal[given_out <= low + 1e-6] <= price * (1 + 1e-4)).all()


def test_saturating_channels_are_divided_as_scipy_would():
    reach, half, decay = (
        np.array([25.0, 18.0, 12.0]),
        np.array([200.0, 260.0, 300.0]),
        np.array([0.3, 0.5, 0.7]),
    )

    def brought(spend):
        stock = spend / (1 - decay)
        return -(reach * stock / (stock + half)).sum()

    ours, _ = allocate(
        400.0, wanted_of_saturation(reach, half, decay), low=np.zeros(3), high=np.full(3, 400.0)
    )
    theirs = optimize.minimize(
        brought, np.full(3, 133.0), bounds=[(0, 400)] * 3, method="SLSQP", options={"ftol": 1e-12},
        constraints={"type": "eq", "fun": lambda x: x.sum() - 400.0},
    )  # fmt: skip
    assert ours == pytest.approx(theirs.x, abs=0.5)
    assert brought(ours) <= theirs.fun + 1e-6


def test_bounds_that_leave_no_way_are_refused():
    wanted = wanted_of_logs(np.ones(2), np.ones(2))
    with pytest.raises(ValueError, match="leave no way"):
        allocate(10.0, wanted, low=np.zeros(2), high=np.full(2, 4.0))
