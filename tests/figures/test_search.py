"""Search drawn: points and lines are the answers' own numbers."""

import datetime as dt

import matplotlib as mpl
import pandas as pd
import pytest

from shophelm.figures import search as figures
from shophelm.store.search_lift import LIFTS, PATHS, SearchLift


@pytest.fixture(autouse=True)
def without_a_screen():
    mpl.use("svg")
    yield
    mpl.pyplot.close("all")


def test_words_stand_by_visitors_and_worth_and_the_paid_ones_apart():
    frame = pd.DataFrame(
        {"keyword": ["red dress", "aster", "never seen"], "visitors": [30.0, 8.0, 0.0],
         "uv_shrunk": [12.0, 5.0, 3.0], "uv_low": [10.0, 2.0, 1.0], "uv_high": [15.0, 9.0, 6.0],
         "cost": [None, 4.0, None]}
    )  # fmt: skip
    axes = figures.words(frame, currency="CNY")
    free, paid = axes.containers
    assert free.lines[0].get_xydata().tolist() == [[30, 12]]
    assert paid.lines[0].get_xydata().tolist() == [[8, 5]]
    assert [s[:, 1].tolist() for s in paid.lines[2][0].get_segments()] == [[2, 9]]
    assert [t.get_text() for t in axes.texts] == ["red dress", "aster"]
    assert [c.get_label() for c in axes.containers] == ["not paid for", "paid for"]


def test_no_words_are_an_empty_figure():
    frame = pd.DataFrame(columns=["keyword", "visitors", "uv_shrunk", "uv_low", "uv_high", "cost"])
    assert figures.words(frame.astype({"visitors": float}), currency="CNY").containers == []


def test_the_surest_change_is_drawn_beside_what_was_to_be_expected():
    day = dt.date(2026, 8, 10)
    rows = [
        {"product_id": p, "product": p.title(), "kind": "main_image", "done_on": day, "lift": 0.7,
         "lift_low": 0.2, "lift_high": 1.3, "p_value": chance}
        for p, chance in (("coat", 0.5), ("dress", 0.01))
    ]  # fmt: skip
    weeks = [day - dt.timedelta(days=7), day]
    paths = [
        {"product_id": p, "product": p, "done_on": day, "week_from": w, "after": w == day,
         "observed": seen, "expected": 2.0, "low": 1.0, "high": 3.5}
        for p, level in (("coat", 9.0), ("dress", 2.0))
        for w, seen in zip(weeks, (level, level * 1.7), strict=True)
    ]  # fmt: skip
    found = SearchLift(pd.DataFrame(rows, columns=LIFTS), pd.DataFrame(paths, columns=PATHS))
    axes = figures.lift(found, currency="CNY")
    expected, seen, changed = axes.lines
    assert seen.get_ydata().tolist() == [2.0, 3.4]
    assert expected.get_ydata().tolist() == [2.0, 2.0]
    assert pd.Timestamp(changed.get_xdata()[0]).date() == day
    band = axes.collections[0].get_paths()[0].vertices[:, 1]
    assert (band.min(), band.max()) == (1.0, 3.5)
    assert axes.get_title(loc="left") == "Dress, main image: +70.0% (+20.0% to +130.0%)"


def test_where_nothing_is_measured_the_figure_says_so():
    found = SearchLift(pd.DataFrame(columns=LIFTS), pd.DataFrame(columns=PATHS))
    axes = figures.lift(found, currency="CNY")
    assert axes.get_title(loc="left") == "No change of a title or picture can be measured yet"
    assert not axes.lines
