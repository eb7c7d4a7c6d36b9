"""A shop whose customers top up to reach silver; and what to do about tiers and points."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from shophelm.methods.bunching import bunching
from shophelm.shop.needs import Missing
from shophelm.user import membership, tier_members, tier_moves, tier_response, tiers
from tests.user.hands import orders

GIVEN = "bronze 0, silver 500"


@pytest.fixture(scope="module")
def spend():
    """What 4,000 customers paid, half of those within a tenth below 500 having topped up."""
    rng = np.random.default_rng(11)
    paid = rng.gamma(1.2, 450, 4000)
    near = np.flatnonzero((paid >= 450) & (paid < 500))
    who = near[rng.random(len(near)) < 0.5]
    moved = paid.copy()
    moved[who] = 500 + 50 * rng.random(len(who))
    return np.round(moved, 2), len(who), (moved - paid).sum()


@pytest.fixture
def topping(shop, spend):
    buys = [(f"c{i}", "2026-08-01", p) for i, p in enumerate(spend[0])]
    return shop(orders=orders(buys))


def test_customers_who_top_up_are_found_and_a_reminder_is_valued_by_them(topping, spend):
    paid, many, added = spend
    given = tiers.thresholds(topping, tiers=GIVEN)
    seen = tier_response.bunched(topping, given)
    row = tier_response.response(given, seen).iloc[0]
    assert row["reading"] == tier_response.TOP_UP
    assert row["bunched_low"] < many < row["bunched_high"]
    assert row["added_low"] < added < row["added_high"]
    said = str(tier_response.find_response(row.to_frame().T, currency="CNY"))
    assert said.startswith("Beyond chance, customers top up to reach silver at ¥500 (")
    sized = tier_members.sizes(topping, given)
    (action,) = membership.membership_actions(
        topping, soon=Missing("points", "points"), sized=sized, seen=seen, currency="CNY"
    )
    near = paid[(paid >= 450) & (paid < 500)]
    share, _, _ = tier_response.responding(seen["silver"])
    assert float(action.worth) == pytest.approx(share * (500 - near).sum(), abs=0.01)
    assert action.worth_low < action.worth < action.worth_high
    assert action.worth_in == "gmv"


def test_the_gain_of_a_moved_threshold_is_what_the_same_share_would_add(topping, spend):
    given = tiers.thresholds(topping, tiers=GIVEN)
    seen = tier_response.bunched(topping, given)
    rows = tier_moves.moved_thresholds(topping, given, seen, moves=(0.2,))
    share, low, high = tier_response.responding(seen["silver"])
    near = spend[0][(spend[0] >= 540) & (spend[0] < 600)]
    bins = seen["silver"].bins
    below = bins[bins["window"] == "below"]
    now = (below["expected"] * (500 - (below["left"] + 5))).sum()
    more = (600 - near).sum() - now
    assert rows["gain"].iloc[0] == pytest.approx(share * more)
    ends = sorted((low * more, high * more))
    assert rows[["gain_low", "gain_high"]].iloc[0].tolist() == pytest.approx(ends)


def test_no_worth_is_claimed_where_none_is_known(sample):
    soon = pd.DataFrame(
        {"until": [date(2026, 12, 13)], "customers": [3], "points": [1200], "money": [12.0]}
    )
    sized = pd.DataFrame({"tier": ["bronze", "silver"], "near": [2, 0], "lacking": [20.0, np.nan]})
    even = bunching(np.arange(255.0, 750, 10).repeat(20), threshold=500.0)
    actions = membership.membership_actions(
        sample, soon=soon, sized=sized, seen={"silver": even}, currency="CNY"
    )
    assert [(a.kind, a.subject, a.worth, a.worth_in) for a in actions] == [
        (membership.LAPSING, "points", None, "unknown"),
        (membership.NEAR, "tier:silver", None, "unknown"),
    ]
    assert [a.action for a in actions] == [
        "Write to the 3 customers whose 1,200 points lapse up to 2026-12-13; leave some of them, "
        "drawn by lot, without a letter.",
        "Remind the 2 customers who lack ¥20 on average that silver is near; leave some of them, "
        "drawn by lot, without a letter.",
    ]
    assert {a.due_on for a in actions} == {date(2026, 12, 13)}


def test_nothing_lapsing_and_nobody_near_is_no_action(sample):
    soon = pd.DataFrame({"until": [date(2026, 12, 13)], "customers": [0], "points": [0]})
    sized = pd.DataFrame({"tier": ["bronze", "silver"], "near": [0, 0], "lacking": [np.nan] * 2})
    assert membership.membership_actions(sample, soon=soon, sized=sized, seen={}, currency="") == []
