import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import special, stats

from shophelm.methods.survival import kaplan_meier, log_rank, reached_by, share_by


def test_the_estimate_is_scipys():
    rng = np.random.default_rng(4)
    times, cut = rng.integers(1, 40, 300), rng.integers(1, 40, 300)
    seen, happened = np.minimum(times, cut), times <= cut
    counts = (
        pd.DataFrame({"time": seen, "happened": happened, "unfinished": ~happened})
        .groupby("time")
        .sum()
    )
    curve = kaplan_meier(counts)
    theirs = stats.ecdf(stats.CensoredData.right_censored(seen, ~happened)).sf
    assert curve["share"].tolist() == pytest.approx((1 - theirs.probabilities).tolist())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scipy warns where the share is still 0
        interval = theirs.confidence_interval(0.95, method="log-log")
    known = curve["share_low"].notna().to_numpy()
    low, high = 1 - interval.high.probabilities, 1 - interval.low.probabilities
    assert curve["share_low"][known].tolist() == pytest.approx(low[known].tolist())
    assert curve["share_high"][known].tolist() == pytest.approx(high[known].tolist())


def test_who_is_still_waiting_counts_while_followed():
    # of four, one comes back on day 1; one is lost sight of on day 2; one comes back on day 3
    counts = pd.DataFrame(
        {"happened": [1, 0, 1, 0], "unfinished": [0, 1, 0, 1]}, index=[1, 2, 3, 4]
    )
    curve = kaplan_meier(counts)
    assert curve["at_risk"].tolist() == [4, 3, 2, 1]
    assert curve["share"].tolist() == pytest.approx([1 / 4, 1 / 4, 5 / 8, 5 / 8])


def test_once_all_have_come_there_is_no_interval():
    curve = kaplan_meier(pd.DataFrame({"happened": [2], "unfinished": [0]}, index=[5]))
    assert curve.loc[5, "share"] == 1
    assert curve[["share_low", "share_high"]].isna().all(axis=None)


@pytest.mark.slow
def test_intervals_cover_what_they_promise():
    rng = np.random.default_rng(9)
    rounds, hits = 1000, 0
    for _ in range(rounds):
        times, cut = np.ceil(rng.exponential(20, 200)), rng.integers(5, 60, 200)
        seen, happened = np.minimum(times, cut), times <= cut
        frame = pd.DataFrame({"t": seen, "happened": happened, "unfinished": ~happened})
        at = kaplan_meier(frame.groupby("t").sum()).loc[:20].iloc[-1]
        hits += at["share_low"] <= 1 - np.exp(-1) <= at["share_high"]
    assert stats.binomtest(int(hits), rounds, 0.95).pvalue > 0.001


def curve():
    return kaplan_meier(pd.DataFrame({"happened": [1, 1], "unfinished": [1, 1]}, index=[5, 10]))


def test_a_share_is_read_off_only_where_someone_waited_so_long():
    assert share_by(curve(), 4)["share"] == 0
    assert share_by(curve(), 9)["share"] == 0.25
    assert share_by(curve(), 10)["share"] == 0.625
    assert share_by(curve(), 11).isna().all()


def test_a_share_is_reached_or_it_is_not_known_when():
    assert reached_by(curve(), 0.5) == 10
    assert np.isnan(reached_by(curve(), 0.7))


def test_the_log_rank_test_agrees_with_a_published_example():
    """Freireich et al. 1963, 6-MP against placebo: chi-square 16.79 (Kleinbaum & Klein, ch. 2)."""
    drug = {6: (3, 1), 7: (1, 0), 9: (0, 1), 10: (1, 1), 11: (0, 1), 13: (1, 0), 16: (1, 0)}
    drug |= {17: (0, 1), 19: (0, 1), 20: (0, 1), 22: (1, 0), 23: (1, 0), 25: (0, 1)}
    drug |= {32: (0, 2), 34: (0, 1), 35: (0, 1)}
    placebo = {1: 2, 2: 2, 3: 1, 4: 2, 5: 2, 8: 4, 11: 2, 12: 2, 15: 1, 17: 1, 22: 1, 23: 1}
    columns = ["happened", "unfinished"]
    one = pd.DataFrame.from_dict(drug, orient="index", columns=columns)
    other = pd.DataFrame({"happened": placebo, "unfinished": dict.fromkeys(placebo, 0)})
    p = log_rank(one, other)
    assert special.chdtri(1, p) == pytest.approx(16.79, abs=0.005)
    assert log_rank(other, one) == pytest.approx(p)


def test_equal_groups_differ_by_chance_alone():
    counts = pd.DataFrame({"happened": [2, 1], "unfinished": [0, 1]}, index=[3, 8])
    assert log_rank(counts, counts) == pytest.approx(1)


def test_where_nothing_happened_the_log_rank_test_says_nothing():
    counts = pd.DataFrame({"happened": [0], "unfinished": [4]}, index=[3])
    assert np.isnan(log_rank(counts, counts))
