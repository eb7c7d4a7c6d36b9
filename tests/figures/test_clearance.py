"""What must go, drawn: bars and points are the answers' own numbers."""

import matplotlib as mpl
import pandas as pd
import pytest

from shophelm.figures import clearance as figures


@pytest.fixture(autouse=True)
def without_a_screen():
    mpl.use("svg")
    yield
    mpl.pyplot.close("all")


def test_money_tied_up_is_stacked_by_age():
    bands = pd.DataFrame(
        {"age": ["0 to 30 days", "31 to 90 days"], "tied_up": [100.0, 60.0],
         "slow_tied_up": [10.0, 45.0], "products": [3, 2]}
    )  # fmt: skip
    axes = figures.tied_up(bands, currency="CNY")
    assert [bar.get_height() for bar in axes.patches] == [90, 15, 10, 45]
    assert [bar.get_y() for bar in axes.patches] == [0, 0, 90, 15]


def test_each_way_out_stands_with_its_interval_the_best_on_top():
    frame = pd.DataFrame(
        {"product": ["Coat", "Cap"], "way": ["markdown", "bundle"], "worth": [45.0, 12.0],
         "worth_low": [-10.0, 3.0], "worth_high": [90.0, 20.0]}
    )  # fmt: skip
    axes = figures.ways_out(frame, currency="CNY")
    points, _, (bars,) = axes.containers[0].lines
    assert points.get_xdata().tolist() == [45, 12]
    assert [segment[:, 0].tolist() for segment in bars.get_segments()] == [[-10, 90], [3, 20]]
    assert [t.get_text() for t in axes.get_yticklabels()] == ["Coat\nmarkdown", "Cap\nbundle"]
    assert axes.yaxis_inverted()


def test_regions_not_to_be_shipped_to_stand_apart():
    regions = pd.DataFrame(
        {"region": ["east", "west"], "return_share": [0.05, 0.6], "return_low": [0.02, 0.5],
         "return_high": [0.08, 0.7], "ship": [True, False]}
    )  # fmt: skip
    axes = figures.returned_by_region(regions, currency="CNY")
    bars = axes.containers[-1].patches
    assert [bar.get_height() for bar in bars] == [0.05, 0.6]
    assert bars[0].get_facecolor() != bars[1].get_facecolor()
