"""Two arms, against figures published elsewhere, sums by hand, and simulated trials."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from shophelm.methods.two_sample import (
    arm_of_counts,
    arm_of_ratios,
    arm_of_sums,
    difference,
    lift,
    lift_within,
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


def ratio_arm(y, d):
    y, d = np.asarray(y, dtype=float), np.asarray(d, dtype=float)
    return arm_of_ratios(len(y), y.sum(), d.sum(), (y * y).sum(), (d * d).sum(), (y * d).sum())


def test_a_ratio_with_one_each_is_a_mean():
    values = [1.0, 4.0, 2.5, 0.0]
    ours, mean = ratio_arm(values, [1, 1, 1, 1]), arm(values)
    assert (ours.mean[0], ours.variance[0]) == pytest.approx((mean.mean[0], mean.variance[0]))


def test_the_variance_of_a_ratio_is_the_delta_methods_by_hand():
    # y 2, 0, 4 of d 1, 1, 2: R = 1.5, y − R d = .5, −1.5, 1; (.25 + 2.25 + 1) / 2 over (4/3)²
    found = ratio_arm([2, 0, 4], [1, 1, 2])
    assert found.mean[0] == 1.5
    assert found.variance[0] == pytest.approx(1.75 / (16 / 9))


def test_a_ratio_of_nothing_is_unknown():
    found = arm_of_ratios([5, 1], [0, 3], [0, 1], [0, 9], [0, 1], [0, 3])
    assert np.isnan(found.mean).tolist() == [True, False]
    assert np.isnan(found.variance).tolist() == [True, True]


def test_intervals_of_ratios_hold_the_truth_where_orders_come_in_clumps():
    """People order 0 to many times, and who orders much orders dearer: orders are not people."""
    chance = np.random.default_rng(8)
    trials, n = 2_000, 400

    def drawn(scale):
        taste = chance.gamma(2.0, 0.5, (trials, n))
        orders = chance.poisson(0.6 * taste)
        money = chance.gamma(2.0 * orders + 1e-12, 25.0 * scale) * (orders > 0) * taste
        return arm_of_ratios(
            np.full(trials, n), money.sum(1), orders.sum(1), (money**2).sum(1),
            (orders**2).sum(1), (money * orders).sum(1),
        )  # fmt: skip

    # E[order's money × orders] / E[orders] = 50 × E[taste²] / E[taste] = 50 × 1.5
    found = difference(drawn(1.2), drawn(1.0))
    truth = 0.2 * 75
    covered = ((found["low"] <= truth) & (truth <= found["high"])).mean()
    assert 0.939 <= covered <= 0.961
    null = difference(drawn(1.0), drawn(1.0))["p_value"]
    assert 0.039 <= (null < 0.05).mean() <= 0.061


@given(
    st.lists(st.integers(1, 9), min_size=5, max_size=20),
    st.lists(st.integers(1, 9), min_size=5, max_size=20),
)
def test_the_lift_within_holds_zero_where_the_difference_does(ours, theirs):
    (apart,) = difference(arm(ours), arm(theirs)).to_dict("records")
    if not apart["error"] > 0:
        return
    reach = (apart["high"] - apart["estimate"]) / apart["error"]
    (found,) = lift_within(arm(ours), arm(theirs), reach).to_dict("records")
    if np.isnan(found["low"]):
        return
    assert found["low"] <= found["estimate"] <= found["high"]
    assert (found["low"] <= 1e-9 and found["high"] >= -1e-9) == (
        apart["low"] <= 1e-9 and apart["high"] >= -1e-9
    )


def test_with_many_people_the_lift_within_is_the_lift():
    ours, theirs = arm_of_counts(210_000, 1_000_000), arm_of_counts(200_000, 1_000_000)
    delta = lift(ours, theirs).iloc[0]
    found = lift_within(ours, theirs, 1.959964).iloc[0]
    assert found[["low", "high"]].tolist() == pytest.approx(
        delta[["low", "high"]].tolist(), abs=2e-5
    )


def test_the_lift_within_is_fiellers_by_hand():
    # means 3 and 2, errors 1/2 each: (3 − 2 r)² = (1 + r²) / 4 · 4 at two errors each,
    # so 3 r² − 12 r + 8 = 0, r = 2 ± √(4 / 3)
    ours, theirs = (arm_of_sums(4, 4 * m, 4 * m**2 + 3) for m in (3, 2))
    found = lift_within(ours, theirs, 2).iloc[0]
    assert found.tolist() == pytest.approx([0.5, 1 - np.sqrt(4 / 3), 1 + np.sqrt(4 / 3)])
    assert lift_within(ours, theirs, 4).iloc[0, 1:].isna().all()


@pytest.mark.parametrize("effect", [-0.4, 0.0, 0.5])
def test_lifts_within_hold_the_truth_in_small_trials(effect):
    chance = np.random.default_rng(4)
    n = np.full(2_000, 300)
    ours, theirs = (
        arm_of_counts(chance.binomial(300, p, 2_000), n) for p in (0.15 * (1 + effect), 0.15)
    )
    found = lift_within(ours, theirs, 1.96)
    covered = ((found["low"] <= effect) & (effect <= found["high"])).mean()
    assert 0.935 <= covered <= 0.961
