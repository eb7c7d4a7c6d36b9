"""Membership drawn: bars are the counts, lines what was to be expected."""

from datetime import date

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from shophelm.figures import membership as figures
from shophelm.methods.bunching import bunching
from shophelm.methods.event_study import event_study
from shophelm.user.member_day import MemberDays


@pytest.fixture(autouse=True)
def without_a_screen():
    mpl.use("svg")
    yield
    mpl.pyplot.close("all")


def test_each_threshold_has_its_bars_and_its_line():
    even = bunching(np.arange(255.0, 750, 10).repeat(20), threshold=500.0)
    few = bunching(np.array([1.0]), threshold=2000.0)
    top = figures.spend({"silver": even, "gold": few}, currency="CNY")
    assert len(top.figure.axes) == 1
    assert [bar.get_height() for bar in top.patches] == [20] * 50
    assert top.lines[0].get_ydata() == pytest.approx(20)
    assert top.lines[1].get_xdata() == [500, 500]
    assert top.get_title(loc="left") == "silver: customers by money paid so far"
    nothing = figures.spend({"gold": few}, currency="CNY")
    assert "Too few customers" in nothing.get_title(loc="left")


def test_points_rise_when_issued_and_fall_when_they_go():
    flow = pd.DataFrame(
        {
            "month": [date(2026, 9, 1), date(2026, 10, 1)],
            "opening": [0, 80], "issued": [100, 10], "redeemed": [20, 5], "expired": [0, 60],
            "closing": [80, 25],
        }
    )  # fmt: skip
    top = figures.points_flow(flow, currency="CNY")
    assert [bar.get_height() for bar in top.patches] == [100, 10, -20, -5, 0, -60]
    assert [bar.get_y() for bar in top.patches][-1] == -5
    below = top.figure.axes[1]
    assert below.lines[0].get_ydata().tolist() == [80, 25]
    assert figures.points_flow(flow[:0], currency="CNY").get_title(loc="left")


def test_the_days_around_a_member_day_stand_beside_what_was_to_be_expected():
    values = pd.DataFrame({"orders": np.full(250, 10.0), "settled": 100.0, "worth": 100.0})
    events = [(n, n) for n in range(40, 240, 40)]
    values.loc[[n for n, _ in events], "orders"] = 30
    study = event_study(
        values, week_day=np.arange(250) % 7, events=events, ordinary=np.ones(250, dtype=bool)
    )
    top = figures.member_day(MemberDays(5, study, "gmv"), currency="CNY")
    # without costs, worth is the settled money and is not drawn twice
    assert len(top.figure.axes) == 2
    expected, observed, _ = top.lines
    assert expected.get_ydata().tolist() == [10] * 11
    assert observed.get_ydata().tolist() == [10] * 3 + [30] + [10] * 7
    none = figures.member_day(MemberDays(0, None, "gmv"), currency="CNY")
    assert none.get_title(loc="left") == "No member day to draw"
