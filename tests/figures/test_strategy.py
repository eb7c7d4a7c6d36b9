"""Figures of plans: lines, bars and cells where the numbers are."""

from datetime import date

import numpy as np
import pandas as pd
from matplotlib import dates

from shophelm.figures import strategy


def test_the_year_is_drawn_with_what_is_to_come_from_today_on():
    days = [date(2026, 12, d) for d in (29, 30, 31)]
    frame = pd.DataFrame(
        {
            "day": days,
            "planned": [10.0, 20.0, 30.0],
            "paid": [9.0, 21.0, np.nan],
            "expected": [np.nan, 21.0, 32.0],
            "low": [np.nan, 21.0, 29.0],
            "high": [np.nan, 21.0, 35.0],
        }
    )
    axes = strategy.year(frame, currency="CNY")
    planned, _, expected = axes.get_lines()
    assert planned.get_ydata().tolist() == [10.0, 20.0, 30.0]
    assert expected.get_ydata().tolist() == [21.0, 32.0]
    (wedge,) = axes.collections
    heights = wedge.get_paths()[0].vertices[:, 1]
    assert (heights.min(), heights.max()) == (21.0, 35.0)


def test_what_came_outside_its_interval_has_a_colour_of_its_own():
    frame = pd.DataFrame(
        {
            "origin": [date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)],
            "expected": [10.0, 10.0, 10.0],
            "low": [8.0, 8.0, 8.0],
            "high": [12.0, 12.0, 12.0],
            "actual": [9.0, 13.0, 11.0],
            "held": [True, False, True],
        }
    )
    axes = strategy.foretold(frame, currency="CNY")
    _, held, outside = axes.get_lines()
    assert held.get_ydata().tolist() == [9.0, 11.0]
    assert outside.get_ydata().tolist() == [13.0]


def test_booked_weeks_are_written_in_their_cells():
    rows = pd.DataFrame(
        {
            "owner_role": ["buyer", "channel_manager"],
            "week": [date(2026, 3, 2), date(2026, 3, 2)],
            "load": [0.25, 1.4],
        }
    )
    axes = strategy.workload(rows, currency="CNY")
    assert [t.get_text() for t in axes.texts] == ["25%", "140%"]
    assert [t.get_text() for t in axes.get_yticklabels()] == ["buyer", "channel manager"]
    none = strategy.workload(rows.assign(load=np.nan), currency="CNY")
    assert none.get_title(loc="left").endswith("nothing to draw")


def test_money_by_week_stands_beside_the_usual():
    cells = pd.DataFrame(
        {
            "week_from": [date(2026, 3, 2), date(2026, 3, 9)] * 2,
            "channel": ["ads", "ads", "live", "live"],
            "usual_spend": [10.0, 10.0, 5.0, 5.0],
            "spend_then": [12.0, 14.0, 4.0, 3.0],
        }
    )
    axes = strategy.budget(cells, currency="CNY")
    assert [line.get_ydata().tolist() for line in axes.get_lines()] == [
        [12.0, 14.0],
        [10.0, 10.0],
        [4.0, 3.0],
        [5.0, 5.0],
    ]


def test_most_potential_stands_on_top():
    frame = pd.DataFrame({"category": ["a", "b"], "share": [0.4, 0.6], "potential": [0.7, 0.3]})
    axes = strategy.potential(frame, currency="CNY")
    share, potential = axes.get_lines()
    assert share.get_xdata().tolist() == [0.6, 0.4]
    assert potential.get_xdata().tolist() == [0.3, 0.7]
    assert [t.get_text() for t in axes.get_yticklabels()] == ["b", "a"]
    none = strategy.potential(frame.assign(potential=np.nan), currency="CNY")
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
