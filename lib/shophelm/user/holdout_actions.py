"""What follows from the hold-outs: grant again, stop, or hold some out at last."""

from __future__ import annotations

from typing import Any

import pandas as pd

from shophelm.actions import Action, due
from shophelm.shop.needs import carries_missing
from shophelm.shop.tables import Tables
from shophelm.user.holdouts import FINISHED, NO_HOLD_OUT, TOGETHER, verdict
from shophelm.user.stating import stated

SAY = {
    "ship": "Grant {coupon} again, to all but a hold-out: it pays.",
    "stop": "Do not grant {coupon} again: it loses money.",
}


@carries_missing
def holdout_actions(shop: Tables, frame: pd.DataFrame) -> list[Action]:
    """Make actions of the hold-outs' readout.

    The latest coupon is granted again or stopped where all hold-outs together (or the only one)
    decide it; its worth is that of as many customers as it had. Coupons still being granted to
    everyone are to get a hold-out; what knowing is worth is not known.

    Parameters
    ----------
    shop
        For the day.
    frame
        As `holdouts.holdouts` gives it.
    """
    read = frame[(frame["state"] == FINISHED) & frame["worth_effect"].notna()]
    actions = []
    if len(read):
        pooled = frame[frame["state"] == TOGETHER]
        known = (pooled if len(pooled) else read).iloc[0]
        decided = verdict(known["worth_effect_low"], known["worth_effect_high"])
        if decided in SAY:
            actions.append(_decide(shop, read.iloc[0], known, decided, frame.attrs["worth_in"]))
    running = frame[(frame["state"] == NO_HOLD_OUT) & (frame["known_on"] > shop.as_of)]
    return actions + [_hold_out(shop, row) for row in running.itertuples()]


def _decide(shop: Tables, last: pd.Series, known: pd.Series, decided: str, worth_in: str) -> Action:
    # stopping brings what granting loses
    side = last["granted"] if decided == "ship" else -last["granted"]
    effects = [known[f"worth_effect{end}"] * side for end in ("", "_low", "_high")]
    return Action(
        kind="coupon",
        subject=f"coupon:{last['coupon_id']}",
        action=SAY[decided].format(coupon=last["coupon_id"]),
        owner_role="customer manager",
        metric="margin per customer, granted against held out",
        due_on=due(shop.as_of),
        **stated(effects[0], *sorted(effects[1:]), worth_in),
    )


def _hold_out(shop: Tables, row: Any) -> Action:
    return Action(
        kind="hold-out",
        subject=f"coupon:{row.coupon_id}",
        action=f"Hold some of those who would get {row.coupon_id} out by lot: so far nobody can "
        "know what it brings.",
        owner_role="customer manager",
        metric="margin per customer, granted against held out",
        due_on=due(shop.as_of),
    )
