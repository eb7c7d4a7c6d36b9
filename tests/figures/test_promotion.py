"""Campaign figures: what stands where, read from the axes."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from shophelm.figures import promotion


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


PARTS = pd.DataFrame(
    {
        "part": ["burst", "after-dip", "whole"],
        "effect": [30.0, -10.0, 20.0],
        "low": [20.0, -25.0, -5.0],
        "high": [40.0, 5.0, 45.0],
    }
)


def test_parts_stand_in_order_with_the_whole_at_the_bottom():
    axes = promotion.parts(PARTS, currency="CNY")
    assert [t.get_text() for t in axes.get_yticklabels()] == ["burst", "after-dip", "whole"]
    assert [bar.get_width() for bar in axes.patches] == [30.0, -10.0, 20.0]
    assert axes.yaxis_inverted()


def test_campaigns_without_a_baseline_say_so():
    axes = promotion.campaigns(PARTS.iloc[:0], currency="CNY")
    assert axes.get_title(loc="left") == "Too few days without a campaign: nothing to draw"


def test_days_show_what_was_paid_and_what_was_to_be_expected():
    days = pd.DataFrame(
        {
            "day": [date(2026, 6, d) for d in (1, 2, 3)],
            "phase": ["warmup", "burst", "afterglow"],
            "gmv": [5.0, 50.0, 4.0],
            "expected": [6.0, 7.0, 8.0],
        }
    )
    axes = promotion.days(days, currency="CNY")
    (line,) = axes.get_lines()
    assert line.get_ydata().tolist() == [6.0, 7.0, 8.0]
    assert [b.get_height() for b in axes.containers[0]] == [5.0, 50.0, 4.0]


def test_hours_to_come_are_not_drawn_and_no_last_year_is_no_line():
    hours = pd.DataFrame({"hour": [1, 2, 3], "now": [1.0, 2.0, np.nan], "last_year": [np.nan] * 3})
    paid = hours.assign(figure="GMV paid", unit="money")
    axes = promotion.burst_hours(paid, currency="CNY")
    (line,) = axes.get_lines()
    assert line.get_label() == "now"
    axes = promotion.balance_hours(hours.assign(last_year=[0.2, 0.3, 0.4]), currency="CNY")
    assert [x.get_label() for x in axes.get_lines()] == ["last year", "now"]


def test_every_figure_of_a_burst_has_a_panel_of_its_own():
    hours = pd.DataFrame({"hour": [1, 2], "now": [1.0, 2.0], "last_year": [0.5, 1.5]})
    both = [hours.assign(figure=f, unit=u) for f, u in (("GMV paid", "money"), ("buyers", "count"))]
    axes = promotion.burst_hours(pd.concat(both), currency="CNY")
    shown = [a for a in axes.figure.axes if a.axison]
    assert [a.get_title(loc="left") or a.get_title() for a in shown] == ["GMV paid", "buyers"]


def test_a_response_is_drawn_with_its_band_and_the_usual_spend():
    spend = [0.0, 50.0, 100.0]
    frame = pd.DataFrame(
        {"spend": spend, "visits": [0.0, 6.0, 9.0], "channel": "ads", "usual": 50.0}
    )
    frame = frame.assign(visits_low=frame["visits"] - 1, visits_high=frame["visits"] + 1)
    axes = promotion.responses(frame, currency="CNY")
    (line,) = axes.get_lines()
    assert line.get_ydata().tolist() == [0.0, 6.0, 9.0]
    dots = axes.collections[-1].get_offsets().tolist()
    assert dots == [[50.0, 6.0]]
    none = promotion.responses(frame.head(0), currency="CNY")
    assert none.get_title(loc="left").endswith("nothing to draw")


def test_what_customers_bring_later_is_a_bar_for_each_depth():
    frame = pd.DataFrame(
        {
            "part": ["none", "all"],
            "effect": [80.0, 100.0],
            "low": [60.0, 90.0],
            "high": [95.0, 110.0],
        }
    )
    axes = promotion.later_by_depth(frame, currency="CNY")
    assert [b.get_width() for b in axes.containers[0]] == [80.0, 100.0]
    assert [t.get_text() for t in axes.get_yticklabels()] == ["none", "all"]


def test_credit_names_each_channel_with_what_a_payment_costs():
    frame = pd.DataFrame(
        {
            "channel": ["search", "ads"],
            "last_touch": [9.0, 4.0],
            "time_decay": [8.0, 4.5],
            "markov": [7.0, 5.0],
            "shapley": [8.0, 4.0],
            "lowest": [7.0, 4.0],
            "highest": [9.0, 5.0],
            "cost_low": [np.nan, 20.0],
            "cost_high": [np.nan, 25.0],
        }
    )
    axes = promotion.credit(frame, currency="CNY")
    labels = [t.get_text() for t in axes.get_yticklabels()]
    assert labels == ["search", "ads\n¥20 to ¥25 each"]
    assert promotion.credit(frame.iloc[:0], currency="CNY").get_title(loc="left").startswith("No")
