"""What is written off, batch by batch, against a shelf on which each day is played."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from shophelm.methods.sell_through import left_over
from shophelm.methods.shelf_life import play


def test_what_is_left_of_each_owner_by_hand():
    # owner 0: 10 units to be sold by a day until which 4 are wanted; owner 1: 10 by day 5 (4
    # wanted) and 20 more by day 9 (28 wanted): 6 of the first are lost, and then nothing more
    wanted = np.array([[4.0], [4.0], [28.0]])
    lost = left_over(wanted, np.array([10.0, 10.0, 20.0]), np.array([0, 1, 1]), 3)
    # owner 2 has no batch
    assert lost[:, 0].tolist() == [6, 6, 0]


def test_a_level_of_high_demand_leaves_less():
    lost = left_over(np.array([[3.0, 8.0, 20.0]]), np.array([10.0]), np.array([0]), 1)
    assert lost.tolist() == [[7, 2, 0]]


BATCHES = st.lists(st.tuples(st.integers(1, 6), st.integers(1, 9)), min_size=1, max_size=5)


@given(BATCHES, st.lists(st.integers(0, 8), min_size=6, max_size=6))
def test_it_is_what_a_shelf_played_day_by_day_wastes(rows, demand):
    # a batch that keeps d more days is d days younger than the oldest that can be there
    rows = sorted(rows)
    days = np.array([d for d, _ in rows])
    units = np.array([u for _, u in rows], dtype=float)
    opening = np.bincount(6 - days, units, 6)
    shelf = play(np.array(demand, float)[None, :, None], np.zeros(6), life=[6], opening=opening)
    wanted = np.cumsum(demand)[days - 1][:, None]
    lost = left_over(wanted, units, np.zeros(len(rows), dtype=int), 1)
    assert lost[0, 0] == shelf.wasted.sum()
