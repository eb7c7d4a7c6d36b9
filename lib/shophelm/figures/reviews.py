"""What buyers say, drawn: praise against complaint by aspect, and complaints over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from shophelm.figures.style import ACCENT, INK, MUTED, WARM, nothing_to_draw, set_style
from shophelm.words import rate

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from shophelm.store.review_aspects import ReviewAspects

MOST = 12
MOST_PANELS = 6


def aspects(said: ReviewAspects, *, currency: str) -> Axes:  # noqa: ARG001 - as every figure
    """Draw the share of reviews that praise and that complain of each aspect, by category.

    Parameters
    ----------
    said
        Of its categories the six with the most reviews are drawn, each with the aspects that any of
        them speaks of most.

    Returns
    -------
    Axes
        The first panel's.
    """
    from matplotlib import pyplot as plt
    from matplotlib.ticker import FuncFormatter

    set_style()
    categories = said.categories
    if categories.empty:
        return nothing_to_draw("No review speaks of any aspect")
    sizes = categories.groupby("category")["reviews"].max().sort_values(ascending=False)
    names = sorted(sizes.index[:MOST_PANELS])
    rows = categories[categories["category"].isin(names)]
    order = rows.groupby("aspect")["mentioned"].sum().sort_values(ascending=False).index
    figure, panels = plt.subplots(
        1, len(names), sharex=True, sharey=True, squeeze=False,
        figsize=(3.2 + 1.9 * len(names), 1.2 + 0.32 * len(order)),
    )  # fmt: skip
    for axes, name in zip(panels[0], names, strict=True):
        own = rows[rows["category"] == name].set_index("aspect").reindex(order)
        at = range(len(order))
        axes.barh(at, own["praised_share"].fillna(0), color=ACCENT, label="praise")
        axes.barh(at, -own["complained_share"].fillna(0), color=WARM, label="complain")
        axes.axvline(0, color=INK, lw=1)
        axes.grid(visible=False, axis="y")
        axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: str(rate(abs(v), digits=0))))
        axes.set_title(name, fontsize="medium")
    first = panels[0][0]
    first.set_yticks(range(len(order)), list(order))
    first.invert_yaxis()
    handles, labels = first.get_legend_handles_labels()
    figure.suptitle("Share of reviews that praise, and that complain", x=0.01, ha="left")
    figure.legend(handles, labels, frameon=False, loc="outside upper right", ncols=2)
    return first


def complaints(said: ReviewAspects, *, currency: str) -> Axes:  # noqa: ARG001 - as every figure
    """Draw the share that complains of what stands out, beside the category's others'.

    Parameters
    ----------
    said
        The first twelve of its complaints are drawn, with the 80% interval of the share as held
        against the others.
    """
    from matplotlib import pyplot as plt
    from matplotlib.ticker import FuncFormatter

    set_style()
    rows = said.complaints
    if rows.empty:
        return nothing_to_draw("No product draws more complaints than its category's others")
    rows = rows.head(MOST)
    at = np.arange(len(rows))
    _, axes = plt.subplots(figsize=(9, 1.2 + 0.5 * len(rows)))
    spread = [rows["complained_shrunk"] - rows["complained_low"],
              rows["complained_high"] - rows["complained_shrunk"]]  # fmt: skip
    axes.errorbar(rows["complained_shrunk"], at, xerr=spread, fmt="o", color=WARM, capsize=4,
                  label="likely share (80% interval)")  # fmt: skip
    axes.plot(rows["complained_share"], at, "|", color=INK, ms=14, label="share of its reviews")
    axes.plot(rows["peers_complained_share"], at, "o", color=MUTED, label="its category's others")
    axes.set_yticks(at, [f"{r.product}\n{r.aspect}" for r in rows.itertuples()])
    axes.invert_yaxis()
    axes.set_xlim(left=0)
    axes.grid(visible=False, axis="y")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: str(rate(v, digits=0))))
    axes.set(title="Complaints beyond chance, by product", xlabel="of the reviews")
    axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    return axes


def over_time(months: pd.DataFrame, changes: pd.DataFrame, *, currency: str) -> Axes:  # noqa: ARG001 - as every figure
    """Draw a complaint's share over time, and the day from which on it is another one.

    Parameters
    ----------
    months
        As `review_changes.complaints_by_month` gives it; its first product and aspect are drawn.
    changes
        As `review_changes` gives it, for the day of the break.
    """
    from matplotlib import pyplot as plt
    from matplotlib.ticker import FuncFormatter

    set_style()
    if months.empty:
        return nothing_to_draw("No complaint to follow over time")
    first = months.iloc[0]
    rows = months[
        (months["product_id"] == first["product_id"]) & (months["aspect"] == first["aspect"])
    ]
    _, axes = plt.subplots(figsize=(9, 3.2))
    days = pd.to_datetime(rows["month"])
    spread = [rows["share"] - rows["share_low"], rows["share_high"] - rows["share"]]
    axes.errorbar(days, rows["share"], yerr=spread, fmt="o-", color=WARM, ecolor=MUTED,
                  capsize=3, label="its reviews (95% interval)")  # fmt: skip
    axes.plot(days, rows["peers_share"], color=MUTED, label="its category's others")
    own = changes[
        (changes["product_id"] == first["product_id"]) & (changes["aspect"] == first["aspect"])
        & changes["found"]
    ]  # fmt: skip
    for r in own.itertuples():
        axes.axvspan(pd.Timestamp(r.since_low), pd.Timestamp(r.since_high), color=WARM, alpha=0.15)
        axes.axvline(pd.Timestamp(r.since), color=INK, lw=1, label=f"since {r.since}")
    axes.set_ylim(0, 1)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: str(rate(v, digits=0))))
    axes.set(
        title=f"{first['product']}: complaints about {first['aspect']}", ylabel="of the reviews"
    )
    axes.legend(frameon=False)
    return axes
