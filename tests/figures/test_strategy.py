"""Figures of plans: bars where the days are."""

from datetime import date

import numpy as np
import pandas as pd
from matplotlib import dates

from shophelm.figures import strategy


def test_months_to_come_have_a_plan_and_no_bar():
    frame = pd.DataFrame(
        {
            "first": [date(2026, m, 1) for m in (10, 11, 12)],
            "planned": [10.0, 20.0, 15.0],
            "actual": [9.0, 12.0, np.nan],
        }
    )
    axes = strategy.months(frame, currency="CNY")
    assert [b.get_height() for b in axes.containers[0]] == [9.0, 12.0, 0.0]
    (line,) = axes.get_lines()
    assert line.get_ydata().tolist() == [10.0, 20.0, 15.0, 15.0]
    none = strategy.months(frame.head(0), currency="CNY")
    assert none.get_title(loc="left").endswith("nothing to draw")


def test_tasks_are_drawn_as_long_as_they_take_and_may_wait():
    tasks = pd.DataFrame(
        {
            "task": ["choose", "photos", "open"],
            "owner_role": ["buyer", "designer", "buyer"],
            "earliest_start": [None, date(2026, 3, 6), date(2026, 3, 19)],
            "latest_end": [None, date(2026, 3, 20), date(2026, 3, 21)],
            "slack": [np.nan, 10.0, 1.0],
            "state": ["past", "has slack", "critical"],
        }
    )
    axes = strategy.gantt(tasks, currency="CNY")
    waits, takes = axes.containers
    assert [b.get_width() for b in waits] == [14.0, 2.0]
    assert [b.get_width() for b in takes] == [4.0, 1.0]
    assert axes.get_lines()[0].get_xdata()[0] == dates.date2num(pd.Timestamp("2026-03-21"))
    assert [t.get_text() for t in axes.get_yticklabels()] == ["photos (designer)", "open (buyer)"]
    none = strategy.gantt(tasks.head(1), currency="CNY")
    assert none.get_title(loc="left") == "Every task is past: nothing to draw"
