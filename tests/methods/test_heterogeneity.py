import numpy as np
import pytest
from scipy import stats

from shophelm.methods.heterogeneity import cochran_q
from shophelm.methods.two_sample import arm_of_counts, lift


def test_q_is_the_weighted_squares_around_the_weighted_mean():
    # weights 1 and 1/4: mean (0 + 5 × ¼) / 1.25 = 1; Q = 1 + 16 / 4
    q, freedom, p_value = cochran_q([0.0, 5.0], [1.0, 2.0])
    assert (q, freedom) == (pytest.approx(5.0), 1)
    assert p_value == pytest.approx(stats.chi2.sf(5.0, 1))


def test_groups_without_an_error_are_left_out():
    assert cochran_q([0, 5, 9, np.nan], [1, 2, np.nan, 1])[:2] == (pytest.approx(5.0), 1)
    q, freedom, p_value = cochran_q([1.0], [1.0])
    assert freedom == 0
    assert np.isnan([q, p_value]).all()


@pytest.mark.parametrize(("people", "rate", "effect"), [(300, 0.45, 0.2), (100, 0.2, 0.0)])
def test_groups_with_one_relative_effect_are_told_apart_in_five_percent_at_most(
    people, rate, effect
):
    chance = np.random.default_rng(people)
    trials, groups = 2_000, 4
    n = np.full(trials * groups, people)
    ours, theirs = (
        arm_of_counts(chance.binomial(people, p, len(n)), n) for p in (rate * (1 + effect), rate)
    )
    found = lift(ours, theirs)
    rows = zip(
        *(found[c].to_numpy().reshape(trials, groups) for c in ("estimate", "error")), strict=True
    )
    alarms = np.mean([cochran_q(e, s)[2] < 0.05 for e, s in rows])
    assert alarms <= 0.061
