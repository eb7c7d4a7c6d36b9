import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from shophelm.methods.scores import cuts

VALUES = st.lists(st.integers(0, 40), min_size=1, max_size=80)


def scored(values, edges):
    return [1 + sum(v >= e for e in edges) for v in values]


def test_ten_different_values_are_parted_in_pairs():
    edges = cuts(range(1, 11))
    assert edges == (3, 5, 7, 9)
    assert scored(range(1, 11), edges) == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]


def test_where_nearly_all_are_alike_there_are_two_groups():
    assert cuts([1, 2, 3], [97, 2, 1]) == (2, 2, 2, 2)
    assert scored([1, 2, 3], (2, 2, 2, 2)) == [1, 5, 5]
    # the other way round, the many score highest
    assert scored([1, 2, 3], cuts([1, 2, 3], [1, 2, 97])) == [1, 1, 5]


def test_a_cut_lies_where_the_share_below_is_nearest_to_its_due():
    # shares below 2, 3, 4, 5: .46, .67, .79, .86; due: .2, .4, .6, .8
    assert cuts([1, 2, 3, 4, 5], [46, 21, 12, 7, 14]) == (2, 2, 3, 4)
    # .1 and .3 are as near to .2: the lower
    assert cuts([1, 2, 3], [1, 2, 7])[0] == 2


def test_where_all_are_alike_nothing_is_cut():
    assert cuts([7, 7, 7]) == ()
    assert cuts([]) == ()


def test_halves():
    assert cuts([10, 20, 30, 40], scores=2) == (30,)
    # six of ten spend the same, at the bottom or at the top
    assert cuts([10, 20, 30], [6, 2, 2], scores=2) == (20,)
    assert cuts([10, 20, 30], [2, 2, 6], scores=2) == (30,)


@given(VALUES, st.integers(2, 6))
def test_no_other_cut_is_nearer(values, scores):
    edges = cuts(values, scores=scores)
    distinct = sorted(set(values))
    assert (len(edges) == 0) == (len(distinct) == 1)
    for j, edge in enumerate(edges, start=1):
        off = {v: abs(scores * sum(w < v for w in values) - j * len(values)) for v in distinct[1:]}
        assert off[edge] == min(off.values())
        assert all(off[v] > off[edge] for v in distinct[1:] if v < edge)


@given(VALUES, st.randoms(use_true_random=False))
def test_scores_follow_values_whatever_their_order_and_unit(values, random):
    edges = cuts(values)
    scores = dict(zip(values, scored(values, edges), strict=True))
    in_order = [scores[v] for v in sorted(scores)]
    assert in_order == sorted(in_order)
    shuffled = list(values)
    random.shuffle(shuffled)
    assert cuts(shuffled) == edges
    assert cuts([100 * v for v in values]) == tuple(100 * e for e in edges)
    distinct, counts = np.unique(values, return_counts=True)
    assert cuts(distinct, counts) == edges
