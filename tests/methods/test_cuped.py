"""CUPED against least squares, the formula of its authors, and simulated trials."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shophelm.methods.cuped import Sums, cuped
from shophelm.methods.two_sample import arm_of_sums, difference


def sums(arms):
    """Sums of arms given as pairs of y and x."""
    arms = [(np.asarray(y, dtype=float), np.asarray(x, dtype=float)) for y, x in arms]
    rows = [
        (len(y), y.sum(), (y * y).sum(), x.sum(), (x * x).sum(), (x * y).sum()) for y, x in arms
    ]
    return Sums(*np.array(rows).T)


def drawn(seed=3, n=(400, 300, 500)):
    chance = np.random.default_rng(seed)
    for size, effect in zip(n, (0.0, 0.4, -0.2), strict=True):
        x = chance.gamma(1.0, 2.0, size)
        yield effect + 0.7 * x + chance.normal(0, 1, size), x


def test_the_effect_is_that_of_least_squares_with_the_covariate():
    arms = list(drawn())
    found = cuped(sums(arms), [0, 0, 0])
    y, x = (np.concatenate(c) for c in zip(*arms, strict=True))
    arm = np.repeat([0, 1, 2], [len(a[0]) for a in arms])
    design = np.column_stack([np.ones(len(y)), arm == 1, arm == 2, x])
    coefficients = np.linalg.lstsq(design, y, rcond=None)[0]
    assert found.theta == pytest.approx([coefficients[3]] * 3)
    assert found.arm.mean[1:] - found.arm.mean[0] == pytest.approx(coefficients[1:3])


def test_mean_and_variance_are_those_of_the_adjusted_values():
    arms = list(drawn())
    found = cuped(sums(arms), [0, 0, 0])
    centre = np.concatenate([x for _, x in arms]).mean()
    adjusted = [y - found.theta[0] * (x - centre) for y, x in arms]
    assert found.arm.mean == pytest.approx([a.mean() for a in adjusted])
    assert found.arm.variance == pytest.approx([a.var(ddof=1) for a in adjusted])
    within = sum(((y - y.mean()) ** 2).sum() for y, _ in arms)
    left = sum(((a - a.mean()) ** 2).sum() for a in adjusted)
    assert found.removed == pytest.approx([1 - left / within] * 3)


def test_trials_do_not_borrow_from_each_other():
    arms = list(drawn())
    alone = cuped(sums(arms[:2]), [0, 0])
    both = cuped(sums([*arms[:2], arms[2], ([1, 2, 3], [3, 1, 2])]), [0, 0, 1, 1])
    assert both.arm.mean[:2] == pytest.approx(alone.arm.mean)
    assert both.theta[0] == pytest.approx(alone.theta[0])
    assert both.theta[2] != pytest.approx(alone.theta[0])


@pytest.mark.parametrize("x", [0.0, 0.1, 7.0])
def test_a_covariate_that_does_not_vary_leaves_the_arms_as_they_were(x):
    arms = [(y, np.full(len(y), x)) for y, _ in drawn()]
    given_sums = sums(arms)
    found, plain = (
        cuped(given_sums, [0] * 3),
        arm_of_sums(given_sums.n, given_sums.y, given_sums.yy),
    )
    assert found.arm.mean.tolist() == plain.mean.tolist()
    assert found.arm.variance.tolist() == plain.variance.tolist()
    assert found.removed.tolist() == [0, 0, 0]


def test_empty_arms_and_no_arms_are_unknown():
    found = cuped(Sums([0, 1, 4], [0, 2, 8], [0, 4, 18], [0, 0, 3], [0, 0, 3], [0, 0, 7]), [0] * 3)
    assert np.isnan(found.arm.mean).tolist() == [True, False, False]
    assert np.isnan(found.arm.variance).tolist() == [True, True, False]
    assert len(cuped(Sums([], [], [], [], [], []), []).arm.n) == 0


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=6, max_size=30))
def test_variance_is_never_added_and_adding_up_keeps_the_mean(pairs):
    y, x = (np.array(c, dtype=float) for c in zip(*pairs, strict=True))
    arms = [(y[::2], x[::2]), (y[1::2], x[1::2])]
    found = cuped(sums(arms), [0, 0])
    n = found.arm.n
    assert -1e-9 <= found.removed[0] <= 1 + 1e-9
    assert (n * found.arm.mean).sum() / n.sum() == pytest.approx(y.mean())


def test_null_trials_come_out_at_five_percent_and_intervals_shrink_as_promised():
    chance = np.random.default_rng(11)
    trials, n = 2_000, 300
    x = chance.gamma(0.5, 2.0, (2, trials, n))
    y = x + chance.normal(0, 1, x.shape)
    of = [v.reshape(2 * trials, n) for v in (y, x)]
    given_sums = Sums(
        np.full(2 * trials, n), of[0].sum(1), (of[0] ** 2).sum(1), of[1].sum(1),
        (of[1] ** 2).sum(1), (of[0] * of[1]).sum(1),
    )  # fmt: skip
    found = cuped(given_sums, np.tile(np.arange(trials), 2))
    theirs, ours = (
        type(found.arm)(*(getattr(found.arm, p)[k : k + trials] for p in ("n", "mean", "variance")))
        for k in (0, trials)
    )
    p_values = difference(ours, theirs)["p_value"]
    assert 0.039 <= (p_values < 0.05).mean() <= 0.061
    # of the variance of 2 + 1, the covariate explains 2
    assert found.removed.mean() == pytest.approx(2 / 3, abs=0.01)
