import numpy as np
import pytest

from shophelm.figures import forecast as figures
from shophelm.report.columns import COLUMNS
from shophelm.supply_chain.backtested import backtested
from shophelm.supply_chain.weeks_ahead import weeks_ahead


@pytest.fixture(scope="module")
def weeks(sample):
    return weeks_ahead(sample)


def drawn(axes):
    axes.figure.draw_without_rendering()
    return axes


def test_the_fan_begins_where_the_weeks_sold_end(weeks):
    axes = drawn(figures.fan(weeks, currency="CNY"))
    assert axes.get_title(loc="left") == "Units a week: shop"
    sold, expected = axes.lines[:2]
    shop = weeks[weeks["category"] == "shop"]
    assert sold.get_ydata().tolist() == shop["sold_units"].dropna().tolist()
    assert expected.get_ydata().tolist() == shop["expected_units"].dropna().tolist()
    assert expected.get_xdata()[0] - sold.get_xdata()[-1] == np.timedelta64(7, "D")


def test_bursts_are_named_in_their_week(weeks):
    axes = drawn(figures.fan(weeks, currency="CNY", category="snacks"))
    named = [t.get_text() for t in axes.texts]
    assert {"double11", "double12"} <= set(named)


def test_the_backtest_shows_every_method_least_error_first(sample):
    table = backtested(sample)
    axes = drawn(figures.backtest(table, currency="CNY"))
    rows = table[table["demand_class"] == "all"].sort_values("rmsse", kind="stable")
    assert [t.get_text() for t in axes.get_yticklabels()] == rows["forecaster"].tolist()
    assert [t.get_text() for t in axes.texts] == [f"{e:.2f}" for e in rows["rmsse"]]


def test_every_column_has_a_title(sample, weeks):
    for frame in (weeks, backtested(sample)):
        assert set(frame.columns) <= set(COLUMNS)
