"""Reviews drawn: bars, points and lines are the answers' own numbers."""

import datetime as dt
from types import SimpleNamespace

import matplotlib as mpl
import pandas as pd
import pytest

from shophelm.figures import reviews as figures


@pytest.fixture(autouse=True)
def without_a_screen():
    mpl.use("svg")
    yield
    mpl.pyplot.close("all")


def test_praise_stands_right_and_complaint_left_by_category():
    frame = pd.DataFrame(
        {"category": ["fruit", "fruit", "shoes"], "aspect": ["taste", "delivery", "delivery"],
         "reviews": [10, 10, 20], "mentioned": [6, 3, 4], "praised_share": [0.5, 0.1, 0.2],
         "complained_share": [0.1, 0.2, 0.0]}
    )  # fmt: skip
    first = figures.aspects(SimpleNamespace(categories=frame), currency="CNY")
    panels = first.figure.axes
    assert [a.get_title(loc="left") for a in panels] == ["fruit", "shoes"]
    # delivery is spoken of most: seven mentions in all
    assert [t.get_text() for t in first.get_yticklabels()] == ["delivery", "taste"]
    assert [bar.get_width() for bar in first.patches] == [0.1, 0.5, -0.2, -0.1]
    assert [bar.get_width() for bar in panels[1].patches] == [0.2, 0, 0, 0]


def test_complaints_stand_with_interval_and_peers():
    frame = pd.DataFrame(
        {"product": ["Shirt"], "aspect": ["size & fit"], "complained_share": [0.5],
         "complained_shrunk": [0.4], "complained_low": [0.3], "complained_high": [0.45],
         "peers_complained_share": [0.02]}
    )  # fmt: skip
    axes = figures.complaints(SimpleNamespace(complaints=frame), currency="CNY")
    points, _, (bars,) = axes.containers[0].lines
    assert points.get_xdata().tolist() == [0.4]
    assert bars.get_segments()[0][:, 0].tolist() == pytest.approx([0.3, 0.45])
    drawn = [line.get_xdata().tolist() for line in axes.lines]
    assert [0.5] in drawn
    assert [0.02] in drawn
    assert axes.get_yticklabels()[0].get_text() == "Shirt\nsize & fit"


def test_the_break_stands_among_the_months_of_its_own_complaint():
    months = pd.DataFrame(
        {"product_id": ["A", "A", "B"], "product": ["Boots", "Boots", "Cap"],
         "aspect": ["smell"] * 3, "month": [dt.date(2026, 4, 1), dt.date(2026, 5, 1)] * 1
         + [dt.date(2026, 5, 1)], "share": [0.1, 0.6, 0.9], "share_low": [0.0, 0.4, 0.8],
         "share_high": [0.2, 0.8, 1.0], "peers_share": [0.05, 0.04, 0.03]}
    )  # fmt: skip
    changes = pd.DataFrame(
        {"product_id": ["A"], "aspect": ["smell"], "found": [True], "since": [dt.date(2026, 5, 3)],
         "since_low": [dt.date(2026, 4, 28)], "since_high": [dt.date(2026, 5, 9)]}
    )  # fmt: skip
    axes = figures.over_time(months, changes, currency="CNY")
    drawn = [list(line.get_ydata()) for line in axes.lines]
    assert [0.1, 0.6] in drawn
    assert [0.05, 0.04] in drawn
    assert "Boots: complaints about smell" in axes.get_title(loc="left")
    assert "since 2026-05-03" in [t.get_text() for t in axes.get_legend().get_texts()]


@pytest.mark.parametrize("draw", [figures.aspects, figures.complaints])
def test_nothing_is_said_rather_than_drawn(draw):
    nothing = SimpleNamespace(categories=pd.DataFrame(), complaints=pd.DataFrame())
    assert draw(nothing, currency="CNY").get_title(loc="left").startswith("No ")
    empty = figures.over_time(pd.DataFrame(), pd.DataFrame(), currency="CNY")
    assert empty.get_title(loc="left") == "No complaint to follow over time"
