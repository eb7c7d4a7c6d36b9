"""What customers are worth, drawn: the forecast against what came, and how a cohort fades."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from shophelm.figures.style import ACCENT, MUTED, WARM, set_style
from shophelm.words import rate

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def checked(frame: pd.DataFrame, *, currency: str) -> Axes:  # noqa: ARG001 - as every figure
    """Draw purchases a customer, forecast with its 95% interval and as they came.

    Parameters
    ----------
    frame
        As `user.worth_checked.worth_checked` gives it.
    """
    from matplotlib import pyplot as plt

    set_style()
    rows = frame[(frame["customers"] > 0) & (frame["earlier"] != "all")]
    each = rows[["predicted", "predicted_low", "predicted_high", "bought"]].div(
        rows["customers"], axis=0
    )
    place = range(len(rows))
    _, axes = plt.subplots(figsize=(9, 3.6))
    spread = [each["predicted"] - each["predicted_low"], each["predicted_high"] - each["predicted"]]
    axes.errorbar(
        place, each["predicted"], yerr=spread, fmt="o", color=ACCENT, capsize=4, label="forecast"
    )
    axes.scatter(place, each["bought"], marker="_", s=300, color=WARM, zorder=3, label="came")
    axes.set_xticks(place, rows["earlier"].str.replace(" ", "\n"))
    axes.set(
        xlabel="purchases after the first, made by the day of the forecast",
        ylabel="purchases a customer",
        title=f"What was forecast {frame.attrs['days']} days ago, and what came",
    )
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False)
    return axes


def cohort(frame: pd.DataFrame, *, currency: str) -> Axes:  # noqa: ARG001 - as every figure
    """Draw the share of customers still buying by month, and its projection.

    Parameters
    ----------
    frame
        As `user.cohort_life.cohort_life` gives it.
    """
    import seaborn as sns
    from matplotlib import pyplot as plt
    from matplotlib.ticker import FuncFormatter

    set_style()
    _, axes = plt.subplots(figsize=(9, 3.2))
    half = f"projected from {frame.attrs['fitted_months']} months"
    for column, label, color in (
        ("projected", "projected", ACCENT),
        ("projected_before", half, MUTED),
    ):
        sns.lineplot(x=frame["month"], y=frame[column], color=color, ax=axes, label=label, ls="--")
    sns.scatterplot(
        x=frame["month"], y=frame["still_buying"], color=ACCENT, ax=axes, label="still buying"
    )
    axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: str(rate(v, digits=0))))
    axes.set(xlabel="months since the first purchase", ylabel="", title="How a cohort fades")
    axes.set_ylim(0, 1.05)
    axes.legend(frameon=False)
    return axes
