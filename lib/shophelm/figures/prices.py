"""Prices drawn: where buyers, products and rivals' sales are, and what price moves gain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from shophelm.figures.style import ACCENT, GRID, INK, MUTED, WARM, set_style
from shophelm.words import money, rate

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_MOVES, MOST_CATEGORIES = 12, 6
SIDES = (
    ("products_share", "our products", MUTED, "s"),
    ("buyers_share", "our buyers", ACCENT, "o"),
    ("rival_share", "rivals' sales", WARM, "D"),
)


def bands(gaps: pd.DataFrame, *, currency: str) -> Axes:  # noqa: ARG001 - the bands are named
    """Draw, band by band, the share of our products, of our buyers and of rivals' sales.

    Parameters
    ----------
    gaps
        As `store.portfolio_gaps.portfolio_gaps` gives them; the six categories of most GMV are
        drawn, gaps beyond chance marked by a star.
    currency
        Not used: the bands are named in it already.
    """
    from matplotlib import pyplot as plt
    from matplotlib.ticker import FuncFormatter

    set_style()
    money_by = gaps.groupby("category", sort=True)["gmv_paid"].sum()
    kept = money_by.sort_values(ascending=False, kind="stable").index[:MOST_CATEGORIES]
    rows = gaps[gaps["category"].isin(kept)].reset_index(drop=True)
    first = rows["category"].ne(rows["category"].shift())
    # half a row of room between two categories
    at = np.arange(len(rows)) + 0.6 * first.cumsum().to_numpy()
    _, axes = plt.subplots(figsize=(9, 1.6 + 0.27 * (len(rows) + len(kept))))
    shares = rows[[name for name, *_ in SIDES]].astype(float)
    axes.hlines(at, shares.min(axis=1), shares.max(axis=1), color=GRID, lw=3, zorder=1)
    for name, label, colour, marker in SIDES:
        if shares[name].notna().any():
            axes.scatter(shares[name], at, color=colour, marker=marker, label=label, s=38, zorder=3)
    stars = rows["is_gap"].eq(True).map({True: "  ★", False: ""})
    names = rows["category"] + ": " + rows["price_band"] + stars
    axes.set_yticks(at, names)
    axes.invert_yaxis()
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: str(rate(v, digits=0))))
    axes.grid(visible=True, axis="x")
    axes.grid(visible=False, axis="y")
    axes.set(xlabel="share of its category", title="Where buyers are, and where we are, by price")
    if len(rows):
        axes.legend(title="", frameon=False, loc="lower right")
    return axes


def moves(frame: pd.DataFrame, *, currency: str) -> Axes:
    """Draw what the price moves gain over 28 days, with their 80% intervals.

    Parameters
    ----------
    frame
        As `store.price_moves.price_moves` gives it; the twelve that gain most, the best on top.
    currency
        Of the money.
    """
    from matplotlib import pyplot as plt
    from matplotlib.ticker import FuncFormatter

    set_style()
    rows = frame[frame["worth"].notna()].head(MOST_MOVES)
    _, axes = plt.subplots(figsize=(9, 1.3 + 0.5 * max(len(rows), 1)))
    names = [f"{r.product}\n{_from_to(r.price, r.move_to, currency)}" for r in rows.itertuples()]
    spread = [rows["worth"] - rows["worth_low"], rows["worth_high"] - rows["worth"]]
    colours = [ACCENT if up else WARM for up in rows["moved_by"] > 0]
    axes.errorbar(rows["worth"], range(len(rows)), xerr=spread, fmt="none", ecolor=MUTED, capsize=4)
    axes.scatter(rows["worth"], range(len(rows)), color=colours, zorder=3)
    axes.axvline(0, color=INK, lw=1)
    axes.set_yticks(range(len(rows)), names)
    axes.invert_yaxis()
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: str(money(v, currency=currency))))
    axes.grid(visible=True, axis="x")
    axes.grid(visible=False, axis="y")
    axes.set(title="What moving a price gains in 28 days (80% interval)")
    axes.set(xlabel="blue: raised; orange: lowered; none beyond the prices that were seen")
    return axes


def _from_to(now: float, then: float, currency: str) -> str:
    first, last = (money(p, currency=currency, cents=True) for p in (now, then))
    return f"{first} to {last}"
