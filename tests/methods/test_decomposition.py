"""Parts of a change: closed forms, identities that hold for any factors, and sums to the cent."""

import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shophelm.methods.decomposition import log_mean_divisia, shapley, to_the_cent

factor = st.one_of(st.just(0.0), st.floats(1e-3, 1e3))
factors = st.integers(1, 6).flatmap(
    lambda n: st.tuples(
        st.lists(factor, min_size=n, max_size=n), st.lists(factor, min_size=n, max_size=n)
    )
)


def test_of_two_factors_shapley_takes_the_change_times_the_mean_of_the_other():
    then, now = (100, 0.05), (80, 0.06)
    assert shapley(then, now) == pytest.approx([-20 * 0.055, 0.01 * 90])


def test_of_three_factors_shapley_is_the_formula_of_sun_1998():
    (a0, b0, c0), (a1, b1, c1) = (10, 0.2, 50), (12, 0.1, 70)
    da, db, dc = a1 - a0, b1 - b0, c1 - c0
    x = b0 * c0 * da + da * (db * c0 + b0 * dc) / 2 + da * db * dc / 3
    y = a0 * c0 * db + db * (da * c0 + a0 * dc) / 2 + da * db * dc / 3
    z = a0 * b0 * dc + dc * (da * b0 + a0 * db) / 2 + da * db * dc / 3
    assert shapley((a0, b0, c0), (a1, b1, c1)) == pytest.approx([x, y, z])


def test_divisia_shares_the_change_by_growth_rates():
    # a doubled, b halved twice over: the product halved, ln 2 : −2 ln 2
    parts = log_mean_divisia((1, 8), (2, 2))
    assert parts == pytest.approx([4, -8])


@given(factors)
def test_the_parts_of_both_add_up_to_the_change(pair):
    then, now = pair
    change = math.prod(now) - math.prod(then)
    for method in (shapley, log_mean_divisia):
        parts = method(then, now)
        assert parts.sum() == pytest.approx(change, abs=1e-9 * max(1, np.abs(parts).max())), method


@given(factors)
def test_looking_backwards_turns_the_signs_of_both(pair):
    then, now = pair
    for method in (shapley, log_mean_divisia):
        assert method(now, then) == pytest.approx(-method(then, now), rel=1e-9, abs=1e-9)


@given(factors, st.randoms())
def test_the_order_of_the_factors_changes_nothing(pair, random):
    then, now = pair
    order = list(range(len(then)))
    random.shuffle(order)
    turned = [then[i] for i in order], [now[i] for i in order]
    for method in (shapley, log_mean_divisia):
        assert method(*turned) == pytest.approx(method(then, now)[order], rel=1e-9, abs=1e-9)


@given(factors)
def test_a_factor_that_did_not_move_gets_nothing(pair):
    then, now = [*pair[0], 3.5], [*pair[1], 3.5]
    for method in (shapley, log_mean_divisia):
        assert method(then, now)[-1] == pytest.approx(0, abs=1e-9)


@given(factors, factor, factor)
def test_parts_of_divisia_may_be_added_for_a_coarser_chain(pair, was, is_now):
    # split one factor into two: the two parts come to the one
    then, now = [*pair[0], was], [*pair[1], is_now]
    finer = (
        [*pair[0], was / 4 if was else 0, 4 if was else 0],
        [
            *pair[1],
            is_now / 4 if is_now else 0,
            4 if is_now else 0,
        ],
    )
    if 0 in then or 0 in now:
        return  # where products vanish the zeros share alike, however many they are
    coarse, fine = log_mean_divisia(then, now), log_mean_divisia(*finer)
    assert fine[-2:].sum() == pytest.approx(coarse[-1], rel=1e-9, abs=1e-9)


def test_the_factor_that_fell_to_nothing_takes_the_whole_fall():
    assert log_mean_divisia((100, 0.5, 20), (110, 0, 30)).tolist() == [0, -1000, 0]
    assert log_mean_divisia((0, 0, 20), (10, 0.5, 30)).tolist() == [75, 75, 0]
    assert log_mean_divisia((0, 1), (1, 0)).tolist() == [0, 0]


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=9),
)
def test_cents_add_up_and_no_part_moves_by_a_cent(parts):
    total = sum(Decimal(repr(p)) for p in parts).quantize(Decimal("0.01"))
    rounded = to_the_cent(parts, total)
    assert sum(rounded) == total
    assert np.abs(np.array(rounded, dtype=float) - parts).max() < 0.0151


def test_parts_that_do_not_come_to_the_total_are_refused():
    with pytest.raises(ValueError, match=r"the parts add up to 3\.0, not to 4"):
        to_the_cent([1.0, 2.0], Decimal(4))
