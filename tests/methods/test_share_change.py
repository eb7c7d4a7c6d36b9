"""The exact chance of a break against every order of the trials, and its rates by simulation."""

from itertools import combinations

import numpy as np
import pytest

from shophelm.methods.share_change import share_change


def gain(y, i):
    """The log likelihood won by a break before trial i, written out."""

    def log_likelihood(part):
        p = part.mean()
        return sum(np.log(p if v else 1 - p) for v in part)

    return log_likelihood(y[:i]) + log_likelihood(y[i:]) - log_likelihood(y)


def all_orders(y, places):
    """The share of all orders of the trials whose best break wins as much."""
    seen = max(gain(y, i) for i in places)
    wins = []
    for ones in combinations(range(len(y)), int(y.sum())):
        other = np.zeros(len(y))
        other[list(ones)] = 1
        wins.append(max(gain(other, i) for i in places) >= seen - 1e-9)
    return np.mean(wins)


@pytest.mark.parametrize("row", ["0000010111", "1100100000", "0101010101", "0010000001"])
def test_the_chance_is_that_over_all_orders(row):
    y = np.array([int(c) for c in row], dtype=float)
    found = share_change(y, np.ones(10), fewest=2)
    assert found.p_value == pytest.approx(all_orders(y, range(2, 9)))


def test_no_break_lies_within_a_place():
    y = np.array([0, 0, 0, 1, 1, 1, 1, 0], dtype=float)
    found = share_change(np.array([0, 1, 3]), np.array([3, 1, 4]), fewest=2)
    assert found.p_value == pytest.approx(all_orders(y, [3, 4]))


def test_a_planted_break_is_found_with_its_shares():
    row = np.array([0] * 30 + [1, 0, 1] * 5)
    found = share_change(row, np.ones(45))
    assert (found.first, found.before, found.after) == (30, 0, pytest.approx(2 / 3))
    assert found.low <= 30 <= found.high
    # all ten of 45 in the last 15 happens once in a million; there are 36 places to look
    assert found.p_value < 36 * 2 * 9.5e-7


@pytest.mark.parametrize("row", [[], [0] * 20, [1] * 20, [1, 0, 1]])
def test_where_nothing_can_break_there_is_none(row):
    assert share_change(np.array(row, dtype=int), np.ones(len(row))) is None


def test_without_a_break_one_is_claimed_no_more_often_than_promised():
    rng = np.random.default_rng(4)
    chances = []
    for _ in range(250):
        found = share_change(rng.random(60) < 0.15, np.ones(60))
        chances.append(1 if found is None else found.p_value)
    # three errors of 250 runs
    assert np.mean(np.array(chances) <= 0.05) <= 0.05 + 3 * (0.05 * 0.95 / 250) ** 0.5


def test_the_interval_holds_the_break_as_often_as_it_says():
    rng = np.random.default_rng(5)
    held = []
    for _ in range(120):
        row = np.concatenate([rng.random(60) < 0.05, rng.random(40) < 0.35])
        found = share_change(row, np.ones(100))
        held.append(found.low <= 60 <= found.high)
    assert np.mean(held) >= 0.8 - 3 * (0.8 * 0.2 / 120) ** 0.5
