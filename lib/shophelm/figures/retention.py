"""Retention drawn: the cohort triangle, and how long until the second purchase."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from shophelm.figures.style import ACCENT, GRID, MUTED, nothing_to_draw, set_style
from shophelm.words import rate

if TYPE_CHECKING:
    from matplotlib.axes import Axes

EMPTY = "#f4f5f7"
ANNOTATED = 24
"""Months since up to which every cell can hold its share in figures."""


def triangle(followed: pd.DataFrame, *, currency: str) -> Axes:  # noqa: ARG001 - as every figure
    """Draw the share of each cohort that bought in the months after its first.

    Month 0, in which all of them bought, is left out; months that are not over stay hatched.

    Parameters
    ----------
    followed
        As `data.retention.cohorts` gives it.
    currency
        Not used: no money is drawn.
    """
    import seaborn as sns
    from matplotlib import pyplot as plt
    from matplotlib.ticker import FuncFormatter

    set_style()
    later = followed[followed["month"] > 0]
    wide = later.pivot(index="cohort", columns="month", values="share").dropna(how="all")
    wide = wide.dropna(how="all", axis=1)
    if wide.empty:
        return nothing_to_draw("No month after a first purchase is over yet")
    sizes = followed.drop_duplicates("cohort").set_index("cohort")["size"]
    rows, columns = wide.shape
    _, axes = plt.subplots(figsize=(3 + 0.42 * max(columns, 8), 1.4 + 0.3 * rows))
    texts = wide.map(lambda v: "" if v != v else f"{v * 100:.0f}")
    sns.heatmap(
        wide,
        ax=axes,
        cmap=sns.light_palette(ACCENT, as_cmap=True),
        vmin=0,
        annot=texts if columns <= ANNOTATED else False,
        fmt="",
        annot_kws={"fontsize": 7},
        linewidths=0.5,
        linecolor="white",
        cbar_kws={"format": FuncFormatter(lambda v, _: str(rate(v, digits=0)))},
    )
    axes.set_facecolor(EMPTY)
    axes.patch.set(hatch="///", edgecolor=GRID)
    axes.grid(visible=False)
    labels = [f"{c:%Y-%m} ({n:,.0f})" for c, n in sizes.reindex(wide.index).items()]
    axes.set_yticks([i + 0.5 for i in range(rows)], labels, rotation=0)
    axes.set(xlabel="months since the first purchase", ylabel="")
    axes.set_title("Share of each month's new customers who buy again, %")
    return axes


def second_purchase(curve: pd.DataFrame, *, currency: str) -> Axes:  # noqa: ARG001 - as above
    """Draw the share of customers who have bought again by each day, with its 95 % band.

    Parameters
    ----------
    curve
        As `data.retention.second_purchase` gives it.
    currency
        Not used: no money is drawn.
    """
    from matplotlib import pyplot as plt
    from matplotlib.ticker import FuncFormatter

    set_style()
    _, axes = plt.subplots(figsize=(9, 3.6))
    band = curve.dropna(subset=["share_low"])
    axes.fill_between(
        band["day"], band["share_low"], band["share_high"], step="post", color=ACCENT, alpha=0.18,
        linewidth=0,
    )  # fmt: skip
    axes.step(curve["day"], curve["share"], where="post", color=ACCENT, linewidth=1.8)
    axes.set_ylim(bottom=0)
    axes.margins(x=0.01)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: str(rate(v, digits=0))))
    axes.set(xlabel="days since the first purchase", ylabel="")
    axes.set_title("Share of customers who have bought again")
    axes.tick_params(colors=MUTED)
    return axes
