"""Bars, curves and the calendar hold what the answers say."""

from datetime import date

import matplotlib as mpl
import pandas as pd
import pytest

from shophelm.figures import recommend, repurchase


@pytest.fixture(autouse=True)
def without_a_screen():
    mpl.use("svg")
    yield
    mpl.pyplot.close("all")


def test_hit_rates_with_their_intervals():
    judged = pd.DataFrame(
        {
            "method": ["item to item", "most popular"],
            "hit_rate": [0.5, 0.4],
            "hit_low": [0.45, 0.36],
            "hit_high": [0.55, 0.44],
            "ndcg": [0.25, 0.2],
        }
    )
    axes = recommend.hit_rates(judged, currency="CNY")
    assert [bar.get_width() for bar in axes.patches] == [0.5, 0.4]
    assert [t.get_text() for t in axes.texts] == [" 50.0%, NDCG 0.250", " 40.0%, NDCG 0.200"]
    ends = [segment[:, 0].tolist() for segment in axes.collections[0].get_segments()]
    assert ends == [pytest.approx([0.45, 0.55]), pytest.approx([0.36, 0.44])]
    assert [t.get_text() for t in axes.get_yticklabels()] == ["item to item", "most popular"]


def test_curves_of_the_categories_bought_again_most_often():
    frame = pd.DataFrame(
        [("tea", 10, 5, 0.5), ("tea", 20, 2, 0.7), *[(f"c{i}", 9, 1, 0.1) for i in range(9)]],
        columns=["category", "day", "happened", "share"],
    )
    axes = repurchase.curves(frame, currency="CNY")
    assert len(axes.lines) == repurchase.MOST
    assert axes.lines[0].get_ydata().tolist() == [0.5, 0.7]
    assert [t.get_text() for t in axes.get_legend().get_texts()][:2] == ["tea", "c0"]
    assert axes.yaxis.get_major_formatter()(0.25, 0) == "25%"


def test_the_calendar_has_a_cell_for_each_category_and_week():
    weeks = [date(2026, 11, 16), date(2026, 11, 23)]
    frame = pd.DataFrame(
        [("jam", weeks[0], 3), ("jam", weeks[1], 4), ("tea", weeks[0], 1200), ("tea", weeks[1], 9)],
        columns=["category", "week_from", "customers_due"],
    )
    axes = repurchase.calendar(frame, currency="CNY")
    assert [t.get_text() for t in axes.texts] == ["1,200", "9", "3", "4"]
    assert [t.get_text() for t in axes.get_yticklabels()] == ["tea", "jam"]
    assert [t.get_text() for t in axes.get_xticklabels()] == ["from 2026-11-16", "from 2026-11-23"]
