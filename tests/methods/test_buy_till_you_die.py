"""BG/NBD and MBG/NBD against the published figures, their own derivatives, and planted truth."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from shophelm.methods import buy_till_you_die as btyd
from tests.conftest import SHARED

CUT = pd.Timestamp("1997-09-30")
real = pytest.mark.skipif(not SHARED.exists(), reason="the real data are not here")


@pytest.fixture(scope="module")
def cdnow():
    """Give the tenth of CDNOW's customers: repeats, recency, age in weeks, and later repeats."""
    names = ["master", "customer", "day", "discs", "money"]
    file = SHARED / "cdnow" / "CDNOW_sample.txt"
    sales = pd.read_csv(file, sep=r"\s+", header=None, names=names)
    sales["day"] = pd.to_datetime(sales["day"].astype(str))
    days = sales.drop_duplicates(["customer", "day"])
    before = days[days["day"] <= CUT].groupby("customer")["day"].agg(["min", "max", "count"])
    later = days[days["day"] > CUT].groupby("customer").size().reindex(before.index, fill_value=0)
    return pd.DataFrame(
        {
            "repeats": before["count"] - 1.0,
            "recency": (before["max"] - before["min"]).dt.days / 7,
            "age": (CUT - before["min"]).dt.days / 7,
            "later": later,
        }
    )


def histories(frame):
    return btyd.distinct(*(frame[c].to_numpy() for c in ("repeats", "recency", "age")))


def one_by_one(frame):
    columns = (frame[c].to_numpy() for c in ("repeats", "recency", "age"))
    return btyd.Histories(*columns, np.ones(len(frame)))


@real
def test_cdnow_is_fitted_as_published(cdnow):
    # Fader, Hardie and Lee 2005, table 2
    h = histories(cdnow)
    assert (h.customers.sum(), (h.customers * (h.repeats > 0)).sum()) == (2357, 946)
    assert h.customers @ h.repeats == 2457
    model = btyd.fit(h, leaves_at_once=False)
    assert model.known
    assert model.parameters.round(3).tolist() == [0.243, 4.414, 0.793, 2.426]
    assert round(model.log_likelihood, 1) == -9582.4


@real
def test_a_customer_of_the_paper_is_forecast_as_published(cdnow):
    model = btyd.fit(histories(cdnow), leaves_at_once=False)
    customer = btyd.Histories(*(np.array([v]) for v in (2.0, 30.43, 38.86)), np.ones(1))
    assert btyd.expected_purchases(model, customer, horizon=39)[0] == pytest.approx(1.226, abs=5e-4)
    assert btyd.alive(model, customer)[0] == pytest.approx(0.7266, abs=5e-5)


@real
def test_the_held_out_half_of_cdnow_is_forecast_a_little_low(cdnow):
    # the paper's tracking plot is remembered to end 4 % low at week 78: not checked against it
    model = btyd.fit(histories(cdnow), leaves_at_once=False)
    by_78 = btyd.expected_purchases(model, new(len(cdnow)), horizon=cdnow["age"].to_numpy() + 39)
    came = cdnow["repeats"].sum() + cdnow["later"].sum()
    assert came == 2457 + 1882
    assert by_78.sum() / came - 1 == pytest.approx(-0.04, abs=0.005)
    # customer by customer, those who bought more are expected to
    expected = btyd.expected_purchases(model, one_by_one(cdnow), horizon=39)
    assert np.corrcoef(expected, cdnow["later"])[0, 1] > 0.6


def new(n):
    return btyd.Histories(*(np.zeros(n) for _ in range(3)), np.ones(n))


def simulated(n, parameters, *, leaves_at_once, seed):
    """Draw customers' purchases from the models' own story."""
    rng = np.random.default_rng(seed)
    r, alpha, a, b = parameters
    age = rng.uniform(100, 600, n)
    pace, leaves = rng.gamma(r, 1 / alpha, n), rng.beta(a, b, n)
    repeats, recency = np.zeros(n), np.zeros(n)
    at = np.zeros(n)
    here = rng.random(n) > leaves if leaves_at_once else np.ones(n, dtype=bool)
    while here.any():
        at = at + rng.exponential(1 / np.maximum(pace, 1e-12))
        here &= at < age
        repeats += here
        recency = np.where(here, at, recency)
        here &= rng.random(n) > leaves
    return pd.DataFrame({"repeats": repeats, "recency": recency, "age": age})


TRUTH = np.array([0.8, 60.0, 1.1, 3.0])


@pytest.mark.parametrize("leaves_at_once", [False, True])
def test_planted_parameters_are_found(leaves_at_once):
    frame = simulated(20_000, TRUTH, leaves_at_once=leaves_at_once, seed=1)
    model = btyd.fit(histories(frame), leaves_at_once=leaves_at_once)
    errors = np.sqrt(np.diag(model.covariance))
    assert model.known
    assert errors.max() < 0.2
    assert (np.abs(np.log(model.parameters / TRUTH)) < 3 * errors).all()


@pytest.mark.slow
@pytest.mark.parametrize("leaves_at_once", [False, True])
def test_intervals_of_parameters_hold_the_truth_as_often_as_they_say(leaves_at_once):
    held = []
    for seed in range(200):
        frame = simulated(3_000, TRUTH, leaves_at_once=leaves_at_once, seed=seed)
        model = btyd.fit(histories(frame), leaves_at_once=leaves_at_once)
        assert model.known
        errors = np.sqrt(np.diag(model.covariance))
        held.append(np.abs(np.log(model.parameters / TRUTH)) < 1.96 * errors)
    # 95 %, and three standard errors of 200 draws
    assert (np.mean(held, axis=0) > 0.95 - 3 * np.sqrt(0.95 * 0.05 / 200)).all()


@given(st.lists(st.floats(-1.5, 1.5), min_size=4, max_size=4), st.booleans())
@settings(max_examples=30)
def test_derivatives_are_those_of_the_likelihood(logs, leaves_at_once):
    frame = simulated(200, TRUTH, leaves_at_once=leaves_at_once, seed=3)
    likelihood = btyd._Likelihood(histories(frame), leaves_at_once=leaves_at_once)
    at = np.array(logs) + np.log([1.0, 50.0, 1.0, 2.0])
    gradient = optimize.approx_fprime(at, lambda p: likelihood(p)[0], 1e-6)
    assert likelihood(at)[1] == pytest.approx(gradient, rel=1e-3, abs=1e-2)
    hessian = [
        optimize.approx_fprime(at, lambda p, i=i: likelihood(p)[1][i], 1e-6) for i in range(4)
    ]
    assert likelihood(at)[2] == pytest.approx(np.array(hessian), rel=1e-3, abs=1e-2)


@given(st.randoms(use_true_random=False))
@settings(max_examples=10)
def test_the_order_of_customers_and_the_unit_of_time_change_nothing(random):
    frame = simulated(400, TRUTH, leaves_at_once=False, seed=4).round(0)
    order = list(range(len(frame)))
    random.shuffle(order)
    first = btyd.fit(histories(frame), leaves_at_once=False)
    again = btyd.fit(histories(frame.iloc[order]), leaves_at_once=False)
    assert again.parameters.tolist() == first.parameters.tolist()
    weeks = frame.assign(recency=frame["recency"] / 7, age=frame["age"] / 7)
    in_weeks = btyd.fit(histories(weeks), leaves_at_once=False).parameters
    assert in_weeks * [1, 7, 1, 1] == pytest.approx(first.parameters, rel=1e-3)


@pytest.mark.parametrize("leaves_at_once", [False, True])
@pytest.mark.parametrize("horizon", [10.0, 400.0])
def test_expected_purchases_are_the_mean_of_drawn_ones(leaves_at_once, horizon):
    model = btyd.Fit(*TRUTH, leaves_at_once, 0.0, np.zeros((4, 4)), known=True)
    h = btyd.Histories(
        np.array([0.0, 1.0, 5.0, 5.0]),
        np.array([0.0, 20.0, 300.0, 100.0]),
        np.array([30.0, 400.0, 310.0, 400.0]),
        np.ones(4),
    )
    rng = np.random.default_rng(0)
    drawn = np.array(
        [btyd.drawn_purchases(model, h, horizon=horizon, rng=rng) for _ in range(4_000)]
    )
    error = drawn.std(axis=0) / np.sqrt(len(drawn))
    expected = btyd.expected_purchases(model, h, horizon=horizon)
    assert (np.abs(drawn.mean(axis=0) - expected) < 4 * error).all()


def test_a_shop_where_nobody_comes_back_has_no_model():
    age = np.linspace(1, 500, 1000)
    model = btyd.fit(btyd.distinct(0 * age, 0 * age, age), leaves_at_once=True)
    assert not model.known


def test_where_nobody_leaves_all_are_still_there():
    rng = np.random.default_rng(0)
    age = np.full(2_000, 300.0)
    repeats = rng.poisson(rng.gamma(1.0, 6.0, 2_000)).astype(float)
    recency = np.where(repeats > 0, 300 * rng.random(2_000) ** (1 / np.maximum(repeats, 1)), 0)
    h = btyd.distinct(repeats, recency, age)
    model = btyd.fit(h, leaves_at_once=False)
    assert model.known
    assert btyd.alive(model, h).min() > 0.9
    expected = btyd.expected_purchases(model, h, horizon=300.0) @ h.customers
    assert expected == pytest.approx(repeats.sum(), rel=0.03)


def test_customers_of_one_pace_are_expected_to_go_on_at_it_whatever_chance_brought_them():
    rng = np.random.default_rng(0)
    age = np.full(500, 300.0)
    repeats = rng.poisson(6.0, 500).astype(float)
    h = btyd.distinct(repeats, 299.0 * (repeats > 0), age)
    model = btyd.fit(h, leaves_at_once=False)
    expected = btyd.expected_purchases(model, h, horizon=300.0)
    assert expected == pytest.approx(np.full(len(expected), repeats.mean()), rel=0.05)
