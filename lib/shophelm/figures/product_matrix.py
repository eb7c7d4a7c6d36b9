"""The product matrix drawn: how much of the money each product makes, and whether it grows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from shophelm.figures.style import ACCENT, INK, MUTED, WARM, nothing_to_draw, set_style
from shophelm.words import change, rate

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = {
    "hero": WARM,
    "evergreen": ACCENT,
    "potential": "#3a9a5b",
    "declining": "#b3261e",
    "the rest": MUTED,
    "not yet known": "#c5ccd3",
}
TURNING = ("potential", "declining")
MOST_LABELS = 7
_TITLE = "Each product's share of GMV, and its growth beside its category"
_LONGEST = 24


def product_matrix(matrix: pd.DataFrame, *, currency: str) -> Axes:  # noqa: ARG001 - as every figure
    """Draw every product by its share of GMV and its growth, coloured by its cell.

    Parameters
    ----------
    matrix
        As `store.product_matrix.product_matrix` gives it. The heroes with most GMV, and those that
        grow or fall beyond doubt, are numbered and named beside it, with the 80% interval of their
        growth. Products whose growth is not known, or that sold nothing, have no place and are
        counted in the legend alone.
    currency
        Not used: shares are drawn.
    """
    from matplotlib import pyplot as plt

    here = matrix[matrix["growth"].notna() & (matrix["gmv_share"] > 0)]
    if here.empty:
        return nothing_to_draw("No product's growth is known yet: nothing to draw")
    set_style()
    _, axes = plt.subplots(figsize=(10, 4.8))
    for cell, colour in COLOURS.items():
        own, number = here[here["cell"] == cell], int((matrix["cell"] == cell).sum())
        if number:
            label = f"{cell} ({number})"
            axes.scatter(own["gmv_share"], own["growth"], s=42, color=colour, label=label, zorder=3)
    heroes, turning = (here[here["cell"].isin(cells)] for cells in (("hero",), TURNING))
    named = pd.concat([heroes.head(MOST_LABELS), turning.head(MOST_LABELS)])
    spread = [named["growth"] - named["growth_low"], named["growth_high"] - named["growth"]]
    axes.errorbar(
        named["gmv_share"], named["growth"], yerr=spread, fmt="none", ecolor=MUTED, lw=1, zorder=2
    )
    _name(axes, named)
    _lay_out(axes)
    if len(matrix):
        axes.legend(
            title="", frameon=False, ncols=3, loc="upper center", bbox_to_anchor=(0.5, -0.16)
        )
    return axes


def _lay_out(axes: Axes) -> None:
    from matplotlib.ticker import FuncFormatter

    axes.axhline(0, color=INK, lw=1)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: str(rate(v, digits=1))))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: str(change(v))))
    axes.xaxis.set_minor_formatter(FuncFormatter(lambda *_: ""))
    axes.set(xlabel="share of GMV", ylabel="growth (80% interval)", title=_TITLE)


def _name(axes: Axes, named: pd.DataFrame) -> None:
    """Put numbers to the points, and the names beside the figure, where they cover nothing."""
    for place, row in enumerate(named.itertuples(), start=1):
        at = (row.gmv_share, row.growth)
        axes.annotate(str(place), at, xytext=(5, 3), textcoords="offset points", fontsize=9)
    names = [f"{n}  {_short(r.product)}" for n, r in enumerate(named.itertuples(), start=1)]
    axes.text(1.02, 1.0, "\n".join(names), transform=axes.transAxes, va="top", linespacing=1.6)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
