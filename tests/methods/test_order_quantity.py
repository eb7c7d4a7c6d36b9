import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shophelm.methods.order_quantity import (
    economic_order_quantity,
    packed,
    with_price_breaks,
    within_budget,
)

# Nahmias' trash bags, remembered: 600 a year, 8 an order, 20 % holding; each figure is plain sums
BAGS = pd.DataFrame({"from_quantity": [0, 500, 1000], "unit_cost": [0.30, 0.29, 0.28]})


def test_the_economic_order_quantity_is_the_published_one():
    # Snyder & Shen, example 3.1 (oracles.md)
    quantity, cost = economic_order_quantity(1300, order_cost=8, holding_cost=0.225)
    assert (quantity, cost) == (pytest.approx(304.046780, abs=1e-6), pytest.approx(68.410526))


def test_at_a_price_break_the_order_is_raised_to_it():
    quantity, cost = with_price_breaks(600, BAGS, order_cost=8, holding_rate=0.2)
    # .29 × 600 + 8 × 600 / 500 + .2 × .29 × 250
    assert (quantity, cost) == (500, pytest.approx(174 + 9.6 + 14.5))
    # 700 would cost 174 + 6.86 + 20.30, which is more than 168 + 4.80 + 28
    quantity, cost = with_price_breaks(600, BAGS, order_cost=8, holding_rate=0.2, least=700)
    assert (quantity, cost) == (1000, pytest.approx(200.80))


@given(
    demand=st.floats(10, 5000),
    order_cost=st.floats(1, 200),
    rate=st.floats(0.05, 2),
    first=st.integers(2, 300),
    more=st.integers(1, 500),
    price=st.tuples(*[st.floats(0.5, 20)] * 3),
)
def test_no_quantity_is_cheaper(demand, order_cost, rate, first, more, price):
    breaks = pd.DataFrame(
        {"from_quantity": [1, first, first + more], "unit_cost": sorted(price, reverse=True)}
    )
    quantity, cost = with_price_breaks(demand, breaks, order_cost=order_cost, holding_rate=rate)
    every = np.arange(1, 3000.0)
    paid = breaks["unit_cost"].to_numpy()[
        np.searchsorted(breaks["from_quantity"], every, side="right") - 1
    ]
    costs = paid * demand + order_cost * demand / every + rate * paid * every / 2
    assert cost <= costs.min() + 1e-6 * cost
    assert quantity >= 1


def test_orders_are_raised_to_the_smallest_and_to_whole_packs():
    raised = packed(np.array([0, 1, 12, 13.2]), least=np.array(10), pack=np.array(6))
    assert raised.tolist() == [0, 12, 12, 18]


@given(
    gains=st.lists(st.lists(st.integers(0, 20), min_size=3, max_size=3), min_size=1, max_size=4),
    budget=st.integers(0, 12),
)
def test_a_budget_goes_where_a_step_brings_most(gains, budget):
    # steps cost one each and bring less and less: the greedy choice is the best there is
    gain = np.cumsum([sorted(g, reverse=True) for g in gains], axis=1).astype(float)
    cost = np.tile(np.arange(1.0, 4), (len(gain), 1))
    taken = within_budget(gain, cost, budget=budget)
    reached = np.hstack([np.zeros((len(gain), 1)), gain])
    best = max(
        sum(reached[i, n] for i, n in enumerate(steps))
        for steps in itertools.product(range(4), repeat=len(gain))
        if sum(steps) <= budget
    )
    assert taken.sum() <= budget
    assert reached[np.arange(len(gain)), taken].sum() == best


def test_a_step_waits_for_the_one_before_it():
    gain, cost = np.array([[1.0, 11.0], [6.0, 7.0]]), np.array([[5.0, 6.0], [3.0, 6.0]])
    # the second step of the first order would bring 10 for 1, but not without its first
    assert within_budget(gain, cost, budget=2).tolist() == [0, 0]
    assert within_budget(gain, cost, budget=4).tolist() == [0, 1]
    assert within_budget(gain, cost, budget=12).tolist() == [2, 2]
