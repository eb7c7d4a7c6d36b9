"""What to do about tiers and points."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from shophelm.actions import Action, due
from shophelm.methods.bunching import Bunching
from shophelm.shop.needs import Missing
from shophelm.shop.tables import Tables
from shophelm.user.stating import stated
from shophelm.user.tier_response import responding
from shophelm.words import count, money, plural

LAPSING, NEAR = "points about to lapse", "just below a tier"


def membership_actions(
    shop: Tables,
    *,
    soon: pd.DataFrame | Missing,
    sized: pd.DataFrame | Missing,
    seen: Mapping[str, Bunching] | Missing,
    currency: str,
) -> list[Action]:
    """Propose to write to those whose points lapse, and to those just below a tier.

    What a letter brings is not known before some have been left without one, so that worths are
    null; but where bunching shows that customers top up to reach a tier, a reminder is valued as
    if those now near it did so in the same share.

    Parameters
    ----------
    shop
        For the day by which we will know.
    soon, sized, seen
        The answers of `points_owed.points_lapsing`, `tier_members.sizes` and
        `tier_response.bunched`.
    currency
        Of the money in the sentences.
    """
    actions = []
    if not isinstance(soon, Missing) and soon["points"].iloc[0]:
        actions.append(_write_to_holders(shop, soon.iloc[0]))
    if not isinstance(sized, Missing) and not isinstance(seen, Missing) and len(sized):
        following = sized["tier"].shift(-1)
        for row, tier in zip(sized.itertuples(), following, strict=True):
            if row.near:
                actions.append(_remind(shop, row, tier, seen[tier], currency))
    return actions


def _write_to_holders(shop: Tables, soon: pd.Series) -> Action:
    return Action(
        kind=LAPSING,
        subject="points",
        action=f"Write to the {plural(int(soon['customers']), 'customer')} whose "
        f"{count(soon['points'])} points lapse up to {soon['until']}; leave some of them, drawn by "
        "lot, without a letter.",
        owner_role="CRM manager",
        metric="settled money per customer written to, against those left out",
        due_on=due(shop.as_of),
    )


def _remind(shop: Tables, row: Any, tier: str, seen: Bunching, currency: str) -> Action:
    worths: dict[str, Any] = {}
    if seen.responds:
        worths = stated(*(share * row.near * row.lacking for share in responding(seen)), "gmv")
    return Action(
        kind=NEAR,
        subject=f"tier:{tier}",
        action=f"Remind the {plural(row.near, 'customer')} who lack "
        f"{money(row.lacking, currency=currency)} on average that {tier} is near; leave some of "
        "them, drawn by lot, without a letter.",
        owner_role="CRM manager",
        metric="share who reach the tier, against those left out",
        due_on=due(shop.as_of),
        **worths,
    )
