"""Stock drawn: suppliers' lead times, what better ones are worth, and policies replayed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from shophelm.figures.chain import show_unit
from shophelm.figures.style import ACCENT, INK, MUTED, WARM, set_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST = 5


def lead_times(leads: pd.DataFrame, *, currency: str) -> Axes:  # noqa: ARG001 - as every figure
    """Draw each supplier's equally likely lead times as dots, and its promise as a line.

    Parameters
    ----------
    leads
        As `supply_chain.lead_times.lead_times` gives it.
    """
    from matplotlib import pyplot as plt

    set_style()
    rows = leads.drop("all")
    _, axes = plt.subplots(figsize=(9, 1.4 + 0.42 * len(rows)))
    for place, days in enumerate(rows["lead_days"]):
        axes.scatter(
            days, [place] * len(days), s=70, color=ACCENT, alpha=0.22, linewidth=0,
            label="" if place else "came after (darker: more often)",
        )  # fmt: skip
    promised = rows["promised_days"]
    axes.scatter(
        promised, range(len(rows)), marker="|", s=340, color=WARM, linewidth=2.4, label="promised"
    )
    axes.set_yticks(range(len(rows)), rows.index)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlim(left=0)
    axes.set(xlabel="days from order to arrival", title="When suppliers deliver, and when promised")
    axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    return axes


def lead_time_worth(worths: pd.DataFrame, *, currency: str) -> Axes:
    """Draw what shorter lead times would free of safety stock, or win in sales, by supplier.

    Parameters
    ----------
    worths
        As `supply_chain.lead_time_worth.lead_time_worth` gives it; the five suppliers that would
        free most are drawn.
    currency
        ISO code of the money.
    """
    import seaborn as sns
    from matplotlib import pyplot as plt

    set_style()
    curve = worths[worths["change"] == "shorter"]
    most = curve[curve["change_by"] == curve["change_by"].max()].sort_values(
        ["freed", "supplier_id"], ascending=[False, True]
    )["supplier_id"]
    names = most.head(_MOST).tolist()
    colours = dict(zip(names, sns.color_palette("colorblind", len(names)), strict=True))
    _, panels = plt.subplots(1, 2, figsize=(9.5, 3.4))
    titles = {
        "freed": "Safety stock set free at the same service",
        "won": "Or margin won in 28 days with it",
    }
    for axes, (column, title) in zip(panels, titles.items(), strict=True):
        for name in names:
            own = curve[curve["supplier_id"] == name]
            axes.plot(
                own["change_by"], own[column], color=colours[name], marker="o", ms=3, label=name
            )
            axes.fill_between(
                own["change_by"], own[f"{column}_low"], own[f"{column}_high"], color=colours[name],
                alpha=0.15, linewidth=0,
            )  # fmt: skip
        axes.set_title(title, fontsize=10)
        axes.set_xlabel("days shorter")
        show_unit(axes.yaxis, "money", currency)
    panels[1].legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    return panels[0]


def replayed(frame: pd.DataFrame, *, currency: str) -> Axes:
    """Draw what each policy served against the stock it held; up and to the left is better.

    Parameters
    ----------
    frame
        As `supply_chain.replayed.replayed` gives it.
    currency
        ISO code of the money.
    """
    from matplotlib import pyplot as plt

    set_style()
    _, axes = plt.subplots(figsize=(9, 3.4))
    for place, row in enumerate(frame.itertuples()):
        spread = [[row.fill_rate - row.fill_rate_low], [row.fill_rate_high - row.fill_rate]]
        known = row.fill_rate_low == row.fill_rate_low
        axes.errorbar(
            [row.stock_money], [row.fill_rate], yerr=spread if known else None, fmt="o",
            color=(ACCENT, WARM, INK)[place % 3], capsize=4, markersize=8,
        )  # fmt: skip
        axes.annotate(
            row.policy, (row.stock_money, row.fill_rate), xytext=(10, 0),
            textcoords="offset points", va="center", color=MUTED,
        )  # fmt: skip
    axes.margins(x=0.3, y=0.25)
    axes.set_ylim(top=min(axes.get_ylim()[1], 1.005))
    show_unit(axes.xaxis, "money", currency)
    show_unit(axes.yaxis, "rate", currency)
    axes.set(
        xlabel="stock held on the mean, at cost",
        ylabel="share of demand served",
        title=f"The last {frame.attrs['days']} days with other rules of ordering",
    )
    return axes
