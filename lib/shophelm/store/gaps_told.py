"""What is said of the price bands, and which gaps are proposed to be filled."""

from __future__ import annotations

from typing import Any

import pandas as pd

from shophelm.actions import Action, due
from shophelm.shop.needs import carries_missing
from shophelm.shop.tables import Tables
from shophelm.words import Sentence, count, listing, plural, rate, sentence


@carries_missing
def find_portfolio_gaps(frame: pd.DataFrame) -> list[Sentence]:
    """Say in which band each category's buyers are, and which bands are lacking."""
    bought = frame[frame["buyers"] > 0]
    if bought.empty:
        return [sentence("No product on sale with a category and a price was bought.")]
    order = bought.sort_values(["category", "buyers"], ascending=[True, False], kind="stable")
    most = order.drop_duplicates("category")
    told = [
        f"{r.category} {r.price_band} ({rate(r.buyers_share, digits=0)} of its buyers, "
        f"{rate(r.products_share, digits=0)} of its products)"
        for r in most.itertuples()
    ]
    said = [sentence("Most buyers are in: {which}.", which=listing(told, most=8))]
    return [*said, *_gaps(frame)]


@carries_missing
def gap_actions(shop: Tables, frame: pd.DataFrame, *, most: int = 5) -> list[Action]:
    """Propose to look for products in the bands that are lacking; what they bring is not known.

    Parameters
    ----------
    shop
        For the day by which we will know.
    frame
        As `portfolio_gaps` gives it.
    most
        Actions proposed, the largest lacks first.
    """
    gaps = _largest_first(frame)
    return [
        Action(
            kind="fill a price band",
            subject=f"category:{row['category']}",
            action=f"Look for products of {row['category']} {row['price_band']}: "
            f"{rate(row['rival_share'], digits=0)} of rivals' sales are there, and "
            f"{count(row['products'])} of our products.",
            owner_role="buyer",
            metric="buyers",
            due_on=due(shop.as_of),
        )
        for _, row in gaps.head(most).iterrows()
    ]


def _largest_first(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["is_gap"].eq(True)].sort_values("lack", ascending=False, kind="stable")


def _gaps(frame: pd.DataFrame) -> list[Sentence]:
    """Say which bands are lacking beyond chance, or which comes nearest, and what is not known."""
    if frame["lack"].isna().all():
        told = "What rivals sell in each band is not known, so that no gap can be told."
        return [sentence(told)]
    gaps = _largest_first(frame)
    template = "No gap stands out of chance; the largest is {which}."
    if gaps.empty:
        which = _lacking(frame.loc[frame["lack"].idxmax()])
    else:
        template = "Rivals sell where we have little: {which}."
        which = listing([_lacking(row) for _, row in gaps.iterrows()])
    said = [sentence(template, which=which)]
    unknown = frame.loc[frame["lack"].isna(), "category"].nunique()
    if unknown:
        n = plural(unknown, "category", "categories")
        said.append(sentence("Of {n} rivals' sales by band are not known.", n=n))
    return said


def _lacking(row: Any) -> str:
    theirs, ours, buyers = (
        rate(row[f"{side}_share"], digits=0) for side in ("rival", "units", "buyers")
    )
    return (
        f"{row['category']} {row['price_band']} ({theirs} of rivals' sales, {ours} of ours, "
        f"{buyers} of our buyers, {plural(int(row['products']), 'product')} of ours)"
    )
