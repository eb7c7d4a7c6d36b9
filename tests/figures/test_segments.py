"""Bars, cells and frames hold what the answer holds."""

from decimal import Decimal

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from shophelm.figures import segments as figures
from shophelm.user import value_grid

HIGH, RARE, SMALL, LOW = (c.name for c in value_grid.CELLS)


@pytest.fixture(autouse=True)
def without_a_screen():
    mpl.use("svg")
    yield
    mpl.pyplot.close("all")


def test_each_group_has_a_bar_for_customers_and_one_for_money():
    groups = pd.DataFrame(
        {
            "segment": ["champions", "lost"],
            "customers": [10, 1030],
            "share": [0.01, 0.99],
            "settled_share": [0.4, 0.6],
        }
    )
    axes = figures.rfm(groups, currency="CNY")
    widths = [bar.get_width() for bars in axes.containers for bar in bars]
    assert widths == [0.01, 0.99, 0.4, 0.6]
    assert [t.get_text() for t in axes.get_yticklabels()] == ["champions (10)", "lost (1,030)"]
    legend = [t.get_text() for t in axes.get_legend().get_texts()]
    assert legend == ["of the customers", "of the money settled"]
    assert axes.get_title(loc="left") == "Each group's share of customers and money"


def test_the_grid_has_high_frequency_above_and_high_spend_to_the_right():
    cells = pd.DataFrame(
        {
            "segment": [HIGH, RARE, SMALL, LOW],
            "customers": [1, 2, 3, 4],
            "share": [0.1, 0.2, 0.3, 0.4],
            "settled": [Decimal(n) for n in (4000, 3000, 2000, 1000)],
            "settled_share": [0.4, 0.3, 0.2, 0.1],
        }
    )
    axes = figures.value_grid(cells, currency="CNY")
    assert axes.collections[0].get_array().ravel().tolist() == [0.2, 0.4, 0.1, 0.3]
    assert [t.get_text() for t in axes.texts][:2] == [
        "3 customers (30.0%)\n¥2,000 (20.0%)",
        "1 customers (10.0%)\n¥4,000 (40.0%)",
    ]
    assert [t.get_text() for t in axes.get_yticklabels()] == ["high frequency", "low frequency"]


def test_the_matrix_shows_shares_of_rows_and_frames_who_stayed():
    moves = pd.DataFrame(
        {
            "from": ["not yet a customer", HIGH, HIGH],
            "to": [LOW, HIGH, LOW],
            "customers": [5, 1500, 500],
        }
    )
    axes = figures.migration(moves, currency="CNY")
    cells = axes.collections[0].get_array()
    assert np.ma.getmaskarray(cells).ravel().tolist() == [True, False, False, False]
    assert cells.compressed().tolist() == [1.0, 0.75, 0.25]
    assert [t.get_text() for t in axes.texts if t.get_text()] == ["5", "1,500", "500"]
    assert [p.get_xy() for p in axes.patches] == [(0, 1)]
    assert axes.get_xlabel() == "segment now"
