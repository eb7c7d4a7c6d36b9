"""Falls of a rate: the published chance, its size under no fall, and what is planted."""

import numpy as np
import pytest
from scipy import special, stats

from shophelm.methods.fall_point import NOT_KNOWN, by_chance, fall_point, shift_of

DAYS = np.arange(200)


def drawn(rng, *, fall=0.0, since=100, carts=4.5, odds=0.0):
    n = rng.poisson(carts, len(DAYS)).astype(float)
    chance = special.expit(odds + fall * (since <= DAYS))
    return n, rng.binomial(n.astype(int), chance).astype(float)


def looked(rng, **planted):
    n, k = drawn(rng, **planted)
    return fall_point(n, k, np.zeros(len(DAYS)), DAYS, last=185)


@pytest.mark.parametrize(
    ("share", "critical"),
    # maxstat's pmaxstat by Lausen and Schumacher (1992) is the same formula, two-sided:
    # 4 φ(b) / b + φ(b) (b − 1 / b) ln(.9 × .9 / (.1 × .1)) by hand
    [(0.1, 3.0), (0.25, 2.5)],
)
def test_the_chance_of_the_largest_fall_is_that_of_miller_and_siegmund(share, critical):
    density = np.exp(-(critical**2) / 2) / np.sqrt(2 * np.pi)
    odds = (1 - share) ** 2 / share**2
    two_sided = 4 * density / critical + density * (critical - 1 / critical) * np.log(odds)
    assert by_chance(critical, np.array([share, 1 - share])) == pytest.approx(two_sided / 2)


def test_one_place_has_the_chance_of_one_place():
    assert by_chance(2.0, np.array([0.5])) >= stats.norm.sf(2.0)
    assert by_chance(0.5, np.array([0.1, 0.9])) == 1


@pytest.mark.parametrize("times", [150, pytest.param(1_500, marks=pytest.mark.slow)])
def test_rates_that_never_change_are_called_fallen_no_more_often_than_promised(times):
    rng = np.random.default_rng(11)
    chances = np.array([looked(rng).p_value for _ in range(times)])
    for level in (0.05, 0.2):
        error = np.sqrt(level * (1 - level) * times)
        called = (chances < level).sum()
        # cautious, but not so that it never speaks
        assert level * times / 5 <= called <= level * times + 2 * error


def test_the_day_of_a_fall_lies_in_its_interval_as_often_as_promised():
    rng = np.random.default_rng(12)
    inside, deep, covered = [], [], []
    for _ in range(100):
        found = looked(rng, fall=-0.9, since=120)
        inside.append(found.low <= 120 <= found.high)
        covered.append(found.fall_low <= -0.9 <= found.fall_high)
        deep.append(found.p_value < 0.01)
    # 80 %, standard error 4 points
    assert np.mean(inside) >= 0.8 - 2 * 0.04
    assert np.mean(covered) >= 0.8 - 2 * 0.04
    assert np.mean(deep) > 0.95


def test_evidence_speaks_for_a_fall_where_there_is_one_and_against_it_elsewhere():
    rng = np.random.default_rng(13)
    without = np.array([looked(rng).evidence for _ in range(60)])
    with_it = np.array([looked(rng, fall=-0.9).evidence for _ in range(30)])
    assert np.median(without) < 0 < 5 < np.median(with_it)
    # whoever believes a Bayes factor of ten is wrong at most one time in ten
    assert (without > np.log(10)).mean() <= 0.1


def test_a_rise_is_no_fall():
    rng = np.random.default_rng(14)
    found = looked(rng, fall=1.2)
    assert found.p_value > 0.05
    assert found.evidence < 0


def test_what_is_expected_to_fall_has_not_fallen():
    rng = np.random.default_rng(15)
    n, k = drawn(rng, fall=-1.0)
    odds = -1.0 * (DAYS >= 100)
    assert fall_point(n, k, odds, DAYS, last=185).p_value > 0.05
    assert fall_point(n, k, np.zeros(200), DAYS, last=185).p_value < 0.001


def test_wandering_rates_make_a_fall_less_sure():
    rng = np.random.default_rng(16)
    n, k = drawn(rng, fall=-0.6)
    zeros = np.zeros(200)
    plain = fall_point(n, k, zeros, DAYS, last=185)
    loose = fall_point(n, k, zeros, DAYS, last=185, dispersion=3.0)
    assert loose.p_value > plain.p_value
    assert loose.evidence < plain.evidence


def test_few_counts_are_not_judged():
    zeros = np.zeros(4)
    assert fall_point(np.ones(4), np.ones(4), zeros, np.arange(4), last=3) == NOT_KNOWN
    nothing = np.array([])
    assert fall_point(nothing, nothing, nothing, nothing, last=3) == NOT_KNOWN


def test_shift_by_hand():
    # 90 of 120 where even odds are expected: log 3, but for a pull of 1 / (4 × 22.5)
    shift, known = shift_of(np.array([60.0, 60.0]), np.array([50.0, 40.0]), np.zeros(2))
    assert shift == pytest.approx(np.log(3), abs=0.015)
    assert known == pytest.approx(120 * 0.75 * 0.25, rel=0.02)
