"""The team drawn: bars, dots and lines are the answers' own numbers."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from shophelm.figures import team as figures


@pytest.fixture(autouse=True)
def without_a_screen():
    mpl.use("svg")
    yield
    mpl.pyplot.close("all")


def names(axes):
    return [t.get_text() for t in axes.get_yticklabels()]


def dots(axes):
    return axes.collections[1].get_offsets()[:, 0].tolist()


def test_goals_are_bars_and_what_refunds_leave_a_mark():
    frame = pd.DataFrame(
        {"metric": ["gmv_paid", "gmv_paid", "units"], "person_id": ["amy", "bob", "cho"],
         "attainment": [1.2, 0.7, 1.0], "settled_attainment": [1.1, 0.6, np.nan],
         "month": [date(2026, 10, 1)] * 3}
    )  # fmt: skip
    axes = figures.attained(frame, currency="CNY")
    assert [bar.get_width() for bar in axes.patches] == [1.2, 0.7]
    assert axes.collections[0].get_offsets()[:, 0].tolist() == [1.1, 0.6]
    assert names(axes) == ["amy", "bob"]
    nothing = figures.attained(frame[frame["metric"] == "units"], currency="CNY")
    assert nothing.get_title(loc="left").startswith("No goal in money")


def test_scores_stand_in_order_with_their_intervals_and_the_rate_as_it_was():
    frame = pd.DataFrame(
        {"person_id": ["amy", "bob", "cho"], "fair": [-0.1, 0.2, np.nan],
         "fair_low": [-0.2, 0.1, np.nan], "fair_high": [0.0, 0.3, np.nan],
         "raw_change": [0.3, 0.1, 0.5], "verdict": ["not told apart", "above", "too few data"],
         "term": ["cart_rate"] * 3}
    )  # fmt: skip
    axes = figures.fair_scores(frame, currency="CNY")
    assert names(axes) == ["bob", "amy"]
    ends = [segment[:, 0].tolist() for segment in axes.collections[0].get_segments()]
    assert ends == [[0.1, 0.3], [-0.2, 0.0]]
    assert dots(axes) == [0.2, -0.1]
    assert axes.collections[2].get_offsets()[:, 0].tolist() == [0.1, 0.3]
    few = figures.fair_scores(frame.iloc[2:], currency="CNY")
    assert few.get_title(loc="left").startswith("Too few data")


def test_payouts_cost_what_the_answer_says():
    found = SimpleNamespace(
        curve=pd.DataFrame({"plan": [0.5, 1.0, 1.5],
                            "cost": [Decimal(0), Decimal(100), Decimal(150)]}),
        people=pd.DataFrame({"on_settled": [Decimal("40.5"), Decimal("20")]}),
    )  # fmt: skip
    axes = figures.cost_of_payouts(found, currency="CNY")
    assert axes.lines[0].get_ydata().tolist() == [0, 100, 150]
    assert axes.lines[1].get_ydata()[0] == 60.5


def test_month_end_prices_are_those_of_the_sign():
    frame = pd.DataFrame(
        {"sign": ["price", "price", "orders"], "person_id": ["amy", "bob", "amy"],
         "effect": [0.01, -0.2, 0.5], "effect_low": [0.0, -0.3, 0.2],
         "effect_high": [0.02, -0.1, 0.9], "found": [False, True, True]}
    )  # fmt: skip
    axes = figures.month_end_prices(frame, currency="CNY")
    assert names(axes) == ["bob", "amy"]
    assert dots(axes) == [-0.2, 0.01]
    none = figures.month_end_prices(frame.iloc[2:], currency="CNY")
    assert none.get_title(loc="left").startswith("No prices")


def test_rivals_stand_by_price_and_stars():
    frame = pd.DataFrame(
        {"title": ["Ours", "Match", "Other"], "price": [10.0, 12.0, 30.0],
         "rating": [4.5, 4.7, 4.1], "page": ["ours", "same need", "same category"]}
    )  # fmt: skip
    axes = figures.rivals(frame, currency="CNY")
    points = [c.get_offsets().tolist()[0] for c in axes.collections]
    assert points == [[10.0, 4.5], [12.0, 4.7], [30.0, 4.1]]
    assert [t.get_text() for t in axes.texts] == ["Ours", "Match"]
    assert (
        figures.rivals(frame.iloc[:1], currency="CNY").get_title(loc="left").startswith("No rival")
    )


def test_the_last_unit_of_money_is_drawn_with_today_on_the_line():
    frame = pd.DataFrame(
        {"times": [0.1, 0.5, 1.0], "spend": [10.0, 50.0, 100.0], "marginal": [9.0, 2.0, 1.2],
         "marginal_low": [8.0, 1.5, 1.0], "marginal_high": [10.0, 2.5, 1.4]}
    )  # fmt: skip
    axes = figures.returns_of_money(frame, currency="CNY")
    assert axes.lines[0].get_ydata().tolist() == [2.0, 1.2]
    assert axes.collections[1].get_offsets().tolist() == [[100.0, 1.2]]
