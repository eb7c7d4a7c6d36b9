"""Carts left behind, drawn: when a rate fell, and how likely each cause is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from shophelm.figures.style import ACCENT, GRID, INK, MUTED, WARM, set_style
from shophelm.words import rate

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_PRODUCTS = 8
COLOURS = {
    "p_price": ACCENT,
    "p_diversion": WARM,
    "p_trust": "#7a5195",
    "p_stock": "#4f9d69",
    "p_none": GRID,
}
NAMES = ("price", "diversion", "trust", "stock", "none of these")


def bought_over_time(rates: pd.DataFrame, *, currency: str) -> Axes:  # noqa: ARG001 - as every figure
    """Draw the rate at which carts were bought beside the usual one, and when it broke.

    Parameters
    ----------
    rates
        As `store.cart_series.cart_rates` gives it; a panel for each product.

    Returns
    -------
    Axes
        The first panel's; the others are in its figure.
    """
    from matplotlib import pyplot as plt
    from matplotlib.ticker import FuncFormatter

    set_style()
    panels = [own for _, own in rates.groupby("product_id", sort=False)]
    _, axes = plt.subplots(
        max(len(panels), 1), figsize=(9, 1 + 1.7 * max(len(panels), 1)), sharex=True, squeeze=False
    )
    for ax, own in zip(axes[:, 0], panels, strict=False):
        _panel(ax, own)
        ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: str(rate(v, digits=0))))
    if panels:
        axes[0, 0].legend(
            frameon=False, ncols=3, loc="lower right", bbox_to_anchor=(1, 1), fontsize="small"
        )
    axes[0, 0].figure.suptitle(
        "Carts that were bought, four weeks by four weeks", x=0.01, ha="left", color=INK
    )
    return axes[0, 0]


def causes(products: pd.DataFrame, *, currency: str) -> Axes:  # noqa: ARG001 - as every figure
    """Draw the probability of each cause, product by product.

    Parameters
    ----------
    products
        As `store.carts_told.shown` gives it; the first eight are drawn, the costliest on top.
    """
    from matplotlib import pyplot as plt
    from matplotlib.ticker import FuncFormatter

    set_style()
    rows = products.head(MOST_PRODUCTS)
    _, axes = plt.subplots(figsize=(9, 1.4 + 0.45 * len(rows)))
    start = pd.Series(0.0, index=rows.index)
    for (column, colour), name in zip(COLOURS.items(), NAMES, strict=True):
        axes.barh(range(len(rows)), rows[column], left=start, color=colour, label=name)
        start = start + rows[column]
    axes.set_yticks(range(len(rows)), rows["product"])
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: str(rate(v, digits=0))))
    axes.set(xlim=(0, 1), title="Why carts are left: probability of each cause")
    axes.legend(frameon=False, ncols=len(NAMES), loc="upper center", bbox_to_anchor=(0.4, -0.12))
    return axes


def _panel(axes: Axes, own: pd.DataFrame) -> None:
    """Draw one product's rates, the usual ones and its break."""
    spread = [own["rate"] - own["low"], own["high"] - own["rate"]]
    axes.errorbar(
        own["from_day"], own["rate"], yerr=spread, fmt="o-", color=ACCENT, ecolor=MUTED,
        capsize=3, label="bought (80% interval)",
    )  # fmt: skip
    axes.plot(own["from_day"], own["rate_usual"], color=MUTED, ls="--", label="usual")
    row = own.iloc[0]
    if row["since"] is not None:
        axes.axvspan(row["since_low"], row["since_high"], color=WARM, alpha=0.15, lw=0)
        axes.axvline(row["since"], color=WARM, label="break (80% interval)")
    axes.set_ylim(0)
    axes.set_title(row["product"], fontsize="medium")
