"""How often lists of offers hold what people then took."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from shophelm.figures.style import ACCENT, INK, MUTED, set_style
from shophelm.words import number, rate

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def hit_rates(judged: pd.DataFrame, *, currency: str) -> Axes:  # noqa: ARG001 - as every figure
    """Draw the hit rate of each way to make a list, with its 95% interval; the best on top.

    Parameters
    ----------
    judged
        As `user.lists_judged.lists_judged` gives it.
    currency
        Not used: no money is drawn.
    """
    from matplotlib import pyplot as plt
    from matplotlib.ticker import FuncFormatter

    set_style()
    _, axes = plt.subplots(figsize=(9, 1.1 + 0.5 * len(judged)))
    spread = [judged["hit_rate"] - judged["hit_low"], judged["hit_high"] - judged["hit_rate"]]
    colours = [ACCENT, *[MUTED] * (len(judged) - 1)]
    axes.barh(judged["method"], judged["hit_rate"], xerr=spread, color=colours, ecolor=INK)
    for place, row in enumerate(judged.itertuples()):
        text = f" {rate(row.hit_rate, digits=1)}, NDCG {number(row.ndcg, digits=3)}"
        axes.annotate(text, (row.hit_high, place), va="center", fontsize=9, color=INK)
    axes.invert_yaxis()
    # room for the words beside the longest bar
    axes.set_xlim(0, 1.45 * max(judged["hit_high"].max(), 0.01))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: str(rate(v, digits=0))))
    axes.grid(visible=False, axis="y")
    axes.set_title("People who took at least one of the ten products listed")
    return axes
