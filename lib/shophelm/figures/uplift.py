"""What coupons brought and whom they move, drawn with what is not known of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from shophelm.figures.chain import show_unit
from shophelm.figures.style import ACCENT, INK, MUTED, WARM, nothing_to_draw, set_style
from shophelm.user.coupon_uplift import Uplift
from shophelm.words import rate

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def readout(frame: pd.DataFrame, *, currency: str) -> Axes:
    """Draw what each coupon brought per customer granted, with its 95% interval.

    Parameters
    ----------
    frame
        As `user.holdouts.holdouts` gives it; coupons without a readout are left out.
    currency
        ISO code, for the axis.
    """
    read = frame.dropna(subset=["worth_effect"])
    if read.empty:
        return nothing_to_draw("No coupon with a hold-out is over yet")
    what = "margin" if frame.attrs["worth_in"] == "margin" else "GMV"
    axes = _dots(read, read["coupon_id"], "worth_effect")
    axes.set_title(f"Change of {what} per customer granted, after the coupon's cost")
    show_unit(axes.xaxis, "money", currency)
    return axes


def reactions(groups: pd.DataFrame, *, currency: str) -> Axes:  # noqa: ARG001 - as every figure
    """Draw the further orders of each group per 100 customers granted, and what would pay.

    Parameters
    ----------
    groups
        As `user.reactions.react` gives them.
    currency
        Not used: no money is drawn.
    """
    groups = groups.sort_values(
        ["orders_effect", "group"], ascending=[False, True], ignore_index=True
    )
    names = groups["group"] + ": " + groups["reaction"]
    ends = [f"orders_effect{end}" for end in ("", "_low", "_high")]
    axes = _dots(groups.assign(**{e: groups[e] * 100 for e in ends}), names, "orders_effect")
    axes.plot(
        groups["break_even"] * 100, range(len(groups)), "|", color=WARM, markersize=14,
        label="pays for the coupons",
    )  # fmt: skip
    axes.legend(frameon=False, loc="best")
    axes.set_title("Further orders per 100 customers granted")
    return axes


def profit(found: Uplift, *, currency: str) -> Axes:
    """Draw what is gained by granting to the highest scores first, beside granting at random.

    Parameters
    ----------
    found
        As `user.coupon_uplift.coupon_uplift` gives it.
    currency
        ISO code, for the axis.
    """
    from matplotlib import pyplot as plt
    from matplotlib.ticker import FuncFormatter

    set_style()
    if found.profit is None:
        return nothing_to_draw("Too few customers were held out to choose by")
    _, axes = plt.subplots(figsize=(9, 3.6))
    curve = found.profit.curve
    axes.fill_between(
        curve["share"], curve["low"], curve["high"], color=ACCENT, alpha=0.18, linewidth=0
    )
    axes.plot(curve["share"], curve["gain"], color=ACCENT, label="by predicted reaction")
    axes.plot(curve["share"], curve["random"], color=MUTED, linestyle="--", label="at random")
    axes.axhline(0, color=INK, linewidth=0.6)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: str(rate(v, digits=0))))
    show_unit(axes.yaxis, "money", currency)
    axes.margins(x=0.01)
    axes.set(xlabel="share of customers granted the coupon", ylabel="")
    axes.legend(frameon=False, loc="best")
    what = "margin" if found.worth_in == "margin" else "GMV"
    axes.set_title(f"Change of {what} per customer, after the coupon's cost")
    return axes


def _dots(rows: pd.DataFrame, names: pd.Series, value: str) -> Axes:
    """Draw one dot a row with its interval, from the top down, and a line at nothing."""
    from matplotlib import pyplot as plt

    set_style()
    _, axes = plt.subplots(figsize=(9, 1 + 0.36 * len(rows)))
    middle = rows[value]
    reach = [middle - rows[f"{value}_low"], rows[f"{value}_high"] - middle]
    axes.errorbar(
        middle, range(len(rows)), xerr=reach, fmt="o", color=ACCENT, ecolor=MUTED, markersize=5
    )
    axes.axvline(0, color=INK, linewidth=0.6)
    axes.set_yticks(range(len(rows)), names)
    axes.invert_yaxis()
    axes.margins(y=0.2 / len(rows) + 0.05)
    axes.grid(visible=True, axis="x")
    axes.grid(visible=False, axis="y")
    return axes
