"""What must go, drawn: money tied up by age, what each way out brings, where goods arrive bad."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from shophelm.figures.style import ACCENT, INK, MUTED, WARM, set_style
from shophelm.words import money, rate

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST = 12


def tied_up(bands: pd.DataFrame, *, currency: str) -> Axes:
    """Draw the money tied up by the age of the stock, slow movers apart.

    Parameters
    ----------
    bands
        As `supply_chain.slow_movers.tied_up_by_age` gives it.
    """
    from matplotlib import pyplot as plt
    from matplotlib.ticker import FuncFormatter

    set_style()
    _, axes = plt.subplots(figsize=(9, 3.2))
    others = bands["tied_up"] - bands["slow_tied_up"]
    axes.bar(bands["age"], others, color=ACCENT, label="likely to be sold in time")
    axes.bar(bands["age"], bands["slow_tied_up"], bottom=others, color=WARM, label="slow movers")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: str(money(v, currency=currency))))
    axes.set(xlabel="mean age of the stock", title="Money tied up, at cost")
    axes.legend(frameon=False)
    return axes


def ways_out(frame: pd.DataFrame, *, currency: str) -> Axes:
    """Draw what the cheapest way out of each slow mover is worth, with its 80% interval.

    Parameters
    ----------
    frame
        As `supply_chain.ways_out.chosen` gives it; the first twelve are drawn, the best on top.
    """
    from matplotlib import pyplot as plt
    from matplotlib.ticker import FuncFormatter

    set_style()
    rows = frame.head(MOST)
    names = [f"{r.product}\n{r.way}" for r in rows.itertuples()]
    spread = [rows["worth"] - rows["worth_low"], rows["worth_high"] - rows["worth"]]
    _, axes = plt.subplots(figsize=(9, 1.1 + 0.55 * len(rows)))
    axes.errorbar(
        rows["worth"], range(len(rows)), xerr=spread, fmt="o", color=ACCENT, ecolor=MUTED, capsize=4
    )
    axes.axvline(0, color=INK, lw=1)
    axes.set_yticks(range(len(rows)), names)
    axes.invert_yaxis()
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: str(money(v, currency=currency))))
    axes.grid(visible=False, axis="y")
    axes.set(title="What the cheapest way out is worth (80% interval)")
    return axes


def returned_by_region(regions: pd.DataFrame, *, currency: str) -> Axes:  # noqa: ARG001 - as every figure
    """Draw the share of perishable lines that each region sends back, with its 80% interval.

    Parameters
    ----------
    regions
        As `supply_chain.perishables.region_table` gives it; the twelve largest are drawn, regions
        not to be shipped to apart.
    """
    from matplotlib import pyplot as plt
    from matplotlib.ticker import FuncFormatter

    set_style()
    rows = regions.head(MOST)
    _, axes = plt.subplots(figsize=(9, 3.4))
    spread = [
        rows["return_share"] - rows["return_low"],
        rows["return_high"] - rows["return_share"],
    ]
    colours = [ACCENT if ship else WARM for ship in rows["ship"]]
    axes.bar(rows["region"], rows["return_share"], yerr=spread, color=colours, ecolor=MUTED)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: str(rate(v, digits=1))))
    axes.tick_params(axis="x", rotation=30)
    axes.set(
        ylabel="returned, of a region's lines",
        title="Lines of what spoils that come back, by region (80% interval)",
    )
    return axes
