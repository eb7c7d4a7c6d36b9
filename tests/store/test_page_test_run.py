"""The estimate day by day, against the readout of its end and against looks made on each day."""

import pandas as pd
import pytest

from shophelm.store.page_test_run import estimate_by_day
from shophelm.store.page_tests import page_tests
from tests.store.test_page_tests import made

ENDS = ["lift", "lift_low", "lift_high", "always_low", "always_high"]


@pytest.fixture(scope="module")
def found(sample):
    return page_tests(sample)


def test_the_last_day_is_the_readout(sample, found):
    run = estimate_by_day(sample, found)
    readout = found.metrics.iloc[0]
    last = run.iloc[-1]
    assert last["day"] == readout["ended_on"]
    assert last["people"] == readout["n"] + readout["n_control"]
    assert last[ENDS].tolist() == pytest.approx(readout[ENDS].tolist())


@pytest.mark.parametrize("metric", ["uv_value", "orders", "pay_conversion"])
def test_money_and_orders_run_to_their_readout_too(sample, found, metric):
    primary = {"orders": "orders_per_visitor"}.get(metric, metric)
    other = found.metrics.assign(primary=found.metrics["metric"] == primary)
    tests = type(found)(other, found.verdicts, found.smallest_effect)
    run = estimate_by_day(sample, tests, experiment_id="exp_shipping_badge")
    own = other[other["primary"] & (other["experiment_id"] == "exp_shipping_badge")]
    assert run.iloc[-1][ENDS].tolist() == pytest.approx(own.iloc[0][ENDS].tolist())


@pytest.mark.slow
def test_each_day_is_what_a_look_on_that_day_showed(sample, found):
    run = estimate_by_day(sample, found).set_index("day")
    day = pd.Timestamp("2026-08-20").date()
    looked = page_tests(sample.at(day)).metrics.iloc[0]
    assert looked["state"] == "running"
    assert run.loc[day, ENDS].tolist() == pytest.approx(looked[ENDS].tolist())


def test_what_has_no_run_has_no_rows(shop, found, sample):
    ratio = found.metrics.assign(primary=found.metrics["metric"] == "average_order_value")
    tests = type(found)(ratio, found.verdicts, found.smallest_effect)
    assert estimate_by_day(sample, tests).empty
    nobody = shop(**made({"t": ({"a": (1, 0)}, {})}))
    assert estimate_by_day(nobody, page_tests(nobody)).empty
