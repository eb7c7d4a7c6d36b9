"""What to do about campaigns, channels and creators, of all that the notebook has found."""

from __future__ import annotations

import pandas as pd

from shophelm.actions import Action, due
from shophelm.promotion.creators import creator_actions
from shophelm.promotion.ledger import Ledger
from shophelm.promotion.mechanic_kinds import COUPON, THRESHOLD
from shophelm.promotion.presale import Presale
from shophelm.promotion.spend_response import SpendResponse, spend_actions
from shophelm.shop.calendar import Period
from shophelm.shop.needs import Missing, all_known, carries_missing
from shophelm.shop.tables import Tables
from shophelm.words import count, money

MOSTLY = 0.5
"""Share of a mechanic's orders that would have come anyway above which it is too large."""
SMALLER = "Give less of it, to fewer"
RESIZE = {
    THRESHOLD: "Raise the threshold above what orders are worth anyway",
    COUPON: "Grant the coupon only to those it moves",
}


def steps(
    shop: Tables,
    *,
    ledger: Ledger | Missing,
    given: pd.DataFrame | Missing,
    presale: Presale | Missing,
    response: SpendResponse | Missing,
    creators: pd.DataFrame | Missing,
    period: Period,
) -> list[Action]:
    """Turn this notebook's findings into actions.

    Parameters
    ----------
    shop
        For the day by which we will know.
    ledger, given, presale, response, creators
        The answers (`given` is that of `subsidies`); one that is missing brings nothing.
    period
        The days of `creators`.
    """
    found = (
        campaign_actions(shop, ledger),
        mechanic_actions(shop, given),
        presale_actions(shop, presale),
        spend_actions(shop, response),
        creator_actions(shop, creators, period),
    )
    return all_known(found)


@carries_missing
def campaign_actions(shop: Tables, found: Ledger) -> list[Action]:
    """Propose to keep a campaign, to stop it, or to find out: by what it left.

    Its worth over the next 28 days is not known, as it does not run in them.
    """
    if not found.known:
        return []
    whole, name = found.whole, found.campaign.name
    left, low, high = (
        money(whole[c], currency=shop.currency) for c in ("worth", "worth_low", "worth_high")
    )
    if whole["worth_low"] > 0:
        verb = f"Keep {name} in next year's calendar: it left {left} ({low} to {high})."
    elif whole["worth_high"] < 0:
        verb = f"Leave {name} out of next year's calendar: it left {left} ({low} to {high})."
    else:
        verb = (
            f"Give {name} to all but a tenth of the customers next time, drawn by lot: whether it "
            f"leaves anything cannot be told from {left} ({low} to {high})."
        )
    return [
        Action(
            kind="next campaign",
            subject=f"campaign:{found.campaign.campaign_id}",
            action=verb,
            owner_role="promotion planner",
            metric="gmv_paid",
            due_on=due(shop.as_of),
        )
    ]


@carries_missing
def mechanic_actions(shop: Tables, given: pd.DataFrame) -> list[Action]:
    """Propose to resize mechanics most of whose orders would have come without.

    Their worth over the next 28 days is not known: the campaign does not run in them.
    """
    known = given[given["anyway"].notna() & (given["anyway_of"] > 0)]
    rows = known[known["anyway"] / known["anyway_of"] > MOSTLY]
    return [
        Action(
            kind="resize a mechanic",
            subject=f"mechanic:{row.mechanic_kind}",
            action=f"{RESIZE.get(row.mechanic_kind, SMALLER)}: of {count(row.anyway_of)} orders "
            f"{count(row.anyway)} would have come without, and it gave "
            f"{money(row.given, currency=shop.currency)}.",
            owner_role="promotion planner",
            metric="gmv_paid",
            due_on=due(shop.as_of),
        )
        for row in rows.itertuples()
    ]


@carries_missing
def presale_actions(shop: Tables, found: Presale) -> list[Action]:
    """Propose to remind those whose balance is not paid, while it still can be."""
    whole = found.tiers.iloc[-1]
    if found.over or not whole["still"]:
        return []
    return [
        Action(
            kind="remind of balances",
            subject=f"campaign:{found.campaign.campaign_id}",
            action=f"Remind a half, drawn by lot, of the {count(whole['still'])} whose balance is "
            "not paid, so that next time it is known whether reminders help.",
            owner_role="customer service",
            metric="gmv_paid",
            due_on=due(shop.as_of),
        )
    ]
