"""Group effects: by hand, against pandas' own arithmetic, and how often the errors hold."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shophelm.methods.effect_shrinkage import shrink_effects
from shophelm.methods.group_effects import group_effects


def test_equal_members_without_other_factors_give_means():
    found = group_effects([1, 3, 5, 7], [0.1] * 4, group=["a", "a", "b", "b"])
    assert found["effect"].tolist() == pytest.approx([-2, 2])
    assert found["members"].tolist() == [2, 2]
    # the luck that makes the weighted residuals as large as free members: (1² · 4) / 2 = 2
    assert found["luck"].tolist() == pytest.approx([np.sqrt(1.9)] * 2)
    # Student's t at two free members is 4.303, where the normal has 1.960
    assert found["error"].tolist() == pytest.approx(
        [np.sqrt(2 / 2 / 2) * 4.3027 / 1.96] * 2, rel=1e-4
    )


def test_no_luck_is_found_where_members_differ_no_more_than_their_errors():
    found = group_effects([1, 1.1, 2, 2.1], [1.0] * 4, group=["a", "a", "b", "b"])
    assert found["luck"].tolist() == [0, 0]
    assert found["error"].tolist() == pytest.approx([0.5 * 4.3027 / 1.96] * 2, rel=1e-4)


def test_what_a_category_does_is_not_taken_for_the_group_s_doing():
    kind = pd.DataFrame({"category": ["x", "x", "x", "y", "y", "y"]})
    group = ["a", "a", "b", "a", "b", "b"]
    own = np.array([0.2 if g == "a" else -0.2 for g in group])
    values = own + np.where(kind["category"] == "x", 5.0, 0.0)
    found = group_effects(values, [0.01] * 6, group=group, beside=kind)
    assert found["effect"].tolist() == pytest.approx([0.2, -0.2])


def test_groups_that_share_no_category_are_not_compared():
    kind = pd.DataFrame({"category": ["x", "x", "y", "y"]})
    found = group_effects([1, 2, 3, 4], [0.1] * 4, group=["a", "a", "b", "b"], beside=kind)
    assert found["effect"].isna().all()


def test_a_group_alone_in_its_category_does_not_keep_the_others_from_being_compared():
    kind = pd.DataFrame({"category": ["x", "x", "x", "x", "z", "z", "z"]})
    group = ["a", "a", "b", "b", "c", "c", "c"]
    found = group_effects([1, 3, 5, 7, 9, 9, 9], [0.1] * 7, group=group, beside=kind)
    assert found["effect"].tolist() == pytest.approx([-2, 2, np.nan], nan_ok=True)
    assert found["error"].isna().tolist() == [False, False, True]


def test_one_group_or_too_few_members_tell_nothing():
    assert group_effects([1, 2], [0.1] * 2, group=["a", "a"])["effect"].isna().all()
    assert group_effects([1, 2], [0.1] * 2, group=["a", "b"])["effect"].isna().all()


@given(st.floats(-5, 5), st.integers(0, 1000))
def test_what_is_added_to_all_changes_nothing(shift, seed):
    rng = np.random.default_rng(seed)
    group = rng.choice(list("abc"), 20)
    values, variances = rng.normal(size=20), rng.uniform(0.01, 0.2, 20)
    one = group_effects(values, variances, group=group)
    other = group_effects(values + shift, variances, group=group)
    assert one["effect"].tolist() == pytest.approx(other["effect"].tolist(), nan_ok=True, abs=1e-6)
    assert one["effect"].sum() == pytest.approx(0, abs=1e-9)


def test_few_members_do_not_make_groups_that_differ():
    """Three alike groups of three: somebody is off by 1.96 errors or more in few of 1,000 teams."""
    rng = np.random.default_rng(4)
    called = 0
    for _ in range(1000):
        found = group_effects(rng.normal(0, 0.3, 9), [0.01] * 9, group=list("aaabbbccc"))
        called += bool((found["effect"].abs() > 1.96 * found["error"]).any())
    # three comparisons at 5 %, of which two are free: about 11 %, known to 1 %
    assert called <= 140


@pytest.mark.slow
@pytest.mark.parametrize("owners", [3, 6])
@pytest.mark.parametrize("members", [3, 8])
def test_alike_groups_are_seldom_told_apart(owners, members):
    """As the scorecard calls them: 97.5 % sure, pulled together, beside categories and bands."""
    rng = np.random.default_rng(1)
    called = 0
    for _ in range(400):
        group = np.repeat([f"u{n}" for n in range(owners)], members)
        n = len(group)
        kinds = {"category": rng.choice(list("abc"), n), "band": rng.choice([1, 2, 3], n)}
        variances = rng.uniform(0.04, 0.2, n) ** 2
        values = rng.normal(0, 0.3, n) + rng.normal(0, np.sqrt(variances))
        found = group_effects(values, variances, group=group, beside=pd.DataFrame(kinds))
        sure = shrink_effects(found["effect"], found["error"])["positive"]
        known = found["effect"].notna().to_numpy()
        called += bool(((sure - 0.5).abs() >= 0.475)[known].any())
    # 5 % of teams, known to 1 %: pulling together is what corrects for several people
    assert called / 400 <= 0.05 + 3 * 0.011


def test_errors_are_as_large_as_estimates_stray():
    """400 teams of six people with 10 products each, of four categories, with luck of their own."""
    rng = np.random.default_rng(9)
    off = []
    for _ in range(400):
        group = np.repeat(list("abcdef"), 10)
        kind = pd.DataFrame({"category": rng.choice(list("wxyz"), 60)})
        true = rng.normal(0, 0.2, 6)
        variances = rng.uniform(0.002, 0.05, 60)
        values = true[np.searchsorted(list("abcdef"), group)] + rng.normal(0, 0.15, 60)
        values += kind["category"].map({"w": 0, "x": 1, "y": -1, "z": 2}).to_numpy()
        values += rng.normal(0, np.sqrt(variances))
        found = group_effects(values, variances, group=group, beside=kind)
        off += list((found["effect"] - (true - true.mean())) / found["error"])
    # 2,400 of them: the deviation is known to 2 %, what lies beyond 1.96 to half a point
    assert np.std(off) == pytest.approx(1.0, abs=0.08)
    assert np.mean(np.abs(off) > 1.96) == pytest.approx(0.05, abs=0.02)
