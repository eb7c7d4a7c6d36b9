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
    if frame["lack"].isna().all():
        told = "What rivals sell in each band is not known, so that no gap can be told."
        return [*said, sentence(told)]
    gaps = frame[frame["is_gap"].eq(True)].sort_values("lack", ascending=False, kind="stable")
    if gaps.empty:
        largest = frame.loc[frame["lack"].idxmax()]
        said.append(
            sentence(
                "No gap stands out of chance; the largest is {which}.", which=_lacking(largest)
            )
        )
    else:
        which = listing([_lacking(row) for _, row in gaps.iterrows()])
        said.append(sentence("Rivals sell where we have little: {which}.", which=which))
    unknown = frame.loc[frame["lack"].isna(), "category"].nunique()
    if unknown:
        n = plural(unknown, "category", "categories")
        said.append(sentence("Of {n} rivals' sales by band are not known.", n=n))
    return said


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
    gaps = frame[frame["is_gap"].eq(True)].sort_values("lack", ascending=False, kind="stable")
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


def _lacking(row: Any) -> str:
    return (
        f"{row['category']} {row['price_band']} ({rate(row['rival_share'], digits=0)} of rivals' sales, "
        f"{rate(row['units_share'], digits=0)} of ours, {rate(row['buyers_share'], digits=0)} of "
        f"our buyers, {plural(int(row['products']), 'product')} of ours)"
    )
