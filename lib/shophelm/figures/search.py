"""Search, drawn: what a word's visitors are worth, and what a change did to organic visits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from shophelm.figures.style import ACCENT, INK, MUTED, WARM, set_style
from shophelm.store.search_lift import SearchLift
from shophelm.words import change, money

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST, NAMED = 60, 6


def words(frame: pd.DataFrame, *, currency: str) -> Axes:
    """Draw what a visitor of each word is worth against the visitors it brings, paid words apart.

    Parameters
    ----------
    frame
        As `store.keywords.keywords` gives it; the first sixty with visitors and money are drawn,
        the first six of them, and every paid one, by name.
    """
    from matplotlib import pyplot as plt
    from matplotlib.ticker import FuncFormatter, LogLocator

    set_style()
    rows = frame[(frame["visitors"] > 0) & (frame["uv_shrunk"] > 0)].head(MOST)
    paid = rows["cost"].fillna(0) > 0
    _, axes = plt.subplots(figsize=(9, 5))
    for some, colour, label in ((~paid, ACCENT, "not paid for"), (paid, WARM, "paid for")):
        part = rows[some]
        if part.empty:
            continue
        spread = [part["uv_shrunk"] - part["uv_low"], part["uv_high"] - part["uv_shrunk"]]
        axes.errorbar(
            part["visitors"], part["uv_shrunk"], yerr=spread, fmt="o", color=colour, ecolor=MUTED,
            elinewidth=0.6, label=label,
        )  # fmt: skip
    for row in rows[paid | (rows.index < NAMED)].itertuples():
        axes.annotate(
            row.keyword, (row.visitors, row.uv_shrunk), xytext=(5, 3), textcoords="offset points",
            fontsize=9,
        )  # fmt: skip
    if len(rows):
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:,.0f}"))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: str(money(v, currency=currency))))
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_minor_formatter("")
        axes.legend(frameon=False)
    axes.set(
        xlabel="visitors by the word",
        ylabel="GMV per visitor",
        title="What a word's visitors are worth (80% interval)",
    )
    return axes


def lift(found: SearchLift, *, currency: str) -> Axes:  # noqa: ARG001 - as every figure
    """Draw the surest change's organic search visits beside those to be expected without it.

    Parameters
    ----------
    found
        As `store.search_lift.search_lift` gives it; where nothing was measured the axes are empty.
    """
    from matplotlib import dates
    from matplotlib import pyplot as plt

    set_style()
    _, axes = plt.subplots(figsize=(9, 3.6))
    axes.set(ylabel="organic search visits a day")
    order = found.lifts.dropna(subset="lift").sort_values(["p_value", "product_id"])
    if order.empty:
        axes.set(title="No change of a title or picture can be measured yet")
        return axes
    row = order.iloc[0]
    own = found.paths["product_id"] == row["product_id"]
    weeks = found.paths[own & (found.paths["done_on"] == row["done_on"])]
    days = pd.to_datetime(weeks["week_from"])
    axes.fill_between(
        days, weeks["low"], weeks["high"], color=MUTED, alpha=0.2, lw=0,
        label="where 95% of untouched products lie",
    )  # fmt: skip
    axes.plot(days, weeks["expected"], color=MUTED, ls="--", label="to be expected without it")
    axes.plot(days, weeks["observed"], color=ACCENT, marker="o", label="seen")
    axes.axvline(pd.Timestamp(row["done_on"]), color=INK, lw=1)
    axes.xaxis.set_major_locator(dates.AutoDateLocator(maxticks=7))
    axes.xaxis.set_major_formatter(dates.ConciseDateFormatter(axes.xaxis.get_major_locator()))
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False, loc="upper left")
    axes.set(
        title=f"{row['product']}, {str(row['kind']).replace('_', ' ')}: {change(row['lift'])} "
        f"({change(row['lift_low'])} to {change(row['lift_high'])})"
    )
    return axes
