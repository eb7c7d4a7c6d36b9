import numpy as np
import pandas as pd
import pytest
from scipy import stats

from shophelm.methods.rank_ties import rank_ties


def test_one_group_is_spearmans_correlation():
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 9, 40), rng.normal(size=40)
    found = rank_ties(y, pd.DataFrame({"x": x}), group=[1] * 40).iloc[0]
    assert found["tie"] == pytest.approx(stats.spearmanr(x, y).statistic)
    assert found["members"] == 40


def test_what_only_groups_differ_in_is_no_tie():
    rng = np.random.default_rng(1)
    group = np.repeat(np.arange(10), 6)
    x, y = (group * 5 + rng.normal(size=60) for _ in range(2))
    found = rank_ties(y, pd.DataFrame({"x": x}), group=group).iloc[0]
    assert stats.spearmanr(x, y).statistic > 0.9
    assert found["tie_low"] < 0 < found["tie_high"]


def test_unrelated_ranks_are_called_tied_one_time_in_twenty():
    rng = np.random.default_rng(2)
    group = np.repeat(np.arange(5), 5)
    wrong = 0
    for _ in range(400):
        table = pd.DataFrame({"x": rng.normal(size=25)})
        wrong += rank_ties(rng.normal(size=25), table, group=group)["p_value"].iloc[0] <= 0.05
    assert 0.02 <= wrong / 400 <= 0.085


def test_too_few_and_unvarying_members_tell_nothing():
    table = pd.DataFrame({"few": [1.0, 2, 3] + [np.nan] * 9, "same": [1.0] * 12})
    found = rank_ties(range(12), table, group=["a"] * 12)
    assert found["tie"].isna().all()
    assert found["members"].tolist() == [3, 12]
    alone = rank_ties(range(12), pd.DataFrame({"x": range(12)}), group=range(12))
    assert alone["members"].tolist() == [0]
    assert rank_ties([], pd.DataFrame({"x": []}), group=[])["tie"].isna().all()
