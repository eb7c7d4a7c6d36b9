"""Segments drawn: who brings the money, the grid of frequency and spend, and who moved."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pandas as pd

from shophelm.figures.style import ACCENT, GRID, INK, MUTED, set_style
from shophelm.user.migration import matrix
from shophelm.user.value_grid import CELLS
from shophelm.words import count, money, rate

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def rfm(groups: pd.DataFrame, *, currency: str) -> Axes:  # noqa: ARG001 - as every figure
    """Draw each group's share of the customers, and of the money, side by side.

    Parameters
    ----------
    groups
        As `user.rfm.rfm` gives them.
    currency
        Not used: shares are drawn.
    """
    import seaborn as sns
    from matplotlib import pyplot as plt
    from matplotlib.ticker import FuncFormatter

    set_style()
    names = {"share": "of the customers", "settled_share": "of the money settled"}
    parts = groups.rename(columns=names).melt("segment", list(names.values()), "part", "value")
    _, axes = plt.subplots(figsize=(8, 1.2 + 0.5 * len(groups)))
    colours = dict(zip(names.values(), (MUTED, ACCENT), strict=True))
    sns.barplot(
        parts,
        x="value",
        y="segment",
        hue="part",
        palette=colours,
        ax=axes,
        orient="h",
        errorbar=None,
    )
    labels = [f"{r.segment} ({count(r.customers)})" for r in groups.itertuples()]
    axes.set_yticks(range(len(groups)), labels)
    axes.legend(title="", frameon=False, loc="lower right")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: str(rate(v, digits=0))))
    axes.grid(visible=True, axis="x")
    axes.grid(visible=False, axis="y")
    axes.set(xlabel="", ylabel="")
    axes.set_title("Each group's share of customers and money")
    return axes


def value_grid(cells: pd.DataFrame, *, currency: str) -> Axes:
    """Draw the grid: frequency upwards, spend to the right, darker where more money comes from.

    Parameters
    ----------
    cells
        As `user.value_grid.value_grid` gives them.
    currency
        ISO code.
    """
    import seaborn as sns
    from matplotlib import pyplot as plt

    set_style()
    places = {c.name: (int(not c.often), int(c.much)) for c in CELLS}
    row, column = zip(*cells["segment"].map(places), strict=True)
    texts = [
        f"{count(c.customers)} customers ({rate(c.share, digits=1)})\n"
        f"{money(c.settled, currency=currency)} ({rate(c.settled_share, digits=1)})"
        for c in cells.itertuples()
    ]
    placed = cells.assign(row=row, column=column, text=texts)
    at = {"index": "row", "columns": "column"}
    shares, labels = (placed.pivot(**at, values=v) for v in ("settled_share", "text"))
    _, axes = plt.subplots(figsize=(7, 3.2))
    sns.heatmap(
        shares.astype("float64"), ax=axes, annot=labels, fmt="", vmin=0, cbar=False, linewidths=2,
        cmap=sns.light_palette(ACCENT, as_cmap=True), annot_kws={"fontsize": 9},
    )  # fmt: skip
    axes.set_xticks([0.5, 1.5], ["low spend per order", "high spend per order"])
    axes.set_yticks([0.5, 1.5], ["high frequency", "low frequency"], rotation=0)
    axes.set(xlabel="", ylabel="")
    axes.set_title("Customers and settled money of 364 days")
    return axes


def migration(moves: pd.DataFrame, *, currency: str) -> Axes:  # noqa: ARG001 - as rfm
    """Draw where the customers of each segment of last month's end are now.

    Darker where a larger share of the row went; framed who stayed.

    Parameters
    ----------
    moves
        As `user.migration.migration` gives them.
    currency
        Not used: customers are drawn.
    """
    import seaborn as sns
    from matplotlib import pyplot as plt
    from matplotlib.patches import Rectangle

    set_style()
    wide = matrix(moves, "customers")
    rows, columns = wide.shape
    _, axes = plt.subplots(figsize=(3 + 0.95 * columns, 2 + 0.42 * rows))
    sns.heatmap(
        wide.div(wide.sum(axis=1), axis=0), ax=axes, vmin=0, vmax=1, cbar=False, fmt="",
        annot=wide.map(lambda n: "" if n != n else str(count(n))), annot_kws={"fontsize": 9},
        cmap=sns.light_palette(ACCENT, as_cmap=True), linewidths=0.5, linecolor=GRID,
    )  # fmt: skip
    for i, name in enumerate(wide.index):
        if name in wide.columns:
            at = (wide.columns.get_loc(name), i)
            axes.add_patch(Rectangle(at, 1, 1, fill=False, edgecolor=INK, linewidth=1.2))
    axes.set_xticks([i + 0.5 for i in range(columns)], [_broken(c) for c in wide], rotation=0)
    axes.set_yticks([i + 0.5 for i in range(rows)], list(wide.index), rotation=0)
    axes.tick_params(labelsize=8)
    axes.grid(visible=False)
    axes.set(xlabel="segment now", ylabel="at the end of last month")
    axes.set_title("Customers by their segment then and now")
    return axes


def _broken(name: str) -> str:
    """Break a name into lines that fit a column."""
    return "\n".join(textwrap.wrap(name, 15))
