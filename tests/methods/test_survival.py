import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from shophelm.methods.survival import kaplan_meier


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
