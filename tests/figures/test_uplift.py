"""Dots lie where the figures say, with their intervals; what is not known is not drawn."""

from types import SimpleNamespace

import matplotlib as mpl
import pandas as pd
import pytest

from shophelm.figures import uplift as figures
from shophelm.methods.targeting import gain_curve


@pytest.fixture(autouse=True)
def without_a_screen():
    mpl.use("svg")
    yield
    mpl.pyplot.close("all")


def waves():
    rows = [("W1", 2.0, -1.0, 5.0), ("W2", None, None, None), ("all finished", 1.0, 0.5, 1.5)]
    names = ["coupon_id", "worth_effect", "worth_effect_low", "worth_effect_high"]
    frame = pd.DataFrame(rows, columns=names)
    frame.attrs["worth_in"] = "margin"
    return frame


def ends(axes):
    (bars,) = [c for c in axes.collections if len(c.get_segments())][:1]
    return [(s[0][0], s[1][0]) for s in bars.get_segments()]


def test_each_readout_is_a_dot_and_its_interval():
    axes = figures.readout(waves(), currency="CNY")
    assert axes.lines[0].get_xdata().tolist() == [2.0, 1.0]
    assert ends(axes) == [(-1.0, 5.0), (0.5, 1.5)]
    assert [t.get_text() for t in axes.get_yticklabels()] == ["W1", "all finished"]
    assert (
        axes.get_title(loc="left")
        == "Change of margin per customer granted, after the coupon's cost"
    )


def test_without_a_readout_the_figure_says_so():
    axes = figures.readout(waves().iloc[[1]], currency="CNY")
    assert axes.get_title(loc="left") == "No coupon with a hold-out is over yet"


def test_reactions_stand_in_their_order_with_what_would_pay():
    groups = pd.DataFrame(
        {
            "group": ["a", "b"],
            "reaction": ["sleeping dog", "persuadable"],
            "orders_effect": [-0.02, 0.1],
            "orders_effect_low": [-0.03, 0.05],
            "orders_effect_high": [-0.01, 0.15],
            "break_even": [0.01, 0.02],
        }
    )
    axes = figures.reactions(groups, currency="CNY")
    assert [t.get_text() for t in axes.get_yticklabels()] == ["b: persuadable", "a: sleeping dog"]
    assert axes.lines[0].get_xdata().tolist() == pytest.approx([10, -2])
    assert axes.lines[-1].get_xdata().tolist() == pytest.approx([2, 1])


def test_the_profit_curve_is_drawn_beside_chance():
    profit = gain_curve([3, 3, 2, 2, 1, 1], [9, 1, 2, 2, 0, 4], [True, False] * 3)
    axes = figures.profit(SimpleNamespace(profit=profit, worth_in="gmv"), currency="CNY")
    assert axes.lines[0].get_ydata().tolist() == profit.curve["gain"].tolist()
    assert axes.lines[1].get_ydata().tolist() == profit.curve["random"].tolist()
    assert axes.get_title(loc="left") == "Change of GMV per customer, after the coupon's cost"
