"""Bunching: a planted excess is found, none is not, and the choices are no matter of units."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from shophelm.methods.bunching import BINS, FEWEST, bunching

THRESHOLD = 500.0
EVEN = np.arange(255.0, 750, 10).repeat(20)
"""Twenty values in the middle of each bin of 10 from 250 to 750."""


def spend(kind, rng, n):
    if kind == "gamma":
        return rng.gamma(1.2, 450, n)
    if kind == "lognormal":
        return rng.lognormal(6.0, 0.8, n)
    orders = 1 + rng.geometric(0.5, n)
    prices = rng.lognormal(4.9, 0.6, orders.sum())
    return np.add.reduceat(prices, np.cumsum(orders) - orders)


def topped_up(values, rng, share):
    """Move a share of those within a tenth below the threshold to within a tenth above it."""
    below = np.flatnonzero((values >= 0.9 * THRESHOLD) & (values < THRESHOLD))
    who = below[rng.random(len(below)) < share]
    moved = values.copy()
    moved[who] = THRESHOLD * (1 + 0.1 * rng.random(len(who)))
    added = (moved - values).sum()
    return moved, np.array([len(who), len(who), added])


def hits(kind, n, share, seeds):
    """How often the three intervals hold what was planted, and how often an excess is claimed."""
    covered, claimed = np.zeros(3, dtype=int), 0
    for seed in seeds:
        rng = np.random.default_rng(seed)
        values, planted = topped_up(spend(kind, rng, n), rng, share)
        found = bunching(values, threshold=THRESHOLD)
        ends = found.found
        covered += ((ends["low"] <= planted) & (planted <= ends["high"])).to_numpy()
        claimed += found.responds
    return covered, claimed


def test_an_even_distribution_has_no_excess():
    found = bunching(EVEN, threshold=THRESHOLD)
    assert found.bins["observed"].tolist() == [20] * 50
    assert found.bins["expected"].to_numpy() == pytest.approx(20)
    assert found.found["estimate"].to_numpy() == pytest.approx(0, abs=1e-4)
    assert not found.responds
    assert found.degree == 1
    assert found.dispersion == 1


def test_those_who_moved_are_counted_and_what_they_added():
    moved = np.concatenate([EVEN, np.full(60, 515.0)])
    below = np.flatnonzero(moved == 485.0)
    above = np.delete(moved, np.r_[below[:15]])
    found = bunching(above, threshold=THRESHOLD)
    # 60 more stand 15 above, and 15 fewer 15 below
    assert found.found["estimate"].tolist() == pytest.approx([60, 15, 60 * 15 + 15 * 15], abs=1e-3)
    assert found.responds


def test_windows_are_five_bins_on_either_side_and_meet_at_the_threshold():
    bins = bunching(EVEN, threshold=THRESHOLD, others=[600]).bins
    assert bins.loc[bins["window"] == "below", "left"].tolist() == [450, 460, 470, 480, 490]
    assert bins.loc[bins["window"] == "above", "left"].tolist() == [500, 510, 520, 530, 540]
    assert bins.loc[bins["window"] == "other", "left"].tolist() == list(range(550, 660, 10))
    assert BINS == 5


def test_a_value_at_the_threshold_has_reached_it():
    values = np.concatenate([EVEN, [500.0, 499.99]])
    bins = bunching(values, threshold=THRESHOLD).bins.set_index("left")
    assert bins.loc[500, "observed"] == 21
    assert bins.loc[490, "observed"] == 21


def test_few_values_say_nothing():
    rng = np.random.default_rng(1)
    found = bunching(rng.uniform(250, 450, FEWEST - 1), threshold=THRESHOLD)
    assert not found.known
    assert not found.responds
    assert found.found.isna().all(axis=None)
    assert bunching(np.array([]), threshold=THRESHOLD).bins["observed"].sum() == 0


def test_neighbours_that_leave_too_few_bins_say_nothing():
    assert not bunching(EVEN, threshold=THRESHOLD, others=[400, 330, 280]).known


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([0.01, 100.0]))
def test_neither_order_nor_unit_changes_what_is_found(seed, unit):
    rng = np.random.default_rng(seed)
    # halves of a bin from their edges, so that a unit's rounding moves none
    values = 252.5 + 5 * rng.integers(0, 99, 800)
    one = bunching(values, threshold=THRESHOLD)
    other = bunching(rng.permutation(values) * unit, threshold=THRESHOLD * unit)
    same = other.found.mul([1, 1, 1 / unit], axis=0)
    assert same.to_numpy() == pytest.approx(one.found.to_numpy(), rel=1e-6, abs=1e-6)
    assert one.bins["observed"].sum() == len(values)


def test_a_planted_excess_is_within_its_interval():
    covered, claimed = hits("gamma", 3000, 0.4, range(30))
    assert (covered >= stats.binom.ppf(0.001, 30, 0.95)).all()
    assert claimed >= 24


def test_where_nobody_tops_up_none_is_said_to():
    covered, claimed = hits("lognormal", 3000, 0, range(30))
    assert (covered >= stats.binom.ppf(0.001, 30, 0.95)).all()
    assert claimed <= stats.binom.ppf(0.999, 30, 0.05)


def test_prices_that_heap_make_intervals_wider():
    rng = np.random.default_rng(3)
    smooth = spend("gamma", rng, 5000)
    heaped = np.where(rng.random(5000) < 0.2, np.floor(smooth / 50) * 50 + 49, smooth)
    wide, narrow = (bunching(v, threshold=THRESHOLD) for v in (heaped, smooth))
    assert wide.dispersion > 2 > narrow.dispersion
    assert not wide.responds


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["gamma", "lognormal", "sums"])
@pytest.mark.parametrize("n", [400, 3000, 20_000])
@pytest.mark.parametrize("share", [0, 0.3])
def test_intervals_hold_what_was_planted_as_often_as_promised(kind, n, share):
    covered, claimed = hits(kind, n, share, range(1000, 1200))
    assert (covered >= stats.binom.ppf(0.001, 200, 0.95)).all()
    if not share:
        assert claimed <= stats.binom.ppf(0.999, 200, 0.05)
