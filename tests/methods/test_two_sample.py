"""Two arms, against figures published elsewhere, sums by hand, and simulated trials."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from shophelm.methods.two_sample import (
    arm_of_counts,
    arm_of_sums,
    difference,
    lift,
    pooled_difference,
)
from tests.conftest import SHARED

HILLSTROM = SHARED / "hillstrom" / "hillstrom.csv"


def arm(values):
    values = np.asarray(values, dtype=float)
    return arm_of_sums(len(values), values.sum(), (values**2).sum())


def test_the_lift_of_means_is_that_of_the_gbstats_test_suite():
    control = arm_of_sums(3407, 1396.87, 52377.9767)
    treated = arm_of_sums(3461, 2422.7, 134698.29)
    (row,) = lift(treated, control).to_dict("records")
    assert row["estimate"] == pytest.approx(0.70732, abs=5e-6)
    assert (row["low"], row["high"]) == pytest.approx((-0.03526, 1.44989), abs=5e-6)
    assert row["p_value"] == pytest.approx(0.06191, abs=5e-6)


def test_the_lift_of_proportions_is_that_of_the_gbstats_test_suite():
    (row,) = lift(arm_of_counts(16, 30), arm_of_counts(14, 28)).to_dict("records")
    assert row["estimate"] == pytest.approx(0.06667, abs=5e-6)
    assert (row["low"], row["high"]) == pytest.approx((-0.47767, 0.61101), abs=5e-6)
    assert row["p_value"] == pytest.approx(0.80707, abs=5e-6)


def test_the_difference_is_welchs_test_of_scipy():
    ours, theirs = [1.0, 2.0, 4.0, 8.0, 3.0], [0.0, 1.0, 1.5, 0.5]
    known = stats.ttest_ind(ours, theirs, equal_var=False)
    ends = known.confidence_interval(0.9)
    (row,) = difference(arm(ours), arm(theirs), level=0.9).to_dict("records")
    assert row["estimate"] == pytest.approx(3.6 - 0.75)
    assert row["p_value"] == pytest.approx(known.pvalue)
    assert (row["low"], row["high"]) == pytest.approx((ends.low, ends.high))


def test_arms_without_a_variance_have_no_interval():
    rows = difference(arm_of_sums([0, 1], [0, 5], [0, 25]), arm_of_sums([9, 9], [9, 9], [9, 9]))
    assert rows[["low", "high", "p_value"]].isna().all(axis=None)


@pytest.mark.skipif(not HILLSTROM.exists(), reason="real data are not here")
@pytest.mark.parametrize(
    ("outcome", "effect", "z"), [("visit", 0.076590, 22.62), ("spend", 0.769827, 5.30)]
)
def test_hillstroms_mail_to_men_did_what_was_counted_of_it(outcome, effect, z):
    rows = pd.read_csv(HILLSTROM)
    mailed, none = (rows[rows["segment"] == s][outcome] for s in ("Mens E-Mail", "No E-Mail"))
    (row,) = difference(arm(mailed), arm(none)).to_dict("records")
    assert row["estimate"] == pytest.approx(effect, abs=5e-7)
    assert row["estimate"] / row["error"] == pytest.approx(z, abs=0.005)
    if outcome == "visit":
        assert (mailed.mean(), none.mean()) == pytest.approx((0.182757, 0.106167), abs=5e-7)


def test_strata_are_pooled_by_their_people_and_never_mixed():
    # better weeks had more treated: mixed up, the treatment would seem to bring .45
    treated = arm_of_counts([90, 4], [100, 20])
    control = arm_of_counts([18, 16], [20, 80])
    (row,) = pooled_difference(treated, control, ["a", "a"]).to_dict("records")
    assert row["estimate"] == pytest.approx(0.0)
    assert row["mean_control"] == pytest.approx((0.9 * 120 + 0.2 * 100) / 220)
    assert (row["treated"], row["control"]) == (120, 100)
    share = np.array([120, 100]) / 220
    of = [0.9 * 0.1 * (1 / 100 + 1 / 20), 0.2 * 0.8 * (1 / 20 + 1 / 80)]
    assert row["error"] == pytest.approx(np.sqrt((share**2 * of).sum()))


def test_a_stratum_without_two_people_in_each_arm_is_left_out():
    treated, control = arm_of_counts([5, 1, 1], [10, 1, 1]), arm_of_counts([2, 9, 9], [10, 50, 50])
    rows = pooled_difference(treated, control, ["a", "a", "b"])
    assert rows.loc["a", ["treated", "control", "estimate"]].tolist() == [10, 10, 0.3]
    assert rows.loc["b", ["estimate", "low", "high", "p_value"]].isna().all()


@given(
    st.lists(st.integers(0, 9), min_size=3, max_size=20),
    st.lists(st.integers(0, 9), min_size=3, max_size=20),
)
def test_arms_changed_round_change_the_sign_and_nothing_else(ours, theirs):
    (there,) = difference(arm(ours), arm(theirs)).to_dict("records")
    (back,) = difference(arm(theirs), arm(ours)).to_dict("records")
    assert there["estimate"] == -back["estimate"]
    assert there["low"] == pytest.approx(-back["high"], nan_ok=True)
    assert there["p_value"] == pytest.approx(back["p_value"], nan_ok=True)


@given(st.lists(st.integers(0, 900), min_size=4, max_size=20))
def test_money_times_a_hundred_changes_no_decision(values):
    half = len(values) // 2
    small = lift(arm(values[:half]), arm(values[half:]))
    large = lift(arm([v * 100 for v in values[:half]]), arm([v * 100 for v in values[half:]]))
    pd.testing.assert_frame_equal(small, large, rtol=1e-6)


@pytest.mark.parametrize("people", [400, 4000])
def test_null_hold_outs_come_out_at_five_percent(people):
    """2,000 A/A hold-outs of customers of whom one in ten buys, for skewed amounts."""
    chance = np.random.default_rng(people)
    orders = chance.binomial(people // 2, 0.1, size=(2, 2000))

    def sums(buyers):
        owner = np.repeat(np.arange(2000), buyers)
        money = chance.gamma(2.0, 50.0, size=len(owner))
        sizes = np.full(2000, people // 2)
        return arm_of_sums(
            sizes, np.bincount(owner, money, 2000), np.bincount(owner, money**2, 2000)
        )

    p_values = difference(sums(orders[0]), sums(orders[1]))["p_value"]
    assert 0.039 <= (p_values < 0.05).mean() <= 0.061
