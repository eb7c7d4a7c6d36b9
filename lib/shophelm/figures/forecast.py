"""What will sell, and how good forecasts were, drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from shophelm.figures.chain import show_unit
from shophelm.figures.style import ACCENT, INK, MUTED, WARM, set_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def fan(weeks: pd.DataFrame, *, currency: str, category: str = "shop") -> Axes:
    """Draw the weeks of the shop or of a category: sold, and expected with 80 % and 95 %.

    Parameters
    ----------
    weeks
        As `supply_chain.weeks_ahead.weeks_ahead` gives it.
    currency
        Of the shop; units need none.
    category
        Whose rows are drawn.
    """
    from matplotlib import pyplot as plt

    set_style()
    rows = weeks[weeks["category"] == category]
    start = pd.to_datetime(rows["week_from"])
    ahead = rows["expected_units"].notna()
    _, axes = plt.subplots(figsize=(9, 3.6))
    axes.plot(start[~ahead], rows["sold_units"][~ahead], color=INK, marker="o", ms=3, label="sold")
    for low, high, strength, level in (
        ("units_low_95", "units_high_95", 0.15, "95 %"),
        ("units_low", "units_high", 0.3, "80 %"),
    ):
        band = rows.loc[ahead, low], rows.loc[ahead, high]
        axes.fill_between(start[ahead], *band, color=ACCENT, alpha=strength, lw=0, label=level)
    axes.plot(start[ahead], rows["expected_units"][ahead], color=ACCENT, label="expected")
    _mark_bursts(axes, start, rows["promotion"])
    axes.set(xlabel="week from", ylabel="", title=f"Units a week: {category}")
    # room for the legend above what was sold
    axes.set_ylim(0, 1.25 * rows[["sold_units", "units_high_95"]].max(axis=None))
    show_unit(axes.yaxis, "count", currency)
    axes.legend(frameon=False, ncols=4, loc="upper left")
    return axes


def backtest(table: pd.DataFrame, *, currency: str) -> Axes:  # noqa: ARG001 - as every figure
    """Draw each method's scaled error over all products, the chosen one and naive apart.

    Parameters
    ----------
    table
        As `supply_chain.backtested.backtested` gives it.
    """
    import seaborn as sns
    from matplotlib import pyplot as plt

    set_style()
    rows = table[table["demand_class"] == "all"].sort_values("rmsse", kind="stable")
    colours = {"chosen": ACCENT, "seasonal naive": WARM}
    palette = [colours.get(name, MUTED) for name in rows["forecaster"]]
    _, axes = plt.subplots(figsize=(9, 0.9 + 0.32 * len(rows)))
    sns.barplot(
        x=rows["rmsse"], y=rows["forecaster"], hue=rows["forecaster"], palette=palette, ax=axes,
        orient="h", legend=False,
    )  # fmt: skip
    for place, error in enumerate(rows["rmsse"]):
        axes.annotate(
            f"{error:.2f}", (error, place), xytext=(4, 0), textcoords="offset points", va="center",
            fontsize=8, color=MUTED,
        )  # fmt: skip
    axes.set(xlabel="scaled error (RMSSE), less is better", ylabel="")
    axes.set_title("How far off each way to forecast was")
    axes.margins(x=0.1)
    axes.grid(visible=False, axis="y")
    return axes


def _mark_bursts(axes: Axes, start: pd.Series, promotion: pd.Series) -> None:
    for week, phases in zip(start, promotion, strict=True):
        if not phases.endswith(": burst"):
            continue
        axes.axvline(week, color=WARM, lw=1, ls=":")
        axes.annotate(
            phases.replace(": burst", ""), (week, 0.02), xycoords=("data", "axes fraction"),
            rotation=90, fontsize=7, color=WARM, ha="right", va="bottom",
        )  # fmt: skip
