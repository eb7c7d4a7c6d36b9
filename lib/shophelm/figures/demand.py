"""Demand drawn: what empty shelves hid, how it answers to price, what a peak asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from shophelm.figures.chain import show_unit
from shophelm.figures.style import ACCENT, MUTED, WARM, set_style
from shophelm.words import count

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from shophelm.supply_chain.peaks import PeakPlan

EMPTY = "#fdf0dc"
_WEEK = 7


def hidden_demand(days: pd.DataFrame, *, currency: str) -> Axes:  # noqa: ARG001 - as every figure
    """Draw one product's units a day, sold and wanted, its empty days shaded.

    Parameters
    ----------
    days
        As `supply_chain.hidden_demand.hidden_demand` gives it.
    """
    from matplotlib import pyplot as plt

    set_style()
    _, axes = plt.subplots(figsize=(9, 3.4))
    day = pd.to_datetime(pd.Series(list(days["day"]), dtype="datetime64[s]"))
    for column, colour, label in (("demand", WARM, "wanted"), ("sold", ACCENT, "sold")):
        mean = days[column].astype(float).rolling(_WEEK, min_periods=1).mean()
        axes.plot(day, mean, color=colour, linewidth=1.6, label=label)
    empty = days["hidden"].to_numpy(dtype=bool)
    top = 1.2 * axes.get_ylim()[1]
    axes.fill_between(
        day, 0, top, where=empty, step="mid", color=EMPTY, linewidth=0, zorder=0,
        label="shelf empty at the end of the day",
    )  # fmt: skip
    axes.set(xlabel="", ylabel="units a day", ylim=(0, top))
    axes.set_title(f"Sold and wanted, mean of {_WEEK} days")
    axes.margins(x=0.01)
    axes.legend(frameon=False, loc="upper left", ncols=3)
    return axes


def price_response(
    products: pd.DataFrame,
    categories: pd.DataFrame,
    *,
    currency: str,  # noqa: ARG001 - as every figure
) -> Axes:
    """Draw each category's elasticity with its interval, and its products as dots.

    Parameters
    ----------
    products, categories
        As `supply_chain.price_response.elasticities` and `elasticities_by_category` give them.
    """
    from matplotlib import pyplot as plt

    set_style()
    known = categories[categories["elasticity"].notna()].sort_values("elasticity", kind="stable")
    _, axes = plt.subplots(figsize=(9, 1.4 + 0.5 * max(len(known), 1)))
    for place, row in enumerate(known.itertuples()):
        own = products[(products["category"] == row.Index) & (products["by"] == "own")]
        axes.scatter(own["elasticity"], np.full(len(own), place), color=MUTED, s=14, alpha=0.7)
        axes.plot([row.elasticity_low, row.elasticity_high], [place, place], color=ACCENT, lw=3)
        axes.scatter([row.elasticity], [place], color=ACCENT, s=46, zorder=3)
    axes.axvline(-1, color=WARM, linewidth=1, linestyle="--")
    names = [name or "no category" for name in known.index]
    axes.set(xlabel="own-price elasticity (left of −1: a cut brings in more money)", ylabel="")
    axes.set_yticks(range(len(known)), names)
    axes.margins(y=0.2)
    axes.grid(visible=True, axis="x")
    axes.grid(visible=False, axis="y")
    axes.set_title("Typical product of each category (80% interval), and its products (dots)")
    return axes


def peak_plan(plan: PeakPlan, *, currency: str) -> Axes:  # noqa: ARG001 - as every figure
    """Draw units by phase: this year's plan beside last year's."""
    import seaborn as sns
    from matplotlib import pyplot as plt

    set_style()
    phases = {"warmup": "warm-up", "burst": "burst", "afterglow": "afterglow"}
    rows = [
        {"phase": shown, "year": year, "units": plan.units[column].sum()}
        for name, shown in phases.items()
        for year, column in (
            ("wanted last year", f"{name}_last_year"),
            ("planned, still to come", name),
        )
    ]
    _, axes = plt.subplots(figsize=(9, 3.4))
    sns.barplot(
        pd.DataFrame(rows), x="phase", y="units", hue="year", palette=[MUTED, ACCENT], ax=axes
    )
    for bars in axes.containers:
        axes.bar_label(bars, labels=[str(count(v)) for v in bars.datavalues], fontsize=9)
    axes.set(xlabel="", ylabel="units", title=f"{plan.peak.now.name}: units by phase")
    axes.margins(y=0.12)
    show_unit(axes.yaxis, "count", "")
    axes.legend(frameon=False, title=None)
    return axes
