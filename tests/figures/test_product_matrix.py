"""The product matrix and prices drawn: points are the answers' own numbers."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from shophelm.figures import prices as price_figures
from shophelm.figures import product_matrix as matrix_figures


@pytest.fixture(autouse=True)
def without_a_screen():
    mpl.use("svg")
    yield
    mpl.pyplot.close("all")


def matrix():
    return pd.DataFrame(
        {
            "product": ["Coat", "Cap", "Tee", "Sock", "Scarf"],
            "cell": ["hero", "declining", "the rest", "not yet known", "the rest"],
            "gmv_share": [0.5, 0.2, 0.1, 0.05, 0.0],
            "growth": [0.1, -0.4, 0.02, np.nan, 0.0],
            "growth_low": [-0.1, -0.6, -0.3, np.nan, -0.5],
            "growth_high": [0.3, -0.2, 0.4, np.nan, 0.9],
        }
    )


def test_products_stand_at_their_share_and_growth_coloured_by_cell():
    axes = matrix_figures.product_matrix(matrix(), currency="CNY")

    points = {
        c.get_label(): c.get_offsets().tolist() for c in axes.collections if c.get_offsets().size
    }
    assert points["hero (1)"] == [[0.5, 0.1]]
    assert points["declining (1)"] == [[0.2, -0.4]]
    # what sold nothing, or whose growth is not known, has no place
    assert points["the rest (2)"] == [[0.1, 0.02]]
    labels = [t.get_text() for t in axes.get_legend().get_texts()]
    assert labels == ["hero (1)", "declining (1)", "the rest (2)", "not yet known (1)"]
    assert axes.get_xscale() == "log"


def test_heroes_and_what_turns_are_named_with_their_intervals():
    axes = matrix_figures.product_matrix(matrix(), currency="CNY")

    assert [t.get_text() for t in axes.texts] == ["1", "2", "1  Coat\n2  Cap"]
    (bars,) = axes.containers[0].lines[2]
    ends = [segment[:, 1].tolist() for segment in bars.get_segments()]
    assert ends == [pytest.approx([-0.1, 0.3]), pytest.approx([-0.6, -0.2])]


def test_a_matrix_without_products_is_drawn_empty():
    axes = matrix_figures.product_matrix(matrix().iloc[:0], currency="CNY")

    assert axes.get_legend() is None


def bands():
    return pd.DataFrame(
        {
            "category": ["hats", "hats", "shoes"],
            "price_band": ["below ¥50", "¥50 and more", "all prices"],
            "products_share": [0.75, 0.25, 1.0],
            "buyers_share": [0.5, 0.5, 1.0],
            "rival_share": [0.1, 0.9, np.nan],
            "gmv_paid": [50.0, 80.0, 900.0],
            "is_gap": [False, True, None],
        }
    )


def test_each_band_shows_products_buyers_and_rivals_side_by_side():
    axes = price_figures.bands(bands(), currency="CNY")

    names = [t.get_text() for t in axes.get_yticklabels()]
    assert names == ["hats: below ¥50", "hats: ¥50 and more  ★", "shoes: all prices"]
    shares = {c.get_label(): c.get_offsets()[:, 0].data for c in axes.collections[1:]}
    assert shares["our products"].tolist() == [0.75, 0.25, 1.0]
    assert shares["our buyers"].tolist() == [0.5, 0.5, 1.0]
    assert shares["rivals' sales"][:2].tolist() == [0.1, 0.9]
    assert axes.yaxis_inverted()


def test_without_rivals_there_is_no_mark_of_theirs():
    axes = price_figures.bands(bands().assign(rival_share=np.nan), currency="CNY")

    assert [t.get_text() for t in axes.get_legend().get_texts()] == ["our products", "our buyers"]


def test_the_moves_that_gain_most_stand_on_top_with_their_intervals():
    frame = pd.DataFrame(
        {
            "product": ["Coat", "Cap", "Tee"],
            "price": [20.0, 10.0, 5.0],
            "move_to": [14.0, 12.0, np.nan],
            "moved_by": [-0.3, 0.2, np.nan],
            "worth": [90.0, 12.0, np.nan],
            "worth_low": [40.0, 3.0, np.nan],
            "worth_high": [150.0, 20.0, np.nan],
        }
    )
    axes = price_figures.moves(frame, currency="CNY")

    names = [t.get_text() for t in axes.get_yticklabels()]
    assert names == ["Coat\n¥20.00 to ¥14.00", "Cap\n¥10.00 to ¥12.00"]
    (points,) = [c for c in axes.collections if len(c.get_offsets()) == 2]
    assert points.get_offsets()[:, 0].tolist() == [90, 12]
    colours = points.get_facecolor()
    assert colours[0].tolist() != colours[1].tolist()
    (bars,) = axes.containers[0].lines[2]
    assert [s[:, 0].tolist() for s in bars.get_segments()] == [[40, 150], [3, 20]]
