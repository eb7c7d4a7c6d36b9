"""Membership drawn: spend at the tiers' thresholds, the flow of points, the member day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from shophelm.figures.chain import show_unit
from shophelm.figures.style import ACCENT, GRID, MUTED, WARM, nothing_to_draw, set_style
from shophelm.methods.bunching import Bunching
from shophelm.user.member_day import FIGURES, MemberDays

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def spend(seen: Mapping[str, Bunching], *, currency: str) -> Axes:
    """Draw the customers around each threshold, and how many would stand there without it.

    Parameters
    ----------
    seen
        As `user.tier_response.bunched` gives it.
    currency
        ISO code, for the money axes.
    """
    shown = {tier: one for tier, one in seen.items() if one.known}
    if not shown:
        return nothing_to_draw("Too few customers stand near a threshold to draw them")
    title = "Customers by spend (bars, near a threshold orange), and without it (line, band)"
    panels = _panels(len(shown), title)
    for axes, (tier, one) in zip(panels, shown.items(), strict=True):
        bins = one.bins
        middle, width = (bins["left"] + bins["right"]) / 2, bins["right"] - bins["left"]
        colours = [WARM if w in ("below", "above") else GRID for w in bins["window"]]
        axes.bar(middle, bins["observed"], width=0.9 * width, color=colours)
        axes.fill_between(
            middle, bins["expected_low"], bins["expected_high"], color=ACCENT, alpha=0.18,
            linewidth=0,
        )  # fmt: skip
        axes.plot(middle, bins["expected"], color=ACCENT, linewidth=1.6)
        axes.axvline(bins.loc[bins["window"] == "above", "left"].iloc[0], color=MUTED, linewidth=1)
        axes.set_title(f"{tier}: customers by money paid so far", fontsize=10)
        axes.margins(x=0.03)
        show_unit(axes.xaxis, "money", currency)
        show_unit(axes.yaxis, "count", currency)
    return panels[0]


def points_flow(flow: pd.DataFrame, *, currency: str) -> Axes:
    """Draw the points issued each month upwards, those redeemed and expired downwards.

    Parameters
    ----------
    flow
        As `user.points.points_flow` gives it.
    currency
        ISO code; no money is drawn.
    """
    from matplotlib import pyplot as plt

    set_style()
    if flow.empty:
        return nothing_to_draw("No points have moved")
    figure, (top, below) = plt.subplots(2, 1, figsize=(9, 4.6), sharex=True)
    months = [f"{m:%Y-%m}" for m in flow["month"]]
    top.bar(months, flow["issued"], color=ACCENT, label="issued")
    top.bar(months, -flow["redeemed"], color=WARM, label="redeemed")
    top.bar(months, -flow["expired"], bottom=-flow["redeemed"], color=MUTED, label="expired")
    top.axhline(0, color=MUTED, linewidth=0.8)
    below.plot(months, flow["closing"], "o-", color=ACCENT, linewidth=1.6, markersize=4)
    below.set_ylim(bottom=min(0, flow["closing"].min()))
    below.set_title("Outstanding at the month's end", fontsize=10)
    # so many names fit side by side; of more, every other is written
    step = 1 + len(months) // 14
    below.set_xticks(range(0, len(months), step), months[::step], rotation=40, ha="right")
    for axes in (top, below):
        show_unit(axes.yaxis, "count", currency)
    figure.legend(frameon=False, fontsize=8, ncols=3, loc="upper right")
    top.set_title("Points each month")
    return top


def member_day(found: MemberDays, *, currency: str) -> Axes:
    """Draw the days around a member day against what was to be expected, figure by figure.

    Parameters
    ----------
    found
        As `user.member_day.member_day` gives it.
    currency
        ISO code, for the money axes.
    """
    if found.study is None or not found.study.events:
        return nothing_to_draw("No member day to draw")
    profile = found.study.profile
    if found.worth_in != "margin":
        profile = profile[profile["series"] != "worth"]
    figures = list(profile.groupby("series", sort=False))
    title = "Around a member day: seen (line), to be expected (dashes, 95 % of ordinary days)"
    panels = _panels(len(figures), title)
    for axes, (name, days) in zip(panels, figures, strict=True):
        axes.fill_between(
            days["offset"], days["low"], days["high"], color=MUTED, alpha=0.18, linewidth=0
        )
        axes.plot(days["offset"], days["expected"], color=MUTED, linewidth=1.2, linestyle="--")
        axes.plot(days["offset"], days["observed"], "o-", color=ACCENT, linewidth=1.4)
        axes.axvline(0, color=WARM, linewidth=1)
        axes.set_title(f"Members: {FIGURES[name]} a day", fontsize=10)
        show_unit(axes.yaxis, "number" if name == "orders" else "money", currency)
    panels[-1].set_xlabel("days from the member day")
    return panels[0]


def _panels(number: int, title: str) -> list[Axes]:
    """Open a figure of panels one below the other, under one title."""
    from matplotlib import pyplot as plt

    set_style()
    figure, panels = plt.subplots(number, 1, figsize=(9, 0.8 + 1.9 * number), squeeze=False)
    figure.suptitle(title, x=0.01, ha="left")
    return list(panels[:, 0])
