"""Stock drawn: dots are lead times, lines what better ones are worth, points what policies did."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from shophelm.figures import stock as figures


@pytest.fixture(autouse=True)
def without_a_screen():
    mpl.use("svg")
    yield
    mpl.pyplot.close("all")


def test_each_supplier_has_its_lead_times_and_its_promise():
    leads = pd.DataFrame(
        {"lead_days": [np.array([5, 6, 9]), np.array([2, 2, 2]), np.array([2, 5, 9])],
         "promised_days": [5.0, np.nan, 5.0]},
        index=["A", "B", "all"],
    )  # fmt: skip
    axes = figures.lead_times(leads, currency="CNY")
    dots = [c.get_offsets().tolist() for c in axes.collections]
    assert dots[:2] == [[[5, 0], [6, 0], [9, 0]], [[2, 1], [2, 1], [2, 1]]]
    assert dots[2][0] == [5, 0]
    assert [t.get_text() for t in axes.get_yticklabels()] == ["A", "B"]


def test_the_curves_are_those_of_the_suppliers_that_free_most():
    rows = [
        {"supplier_id": f"S{s}", "change": "shorter", "change_by": by, "freed": s * by, "won": by,
         "freed_low": 0, "freed_high": s * by, "won_low": 0, "won_high": by}
        for s in range(1, 8)
        for by in (0.0, 1.0)
    ]  # fmt: skip
    axes = figures.lead_time_worth(pd.DataFrame(rows), currency="CNY")
    assert [line.get_label() for line in axes.lines] == ["S7", "S6", "S5", "S4", "S3"]
    assert axes.lines[0].get_ydata().tolist() == [0, 7]
    assert axes.figure.axes[1].lines[0].get_ydata().tolist() == [0, 1]


def test_each_policy_stands_where_it_served_and_held():
    frame = pd.DataFrame(
        {"policy": ["these rules", "the shop itself"], "fill_rate": [0.98, 0.94],
         "fill_rate_low": [0.97, np.nan], "fill_rate_high": [0.99, np.nan],
         "stock_money": [100.0, 90.0]}
    )  # fmt: skip
    frame.attrs = {"days": 182}
    axes = figures.replayed(frame, currency="CNY")
    points = [
        (x[0], y[0])
        for x, y in (line.get_data() for line in axes.lines if len(line.get_xdata()) == 1)
    ]
    assert {(100.0, 0.98), (90.0, 0.94)} <= set(points)
    assert [t.get_text() for t in axes.texts] == ["these rules", "the shop itself"]
    assert axes.get_ylim()[1] <= 1.005
