"""Usual odds: what was planted is found again, and the spread beyond chance is told."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from shophelm.methods.usual_odds import Rows, dispersion, usual_odds

LEVELS = np.array([-0.6, -0.3, 0.0, 0.3, 0.6, -0.5, 0.5, 0.1])
GROUPS = np.array([0, 0, 0, 0, 0, 1, 1, 1])


def planted(rng, *, trials=400.0, times=20, slope=(-2.0, -2.0), off=0.0):
    """Counts of eight members in two groups at twenty times, with their true log odds."""
    member = np.repeat(np.arange(8), times)
    slot = np.tile(np.arange(times), 8)
    price = rng.choice([-0.2, 0.0, 0.2], len(member))
    time = 0.4 * np.sin(np.arange(times))
    odds = LEVELS[member] + time[slot] + np.array(slope)[GROUPS[member]] * price
    odds = odds + off * rng.standard_normal(len(member))
    n = np.full(len(member), trials)
    yes = rng.binomial(n.astype(int), special.expit(odds)).astype(float)
    return Rows(n, yes, member, slot, price, np.ones(len(member))), odds


def test_levels_times_and_price_slopes_are_found_again():
    rows, odds = planted(np.random.default_rng(1))
    fit = usual_odds(rows, GROUPS)
    error = fit.offset + fit.level[rows.member] - odds
    # 8 levels, 20 times, 20 of the large group and a slope each, from 160 rows that each tell
    # 400 × .24 of their log odds
    due = np.sqrt((8 + 20 + 20 + 2) / 160 / (400 * 0.24))
    assert np.sqrt((error**2).mean()) < 1.2 * due
    assert fit.slope == pytest.approx(np.full(8, -2.0), abs=0.2)


def test_a_small_group_has_the_price_slope_of_all():
    rows, _ = planted(np.random.default_rng(6), slope=(-2.0, 0.0))
    fit = usual_odds(rows, GROUPS)
    assert fit.slope[:5] == pytest.approx(np.full(5, -2.0), abs=0.2)
    # five of its seven peers have it
    assert fit.slope[5:] == pytest.approx(np.full(3, -2.0 * 5 / 7), abs=0.2)


def test_whose_price_moves_alone_does_not_set_its_own_slope():
    rows, _ = planted(np.random.default_rng(7), slope=(-4.0, -4.0))
    alone = Rows(rows.trials, rows.yes, rows.member, rows.slot,
                 np.where(rows.member == 2, rows.price, 0.0), rows.weight)  # fmt: skip
    fit = usual_odds(alone, GROUPS)
    # nobody else's price says anything: none is usual, and for the others its answer is
    assert fit.slope[2] == pytest.approx(0, abs=0.05)
    assert fit.slope[0] < -2


def test_members_fitted_counts_come_to_the_real_ones_but_for_their_shrinkage():
    rows, _ = planted(np.random.default_rng(2), slope=(0.0, 0.0))
    rows = replace(rows, price=np.zeros(len(rows.price)))
    fit = usual_odds(rows, GROUPS)
    expected = rows.trials * special.expit(fit.offset + fit.level[rows.member])
    gap = np.bincount(rows.member, rows.yes - expected)
    # at the top of the likelihood the prior pulls as hard as the counts do: (level − middle) / .25
    assert gap == pytest.approx((fit.level - fit.middle[GROUPS]) / 0.25, abs=0.01)
    assert np.abs(gap).max() < 3


def test_rows_without_weight_teach_nothing():
    rows, _ = planted(np.random.default_rng(3))
    late = (rows.member == 2) & (rows.slot >= 10)
    fallen = Rows(rows.trials, np.where(late, 0.0, rows.yes), rows.member, rows.slot, rows.price,
                  np.where(late, 0.0, 1.0))  # fmt: skip
    kept = Rows(*(getattr(rows, n) for n in ("trials", "yes", "member", "slot", "price")),
                np.where(late, 0.0, 1.0))  # fmt: skip
    assert usual_odds(fallen, GROUPS).level == pytest.approx(usual_odds(kept, GROUPS).level)


def test_a_member_alone_in_its_group_keeps_a_fall_of_its_own():
    rows, _ = planted(np.random.default_rng(4))
    late = (rows.member == 7) & (rows.slot >= 10)
    yes = np.where(late, np.round(rows.yes / 3), rows.yes)
    fallen = rows.yes[late].sum() - yes[late].sum()
    rows = Rows(rows.trials, yes, rows.member, rows.slot, rows.price, rows.weight)
    fit = usual_odds(rows, np.array([0, 0, 0, 0, 0, 0, 0, 1]))
    gap = rows.yes - rows.trials * special.expit(fit.offset + fit.level[rows.member])
    # its level is a mean of before and after, so half of the fall lies on either side of it; the
    # times, which eight members share, take an eighth of that
    assert gap[late].sum() == pytest.approx(-fallen / 2 * 7 / 8, rel=0.1)


def test_dispersion_is_one_by_chance_and_more_where_rates_wander():
    rng = np.random.default_rng(5)
    found = []
    for off in (0.0, 0.2):
        rows, _ = planted(rng, off=off)
        fit = usual_odds(rows, GROUPS)
        block = rows.member * 20 + rows.slot
        odds = fit.offset + fit.level[rows.member]
        found.append(dispersion(rows, odds, block, fitted=8))
    assert found[0] == pytest.approx(1, abs=0.2)
    # a wandering of .2 adds 400 × .25 × .04 = 4 to a variance of one
    assert 3 < found[1] < 6


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_order_of_rows_changes_nothing(seed):
    rng = np.random.default_rng(seed)
    rows, _ = planted(rng, trials=20.0, times=4)
    turn = rng.permutation(len(rows.trials))
    other = Rows(*(getattr(rows, n)[turn] for n in Rows.__slots__))
    one, two = usual_odds(rows, GROUPS), usual_odds(other, GROUPS)
    assert one.level == pytest.approx(two.level, abs=1e-6)
    assert one.offset[turn] == pytest.approx(two.offset, abs=1e-6)


def test_no_rows_have_no_odds():
    nothing = np.array([], dtype=float)
    none = np.array([], dtype=int)
    fit = usual_odds(Rows(nothing, nothing, none, none, nothing, nothing), none)
    assert len(fit.offset) == len(fit.level) == 0
