"""What must be done by when: earliest and latest starts, slack, and the tasks that leave none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

import pandas as pd


def critical_path(
    duration: Mapping[str, float],
    after: Mapping[str, Sequence[str]],
    *,
    end: float | None = None,
    begun: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Plan tasks forwards from 0 and backwards from the end.

    Parameters
    ----------
    duration
        Days that each task takes.
    after
        The tasks that must be done before it, where there are any.
    end
        The day by which all must be done; the earliest possible one if not given.
    begun
        The day before which a task does not start, where there is one.

    Returns
    -------
    DataFrame
        One row per task, in an order in which they can be done: task, duration, earliest_start,
        earliest_end, latest_start, latest_end (days, ends not included), slack (latest_start −
        earliest_start; below 0 where it is too late) and critical (no task has less slack).

    Raises
    ------
    ValueError
        If a task comes after one that is not there, or after itself.

    Notes
    -----
    Kelley and Walker (1959), "Critical-path planning and scheduling". A task's own slack is shared
    with those before and after it.
    """
    before = {task: list(after.get(task, ())) for task in duration}
    unknown = sorted({b for tasks in before.values() for b in tasks} - set(duration))
    if unknown:
        raise ValueError(f"Tasks come after {', '.join(unknown)}, which is none of them.")
    try:
        order = list(TopologicalSorter(before).static_order())
    except CycleError as error:
        raise ValueError(f"Tasks come after themselves: {' → '.join(error.args[1])}.") from None
    first = begun or {}
    start: dict[str, float] = {}
    for task in order:
        ends = [start[b] + duration[b] for b in before[task]]
        start[task] = max([*ends, first.get(task, 0.0)])
    last = max((start[t] + duration[t] for t in order), default=0.0) if end is None else end
    latest: dict[str, float] = {}
    for task in reversed(order):
        following = [latest[t] - duration[t] for t in order if task in before[t]]
        latest[task] = min(following, default=last)
    frame = pd.DataFrame(
        {
            "task": order,
            "duration": [duration[t] for t in order],
            "earliest_start": [start[t] for t in order],
            "latest_end": [latest[t] for t in order],
        }
    )
    frame["earliest_end"] = frame["earliest_start"] + frame["duration"]
    frame["latest_start"] = frame["latest_end"] - frame["duration"]
    frame["slack"] = frame["latest_start"] - frame["earliest_start"]
    frame["critical"] = frame["slack"] <= frame["slack"].min() + 1e-9
    return frame[COLUMNS]


COLUMNS = [
    *("task", "duration", "earliest_start", "earliest_end", "latest_start", "latest_end"),
    *("slack", "critical"),
]
