import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shophelm.methods.sequences import (
    PATH_STEPS,
    count_paths,
    ordered_funnel,
    session_starts,
    told_paths,
    transitions,
)


def events(*people):
    """Who and when, of people given as lists of (time, step)."""
    rows = [(who, at, step) for who, acts in enumerate(people) for at, step in acts]
    who, at, step = (np.array(column) for column in zip(*rows, strict=True))
    return who, at, step


def reached(*people, within=10, steps=3):
    who, at, step = events(*people)
    return ordered_funnel(who, at, [step == k for k in range(steps)], within=within).tolist()


def test_a_session_ends_after_more_than_the_gap():
    who = np.array([0, 0, 0, 1, 1])
    at = np.array([0, 30, 61, 61, 62])
    assert session_starts(who, at, gap=30).tolist() == [True, False, True, True, False]
    assert session_starts(who[:0], at[:0], gap=30).tolist() == []


def test_steps_count_only_in_order():
    in_order, backwards = [(1, 0), (2, 1), (3, 2)], [(1, 2), (2, 1), (3, 0)]
    assert reached(in_order, backwards, [(1, 0), (2, 2), (3, 1)]) == [3, 1, 2]


def test_who_takes_no_first_step_reaches_nothing():
    assert reached([(1, 1), (2, 2)], [(1, 0)], [(1, 9)]) == [0, 1, 0]


def test_all_steps_must_fall_within_the_time_from_the_first():
    assert reached([(0, 0), (5, 1), (10, 2)], [(0, 0), (5, 1), (11, 2)]) == [3, 2]


def test_a_later_first_step_may_begin_the_chain():
    # the first page is too early, the second is in time; the cart after it is the one that counts
    assert reached([(0, 0), (1, 1), (6, 0), (8, 1), (16, 2)]) == [3]
    # here the second page has no cart after it
    assert reached([(0, 0), (1, 1), (6, 0), (16, 2)]) == [2]


def test_what_happens_at_one_instant_counts_as_in_order():
    assert reached([(1, 2), (1, 1), (1, 0)]) == [3]


def test_an_event_may_serve_two_steps():
    who, at, step = events([(1, 0), (2, 1)], [(1, 1)], [(1, 0)])
    steps = [step >= 0, step == 1]
    assert ordered_funnel(who, at, steps, within=5).tolist() == [2, 2, 1]


people = st.lists(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3)), min_size=1, max_size=7),
    min_size=1,
    max_size=4,
)


@given(people, st.integers(0, 12))
def test_the_funnel_is_what_trying_every_chain_finds(given_people, within):
    ordered = [sorted(acts, key=lambda act: act[0]) for acts in given_people]
    assert reached(*ordered, within=within) == [by_trying(acts, within, 3) for acts in ordered]


def by_trying(acts, within, steps):
    for k in range(steps, 0, -1):
        for chain in itertools.product(*([t for t, s in acts if s == i] for i in range(k))):
            if list(chain) == sorted(chain) and chain[-1] - chain[0] <= within:
                return k
    return 0


def test_moves_are_counted_with_entries_and_exits():
    state = np.array([0, 0, 1, 1, 0])
    starts = np.array([True, False, False, True, False])
    # from 0: to 0, to 1, twice out … from 1: to 0, out
    assert transitions(state, starts, 2).tolist() == [[1, 1, 1], [1, 0, 1], [1, 1, 0]]
    assert transitions(state[:0], starts[:0], 2).sum() == 0


@given(st.lists(st.tuples(st.integers(0, 4), st.booleans()), min_size=1, max_size=40))
def test_what_comes_to_a_step_leaves_it(rows):
    state, starts = (np.array(column) for column in zip(*rows, strict=True))
    starts[0] = True
    counts = transitions(state, starts, 5)
    assert counts.sum(axis=0).tolist() == counts.sum(axis=1).tolist()
    assert counts[:5].sum() == len(rows)
    assert counts[5].sum() == starts.sum()


def test_paths_name_a_repeated_step_once_and_are_counted():
    state = np.array([0, 0, 1, 2, 0, 1, 0, 1, 2])
    starts = np.array([1, 0, 0, 0, 1, 0, 1, 0, 0], dtype=bool)
    found = told_paths(count_paths(state, starts, 3), 3)
    assert found.to_dict("list") == {
        "path": [(0, 1, 2), (0, 1)],
        "cut": [False, False],
        "sessions": [2, 1],
    }


@pytest.mark.parametrize(("extra", "cut"), [(0, False), (1, True)])
def test_a_long_path_is_told_by_its_last_steps(extra, cut):
    state = np.arange(PATH_STEPS + extra) % 2
    found = told_paths(count_paths(state, np.arange(len(state)) == 0, 2), 2)
    assert found["path"].tolist() == [tuple(state[extra:].tolist())]
    assert found["cut"].tolist() == [cut]


def test_no_events_make_no_paths():
    none = np.zeros(0, dtype=np.int8)
    assert told_paths(count_paths(none, none.astype(bool), 3), 3).empty
