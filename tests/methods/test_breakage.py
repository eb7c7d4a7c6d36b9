"""Usage of what was issued: planted shares are found, whichever of it the uses are taken from."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from shophelm.methods.breakage import BANDS, usage

LIFE = 365


def lot(owner, day, amount, *, life=LIFE, today=500):
    return {"owner": owner, "day": day, "life": life, "age": today - day, "amount": amount}


def issued(rng, owners, *, days):
    """Lots of customers who come for a while, two weeks apart or more."""
    owner = np.repeat(np.arange(owners), rng.geometric(0.3, owners))
    begin = rng.integers(0, days, owners)[owner]
    day = begin + rng.integers(0, 200, len(owner))
    amount = rng.integers(20, 400, len(owner))
    frame = pd.DataFrame({"owner": owner, "day": day, "amount": amount})
    return frame.sort_values(["owner", "day"], ignore_index=True)


def world_of_lots(seed, *, owners=600, days=600, share=0.3):
    """Of three lots in ten, half is used within 120 days: .15 of what is issued."""
    rng = np.random.default_rng(seed)
    lots = issued(rng, owners, days=days)
    chosen = rng.random(len(lots)) < share
    uses = lots[chosen].assign(
        day=lots["day"] + rng.integers(1, 120, len(lots)), amount=lots["amount"] / 2
    )
    return lots, uses, share / 2


def world_of_balances(seed, *, owners=600, days=600, chance=0.02):
    """Every week some customers use half of what they hold, the oldest first."""
    rng = np.random.default_rng(seed)
    lots = issued(rng, owners, days=days)
    left = lots["amount"].to_numpy(dtype=float)
    uses = []
    for week in range(0, days + 200 + LIFE, 7):
        alive = (lots["day"] < week) & (week <= lots["day"] + LIFE)
        held = np.bincount(lots["owner"], left * alive, owners)
        takes = np.where(rng.random(owners) < chance, held / 2, 0)
        # what an older lot of the owner still holds is taken first
        before = pd.Series(left * alive).groupby(lots["owner"]).cumsum() - left * alive
        taken = np.clip(takes[lots["owner"]] - before, 0, left * alive)
        left = left - taken
        rows = np.flatnonzero(takes > 0)
        uses.append(pd.DataFrame({"owner": rows, "day": week, "amount": takes[rows]}))
    uses = pd.concat(uses, ignore_index=True)
    return lots, uses, uses["amount"].sum() / lots["amount"].sum()


def seen(lots, uses, today):
    """What a ledger shows on a day."""
    lots = lots[lots["day"] <= today]
    lots = lots.assign(life=LIFE, age=today - lots["day"]).reset_index(drop=True)
    return lots, uses[uses["day"] <= today].reset_index(drop=True)


def covered(world, seeds, today=500):
    hits = []
    for seed in seeds:
        lots, uses, share = world(seed)
        lots, uses = seen(lots, uses, today)
        _, low, high = usage(lots, uses).in_the_end(lots)
        hits.append(low <= share <= high)
    return sum(hits)


def test_a_use_counts_for_the_age_at_which_it_was_made():
    width = LIFE / BANDS
    lots = pd.DataFrame([lot(1, 0, 100), lot(2, 50, 300)])
    uses = pd.DataFrame([{"owner": 1, "day": 10, "amount": 40}])
    found = usage(lots, uses)
    # 40 of 400 in the first band of age, nothing later
    assert found.width == width
    assert found.rates[0].tolist() == pytest.approx([0.1, *[0] * (BANDS - 1)])
    assert found.in_the_end(lots)[0] == pytest.approx(0.1)


def test_what_is_still_to_come_is_the_usage_of_later_ages():
    lots = pd.DataFrame([lot(1, 0, 100), lot(2, 0, 100), lot(3, 400, 200)])
    early, late = 5, 300
    uses = pd.DataFrame(
        [{"owner": 1, "day": early, "amount": 30}, {"owner": 2, "day": late, "amount": 20}]
    )
    found = usage(lots, uses)
    # 30 of 400 seen early, 20 of the 200 watched so long late: the young lot of 200 has the
    # late ones before it
    alive = lots[lots["age"] < lots["life"]]
    assert found.yet_to_come(alive)[0] == pytest.approx(200 * 20 / 200)
    assert found.in_the_end(lots)[0] == pytest.approx(30 / 400 + 20 / 200)


def test_a_use_is_shared_by_the_lots_that_lived_on_its_day():
    lots = pd.DataFrame([lot(1, 0, 100, life=30), lot(1, 40, 100, life=30), lot(1, 45, 100)])
    lots["life"] = 30
    uses = pd.DataFrame([{"owner": 1, "day": 41, "amount": 10}])
    # the first had lapsed and the third was not there yet
    assert usage(lots, uses).in_the_end(lots)[0] == pytest.approx(10 / 300)


def test_nothing_used_is_nothing_used_and_one_owner_has_no_interval():
    lots = pd.DataFrame([lot(1, 0, 100)])
    uses = pd.DataFrame({"owner": [], "day": [], "amount": []}).astype("int64")
    assert usage(lots, uses).in_the_end(lots) == (0, 0, 1)


def test_the_share_that_was_planted_is_within_the_interval():
    assert covered(world_of_lots, range(40)) >= stats.binom.ppf(0.001, 40, 0.95)


@pytest.mark.slow
@pytest.mark.parametrize("world", [world_of_lots, world_of_balances])
def test_intervals_hold_what_was_planted_as_often_as_promised(world):
    assert covered(world, range(100, 300)) >= stats.binom.ppf(0.001, 200, 0.95)
