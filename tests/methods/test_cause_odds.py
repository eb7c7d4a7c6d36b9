"""Signs and causes: Bayes factors by hand, limits, and calibration on drawn cases."""

import numpy as np
import pytest
from scipy import stats

from shophelm.methods.cause_odds import Sign, learnt_prior, posterior

SIGN = Sign({"price": (-3.0, 1.5)}, shown=0.8, usual=0.7, coincidence=0.02)


def test_the_bayes_factor_by_hand():
    (found,) = np.exp(SIGN.log_evidence("price", np.array([-3.0]), np.array([0.5])))
    # an effect below 0, integrated over: normal around −3, cut off at 0
    effect = np.linspace(-12, 0, 120_001)
    prior = stats.truncnorm.pdf(effect, -np.inf, 2, loc=-3, scale=1.5)
    looks = np.trapezoid(stats.norm.pdf(-3, effect, 0.5) * prior, effect)
    plain = stats.norm.pdf(-3, 0, np.hypot(0.7, 0.5))
    assert found == pytest.approx((0.8 * looks + 0.2 * plain) / (0.02 * looks + 0.98 * plain))


def test_evidence_stays_between_hiding_and_coincidence():
    value = np.linspace(-30, 30, 301)
    found = np.exp(SIGN.log_evidence("price", value, np.full(301, 0.01)))
    assert found.max() == pytest.approx(0.8 / 0.02, rel=0.01)
    assert found.min() == pytest.approx(0.2 / 0.98, rel=0.01)


def test_a_move_the_other_way_speaks_against_a_cause_however_far_it_is():
    far = SIGN.log_evidence("price", np.array([2.0, 6.0, 30.0]), np.full(3, 0.3))
    assert (far < 0).all()


def test_what_is_not_measured_or_hardly_measured_says_nothing():
    value, error = np.array([np.nan, -3.0, -3.0]), np.array([1.0, np.nan, 1e6])
    assert SIGN.log_evidence("price", value, error) == pytest.approx([0, 0, 0], abs=1e-5)
    assert SIGN.log_evidence("trust", value, error).tolist() == [0, 0, 0]


def test_a_sign_of_two_causes_speaks_for_both():
    both = Sign({"price": (0.15, 0.1), "diversion": (0.3, 0.1)}, 0.6, 0.1, 0.1)
    value, error = np.array([0.3]), np.array([0.02])
    price, diversion = (both.log_evidence(c, value, error)[0] for c in ("price", "diversion"))
    assert diversion > price > 0


def test_posterior_by_hand():
    logs = {"price": np.log([8.0, 1.0]), "none": np.zeros(2)}
    found = posterior({"price": 0.2, "none": 0.8}, logs)
    assert found["price"] == pytest.approx([1.6 / 2.4, 0.2])
    assert found["price"] + found["none"] == pytest.approx([1, 1])


def cases(rng, share, n=4_000):
    """Draw cases as the model has them: a cause or none, a sign, an error."""
    has = rng.random(n) < share
    shows = np.where(has, rng.random(n) < 0.8, rng.random(n) < 0.02)
    like = stats.truncnorm.rvs(-np.inf, 2, loc=-3, scale=1.5, size=n, random_state=rng)
    true = np.where(shows, like, rng.normal(0, 0.7, n))
    error = rng.choice([0.3, 1.0, 3.0], n)
    return has, true + error * rng.standard_normal(n), error


def test_probabilities_are_as_often_true_as_they_say():
    has, value, error = cases(np.random.default_rng(21), 0.1)
    logs = {"price": SIGN.log_evidence("price", value, error), "none": np.zeros(len(value))}
    chance = posterior({"price": 0.1, "none": 0.9}, logs)["price"]
    for low, high in ((0, 0.1), (0.1, 0.4), (0.4, 0.8), (0.8, 1)):
        some = (chance >= low) & (chance < high)
        error = np.sqrt((chance[some] * (1 - chance[some])).sum())
        assert abs(has[some].sum() - chance[some].sum()) < 3 * error


@pytest.mark.parametrize("share", [0.02, 0.3])
def test_how_common_a_cause_is_is_learnt(share):
    has, value, error = cases(np.random.default_rng(22), share)
    logs = {"price": SIGN.log_evidence("price", value, error), "none": np.zeros(len(value))}
    learnt = learnt_prior({"price": 0.1, "none": 0.9}, logs, weight=20)
    assert learnt["price"] == pytest.approx(has.mean(), abs=0.03)
    assert sum(learnt.values()) == pytest.approx(1)


def test_without_cases_the_prior_stays():
    prior = {"price": 0.1, "none": 0.9}
    nothing = {"price": np.array([]), "none": np.array([])}
    assert learnt_prior(prior, nothing, weight=20) == pytest.approx(prior)
