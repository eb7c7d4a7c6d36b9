import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from shophelm.methods import gamma_gamma
from tests.conftest import SHARED

TRUTH = (6.0, 4.0, 15.0)


def simulated(n, *, seed):
    rng = np.random.default_rng(seed)
    p, q, v = TRUTH
    purchases = rng.integers(1, 8, n)
    nu = rng.gamma(q, 1 / v, n)
    return purchases, rng.gamma(p * purchases, 1 / nu) / purchases


@pytest.mark.skipif(not SHARED.exists(), reason="the real data are not here")
def test_cdnow_is_fitted_as_published():
    # Fader and Hardie 2013: repeat purchases of the 946 repeaters, to 1997-09-30
    names = ["master", "customer", "day", "discs", "money"]
    file = SHARED / "cdnow" / "CDNOW_sample.txt"
    sales = pd.read_csv(file, sep=r"\s+", header=None, names=names)
    days = sales[sales["day"] <= 19970930].groupby(["customer", "day"])["money"].sum()
    first = days.groupby("customer").cumcount() == 0
    repeats = days[~first].groupby("customer").agg(["count", "mean"])
    assert len(repeats) == 946
    spend = gamma_gamma.fit(repeats["count"].to_numpy(), repeats["mean"].to_numpy())
    p, q, v = round(spend.p, 2), round(spend.q, 2), round(spend.v, 2)
    assert (p, q, v) == (6.25, 3.74, 15.44)
    # the published mean is of the parameters as printed
    assert round(p * v / (q - 1), 2) == 35.22
    assert spend.mean == pytest.approx(35.22, abs=0.06)


def test_planted_parameters_are_found_and_the_mean_is_that_of_all():
    spend = gamma_gamma.fit(*simulated(40_000, seed=1))
    assert spend.known
    assert [spend.p, spend.q, spend.v] == pytest.approx(TRUTH, rel=0.06)
    assert spend.mean == pytest.approx(6 * 15 / 3, rel=0.01)


@given(st.lists(st.floats(-1, 1), min_size=3, max_size=3))
@settings(max_examples=30)
def test_derivatives_are_those_of_the_likelihood(logs):
    purchases, mean = simulated(200, seed=2)
    likelihood = gamma_gamma._Likelihood(purchases.astype(float), mean / mean.mean())
    at = np.array(logs) + 1
    gradient = optimize.approx_fprime(at, lambda p: likelihood(p)[0], 1e-6)
    assert likelihood(at)[1] == pytest.approx(gradient, rel=1e-3, abs=1e-4)
    hessian = [
        optimize.approx_fprime(at, lambda p, i=i: likelihood(p)[1][i], 1e-6) for i in range(3)
    ]
    assert likelihood(at)[2] == pytest.approx(np.array(hessian), rel=1e-3, abs=1e-4)


def test_money_times_a_hundred_moves_the_scale_alone():
    purchases, mean = simulated(500, seed=3)
    one, other = gamma_gamma.fit(purchases, mean), gamma_gamma.fit(purchases, 100 * mean)
    assert [other.p, other.q, other.v] == pytest.approx([one.p, one.q, 100 * one.v], rel=1e-4)


def test_one_purchase_says_less_of_a_customer_than_many():
    spend = gamma_gamma.Spend(*TRUTH, known=True)
    few, many = gamma_gamma.expected_spend(spend, np.array([1, 50]), np.array([90.0, 90.0]))
    assert spend.mean < few < many < 90
    assert gamma_gamma.expected_spend(spend, np.array([0]), np.array([0.0]))[0] == spend.mean


def test_customers_who_left_nothing_are_left_out_of_the_fit():
    purchases, mean = simulated(500, seed=4)
    more = gamma_gamma.fit(np.append(purchases, [1, 2]), np.append(mean, [0.0, -5.0]))
    assert more == gamma_gamma.fit(purchases, mean)


def test_few_customers_or_one_price_have_no_model():
    assert not gamma_gamma.fit(np.ones(20), np.arange(1.0, 21)).known
    assert not gamma_gamma.fit(np.ones(500), np.full(500, 9.9)).known
