"""Campaigns drawn: day by day, part by part, hour by hour; and what is owed to which channel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from shophelm.figures.chain import PHASE_COLOURS, show_unit
from shophelm.figures.style import ACCENT, INK, MUTED, WARM, nothing_to_draw, set_style
from shophelm.words import money, rate

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WAYS = {
    "last_touch": ("last touch", "o"),
    "time_decay": ("time decay", "s"),
    "markov": ("Markov removal", "D"),
    "shapley": ("Shapley", "^"),
}


def days(frame: pd.DataFrame, *, currency: str) -> Axes:
    """Draw each day of a campaign beside what was to be expected.

    Parameters
    ----------
    frame
        As `promotion.ledger.Ledger.days`.
    currency
        ISO code, for the axis.
    """
    from matplotlib import pyplot as plt

    set_style()
    _, axes = plt.subplots(figsize=(9, 3.2))
    at = pd.to_datetime(frame["day"])
    burst = at[(frame["phase"] == "burst").to_numpy()]
    if len(burst):
        half = pd.Timedelta(hours=12)
        axes.axvspan(burst.min() - half, burst.max() + half, color=PHASE_COLOURS["burst"], lw=0)
    axes.bar(at, frame["gmv"], color=ACCENT, width=0.8, label="paid")
    if frame["expected"].notna().any():
        axes.plot(at, frame["expected"], color=INK, lw=1.5, label="to be expected without it")
    show_unit(axes.yaxis, "money", currency)
    axes.set(title="GMV paid by day; the burst is shaded", xlabel="")
    axes.tick_params(axis="x", rotation=30)
    axes.legend(frameon=False, loc="lower right", bbox_to_anchor=(1, 1), ncols=2)
    return axes


def parts(frame: pd.DataFrame, *, currency: str) -> Axes:
    """Draw what each part of a campaign added, with its 95% interval; the whole at the bottom.

    Parameters
    ----------
    frame
        As `promotion.ledger_told.bars` gives it.
    currency
        ISO code, for the axis.
    """
    axes = _bars(frame, currency, "What the campaign added to GMV, part by part (95% interval)")
    if len(frame):
        axes.patches[-1].set_color(INK)
    return axes


def campaigns(frame: pd.DataFrame, *, currency: str) -> Axes:
    """Draw what each campaign left, with its 95% interval, the latest on top.

    Parameters
    ----------
    frame
        As `promotion.mechanics.bars` gives it.
    currency
        ISO code, for the axis.
    """
    return _bars(frame, currency, "What each campaign left, before media (95% interval)")


def later_by_depth(frame: pd.DataFrame, *, currency: str) -> Axes:
    """Draw what customers left in the half year after, by the discount of their first order.

    Parameters
    ----------
    frame
        As `promotion.first_orders.bars` gives it.
    currency
        ISO code, for the axis.
    """
    title = "Left later, by the first order's discount (95% interval)"
    return _bars(frame, currency, title, none="Too few customers are known for half a year")


def burst_hours(hours: pd.DataFrame, *, currency: str) -> Axes:
    """Draw what has come since the burst began, hour by hour, beside last year's.

    Parameters
    ----------
    hours
        As `promotion.phases.Phases.hours`: a panel for each figure.
    currency
        ISO code, for the axes of money.
    """
    from matplotlib import pyplot as plt

    set_style()
    figures = hours["figure"].unique()
    down = -(-len(figures) // 3)
    _, grid = plt.subplots(down, 3, figsize=(9, 2.4 * down), squeeze=False, layout="constrained")
    for axes, figure in zip(grid.flat, figures, strict=False):
        own = hours[hours["figure"] == figure]
        _now_and_then(axes, own)
        show_unit(axes.yaxis, own["unit"].iloc[0], currency)
        axes.set_title(figure)
    for axes in grid.flat[len(figures) :]:
        axes.set_axis_off()
    grid[0][0].legend(frameon=False)
    grid[0][0].figure.suptitle("Since the burst began, by hour")
    return grid[0][0]


def balance_hours(hours: pd.DataFrame, *, currency: str) -> Axes:  # noqa: ARG001 - shares
    """Draw the share of presale balances paid, hour by hour, beside last year's.

    Parameters
    ----------
    hours
        As `promotion.presale.Presale.hours`.
    currency
        Not used: shares have no currency.
    """
    from matplotlib.ticker import FuncFormatter

    axes = _since(hours, "since balances could be paid")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: str(rate(v, digits=0))))
    axes.set(title="Presale balances paid, hour by hour", ylim=(0, 1.02))
    return axes


def credit(frame: pd.DataFrame, *, currency: str) -> Axes:
    """Draw how many payments each way of sharing them out owes to each channel.

    Parameters
    ----------
    frame
        As `promotion.channel_credit.ChannelCredit.channels`.
    currency
        ISO code, for what a payment cost, which stands beside the channel's name.
    """
    from matplotlib import pyplot as plt

    set_style()
    if frame.empty:
        return nothing_to_draw("No payment can be followed back to a visit: nothing to draw")
    _, axes = plt.subplots(figsize=(9, 1.6 + 0.45 * len(frame)))
    at = np.arange(len(frame))
    axes.hlines(at, frame["lowest"], frame["highest"], color=MUTED, lw=2, zorder=1)
    for (column, (label, marker)), colour in zip(
        WAYS.items(), (INK, MUTED, ACCENT, WARM), strict=True
    ):
        axes.scatter(frame[column], at, marker=marker, color=colour, label=label, s=36, zorder=3)
    axes.set_yticks(at, [_with_cost(row, currency) for row in frame.itertuples()])
    axes.invert_yaxis()
    axes.set_xlim(left=0)
    axes.grid(visible=True, axis="x")
    axes.grid(visible=False, axis="y")
    axes.set(title="Payments owed to each channel, by four ways", xlabel="payments")
    axes.legend(frameon=False, loc="lower right")
    return axes


def responses(frame: pd.DataFrame, *, currency: str) -> Axes:
    """Draw the visits owed to each channel's media by what is spent a day; dots: usual spend.

    Parameters
    ----------
    frame
        As `promotion.spend_response.curves` gives it.
    currency
        ISO code, for the axes.
    """
    from matplotlib import pyplot as plt

    set_style()
    if frame.empty:
        return nothing_to_draw("No channel has media money on enough days: nothing to draw")
    channels = frame["channel"].unique()
    _, grid = plt.subplots(1, len(channels), figsize=(9, 3), sharey=True, squeeze=False)
    for axes, channel in zip(grid[0], channels, strict=True):
        own = frame[frame["channel"] == channel]
        axes.fill_between(
            own["spend"], own["visits_low"], own["visits_high"], color=MUTED, alpha=0.25, lw=0
        )
        axes.plot(own["spend"], own["visits"], color=ACCENT, lw=2)
        usual = own["usual"].iloc[0]
        there = np.interp(usual, own["spend"], own["visits"])
        axes.scatter([usual], [there], color=INK, s=36, zorder=3)
        axes.set(title=channel, xlabel="media a day", xlim=(0, None))
        axes.locator_params(axis="x", nbins=4)
        show_unit(axes.xaxis, "money", currency)
    grid[0][0].set(ylabel="visits a day", ylim=(0, None))
    grid[0][0].figure.suptitle("Visits owed to media, by what is spent (95% band); dots: now")
    return grid[0][0]


def _with_cost(row: tuple, currency: str) -> str:
    if not row.cost_low > 0:
        return row.channel
    low, high = (money(v, currency=currency) for v in (row.cost_low, row.cost_high))
    return f"{row.channel}\n{low} to {high} each"


def _bars(
    frame: pd.DataFrame,
    currency: str,
    title: str,
    *,
    none: str = "Too few days without a campaign: nothing to draw",
) -> Axes:
    """Draw effects as bars with their intervals, the first on top."""
    from matplotlib import pyplot as plt

    set_style()
    if frame.empty:
        return nothing_to_draw(none)
    _, axes = plt.subplots(figsize=(9, 1.2 + 0.42 * len(frame)))
    at = np.arange(len(frame))
    colours = [ACCENT if e >= 0 else WARM for e in frame["effect"]]
    axes.barh(at, frame["effect"], color=colours, height=0.6)
    spread = [frame["effect"] - frame["low"], frame["high"] - frame["effect"]]
    axes.errorbar(frame["effect"], at, xerr=spread, fmt="none", ecolor=MUTED, capsize=3)
    axes.axvline(0, color=INK, lw=1)
    axes.set_yticks(at, frame["part"])
    axes.invert_yaxis()
    axes.grid(visible=True, axis="x")
    axes.grid(visible=False, axis="y")
    show_unit(axes.xaxis, "money", currency)
    axes.set_title(title)
    return axes


def _since(hours: pd.DataFrame, label: str) -> Axes:
    """Draw two lines of hours; last year's only where it is known."""
    from matplotlib import pyplot as plt

    set_style()
    _, axes = plt.subplots(figsize=(9, 3))
    _now_and_then(axes, hours)
    axes.set(xlabel=f"hours {label}")
    axes.legend(frameon=False)
    return axes


def _now_and_then(axes: Axes, hours: pd.DataFrame) -> None:
    if hours["last_year"].notna().any():
        axes.step(hours["hour"], hours["last_year"], where="post", color=MUTED, label="last year")
    axes.step(hours["hour"], hours["now"], where="post", color=ACCENT, lw=2, label="now")
