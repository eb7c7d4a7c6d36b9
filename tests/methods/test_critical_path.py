"""A network worked by hand, and what must hold on any."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shophelm.methods.critical_path import critical_path

HOUSE = {"design": 3, "order": 2, "build": 6, "paint": 2, "photos": 4, "open": 1}
AFTER = {
    "order": ["design"], "build": ["order"], "photos": ["design"], "paint": ["build"],
    "open": ["paint", "photos"],
}  # fmt: skip


def test_a_network_worked_by_hand():
    """design 3, order 2, build 6, paint 2, open 1 is 14 days; photos may wait 6 days."""
    plan = critical_path(HOUSE, AFTER).set_index("task")
    assert plan.loc["open", ["earliest_start", "earliest_end"]].tolist() == [13, 14]
    assert plan.loc["photos", ["earliest_start", "latest_start", "slack"]].tolist() == [3, 9, 6]
    assert plan.index[plan["critical"]].tolist() == ["design", "order", "build", "paint", "open"]
    assert plan.loc["build", "latest_end"] == 11


def test_backwards_from_a_day_too_early_all_slack_is_below_zero():
    plan = critical_path(HOUSE, AFTER, end=12).set_index("task")
    assert plan.loc["design", ["latest_start", "slack"]].tolist() == [-2, -2]
    assert plan.loc["photos", "slack"] == 4


def test_a_task_that_starts_late_pushes_those_after_it():
    plan = critical_path(HOUSE, AFTER, begun={"photos": 12}).set_index("task")
    assert plan.loc["open", "earliest_start"] == 16
    assert plan.index[plan["critical"]].tolist() == ["photos", "open"]


@given(st.lists(st.tuples(st.integers(0, 9), st.sets(st.integers(0, 7))), min_size=1, max_size=8))
def test_no_task_begins_before_those_it_waits_for(tasks):
    duration = {str(i): d for i, (d, _) in enumerate(tasks)}
    after = {str(i): [str(b) for b in before if b < i] for i, (_, before) in enumerate(tasks)}
    plan = critical_path(duration, after).set_index("task")
    for task, before in after.items():
        for b in before:
            assert plan.loc[b, "earliest_end"] <= plan.loc[task, "earliest_start"]
            assert plan.loc[b, "latest_end"] <= plan.loc[task, "latest_start"]
    assert (plan["slack"] >= -1e-9).all()
    assert plan["critical"].any()


@pytest.mark.parametrize(
    ("after", "why"),
    [
        ({"a": ["b"]}, "Tasks come after b, which is none of them."),
        ({"a": ["a"]}, "Tasks come after themselves: a → a."),
    ],
)
def test_what_is_no_plan_is_refused(after, why):
    with pytest.raises(ValueError, match=why):
        critical_path({"a": 1}, after)
