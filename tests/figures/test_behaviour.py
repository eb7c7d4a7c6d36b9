"""Figures of behaviour draw the numbers of their answers, with titles and units."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from shophelm.figures import behaviour as figures

FUNNEL = pd.DataFrame(
    {
        "slice": ["all"] * 3,
        "step": ["visit", "item page", "payment"],
        "visitors": [2000, 1500, 300],
        "share": [1, 0.75, 0.15],
        "rate": [np.nan, 0.75, 0.2],
        "rate_low": [np.nan, 0.7, 0.15],
        "rate_high": [np.nan, 0.8, 0.3],
        "share_before": [1, 0.7, 0.2],
        "rate_before": [np.nan, 0.7, 0.25],
    }
)


@pytest.fixture(autouse=True)
def without_a_screen():
    mpl.use("svg")
    yield
    mpl.pyplot.close("all")


def test_the_funnel_shows_shares_counts_and_the_period_before():
    axes = figures.funnel(FUNNEL, currency="CNY")
    assert [bar.get_width() for bar in axes.patches] == [1, 0.75, 0.15]
    assert axes.collections[-1].get_offsets()[:, 0].tolist() == [1, 0.7, 0.2]
    assert [t.get_text() for t in axes.texts] == [
        " 2,000",
        " 1,500, 75.0% of the step before",
        " 300, 20.0% of the step before",
    ]
    assert axes.get_title(loc="left") == "How far visitors get"


def test_without_a_period_before_the_funnel_has_no_marks():
    axes = figures.funnel(FUNNEL.assign(share_before=np.nan), currency="CNY")
    assert len(axes.collections) == 0
    assert axes.get_legend() is None


def test_rates_without_a_period_before_are_drawn_without_marks():
    frame = pd.concat([FUNNEL.assign(slice=s, rate_before=np.nan) for s in ("搜索", "ads")])
    top = figures.rates(frame, currency="CNY")
    top.figure.canvas.draw()
    assert top.figure.legends == []


def test_rates_have_a_panel_per_step_with_intervals():
    frame = pd.concat([FUNNEL.assign(slice=s) for s in ("搜索", "ads")])
    top = figures.rates(frame, currency="CNY")
    panels = top.figure.axes
    titles = [p.get_title(loc="left") for p in panels]
    assert titles == ["item page, of the step before", "payment, of the step before"]
    assert panels[1].lines[0].get_ydata().tolist() == [0.2, 0.2]
    (interval, _) = panels[1].collections[0].get_segments()
    assert interval[:, 1].tolist() == pytest.approx([0.15, 0.3])
    top.figure.canvas.draw()
    assert {t.get_text()[-1] for t in panels[1].get_yticklabels()} == {"%"}
    assert [t.get_text() for t in panels[1].get_xticklabels()] == ["搜索", "ads"]


def test_moves_are_a_matrix_of_shares():
    frame = pd.DataFrame(
        [
            ("home page", "(exit)", 1, 0.25),
            ("home page", "cart", 3, 0.75),
            ("cart", "(exit)", 3, 1.0),
        ],
        columns=["from", "to", "moves", "share"],
    )
    axes = figures.moves(frame, currency="CNY")
    assert [t.get_text() for t in axes.get_yticklabels()] == ["home page", "cart"]
    assert [t.get_text() for t in axes.get_xticklabels()] == ["cart", "(exit)"]
    # the empty cell, from cart to cart, has no number
    assert [t.get_text() for t in axes.texts] == ["75%", "25%", "100%"]


def test_dwell_shows_ratios_that_are_known():
    frame = pd.DataFrame(
        {
            "band": ["0–10 s", "10–20 s", "20–40 s"],
            "ratio": [0.5, 1.5, np.nan],
            "ratio_low": [0.4, 1.2, np.nan],
            "ratio_high": [0.7, 1.9, np.nan],
        }
    )
    axes = figures.dwell(frame, currency="CNY")
    ratios = next(line for line in axes.lines if line.get_marker() == "o")
    assert ratios.get_ydata().tolist() == [0.5, 1.5]
    assert axes.yaxis.get_major_formatter()(1.5, 0) == "1.5 ×"
