"""How much stock a presale's open balances ask for."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from shophelm.promotion.presale import Presale
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.ratios import as_floats
from shophelm.shop.spans import inside
from shophelm.shop.tables import Tables
from shophelm.words import Sentence, count, plural, sentence

TITLE = "How much stock do open balances ask for?"
SURE = 0.9
"""Chance that what is held suffices."""
COLUMNS = ["product_id", "presold", "presold_paid", "presold_open", "to_come", "to_hold", "on_hand"]


@question(TITLE, "presales", "order_lines", stock="what is on hand")
@carries_missing
def presale_stock(shop: Tables, found: Presale) -> pd.DataFrame:
    """Say by product how many units to hold for balances that may still be paid.

    Parameters
    ----------
    shop
        The shop.
    found
        What is known of the presale.

    Returns
    -------
    DataFrame
        One row per product with open deposits, the most open first: product_id, presold (units of
        all deposits), presold_paid and presold_open (units whose balance is, or is not, paid),
        to_come (to be expected of the open ones), to_hold (enough for them with a chance of nine in
        ten), on_hand (units on the last day known; null where stock is not). Empty where balances
        can no longer be paid; to_come and to_hold are null where the year before says nothing.

    Notes
    -----
    Each deposit is paid up with the chance that all of them have, known from as many as last year
    had (beta-binomial). A line of several units is one deposit.
    """
    if found.over:
        return pd.DataFrame(columns=COLUMNS)
    frame = _units(shop, found)
    frame = frame[frame["presold_open"] > 0]
    each = frame["presold_open"] / frame["open_deposits"]
    a, b = found.odds if sum(found.odds) else (np.nan, np.nan)
    frame["to_come"] = frame["presold_open"] * a / (a + b)
    frame["to_hold"] = each * stats.betabinom(frame["open_deposits"], a, b).ppf(SURE)
    frame["on_hand"] = frame["product_id"].map(_on_hand(shop))
    order = frame.sort_values(["presold_open", "product_id"], ascending=[False, True])
    return order[COLUMNS].reset_index(drop=True)


@carries_missing
def shown(frame: pd.DataFrame) -> pd.DataFrame:
    """Lay the products out."""
    return frame.dropna(axis=1, how="all")


@carries_missing
def find_presale_stock(frame: pd.DataFrame) -> Sentence:
    """Say how many units to hold, and of which products they lack."""
    if frame.empty:
        return sentence("No balance can be paid any more: no stock need be held for one.")
    if frame["to_hold"].isna().all():
        return sentence(
            "{n} wait for their balance; how many will be called for is not known.",
            n=plural(int(frame["presold_open"].sum()), "unit"),
        )
    short = frame[frame["on_hand"] < frame["to_hold"]]
    return sentence(
        "Hold {hold} of {n} for balances that may still be paid{short}.",
        hold=plural(round(frame["to_hold"].sum()), "unit"),
        n=plural(len(frame), "product"),
        short=f"; of {count(len(short))} of them fewer are on hand" if len(short) else "",
    )


def _units(shop: Tables, found: Presale) -> pd.DataFrame:
    """Count presold units by product, and those whose balance is open."""
    sales = shop["presales"]
    days = found.campaign.period.every_day
    sales = sales.filter(inside(sales.balance_due_from.date(), days))
    sales = sales.select("order_id", paid=sales.balance_paid_at.notnull())
    lines = shop["order_lines"].inner_join(sales, "order_id")
    units = lines.quantity
    sums = lines.group_by("product_id").aggregate(
        presold=units.sum(),
        presold_paid=lines.paid.ifelse(units, 0).sum(),
        open_deposits=(~lines.paid).sum(),
    )
    frame = shop.frame(sums.order_by("product_id"))
    numbers = ["presold", "presold_paid", "open_deposits"]
    frame[numbers] = frame[numbers].apply(as_floats)
    return frame.assign(presold_open=frame["presold"] - frame["presold_paid"])


def _on_hand(shop: Tables) -> dict[str, float]:
    if not shop.filled("stock"):
        return {}
    stock = shop["stock"]
    last = stock.group_by("product_id").aggregate(day=stock.day.max())
    rows = stock.inner_join(last, ["product_id", "day"])
    frame = shop.frame(rows.group_by("product_id").aggregate(n=rows.on_hand.sum()))
    return dict(zip(frame["product_id"], as_floats(frame["n"]), strict=True))
