"""Log-odds by hand after Monroe, Colaresi and Quinn, and what chance makes of them."""

import numpy as np
import pytest

from shophelm.methods.log_odds import weighted_log_odds
from shophelm.methods.proportions import beyond_chance


def test_two_words_by_hand():
    # both together use each word four times: the prior of size 4 is two counts of each
    found = weighted_log_odds([3, 1], [1, 3], size=4)
    # (3 + 2) / (8 − 5) against (1 + 2) / (8 − 3)
    assert found["log_odds"].tolist() == pytest.approx([np.log(25 / 9), -np.log(25 / 9)])
    assert found["error"].tolist() == pytest.approx([(1 / 5 + 1 / 3) ** 0.5] * 2)
    assert found["z"][0] == pytest.approx(np.log(25 / 9) / (8 / 15) ** 0.5)


def test_the_larger_the_prior_the_closer_to_none():
    odds = [weighted_log_odds([9, 3], [2, 8], size=s)["log_odds"][0] for s in (1e-9, 10, 1e9)]
    assert odds[0] == pytest.approx(np.log((9 / 3) / (2 / 8)))
    assert odds[0] > odds[1] > odds[2] == pytest.approx(0, abs=1e-6)


def test_sides_swapped_change_the_sign_only():
    a, b = np.array([5, 0, 12]), np.array([1, 7, 9])
    one, other = weighted_log_odds(a, b), weighted_log_odds(b, a)
    assert one["log_odds"].to_numpy() == pytest.approx(-other["log_odds"].to_numpy())
    assert one["p_value"].to_numpy() == pytest.approx(other["p_value"].to_numpy())


def test_what_is_known_from_elsewhere_speaks_where_the_counts_do_not():
    found = weighted_log_odds([0, 10], [0, 10], prior_here=[3, 1], prior_there=[1, 3], size=40)
    assert found["log_odds"][0] == pytest.approx(np.log(30 / 20) - np.log(10 / 40))


def test_an_empty_side_knows_nothing():
    assert weighted_log_odds([0, 0], [4, 2]).isna().all(axis=None)


def test_random_halves_of_the_same_reviews_name_nothing():
    rng = np.random.default_rng(20)
    share = 0.4 / np.arange(1, 301)
    named = 0
    for _ in range(200):
        texts = rng.random((600, 300)) < share
        half = rng.random(600) < 0.3
        found = weighted_log_odds(texts[half].sum(axis=0), texts[~half].sum(axis=0))
        named += beyond_chance(found["p_value"]).any()
    # 5 % of the runs at most; the prior makes it fewer. Two errors of 200 runs are 3 points
    assert named / 200 <= 0.05 + 0.03


def test_words_of_either_side_are_found_and_the_false_ones_stay_few():
    rng = np.random.default_rng(21)
    share = np.full(200, 0.05)
    false = right = 0
    for _ in range(50):
        here, there = share.copy(), share.copy()
        here[:5] = there[5:10] = 0.15
        counts = [(rng.random((800, 200)) < s).sum(axis=0) for s in (here, there)]
        found = beyond_chance(weighted_log_odds(*counts)["p_value"])
        right += found[:10].sum()
        false += found[10:].sum()
    assert right / 500 > 0.9
    assert false / (false + right) <= 0.05


def test_where_one_side_says_more_besides_all_else_looks_rarer_there():
    # what the notes warn of: shares of all counts, as in the paper
    found = weighted_log_odds([50, 50, 100], [50, 50, 0], size=1e-9)
    assert found["log_odds"][0] < 0
