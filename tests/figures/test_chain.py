"""Figures draw the numbers of their answers, with titles, units and the calendar."""

from datetime import date

import matplotlib as mpl
import pandas as pd
import pytest

from shophelm.figures import chain as figures
from shophelm.figures.sparkline import sparkline


@pytest.fixture(autouse=True)
def without_a_screen():
    mpl.use("svg")
    yield
    mpl.pyplot.close("all")


SLICES = pd.DataFrame(
    {
        "slice": ["搜索", "ads"],
        "gmv_paid": [15000.0, 5000.0],
        "gmv_paid_before": [10000.0, 7000.0],
    }
)


def test_bars_are_this_period_and_marks_the_one_before():
    axes = figures.slices(SLICES, currency="CNY", by="channel")
    assert [p.get_width() for p in axes.patches] == [15000, 5000]
    assert axes.collections[-1].get_offsets()[:, 0].tolist() == [10000, 7000]
    assert axes.get_title(loc="left") == "GMV paid by channel"
    assert axes.xaxis.get_major_formatter()(15000, 0) == "¥15,000"
    assert [t.get_text() for t in axes.get_yticklabels()] == ["搜索", "ads"]


def test_a_trend_has_a_panel_per_term_and_the_campaigns_behind():
    days = pd.DataFrame(
        {
            "day": pd.date_range("2026-11-01", periods=14),
            "gmv_paid": [float(i) for i in range(14)],
            "visitors": [10.0] * 14,
        }
    )
    calendar = pd.DataFrame(
        [("burst", "双11", date(2026, 11, 11), date(2026, 11, 11))],
        columns=["what", "name", "first", "last"],
    )
    top = figures.trend(days, calendar, currency="CNY")
    panels = top.figure.axes
    assert [p.get_title(loc="left") for p in panels] == ["GMV paid  支付金额", "visitors  访客数"]
    dots, line = top.lines
    assert dots.get_ydata().tolist() == days["gmv_paid"].tolist()
    assert line.get_ydata()[-1] == pytest.approx(sum(range(7, 14)) / 7)
    assert "双11" in [t.get_text() for t in top.texts]
    assert all(len(p.patches) == 1 for p in panels)


def test_chinese_glyphs_are_in_the_font():
    figures.slices(SLICES, currency="CNY", by="channel")
    file = mpl.font_manager.findfont(
        mpl.font_manager.FontProperties(family=mpl.rcParams["font.family"])
    )
    glyphs = mpl.ft2font.FT2Font(file).get_charmap()
    assert all(ord(c) in glyphs for c in "支付转化率客单价搜索")


def test_a_sparkline_needs_two_known_days():
    assert sparkline([1.0, None]) != ""
    assert sparkline([None, None, 3.0]) == ""
    assert sparkline([]) == ""


def test_a_sparkline_rises_where_its_numbers_do():
    points = sparkline([1.0, 2.0, 3.0], window=1).split('points="')[1].split('"')[0]
    heights = [float(p.split(",")[1]) for p in points.split()]
    assert heights == sorted(heights, reverse=True)
