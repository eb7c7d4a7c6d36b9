"""The newsvendor's published figure, a shelf followed by hand, and orders against brute force."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from shophelm.methods.shelf_life import Case, best_order, critical_ratio, ordered, play


def one_period(wanted, *, underage, overage):
    """A shelf of a single day, each level of demand a draw."""
    demand = np.array(wanted, dtype=float)[:, None, None]
    return case(demand, life=[1], underage=[underage], overage=overage)


def newsvendor(wanted, *, underage, overage):
    """The closed form: the least level that demand does not exceed with the critical ratio."""
    ratio = Fraction(underage) / (Fraction(underage) + Fraction(overage))
    return sorted(wanted)[math.ceil(ratio * len(wanted)) - 1]


def test_the_newsvendor_of_the_textbook():
    # Snyder & Shen; stockpyl doctest: h = .18, p = .70, demand normal (50, 8); in thousandths
    levels = 20_001
    wanted = stats.norm(50_000, 8_000).ppf((np.arange(levels) + 0.5) / levels)
    found = best_order(one_period(wanted, underage=0.70, overage=0.18), np.arange(40_000, 70_000))
    # the grid's levels lie 1.4 apart there
    assert found.quantity == pytest.approx(56_603.956, abs=2)
    assert found.cost.mean() == pytest.approx(1_997.605, abs=0.5)


def test_the_critical_ratio_is_what_demand_does_not_exceed():
    wanted, quantities = np.arange(1, 11), np.arange(12)
    # 6 of 10 levels are at most 6: a ratio just above .6 wants the seventh, one just below not
    above = best_order(one_period(wanted, underage=6.1, overage=4.0), quantities)
    assert above.quantity == 7
    assert best_order(one_period(wanted, underage=5.9, overage=4.0), quantities).quantity == 6
    # a sale that earns nothing orders nothing
    assert best_order(one_period(wanted, underage=0.0, overage=4.0), quantities).quantity == 0
    assert best_order(one_period(wanted, underage=-3.0, overage=4.0), quantities).quantity == 0
    assert critical_ratio(np.array([3.0, -1.0]), 1.0).tolist() == [0.75, 0]


@given(
    st.lists(st.integers(0, 30), min_size=1, max_size=20),
    st.integers(1, 40),
    st.integers(1, 40),
)
@settings(deadline=None)
def test_one_period_is_the_critical_ratio_and_nothing_costs_less(demand, underage, overage):
    wanted = np.array(demand, dtype=float)

    def cost(q):
        short, over = np.maximum(wanted - q, 0), np.maximum(q - wanted, 0)
        return (underage * short + overage * over).mean()

    found = best_order(one_period(wanted, underage=underage, overage=overage), np.arange(32))
    assert found.cost.mean() == pytest.approx(min(cost(q) for q in range(32)))
    closed = newsvendor(demand, underage=underage, overage=overage)
    assert cost(closed) == pytest.approx(found.cost.mean())


def test_a_shelf_followed_by_hand():
    # two units of age 1 and three fresh ones; they keep three days (ages 0, 1 and 2)
    demand = np.array([[[1.0], [3.0], [0.0], [2.0]]])
    shelf = play(demand, np.array([0, 0, 4, 0]), life=[3], opening=np.array([3.0, 2.0]))
    # day 1: one of the old goes. day 2: the other old one and two of the three.
    # day 3: four come, the last of the three is at its last day and is wasted. day 4: two go.
    assert shelf.sold[0, :, 0].tolist() == [1, 3, 0, 2]
    assert shelf.wasted[0].tolist() == [0, 0, 1, 0]
    assert shelf.short.sum() == 0
    assert shelf.left[0].tolist() == [0, 0, 2]


def test_a_far_region_takes_only_what_is_fresh_and_the_near_one_the_oldest():
    demand = np.array([[[2.0, 2.0]]])
    shelf = play(demand, np.array([1]), life=[3, 1], opening=np.array([0.0, 0.0, 2.0]))
    # the near group takes the two old ones; the far one the one that came, and one is short
    assert shelf.sold[0, 0].tolist() == [2, 1]
    assert shelf.short[0, 0].tolist() == [0, 1]
    assert shelf.wasted.sum() == 0


COUNTS = st.lists(st.integers(0, 6), min_size=6, max_size=6)


@given(COUNTS, COUNTS, st.lists(st.integers(0, 5), min_size=3, max_size=3), st.integers(1, 4))
def test_units_are_neither_made_nor_lost(wanted, came, opening, life):
    demand = np.array(wanted, dtype=float)[None, :, None]
    shelf = play(demand, np.array(came), life=[life], opening=np.array(opening))
    there = sum(opening[:life]) + sum(came)
    assert shelf.sold.sum() + shelf.wasted.sum() + shelf.left.sum() == there
    assert (shelf.sold + shelf.short == demand).all()


def case(demand, *, life, lead=0, cover=None, opening=(0.0,), underage=(2.0,), overage=1.0):
    cover = cover or max(life)
    return Case(
        demand=demand,
        life=life,
        opening=np.array(opening),
        arrivals=np.zeros(demand.shape[1]),
        lead=lead,
        cover=cover,
        underage=underage,
        overage=overage,
    )


@given(st.integers(0, 10_000), st.floats(0.2, 8), st.integers(1, 5))
@settings(max_examples=25, deadline=None)
def test_over_a_life_as_long_as_the_cover_it_is_the_newsvendor_of_one_period(seed, worth, life):
    rng = np.random.default_rng(seed)
    demand = rng.poisson(3, (101, life, 1)).astype(float)
    found = best_order(case(demand, life=[life], underage=[worth]), np.arange(60))
    alone = newsvendor(demand.sum(axis=(1, 2)), underage=worth, overage=1.0)
    assert found.quantity == alone
    total = demand.sum(axis=(1, 2))
    assert found.sold == pytest.approx(np.minimum(total, alone).mean())
    assert found.wasted == pytest.approx(np.maximum(alone - total, 0).mean())
    assert found.short == pytest.approx(np.maximum(total - alone, 0).mean())


@given(st.integers(0, 10_000), st.integers(0, 2), st.integers(1, 6), st.integers(2, 5))
@settings(max_examples=25, deadline=None)
def test_no_other_quantity_costs_less_over_several_days(seed, lead, cover, life):
    rng = np.random.default_rng(seed)
    demand = rng.poisson(2, (60, lead + max(cover, life), 1)).astype(float)
    given_ = case(demand, life=[life], lead=lead, cover=cover, opening=(0.0, 3.0, 1.0))
    quantities = np.arange(0, 45, 2)
    found = best_order(given_, quantities)
    least = min(ordered(given_, int(q)).cost.mean() for q in quantities)
    assert found.cost.mean() == pytest.approx(least)


def test_what_keeps_longer_is_ordered_more_of():
    demand = np.random.default_rng(5).poisson(2, (500, 12, 1)).astype(float)
    found = [
        best_order(case(demand, life=[life], cover=4), np.arange(60)).quantity for life in (4, 6, 8)
    ]
    assert found == sorted(set(found))
