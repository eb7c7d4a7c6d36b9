"""The chain drawn: day by day with the promotion calendar, and slice by slice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import pandas as pd

from shophelm.figures.style import ACCENT, MUTED, WARM, set_style
from shophelm.shop.definitions import TERMS
from shophelm.shop.ratios import as_floats
from shophelm.words import Value, in_unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

PHASE_COLOURS = {"warm-up": "#fdf0dc", "burst": "#f6c98c", "holiday": "#e3eef5"}
TREND_TERMS = ("gmv_paid", "visitors", "pay_conversion", "spend_per_buyer")


def trend(
    days: pd.DataFrame,
    calendar: pd.DataFrame,
    *,
    currency: str,
    terms: Sequence[str] = TREND_TERMS,
    window: int = 7,
) -> Axes:
    """Draw one panel per term: days as dots, their moving mean as a line, the calendar behind.

    Parameters
    ----------
    days
        As `data.trend.daily` gives them.
    calendar
        As `data.trend.promotion_calendar` gives it.
    currency
        ISO code, for the money axes.
    terms
        Panels from top to bottom; terms the days lack are left out.
    window
        Days of the moving mean, which ends on each day.
    """
    from matplotlib import pyplot as plt

    set_style()
    terms = [t for t in terms if t in days]
    figure, panels = plt.subplots(
        len(terms), 1, figsize=(9, 1.2 + 1.7 * len(terms)), sharex=True, squeeze=False
    )
    for axes, term in zip(panels[:, 0], terms, strict=True):
        _panel(axes, days["day"], as_floats(days[term]), term, window, currency)
        _shade(axes, calendar)
    top = panels[0, 0]
    _name_campaigns(top, calendar)
    figure.suptitle(f"Each day (dots) and the mean of {window} days (line)", x=0.01, ha="left")
    top.set_label("The chain day by day")
    return top


def slices(sliced: pd.DataFrame, *, currency: str, by: str) -> Axes:
    """Draw each slice's GMV (or visitors) now as a bar, and the period before as a mark."""
    import seaborn as sns
    from matplotlib import pyplot as plt

    set_style()
    value = "gmv_paid" if "gmv_paid" in sliced else "visitors"
    now, names = as_floats(sliced[value]).fillna(0), sliced["slice"].map(_short)
    _, axes = plt.subplots(figsize=(9, 1.2 + 0.36 * len(sliced)))
    sns.barplot(x=now, y=names, color=ACCENT, ax=axes, orient="h")
    if f"{value}_before" in sliced:
        then = as_floats(sliced[f"{value}_before"])
        axes.scatter(
            then, range(len(then)), marker="|", s=220, color=WARM, zorder=3, label="period before"
        )
        axes.legend(frameon=False, loc="lower right")
    term = TERMS[value]
    axes.set(xlabel="", ylabel="", title=f"{term.title} by {by.removesuffix('_id')}")
    axes.grid(visible=True, axis="x")
    axes.grid(visible=False, axis="y")
    show_unit(axes.xaxis, term.unit, currency)
    return axes


def _panel(axes: Axes, day: pd.Series, value: pd.Series, term: str, window: int, currency: str):
    axes.plot(day, value, ".", color=MUTED, markersize=2.5, alpha=0.6)
    axes.plot(day, value.rolling(window, min_periods=1).mean(), color=ACCENT, linewidth=1.6)
    axes.set_title(f"{TERMS[term].title}  {TERMS[term].zh}", fontsize=10)
    axes.set_ylim(bottom=0)
    axes.margins(x=0.01)
    show_unit(axes.yaxis, TERMS[term].unit, currency)


def _shade(axes: Axes, calendar: pd.DataFrame) -> None:
    for row in calendar.itertuples(index=False):
        axes.axvspan(
            pd.Timestamp(row.first),
            pd.Timestamp(row.last + timedelta(days=1)),
            color=PHASE_COLOURS[row.what],
            zorder=0,
            linewidth=0,
        )


def _name_campaigns(axes: Axes, calendar: pd.DataFrame) -> None:
    low, high = (pd.Timestamp(d, unit="D") for d in axes.get_xlim())
    bursts = calendar[calendar["what"] == "burst"]
    for row in bursts.itertuples(index=False):
        at = pd.Timestamp(row.first)
        if low <= at <= high:
            axes.annotate(
                _short(row.name, 12),
                (at, 1.0),
                xycoords=("data", "axes fraction"),
                xytext=(-2, -3),
                textcoords="offset points",
                rotation=90,
                ha="right",
                va="top",
                fontsize=7,
                color=WARM,
            )


def show_unit(axis: Axis, unit: str, currency: str) -> None:
    """Write an axis' numbers in a unit, at few places."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    show = in_unit(unit, currency=currency)
    axis.set_major_locator(MaxNLocator(nbins=4))
    axis.set_major_formatter(FuncFormatter(lambda value, _: _tick(show(value), unit)))


def _tick(value: Value, unit: str) -> str:
    text = str(value)
    if unit == "money":
        return text.removesuffix(".00")
    return text.replace(".00%", "%").replace(".0%", "%")


def _short(text: str, most: int = 24) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
