"""Plans drawn: the year's money, the media budget, potential, and a launch's tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import seaborn as sns

from shophelm.figures.chain import show_unit
from shophelm.figures.style import ACCENT, INK, MUTED, WARM, nothing_to_draw, set_style
from shophelm.words import spoken

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STATES = {
    "under way": INK, "late": WARM, "starts this week": INK, "critical": INK,
    "has slack": ACCENT, "past": MUTED,
}  # fmt: skip


def year(frame: pd.DataFrame, *, currency: str) -> Axes:
    """Draw the year's money as it adds up: planned, paid, and what is to come with its interval.

    Parameters
    ----------
    frame
        As `strategy.standing.year_so_far` gives it.
    currency
        ISO code, for the axis.
    """
    from matplotlib import pyplot as plt

    set_style()
    _, axes = plt.subplots(figsize=(9, 3.6))
    ends = frame.dropna(subset="expected")
    axes.plot(frame["day"], frame["planned"], color=INK, lw=1.2, ls="--", label="planned")
    axes.plot(frame["day"], frame["paid"], color=ACCENT, lw=2, label="paid")
    axes.plot(ends["day"], ends["expected"], color=ACCENT, lw=1.2, ls=":", label="to be expected")
    axes.fill_between(
        ends["day"], ends["low"], ends["high"], color=ACCENT, alpha=0.2, lw=0, label="80% interval"
    )
    show_unit(axes.yaxis, "money", currency)
    axes.set(title="The year's money, day by day", ylim=(0, None))
    axes.legend(frameon=False, loc="upper left")
    return axes


def foretold(frame: pd.DataFrame, *, currency: str) -> Axes:
    """Draw spans that are over: what was foretold, with its interval, and what came.

    Parameters
    ----------
    frame
        As `strategy.replay.replays` gives it.
    currency
        ISO code, for the axis.
    """
    from matplotlib import pyplot as plt

    set_style()
    _, axes = plt.subplots(figsize=(9, 3.2))
    days = frame["origin"]
    axes.vlines(
        days, frame["low"], frame["high"], color=MUTED, lw=4, alpha=0.5, label="80% interval"
    )
    axes.plot(days, frame["expected"], "_", color=INK, ms=10, label="foretold")
    for held, color, label in ((True, ACCENT, "came, within it"), (False, WARM, "came, outside")):
        rows = frame[frame["held"] == held]
        axes.plot(rows["origin"], rows["actual"], "o", color=color, ms=6, label=label)
    show_unit(axes.yaxis, "money", currency)
    axes.set_title("28 days, foretold from the day before them, and what came")
    axes.set_ylim(0, None)
    axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    return axes


def workload(rows: pd.DataFrame, *, currency: str) -> Axes:  # noqa: ARG001 - hours
    """Draw how far each role's weeks are booked.

    Parameters
    ----------
    rows
        As `strategy.launch_plan.LaunchPlan.workload`.
    currency
        Not used: hours have no currency.
    """
    from matplotlib import pyplot as plt

    set_style()
    known = rows.dropna(subset="load")
    if known.empty:
        return nothing_to_draw("How many hours roles have is not known: nothing to draw")
    wide = known.pivot_table(index="owner_role", columns="week", values="load")
    wide.index = [spoken(r) for r in wide.index]
    wide.columns = [f"{w:%m-%d}" for w in wide.columns]
    _, axes = plt.subplots(figsize=(9, 1.2 + 0.42 * len(wide)))
    sns.heatmap(
        wide, ax=axes, cmap="OrRd", vmin=0.0, vmax=1.6, annot=True, fmt=".0%",
        annot_kws={"size": 8}, cbar=False, linewidths=1,
    )  # fmt: skip
    axes.set(title="Hours booked, of those a role has, by week", xlabel="", ylabel="")
    axes.tick_params(axis="x", rotation=0)
    axes.tick_params(axis="y", rotation=0)
    return axes


def budget(cells: pd.DataFrame, *, currency: str) -> Axes:
    """Draw each channel's money week by week, beside what is usual.

    Parameters
    ----------
    cells
        As `strategy.media_budget.by_week` gives it.
    currency
        ISO code, for the axis.
    """
    from matplotlib import pyplot as plt

    set_style()
    _, axes = plt.subplots(figsize=(9, 3.4))
    channels = sorted(cells["channel"].unique())
    colors = sns.color_palette("colorblind", len(channels))
    for channel, color in zip(channels, colors, strict=True):
        rows = cells[cells["channel"] == channel]
        axes.plot(rows["week_from"], rows["spend_then"], "o-", color=color, lw=2, label=channel)
        axes.plot(rows["week_from"], rows["usual_spend"], color=color, lw=1, ls="--")
    show_unit(axes.yaxis, "money", currency)
    axes.set_title("Media money by week; dashed: the usual")
    axes.set_ylim(0, None)
    axes.tick_params(axis="x", rotation=30)
    axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    return axes


def potential(frame: pd.DataFrame, *, currency: str) -> Axes:  # noqa: ARG001 - shares
    """Draw each category's share of the money and of the potential.

    Parameters
    ----------
    frame
        As `strategy.potential.potential` gives it.
    currency
        Not used: shares have no currency.
    """
    from matplotlib import pyplot as plt

    set_style()
    rows = frame.dropna(subset="potential").iloc[::-1]
    if rows.empty:
        return nothing_to_draw("No category's potential is known: nothing to draw")
    _, axes = plt.subplots(figsize=(9, 0.9 + 0.42 * len(rows)))
    at = np.arange(len(rows))
    axes.hlines(at, rows["share"], rows["potential"], color=MUTED, lw=2)
    axes.plot(rows["share"], at, "o", color=MUTED, ms=8, label="share of the money")
    axes.plot(rows["potential"], at, "o", color=ACCENT, ms=8, label="share of the potential")
    axes.set_yticks(at, rows["category"])
    show_unit(axes.xaxis, "rate", "")
    axes.set_title("Where the potential is, and where the money")
    axes.set_xlim(0, None)
    axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    return axes


def gantt(tasks: pd.DataFrame, *, currency: str) -> Axes:  # noqa: ARG001 - days
    """Draw when each task can be done, and until when it may wait; a line is the opening day.

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
    axes.set_yticks(at, [f"{r.task} ({spoken(r.owner_role)})" for r in rows.itertuples()])
    axes.invert_yaxis()
    axes.xaxis_date()
    axes.tick_params(axis="x", rotation=30)
    axes.grid(visible=True, axis="x")
    axes.grid(visible=False, axis="y")
    axes.set_title("When each task can be done; pale: how long it may wait")
    return axes
