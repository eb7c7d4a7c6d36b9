"""Plans drawn: the year's money month by month, and a launch's tasks back from its opening day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from shophelm.figures.chain import show_unit
from shophelm.figures.style import ACCENT, INK, MUTED, WARM, nothing_to_draw, set_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STATES = {
    "late": WARM, "starts this week": INK, "critical": INK, "has slack": ACCENT, "past": MUTED,
}  # fmt: skip


def months(frame: pd.DataFrame, *, currency: str) -> Axes:
    """Draw what each month is to bring, beside what it brought.

    Parameters
    ----------
    frame
        One row per month: first (day), planned, and actual (null where it has not begun).
    currency
        ISO code, for the axis.
    """
    from matplotlib import pyplot as plt

    set_style()
    if frame.empty:
        return nothing_to_draw("There is no plan: nothing to draw")
    _, axes = plt.subplots(figsize=(9, 3.2))
    at = np.arange(len(frame))
    axes.bar(at, frame["actual"].fillna(0.0), color=ACCENT, width=0.7, label="paid")
    axes.step(
        [*(at - 0.5), at[-1] + 0.5], [*frame["planned"], frame["planned"].iloc[-1]],
        where="post", color=INK, lw=1.5, label="planned",
    )  # fmt: skip
    show_unit(axes.yaxis, "money", currency)
    axes.set_xticks(at, [d.strftime("%Y-%m") for d in frame["first"]], rotation=30)
    axes.set(title="The year's money, month by month", ylim=(0, None))
    axes.legend(frameon=False, loc="lower right", bbox_to_anchor=(1, 1), ncols=2)
    return axes


def gantt(tasks: pd.DataFrame, *, currency: str) -> Axes:  # noqa: ARG001 - days
    """Draw when each task can be done, and until when it may wait; the opening day is a line.

    Parameters
    ----------
    tasks
        As `strategy.launch_plan.LaunchPlan.tasks`: those that are past are left out.
    currency
        Not used: days have no currency.
    """
    from matplotlib import dates
    from matplotlib import pyplot as plt

    set_style()
    rows = tasks[tasks["state"] != "past"].reset_index(drop=True)
    if rows.empty:
        return nothing_to_draw("Every task is past: nothing to draw")
    _, axes = plt.subplots(figsize=(9, 1.2 + 0.36 * len(rows)))
    start = dates.date2num(pd.to_datetime(rows["earliest_start"]))
    end = dates.date2num(pd.to_datetime(rows["latest_end"]))
    length = end - start - rows["slack"].to_numpy()
    at = np.arange(len(rows))
    axes.barh(at, np.maximum(end - start, 0), left=start, color=MUTED, alpha=0.25, height=0.5)
    axes.barh(at, length, left=start, color=[STATES[s] for s in rows["state"]], height=0.5)
    axes.axvline(end.max(), color=WARM, lw=1.5)
    axes.set_yticks(at, [f"{r.task} ({r.owner_role})" for r in rows.itertuples()])
    axes.invert_yaxis()
    axes.xaxis_date()
    axes.tick_params(axis="x", rotation=30)
    axes.grid(visible=True, axis="x")
    axes.grid(visible=False, axis="y")
    axes.set_title("Tasks from today; pale: how long each may wait; line: the opening day")
    return axes
