"""The plan of offers by segment, and what past hold-outs say of it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from shophelm.methods.power import hold_out_size, sample_size_of_means

TRIAL = "new-product trial invitation"
DISCOUNT = "recommendation with a time-limited discount"
RECOMMENDATION = "recommendation without a discount"
NOTHING = "nothing"
PLAN = {
    "high frequency, high spend": TRIAL,
    "low frequency, high spend": DISCOUNT,
    "high frequency, low spend": RECOMMENDATION,
    "low frequency, low spend": NOTHING,
}
"""What a segment of `value_grid` gets until hold-outs say otherwise; others get nothing."""
PATIENCE = 6
"""Sends after which an effect should be known for a hold-out to be worth it."""
TRIAL_KIND = "trial"
"""The `kind` in the coupons table by which hold-outs of trial invitations are known."""


def tested(segment: str) -> str:
    """Name the offer whose hold-outs bear on a segment: the planned one, or a discount."""
    return TRIAL if PLAN.get(segment) == TRIAL else DISCOUNT


def choose(segment: str, measured: pd.Series | None) -> tuple[str, str]:
    """Take the plan's offer unless hold-outs speak against it, and say why.

    Parameters
    ----------
    segment
        Its name.
    measured
        What hold-outs of `tested(segment)` say of it, a row of `reactions.react`; None if nothing.
    """
    planned = PLAN.get(segment, NOTHING)
    if measured is None:
        return planned, "planned"
    if planned == tested(segment):
        if measured["worth_effect"] > 0:
            return planned, "planned"
        return NOTHING, "hold-outs point to a loss"
    if measured["worth_effect_low"] > 0:
        return DISCOUNT, "hold-outs show a gain"
    return planned, "planned"


def measures(measured: pd.Series | None) -> dict[str, float]:
    """Give what hold-outs say of a segment as columns; nulls where none covered it."""
    ends = [f"worth_effect{end}" for end in ("", "_low", "_high")]
    if measured is None:
        return {"covered": 0} | dict.fromkeys(ends, np.nan)
    return {"covered": int(measured["granted"] + measured["held_out"])} | measured[ends].to_dict()


def readable(send: int, needed: float, spread: float, power: float) -> dict[str, float]:
    """Give the hold-out that shows an effect that just pays, and after how many sends.

    Where one send cannot show it, half are held out if a few sends together can; else nobody is,
    and hold_out is null.

    Parameters
    ----------
    send
        Customers to send to.
    needed
        Further orders per customer that pay for the offer; null for not known.
    spread
        Standard deviation of a customer's orders.
    power
        Chance with which the effect is to be seen.
    """
    if not (needed > 0 and spread > 0 and send > 0):
        return {"hold_out": np.nan, "sends_to_know": np.nan}
    size = hold_out_size(send, spread, needed, power=power)
    sends = float(np.ceil(2 * sample_size_of_means(spread, needed, power=power) / send))
    if sends > 1:
        size = send // 2 if sends <= PATIENCE else np.nan
    return {"hold_out": size, "sends_to_know": sends}
