"""Actions that behaviour hints at; what they bring, only a test can tell."""

from __future__ import annotations

import pandas as pd

from shophelm.actions import Action, due
from shophelm.shop.needs import carries_missing
from shophelm.shop.tables import Tables
from shophelm.words import count, rate


@carries_missing
def bundle_actions(shop: Tables, frame: pd.DataFrame, *, most: int = 3) -> list[Action]:
    """Propose to test the pairs worth most; what an offer adds, only its test can tell.

    Parameters
    ----------
    shop
        For the day by which we will know.
    frame
        As `bundles` gives it.
    most
        Actions proposed.
    """
    offered = (frame["found"] & (frame["why"] == "")).to_numpy()
    pairs = [
        (row, companion)
        for row, (_, companion), ok in zip(
            frame.itertuples(), frame.attrs["ids"], offered, strict=True
        )
        if ok
    ]
    return [
        Action(
            kind="bundle",
            subject=f"product:{companion}",
            action=f"Offer {row.companion} beside {row.product} to half of its visitors for four "
            f"weeks: {rate(row.confidence, digits=1)} of its orders hold both, where "
            f"{rate(row.anyway, digits=1)} of like orders hold {row.companion}.",
            owner_role="merchandiser",
            metric="units",
            due_on=due(shop.as_of),
        )
        for row, companion in pairs[:most]
    ]


@carries_missing
def unmet_actions(shop: Tables, frame: pd.DataFrame, *, most: int = 3) -> list[Action]:
    """Propose to look for goods that answer the words searched for in vain most.

    Parameters
    ----------
    shop
        For the day by which we will know.
    frame
        As `unmet` gives it.
    most
        Actions proposed.
    """
    found = frame[frame["found"] & (frame["of"] == "search")]
    return [
        Action(
            kind="unmet demand",
            subject=f"search:{row.subject}",
            action=f"Look for goods, or words of a title, that answer “{row.subject}”: "
            f"{count(row.nothing)} of {count(row.times)} searches for it ended in nothing, where "
            f"{rate(row.usual)} do as a rule.",
            owner_role="buyer",
            metric="searches that end in nothing",
            due_on=due(shop.as_of),
        )
        for row in found.head(most).itertuples()
    ]
