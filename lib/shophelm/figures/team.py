"""The team drawn: goals, fair scores, what payouts cost, signs of gaming, and dossiers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from shophelm.figures.chain import show_unit
from shophelm.figures.style import (
    ACCENT,
    INK,
    MUTED,
    WARM,
    draw_intervals,
    nothing_to_draw,
    set_style,
)
from shophelm.shop.definitions import TERMS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from shophelm.team.payouts import Payouts

_COLOURS = {"above": ACCENT, "below": WARM}
_PAGES = {
    "ours": (WARM, "D", 90),
    "same need": (ACCENT, "o", 90),
    "same category": (MUTED, "o", 45),
}


def attained(frame: pd.DataFrame, *, currency: str) -> Axes:
    """Draw the money goals of the last month that is over: as paid, and after refunds.

    Parameters
    ----------
    frame
        As `team.attainment.latest_over` gives it.
    currency
        Not used: goals are drawn as shares.
    """
    from matplotlib import pyplot as plt

    rows = frame[frame["metric"] == "gmv_paid"].dropna(subset="attainment")
    if rows.empty:
        return nothing_to_draw("No goal in money of a month that is over: nothing to draw")
    set_style()
    _, axes = plt.subplots(figsize=(9, 1.2 + 0.4 * len(rows)))
    at = range(len(rows))
    axes.barh(at, rows["attainment"], color=ACCENT, alpha=0.35, height=0.6, label="as paid")
    axes.scatter(rows["settled_attainment"], at, color=INK, marker="|", s=220, zorder=3,
                 label="once refunds are off")  # fmt: skip
    axes.axvline(1, color=WARM, lw=1.5)
    axes.set_yticks(at, rows["person_id"])
    axes.invert_yaxis()
    axes.set_xlim(left=0)
    show_unit(axes.xaxis, "rate", currency)
    month = rows["month"].iloc[0].strftime("%Y-%m")
    axes.set(title=f"GMV of the goal in {month}; the line is the goal")
    axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    return axes


def fair_scores(frame: pd.DataFrame, *, currency: str) -> Axes:
    """Draw each person's score once luck is out, with its interval, and the rate as it was.

    Parameters
    ----------
    frame
        As `team.scorecard.ranked_by` gives it.
    currency
        Not used: scores are shares.
    """
    from matplotlib import pyplot as plt

    rows = frame.dropna(subset="fair").sort_values("fair", ascending=False)
    if rows.empty:
        return nothing_to_draw("Too few data to tell people apart: nothing to draw")
    set_style()
    _, axes = plt.subplots(figsize=(9, 1.3 + 0.42 * len(rows)))
    colours = [_COLOURS.get(v, MUTED) for v in rows["verdict"]]
    ends = [rows[c] for c in ("fair", "fair_low", "fair_high")]
    draw_intervals(axes, rows["person_id"], *ends, colours)
    axes.scatter(rows["raw_change"], range(len(rows)), marker="x", color=INK, s=40, zorder=4,
                 label="as it was")  # fmt: skip
    axes.axvline(0, color=INK, lw=1)
    show_unit(axes.xaxis, "change", currency)
    term = TERMS[rows["term"].iloc[0]].title
    axes.set(title=f"{term[0].upper()}{term[1:]} against the team's mean, luck taken out (95%)")
    axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    return axes


def cost_of_payouts(found: Payouts, *, currency: str) -> Axes:
    """Draw what all payouts of a month cost, by what everybody attains.

    Parameters
    ----------
    found
        As `team.payouts.payouts` gives it.
    currency
        ISO code of the money.
    """
    from matplotlib import pyplot as plt

    set_style()
    _, axes = plt.subplots(figsize=(9, 3))
    curve = found.curve.astype(float)
    axes.plot(curve["plan"], curve["cost"], color=ACCENT, lw=2)
    axes.axhline(float(found.people["on_settled"].sum()), color=WARM, lw=1.5, ls="--",
                 label="this month, on settled money")  # fmt: skip
    axes.axvline(1, color=MUTED, lw=1)
    axes.set_ylim(bottom=0)
    show_unit(axes.xaxis, "rate", currency)
    show_unit(axes.yaxis, "money", currency)
    axes.set(title="What payouts cost a month", xlabel="of plan")
    axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    return axes


def month_end_prices(frame: pd.DataFrame, *, currency: str) -> Axes:
    """Draw how each owner's prices move in a month's last days, against everybody else's.

    Parameters
    ----------
    frame
        As `team.gaming.gaming` gives it.
    currency
        Not used: prices are drawn as shares of the usual ones.
    """
    from matplotlib import pyplot as plt

    rows = frame[frame["sign"] == "price"].dropna(subset="effect").sort_values("effect")
    if rows.empty:
        return nothing_to_draw("No prices at months' ends are known: nothing to draw")
    set_style()
    _, axes = plt.subplots(figsize=(9, 1.3 + 0.42 * len(rows)))
    colours = [WARM if found else MUTED for found in rows["found"]]
    ends = [rows[c] for c in ("effect", "effect_low", "effect_high")]
    draw_intervals(axes, rows["person_id"], *ends, colours)
    axes.axvline(0, color=INK, lw=1)
    show_unit(axes.xaxis, "change", currency)
    axes.set(title="Prices in months' last days, against their usual and everybody else's (95%)")
    return axes


def rivals(frame: pd.DataFrame, *, currency: str) -> Axes:
    """Draw rivals' pages by price and stars, beside ours.

    Parameters
    ----------
    frame
        The table `rivals` of `team.design_case.design_case`.
    currency
        ISO code of the money.
    """
    from matplotlib import pyplot as plt

    rows = frame.dropna(subset=["price", "rating"])
    if len(rows) < 2:
        return nothing_to_draw("No rival's page is known with price and stars: nothing to draw")
    set_style()
    _, axes = plt.subplots(figsize=(9, 3.4))
    for page, (colour, marker, size) in _PAGES.items():
        own = rows[rows["page"] == page]
        axes.scatter(own["price"], own["rating"], color=colour, marker=marker, s=size, label=page)
    for row in rows[rows["page"] != "same category"].itertuples():
        axes.annotate(row.title, (row.price, row.rating), xytext=(8, 6),
                      textcoords="offset points", color=MUTED, fontsize=9)  # fmt: skip
    axes.margins(x=0.25, y=0.25)
    show_unit(axes.xaxis, "money", currency)
    axes.set(title="Rivals' pages beside ours", xlabel="price", ylabel="stars")
    axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    return axes


def returns_of_money(curve: pd.DataFrame, *, currency: str) -> Axes:
    """Draw what the last unit of a category's media money returns, by how much is spent.

    Parameters
    ----------
    curve
        The table `curve` of `team.finance_case.finance_case`.
    currency
        ISO code of the money.
    """
    from matplotlib import pyplot as plt

    set_style()
    _, axes = plt.subplots(figsize=(9, 3.4))
    rows = curve[curve["times"] >= 0.25]
    axes.fill_between(rows["spend"], rows["marginal_low"], rows["marginal_high"], color=ACCENT,
                      alpha=0.18, linewidth=0, label="80% interval")  # fmt: skip
    axes.plot(rows["spend"], rows["marginal"], color=ACCENT, lw=2)
    now = rows[rows["times"] == 1.0].iloc[0]
    axes.scatter([now["spend"]], [now["marginal"]], color=INK, s=60, zorder=3, label="today")
    axes.axhline(1, color=WARM, lw=1.5, label="its cost")
    axes.set_ylim(bottom=0)
    show_unit(axes.xaxis, "money", currency)
    axes.set(title="What the last unit of money returns", xlabel="media money a week")
    axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    return axes
