"""Page tests, drawn: points, intervals and bands are the answer's own numbers."""

import matplotlib as mpl
import pandas as pd
import pytest

from shophelm.figures import page_tests as figures


@pytest.fixture(autouse=True)
def without_a_screen():
    mpl.use("svg")
    yield
    mpl.pyplot.close("all")


METRICS = pd.DataFrame(
    {"experiment_id": "photo", "variant": "scene",
     "figure": ["cart rate", "UV value", "median"],
     "primary": [True, False, False], "lift": [0.12, 0.3, None],
     "lift_low": [0.04, 0.1, None], "lift_high": [0.2, 0.5, None],
     "always_low": [-0.01, -0.1, None], "always_high": [0.25, 0.7, None]}
)  # fmt: skip


def test_each_metric_of_the_first_test_has_both_intervals():
    axes = figures.effects(METRICS, currency="CNY")
    thin, thick, points = axes.collections
    assert [s[:, 0].tolist() for s in thin.get_segments()] == [[-0.01, 0.25], [-0.1, 0.7]]
    assert [s[:, 0].tolist() for s in thick.get_segments()] == [[0.04, 0.2], [0.1, 0.5]]
    assert points.get_offsets().tolist() == [[0.12, 0.0], [0.3, 1.0]]
    assert [t.get_text() for t in axes.get_yticklabels()] == ["cart rate", "UV value"]
    colours = points.get_facecolors()
    assert colours[0].tolist() != colours[1].tolist()
    assert axes.yaxis_inverted()


def test_arms_are_named_where_there_are_several():
    both = pd.concat([METRICS.iloc[:1], METRICS.iloc[:1].assign(variant="drawing")])
    axes = figures.effects(both, currency="CNY")
    assert [t.get_text() for t in axes.get_yticklabels()] == [
        "cart rate, scene", "cart rate, drawing",
    ]  # fmt: skip


def test_the_run_is_drawn_with_its_band_and_the_wild_first_days_run_out_of_the_picture():
    days = pd.DataFrame(
        {"experiment_id": "photo", "variant": "scene", "figure": "cart rate",
         "day": pd.date_range("2026-10-01", periods=3).date, "people": [10, 50, 100],
         "lift": [0.9, 0.2, 0.1], "always_low": [-5.0, -0.2, 0.02], "always_high": [7.0, 0.6, 0.3]}
    )  # fmt: skip
    axes = figures.estimate_by_day(days, currency="CNY")
    assert axes.lines[0].get_ydata().tolist() == [0.9, 0.2, 0.1]
    band = axes.collections[0].get_paths()[0].vertices
    assert {-5.0, -0.2, 0.02, 0.3, 0.6, 7.0} <= {round(y, 9) for y in band[:, 1]}
    assert axes.get_ylim() == pytest.approx((-0.72, 0.72))
    assert axes.get_legend().get_texts()[0].get_text() == "scene"
