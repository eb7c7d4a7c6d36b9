"""Repurchase drawn: how soon categories are bought again, and who is due in the next weeks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from shophelm.figures.style import MUTED, set_style
from shophelm.words import count, rate

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST = 8
"""Categories whose curves can be told apart."""


def curves(frame: pd.DataFrame, *, currency: str) -> Axes:  # noqa: ARG001 - as every figure
    """Draw, by category, the share of purchases followed by another one by each day.

    Parameters
    ----------
    frame
        As `user.repurchase.repurchase_curves` gives it. The eight categories bought again most
        often are drawn.
    currency
        Not used: no money is drawn.
    """
    import seaborn as sns
    from matplotlib import pyplot as plt
    from matplotlib.ticker import FuncFormatter

    set_style()
    often = frame.groupby("category")["happened"].sum().sort_values(ascending=False, kind="stable")
    drawn = often.index[:MOST]
    _, axes = plt.subplots(figsize=(9, 3.8))
    for category, colour in zip(drawn, sns.color_palette("colorblind", len(drawn)), strict=True):
        curve = frame[frame["category"] == category]
        axes.step(curve["day"], curve["share"], where="post", color=colour, label=category)
    axes.set_ylim(bottom=0)
    axes.margins(x=0.01)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: str(rate(v, digits=0))))
    axes.set(xlabel="days since a purchase of the category", ylabel="")
    axes.set_title("Share of purchases followed by another of the category")
    axes.tick_params(colors=MUTED)
    axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    return axes


def calendar(frame: pd.DataFrame, *, currency: str) -> Axes:  # noqa: ARG001 - as above
    """Draw the customers due in each of the next four weeks, by category.

    Parameters
    ----------
    frame
        As `user.next_due.due_calendar` gives it. The categories with most customers due come
        first.
    currency
        Not used: no money is drawn.
    """
    import seaborn as sns
    from matplotlib import pyplot as plt

    set_style()
    wide = frame.pivot(index="category", columns="week_from", values="customers_due")
    order = wide.sum(axis=1).sort_values(ascending=False, kind="stable").index
    wide = wide.reindex(order)
    _, axes = plt.subplots(figsize=(9, 1.4 + 0.36 * len(wide)))
    sns.heatmap(
        wide,
        ax=axes,
        annot=wide.map(lambda n: str(count(n))),
        fmt="",
        cmap="Blues",
        vmin=0,
        cbar=False,
        linewidths=0.5,
    )
    axes.set_xticklabels([f"from {day}" for day in wide.columns], rotation=0)
    axes.set_yticklabels(wide.index, rotation=0)
    axes.set(xlabel="", ylabel="", title="Customers whose next purchase is due")
    return axes
