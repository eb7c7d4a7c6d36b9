"""Page tests, drawn: what every metric says of an arm, and how the estimate ran day by day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from shophelm.figures.style import ACCENT, INK, MUTED, WARM, set_style
from shophelm.words import change

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def effects(metrics: pd.DataFrame, *, currency: str) -> Axes:  # noqa: ARG001 - as every figure
    """Draw the lift of every metric and arm of one test, with both of its 95% intervals.

    Parameters
    ----------
    metrics
        As `store.page_tests.latest` gives it. The primary metric is on top, in another colour.
    """
    from matplotlib import pyplot as plt
    from matplotlib.ticker import FuncFormatter

    set_style()
    rows = metrics[metrics["lift"].notna()]
    several = rows["variant"].nunique() > 1
    names = [f"{r.figure}, {r.variant}" if several else r.figure for r in rows.itertuples()]
    places = list(range(len(rows)))
    colours = [ACCENT if primary else MUTED for primary in rows["primary"]]
    _, axes = plt.subplots(figsize=(9, 1.3 + 0.38 * len(rows)))
    axes.hlines(places, rows["always_low"], rows["always_high"], colors=colours, lw=1)
    axes.hlines(places, rows["lift_low"], rows["lift_high"], colors=colours, lw=4)
    axes.scatter(rows["lift"], places, color=colours, s=60, zorder=3)
    axes.axvline(0, color=INK, lw=1)
    axes.set_yticks(places, names)
    axes.invert_yaxis()
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: str(change(v))))
    axes.grid(visible=False, axis="y")
    axes.set(
        xlabel="thick: 95% for one look at the end; thin: 95% for a look every day",
        title=f"{metrics['experiment_id'].iloc[0]}: more or less than the control",
    )
    return axes


def estimate_by_day(days: pd.DataFrame, *, currency: str) -> Axes:  # noqa: ARG001 - as every figure
    """Draw what a look on each day would have shown, with the band that holds on all days.

    Parameters
    ----------
    days
        As `store.page_test_run.estimate_by_day` gives it. The first days, whose band is wider
        than anybody would look at, run out of the picture.
    """
    from matplotlib import pyplot as plt
    from matplotlib.ticker import FuncFormatter

    set_style()
    _, axes = plt.subplots(figsize=(9, 3.6))
    for colour, (variant, rows) in zip(
        (ACCENT, WARM, MUTED), days.groupby("variant"), strict=False
    ):
        axes.fill_between(
            rows["day"], rows["always_low"], rows["always_high"], color=colour, alpha=0.15, lw=0
        )
        axes.plot(rows["day"], rows["lift"], color=colour, label=variant)
    axes.axhline(0, color=INK, lw=1)
    end = days[["always_low", "always_high"]].abs().max(axis=1)
    settled = end[days["people"] >= days["people"].max() / 4]
    axes.set_ylim(-1.2 * settled.max(), 1.2 * settled.max())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: str(change(v))))
    axes.legend(frameon=False)
    figure, test = days[["figure", "experiment_id"]].iloc[0]
    axes.set(
        ylabel=f"{figure}, against the control",
        title=f"{test}: the estimate so far (95% band that may be looked at every day)",
    )
    axes.tick_params(axis="x", rotation=30)
    return axes
