"""What to do about customers: offers, coupons, win-back, points and tiers."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from shophelm.actions import Action, find_actions
from shophelm.methods.bunching import Bunching
from shophelm.shop.needs import Missing
from shophelm.shop.tables import Tables
from shophelm.user.coupon_uplift import Uplift, coupon_uplift_actions
from shophelm.user.holdout_actions import holdout_actions
from shophelm.user.holdouts import FINISHED
from shophelm.user.membership import membership_actions
from shophelm.user.segment_actions import segment_action_list
from shophelm.user.stating import narrowed
from shophelm.user.win_back import win_back_actions
from shophelm.words import Sentence

WIN_BACK = "win_back"
"""The `kind` in the coupons table by which hold-outs of win-back offers are known."""


def steps(
    shop: Tables,
    *,
    plan: pd.DataFrame | Missing,
    held: pd.DataFrame | Missing,
    moved: Uplift | Missing,
    silent: pd.DataFrame | Missing,
    soon: pd.DataFrame | Missing,
    sized: pd.DataFrame | Missing,
    bunched: Mapping[str, Bunching] | Missing,
    currency: str,
) -> list[Action]:
    """Turn this notebook's findings into actions.

    Parameters
    ----------
    shop
        For the day by which we will know.
    plan, held, moved, silent, soon, sized, bunched
        The answers of `segment_actions.segment_actions`, `holdouts.holdouts`,
        `coupon_uplift.coupon_uplift`, `win_back.leaving`, `points_owed.points_lapsing`,
        `tier_members.sizes` and `tier_response.bunched`; one that is missing brings nothing.
    currency
        Of the money in the sentences.
    """
    actions = []
    if not isinstance(plan, Missing):
        actions += segment_action_list(shop, plan)
    if not isinstance(held, Missing):
        actions += holdout_actions(shop, held)
    if not isinstance(moved, Missing):
        actions += coupon_uplift_actions(shop, moved)
    if not isinstance(silent, Missing):
        actions += win_back_actions(shop, silent, readout=_win_back_read(held))
    return actions + membership_actions(
        shop, soon=soon, sized=sized, seen=bunched, currency=currency
    )


def find_steps(actions: list[Action]) -> Sentence:
    """Say how many actions there are, and how to know what the others are worth."""
    return find_actions(actions, hint="To know the others', hold some customers out by lot.")


def _win_back_read(held: pd.DataFrame | Missing) -> tuple[float, float, float] | None:
    """Give what the latest finished win-back offer brought a customer; None where not known."""
    if isinstance(held, Missing):
        return None
    read = held[(held["state"] == FINISHED) & (held["kind"] == WIN_BACK)]
    read = read.dropna(subset=["worth_effect"])
    if read.empty:
        return None
    ends = ("worth_effect", "worth_effect_low", "worth_effect_high")
    return narrowed(*(float(read.iloc[0][end]) for end in ends))
