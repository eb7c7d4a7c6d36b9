"""What moved the money, and what was to be expected, drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from shophelm.figures.chain import show_unit
from shophelm.figures.style import ACCENT, MUTED, WARM, set_style
from shophelm.shop.definitions import TERMS
from shophelm.shop.ratios import as_floats
from shophelm.words import moved_in_unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

UNITS = {"gmv_paid": "money", "orders": "number"}


def bridge(moved: pd.DataFrame, *, currency: str) -> Axes:
    """Draw the change of GMV as steps from then to now, a bar for each link.

    Parameters
    ----------
    moved
        As `data.causes.causes` gives it.
    currency
        ISO code, for the axis.
    """
    from matplotlib import pyplot as plt

    set_style()
    whole, links = moved.iloc[-1], moved.iloc[:-1]
    parts = as_floats(links["gmv_part"])
    starts = whole["then"] + parts.cumsum() - parts
    names = ["held against", *(TERMS[t].title for t in links["term"]), "this period"]
    _, axes = plt.subplots(figsize=(9, 1 + 0.36 * len(names)))
    ends = [whole["then"], whole["now"]]
    axes.barh([0, len(names) - 1], ends, color=MUTED, height=0.6)
    colours = [ACCENT if p > 0 else WARM for p in parts]
    axes.barh(range(1, len(names) - 1), parts, left=starts, color=colours, height=0.6)
    show = moved_in_unit("money", currency=currency)
    for row, (start, part) in enumerate(zip(starts, parts, strict=True), start=1):
        axes.annotate(
            str(show(part)),
            (max(start, start + part), row),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
            color=MUTED,
        )
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.margins(x=0.14)
    axes.set_xlim(left=min(0, starts.min()))
    axes.set_title(f"{TERMS[whole['term']].title}: what moved it")
    axes.grid(visible=True, axis="x")
    axes.grid(visible=False, axis="y")
    show_unit(axes.xaxis, "money", currency)
    return axes


def expected(lines: pd.DataFrame, *, currency: str) -> Axes:
    """Draw each figure of the shop day by day beside what was to be expected; alarms are marked.

    Parameters
    ----------
    lines
        As `data.monitor.lines` gives it.
    currency
        ISO code, for the money axes.
    """
    from matplotlib import pyplot as plt

    set_style()
    figures = list(lines.groupby(["term", "of"], sort=False))
    _, panels = plt.subplots(
        len(figures), 1, figsize=(9, 0.8 + 1.2 * len(figures)), sharex=True, squeeze=False
    )
    for axes, ((term, of), days) in zip(panels[:, 0], figures, strict=True):
        axes.plot(days["day"], days["expected"], color=MUTED, linewidth=1.2, linestyle="--")
        axes.plot(days["day"], days["now"], color=ACCENT, linewidth=1.4)
        alarms = days[days["alarm"]]
        axes.plot(alarms["day"], alarms["now"], "o", color=WARM, markersize=6)
        name = TERMS[term].title if term in TERMS else term
        axes.set_title(f"{name} / {TERMS[of].title}" if of else name, fontsize=9)
        axes.set_ylim(bottom=0)
        show_unit(axes.yaxis, _unit(term, of), currency)
    top = panels[0, 0]
    top.figure.suptitle(
        "Each day (line), what was to be expected (dashes), alarms (dots)",
        x=0.01,
        ha="left",
    )
    return top


def _unit(term: str, of: str) -> str:
    if term == "refunded":
        return "money"
    return UNITS.get(term, "rate") if of else TERMS[term].unit
