"""What visitors do, drawn: the funnel, the moves from page to page, what a long look predicts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from shophelm.figures.style import ACCENT, INK, MUTED, WARM, set_style
from shophelm.words import count, number, rate

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

BEFORE = "same week days before"


def funnel(frame: pd.DataFrame, *, currency: str) -> Axes:  # noqa: ARG001
    """Draw the share of the first step's visitors that reach each step, and the period before.

    Parameters
    ----------
    frame
        As `data.funnel.funnel` gives it for the whole.
    """
    import seaborn as sns
    from matplotlib import pyplot as plt

    set_style()
    _, axes = plt.subplots(figsize=(9, 1.2 + 0.45 * len(frame)))
    sns.barplot(x=frame["share"], y=frame["step"], color=ACCENT, ax=axes, orient="h")
    for place, row in enumerate(frame.itertuples()):
        text = f" {count(row.visitors)}"
        text += "" if pd.isna(row.rate) else f", {rate(row.rate, digits=1)} of the step before"
        end = max(row.share, row.share_before) if row.share_before > 0 else row.share
        axes.annotate(text, (end + 0.01, place), va="center", fontsize=9, color=INK)
    if frame["share_before"].notna().any():
        axes.scatter(
            frame["share_before"],
            range(len(frame)),
            marker="|",
            s=260,
            color=WARM,
            zorder=3,
            label=BEFORE,
        )
        axes.legend(frameon=False, loc="lower right")
    # room for the words beside a full bar
    axes.set_xlim(0, 1.4)
    axes.set(xlabel="", ylabel="", title="How far visitors get")
    axes.grid(visible=False)
    axes.set_xticks([])
    return axes


def rates(frame: pd.DataFrame, *, currency: str) -> Axes:  # noqa: ARG001
    """Draw each step's rate by slice, with its 95% interval, and the period before as a mark.

    Parameters
    ----------
    frame
        As `data.funnel.funnel` gives it by day, hour, channel or category.
    """
    from matplotlib import pyplot as plt

    set_style()
    known = frame.dropna(subset=["rate"])
    steps = known["step"].unique()
    slices = frame["slice"].unique()
    place = range(len(slices))
    figure, panels = plt.subplots(
        len(steps), 1, figsize=(9, 1 + 1.5 * len(steps)), sharex=True, squeeze=False
    )
    for axes, step in zip(panels[:, 0], steps, strict=True):
        rows = known[known["step"] == step].set_index("slice").reindex(slices)
        spread = [rows["rate"] - rows["rate_low"], rows["rate_high"] - rows["rate"]]
        axes.errorbar(place, rows["rate"], yerr=spread, fmt="o", color=ACCENT, markersize=4)
        axes.scatter(place, rows["rate_before"], marker="_", s=160, color=WARM, label=BEFORE)
        axes.set_title(f"{step}, of the step before", fontsize=10)
        _in_percent(axes.yaxis)
    bottom = panels[-1, 0]
    bottom.set_xticks(place, slices, rotation=90 if len(slices) > 8 else 0)
    if known["rate_before"].notna().any():
        handles, labels = bottom.get_legend_handles_labels()
        figure.legend(handles, labels, frameon=False, loc="upper right", fontsize=8)
    figure.suptitle("Each step's rate", x=0.01, ha="left")
    panels[0, 0].set_label("Each step's rate")
    return panels[0, 0]


def moves(frame: pd.DataFrame, *, currency: str) -> Axes:  # noqa: ARG001
    """Draw the transition matrix: of the moves away from each step, the share that went where.

    Parameters
    ----------
    frame
        As `data.paths.moves` gives it.
    """
    import seaborn as sns
    from matplotlib import pyplot as plt

    set_style()
    table = frame.pivot(index="from", columns="to", values="share")
    # rows and columns in one order, the busiest steps first
    busy = frame.groupby("from")["moves"].sum().sort_values(ascending=False, kind="stable")
    order = list(busy.index)
    columns = [c for c in order if c in table] + [c for c in table if c not in order]
    table = table.reindex(index=order, columns=columns)
    labels = table.map(lambda share: "" if pd.isna(share) else str(rate(share, digits=0)))
    _, axes = plt.subplots(figsize=(9, 1.6 + 0.42 * len(order)))
    sns.heatmap(
        table,
        annot=labels,
        fmt="",
        cmap="Blues",
        vmin=0,
        vmax=1,
        cbar=False,
        linewidths=0.5,
        annot_kws={"fontsize": 8},
        ax=axes,
    )
    axes.set(xlabel="to", ylabel="from", title="Where visitors go next")
    axes.tick_params(axis="x", rotation=40)
    for label in axes.get_xticklabels():
        label.set_horizontalalignment("right")
        label.set_rotation_mode("anchor")
    return axes


def dwell(frame: pd.DataFrame, *, currency: str) -> Axes:  # noqa: ARG001
    """Draw the carts of each band of dwell time against what its products lead to expect.

    Parameters
    ----------
    frame
        As `data.dwell.dwell` gives it.
    """
    from matplotlib import pyplot as plt
    from matplotlib.ticker import FuncFormatter

    set_style()
    known = frame.dropna(subset=["ratio"])
    spread = [known["ratio"] - known["ratio_low"], known["ratio_high"] - known["ratio"]]
    _, axes = plt.subplots(figsize=(9, 3.4))
    axes.axhline(1, color=MUTED, linewidth=1, linestyle="--")
    axes.errorbar(known["band"], known["ratio"], yerr=spread, fmt="o-", color=ACCENT, capsize=3)
    axes.set(
        xlabel="time on the product's pages in a session",
        ylabel="",
        title="Carts per look, as a multiple of what its products lead to expect",
    )
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{number(value, digits=1)} ×"))
    return axes


def _in_percent(axis: Axis) -> None:
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    axis.set_major_locator(MaxNLocator(nbins=4))
    # as many digits as tell the ticks apart
    axis.set_major_formatter(PercentFormatter(1.0))
