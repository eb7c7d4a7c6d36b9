"""Is a category bought again at all, and how long does it take?"""

from __future__ import annotations

import pandas as pd

from shophelm.actions import HORIZON_DAYS
from shophelm.methods.survival import kaplan_meier, reached_by, share_by
from shophelm.shop.needs import carries_missing, question
from shophelm.shop.tables import Tables
from shophelm.user.purchases import NEEDS, wait_counts, waits
from shophelm.words import Sentence, count, listing, rate, sentence

YEAR = 365
FEWEST = 20
"""Fewer repeat purchases do not tell how long they take."""


@question("How long does it take until a category is bought again?", *NEEDS)
def repurchase_curves(shop: Tables) -> pd.DataFrame:
    """Estimate the share of purchases of a category that are followed by another, by days since.

    Every purchase of a category begins a wait for the customer's next one of the same; a wait that
    still goes on counts for as long as it has lasted (Kaplan–Meier).

    Returns
    -------
    DataFrame
        One row per category and wait that occurs: category, day (since the purchase), happened
        (waits that ended then), at_risk, share, share_low, share_high (95 %).

    Notes
    -----
    Who buys often begins most of the waits, so that the curve is that of purchases and not of
    customers; the intervals take waits of one customer as independent and are too narrow by that.
    """
    frame = wait_counts(shop, waits(shop, "category"))
    curves = [
        kaplan_meier(of_one.set_index("wait"))
        .assign(category=category, happened=of_one.set_index("wait")["happened"])
        .rename_axis("day")
        .reset_index()
        for category, of_one in frame.groupby("subject")
    ]
    columns = ["category", "day", "happened", "at_risk", "share", "share_low", "share_high"]
    return (
        pd.concat(curves, ignore_index=True)[columns] if curves else pd.DataFrame(columns=columns)
    )


@carries_missing
def repurchase(curves: pd.DataFrame) -> pd.DataFrame:
    """Sum the curves up: is the category bought again at all, and how soon?

    Returns
    -------
    DataFrame
        One row per category, most often bought again first: category, bought_again (purchases
        followed by another), share_28, share_365 with share_365_low and share_365_high (of
        purchases, followed by another within so many days; null where none has been followed so
        long), quarter and median (days by which a quarter and half of them are; null where not
        reached). All but bought_again are null for categories with fewer than 20.
    """
    rows = []
    for category, of_one in curves.groupby("category"):
        curve, again = of_one.set_index("day"), int(of_one["happened"].sum())
        row = {"category": category, "bought_again": again}
        if again >= FEWEST:
            year = share_by(curve, YEAR)
            row |= {"share_28": share_by(curve, HORIZON_DAYS)["share"], "share_365": year["share"]}
            row |= {f"share_365_{end}": year[f"share_{end}"] for end in ("low", "high")}
            row |= {"quarter": reached_by(curve, 0.25), "median": reached_by(curve, 0.5)}
        rows.append(row)
    names = ["share_28", "share_365", "share_365_low", "share_365_high", "quarter", "median"]
    frame = pd.DataFrame(rows, columns=["category", "bought_again", *names])
    frame[names] = frame[names].astype("float64")
    by = ["share_365", "bought_again", "category"]
    return frame.sort_values(by, ascending=[False, False, True], ignore_index=True)


@carries_missing
def find_repurchase(summary: pd.DataFrame) -> Sentence:
    """Say which categories are bought again, how soon, and of which that is not known."""
    known = summary.dropna(subset=["share_28"])
    if known.empty:
        return sentence(
            "No category has been bought again {n} times by the same customers: how long it takes "
            "is not known, and nobody can be said to be due.",
            n=count(FEWEST),
        )
    named = []
    for r in known.itertuples():
        if r.share_365 == r.share_365:
            text = (
                f"{r.category} {rate(r.share_365, digits=0)} within a year "
                f"({rate(r.share_365_low, digits=0)} to {rate(r.share_365_high, digits=0)}"
            )
        else:
            text = f"{r.category} {rate(r.share_28, digits=0)} within 28 days ("
        usual = "" if r.median != r.median else f"; half by day {count(r.median)}"
        named.append(f"{text}{usual})".replace("(; ", "(").replace(" ()", ""))
    text, values = "Of purchases, followed by another of the category: {which}.", {}
    if few := summary[summary["share_28"].isna()]["category"].tolist():
        text += " Not known, for want of {n} repeat purchases: {few}."
        values = {"n": count(FEWEST), "few": listing(few)}
    return sentence(text, which=listing(named, most=8), **values)
