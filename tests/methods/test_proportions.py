import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from shophelm.methods.proportions import beyond_chance, by_chance, more_by_chance, wilson


@pytest.mark.parametrize(
    ("yes", "trials", "low", "high"),
    # Newcombe 1998, table I, method 3
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_intervals_are_the_published_ones(yes, trials, low, high):
    found = wilson([yes], [trials]).iloc[0]
    assert (round(found["low"], 4), round(found["high"], 4)) == (low, high)
    assert found["rate"] == yes / trials


@given(st.integers(1, 5000), st.floats(0, 1), st.floats(0.5, 0.999))
def test_the_interval_holds_the_share_and_stays_within_none_and_all(trials, part, level):
    found = wilson([round(part * trials)], [trials], level=level).iloc[0]
    assert 0 <= found["low"] <= found["rate"] <= found["high"] <= 1


def test_no_trials_no_share():
    assert wilson([0], [0]).isna().all(axis=None)
    assert np.isnan(by_chance([1, 0], [2, 0], [0, 1], [0, 2])).all()


def test_chance_is_fishers_tea():
    # Fisher 1935: three of four cups right, one of four wrong: 17/70
    assert more_by_chance([3], [4], [1], [4])[0] == pytest.approx(17 / 70)
    assert by_chance([3], [4], [1], [4])[0] == pytest.approx(34 / 70)


@given(
    st.lists(
        st.integers(0, 400).flatmap(
            lambda n: st.tuples(
                st.integers(0, n), st.just(n), st.integers(0, 3000), st.integers(0, 3000)
            )
        ),
        min_size=1,
        max_size=8,
    )
)
def test_all_pairs_at_once_are_scipys_one_by_one(rows):
    rows = [(k, n, min(j, m), m) for k, n, j, m in rows]
    found = more_by_chance(*zip(*rows, strict=True))
    for p, (k, n, j, m) in zip(found, rows, strict=True):
        if not n or not m:
            assert np.isnan(p)
        else:
            table = [[k, n - k], [j, m - j]]
            exact = stats.fisher_exact(table, alternative="greater").pvalue
            assert p == pytest.approx(exact, rel=1e-6, abs=1e-12)


def test_a_false_discovery_rate_leaves_the_unknown_out():
    # Benjamini & Hochberg: .01 ≤ 1/3 × .05, .03 ≤ 2/3 × .05, .06 > .05
    assert beyond_chance([0.06, np.nan, 0.01, 0.03]).tolist() == [False, False, True, True]
    assert beyond_chance([np.nan]).tolist() == [False]


def test_tests_that_are_not_shown_count_as_well():
    p = [0.01, 0.03]
    assert beyond_chance(p).tolist() == [True, True]
    # .01 > 1/6 × .05; as if four more tests had come out at 1
    assert beyond_chance(p, tests=6).tolist() == beyond_chance([*p, 1, 1, 1, 1]).tolist()[:2]
    assert not beyond_chance(p, tests=6).any()
