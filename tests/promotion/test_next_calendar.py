"""The year to come: dates by hand, means by hand, and what a shop without campaigns is told."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from shophelm.promotion.mechanics import mechanics
from shophelm.promotion.next_calendar import find_calendar, next_calendar, shown


@pytest.fixture(scope="module")
def every(sample):
    return mechanics(sample)


def test_a_listed_campaign_comes_on_its_own_days_and_others_on_last_years(sample, every):
    rows = next_calendar(sample, every).set_index("kind")
    assert rows.index[0] == "double12"
    assert rows.loc["double12", ["dates_from", "warmup_from"]].tolist() == [
        "listed",
        date(2026, 12, 8),
    ]
    assert rows.loc["618", ["dates_from", "warmup_from", "burst_from"]].tolist() == [
        "last year's dates",
        date(2027, 5, 28),
        date(2027, 6, 16),
    ]
    assert rows["warmup_from"].is_monotonic_increasing
    # it runs now, and comes again
    assert rows.loc["double11", "warmup_from"] == date(2027, 10, 20)


def test_what_a_kind_left_is_the_mean_of_its_campaigns(sample, every):
    rows = next_calendar(sample, every).set_index("kind")
    both = every[every["kind"] == "618"]
    assert len(both) == rows.loc["618", "ran"] == 2
    assert rows.loc["618", "left"] == pytest.approx(both["left"].mean())
    off = np.sqrt(((both["left_high"] - both["left"]) ** 2).sum()) / 2
    assert rows.loc["618", "left_high"] - rows.loc["618", "left"] == pytest.approx(off)


@pytest.mark.parametrize(
    ("low", "high", "decision"),
    [(10.0, 90.0, "keep"), (-90.0, -10.0, "leave out"), (-10.0, 90.0, "hold a tenth out")],
)
def test_decisions_follow_the_interval(sample, every, low, high, decision):
    one = every[every["kind"] == "double12"].assign(
        left=(low + high) / 2, left_low=low, left_high=high
    )
    rows = next_calendar(sample, one).set_index("kind")
    assert rows.loc["double12", "decision"] == decision
    # of the others nothing is known
    assert (rows["decision"].drop("double12") == "not known").all()
    said = [str(s) for s in find_calendar(rows.reset_index(), currency="CNY")]
    assert said[0].startswith("Next is double12, which warms up on 2026-12-08 (listed); 1 campaign")
    assert said[-1].endswith("double12.")


def test_the_table_names_its_columns(sample, every):
    frame = shown(next_calendar(sample, every))
    assert {"campaign_kind", "part_left", "decision"} <= set(frame.columns)
    assert pd.api.types.is_numeric_dtype(frame["part_left"])
