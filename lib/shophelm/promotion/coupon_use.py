"""How many coupons are used, and what do their orders bring?"""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd

from shophelm.methods.proportions import wilson
from shophelm.shop.calendar import last_days
from shophelm.shop.needs import Missing, carries_missing, question
from shophelm.shop.ratios import as_floats
from shophelm.shop.tables import Tables
from shophelm.words import Sentence, count, money, rate, sentence

TITLE = "How many coupons are used, and what do their orders bring?"
DAYS, SPANS = 28, 4
COLUMNS = ["until", "granted", "redeemed", "redemption_rate", "paid_amount", "coupon_order"]


@question(TITLE, "coupon_days")
def coupon_use(shop: Tables) -> pd.DataFrame | Missing:
    """Add up the coupon tool's days, 28 at a time.

    Returns
    -------
    DataFrame
        One row per span of 28 days that is whole, the latest first: until (its last day), granted
        and redeemed (coupons), redemption_rate (redeemed / granted), paid_amount (of orders with
        one), coupon_order (money of an order with one).

    Notes
    -----
    A coupon may be used in a later span than it was taken in: where many more are given out than
    before, the rate is low for a while. Who would have bought without one, totals do not tell: see
    the hold-outs.
    """
    rows = shop.frame(shop["coupon_days"])
    found = []
    for n in range(SPANS):
        span = last_days(shop.as_of - timedelta(days=DAYS * n), days=DAYS)
        if span.first < rows["day"].min():
            break
        inside = rows[(rows["day"] >= span.first) & (rows["day"] <= span.last)]
        granted, redeemed = int(inside["granted"].sum()), int(inside["redeemed"].sum())
        known = "paid_amount" in inside and inside["paid_amount"].notna().any()
        paid = float(as_floats(inside["paid_amount"]).sum()) if known else np.nan
        rated = redeemed / granted if granted else np.nan
        each = paid / redeemed if redeemed else np.nan
        found.append((span.last, granted, redeemed, rated, paid, each))
    if not found:
        return Missing(TITLE, "coupon_days", f"{DAYS} days of coupons are needed.")
    return pd.DataFrame(found, columns=COLUMNS)


@carries_missing
def shown(frame: pd.DataFrame) -> pd.DataFrame:
    """Lay the spans out."""
    names = {"granted": "coupons_granted", "redeemed": "coupons_redeemed"}
    return frame.rename(columns=names | {"paid_amount": "paid_with_coupon"})


@carries_missing
def find_coupon_use(frame: pd.DataFrame, *, currency: str) -> Sentence:
    """Say how many of the last 28 days' coupons were used, and how many before."""
    now, before = frame.iloc[0], frame.iloc[1:]
    text = "In the last {days} days {granted} coupons were taken and {redeemed} used"
    if now["redemption_rate"] <= 1:
        ends = wilson([now["redeemed"]], [now["granted"]]).iloc[0]
        text += f" ({rate(ends['rate'])}; 95% interval {rate(ends['low'])} to {rate(ends['high'])})"
    if now["coupon_order"] == now["coupon_order"]:
        text += ", on orders of {each} on the mean"
    if before["granted"].sum():
        text += "; in the {earlier} days before it were {usual} of them"
    return sentence(
        text + ".",
        days=count(DAYS),
        granted=count(now["granted"]),
        redeemed=count(now["redeemed"]),
        each=money(now["coupon_order"], currency=currency),
        earlier=count(DAYS * len(before)),
        usual=rate(before["redeemed"].sum() / max(before["granted"].sum(), 1)),
    )
