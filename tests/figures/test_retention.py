"""The triangle leaves unfinished cells empty; the curve is the estimate's."""

from datetime import date

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from shophelm.figures import retention as figures


@pytest.fixture(autouse=True)
def without_a_screen():
    mpl.use("svg")
    yield
    mpl.pyplot.close("all")


def followed():
    gone = float("nan")
    rows = [(1, 40, 0, 40, 1.0), (1, 40, 1, 10, 0.25), (1, 40, 2, 8, 0.2)]
    rows += [(2, 20, 0, 20, 1.0), (2, 20, 1, 0, 0.0), (2, 20, 2, gone, gone)]
    rows += [(3, gone, 0, gone, gone), (3, gone, 1, gone, gone), (3, gone, 2, gone, gone)]
    frame = pd.DataFrame(rows, columns=["cohort", "size", "month", "buyers", "share"])
    return frame.assign(cohort=[date(2026, m, 1) for m in frame["cohort"]])


def test_unfinished_cells_are_empty_and_a_zero_is_drawn():
    axes = figures.triangle(followed(), currency="CNY")
    cells = axes.collections[0].get_array()
    assert np.ma.getmaskarray(cells).ravel().tolist() == [False, False, False, True]
    assert cells.compressed().tolist() == [0.25, 0.2, 0.0]
    assert [t.get_text() for t in axes.texts] == ["25", "20", "0"]
    assert [t.get_text() for t in axes.get_yticklabels()] == ["2026-01 (40)", "2026-02 (20)"]
    assert axes.get_title(loc="left") == "Share of each month's new customers who buy again, %"
    assert axes.patch.get_hatch() == "///"


def test_the_curve_is_the_share_with_its_band():
    curve = pd.DataFrame(
        {
            "day": [5, 10, 20],
            "at_risk": [10, 8, 2],
            "share": [0.0, 0.25, 0.5],
            "share_low": [np.nan, 0.1, 0.3],
            "share_high": [np.nan, 0.4, 0.8],
        }
    )
    axes = figures.second_purchase(curve, currency="CNY")
    assert axes.lines[0].get_ydata().tolist() == [0.0, 0.25, 0.5]
    band = axes.collections[0].get_paths()[0].vertices[:, 1]
    assert (band.min(), band.max()) == (0.1, 0.8)
    assert axes.yaxis.get_major_formatter()(0.25, 0) == "25%"
