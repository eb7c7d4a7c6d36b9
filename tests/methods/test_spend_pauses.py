import numpy as np
import pytest

from shophelm.methods.spend_pauses import clicks_without, paused_days


def word(seed, *, lost, days=168, pauses=((60, 81), (110, 131))):
    rng = np.random.default_rng(seed)
    off = np.zeros(days, dtype=bool)
    for first, end in pauses:
        off[first:end] = True
    demand = rng.poisson(30, days).astype(float)
    clicks = rng.poisson(0.1 * demand * np.where(off, 1 - lost, 1)).astype(float)
    cost = np.where(off, 0.0, rng.poisson(0.35 * clicks + 0.2))
    return clicks, cost, demand, off


def test_days_without_cost_by_chance_are_no_pause():
    # cost by the click at half a click a day: four days of five cost nothing
    rng = np.random.default_rng(0)
    false = 0
    for _ in range(300):
        clicks = rng.poisson(0.5, 168)
        false += paused_days(rng.poisson(0.35 * (clicks + 0.5)).astype(float)).any()
    assert false / 300 <= 0.03


def test_pauses_are_found_to_within_days_of_chance():
    _, cost, _, off = word(1, lost=0.3)
    found = paused_days(cost)
    assert found[off].all()
    assert (found & ~off).sum() <= 6


@pytest.mark.parametrize("lost", [0.0, 0.4])
def test_the_share_lost_is_inside_the_interval_as_often_as_it_says(lost):
    held, shares = [], []
    for seed in range(200):
        clicks, cost, demand, _ = word(seed, lost=lost)
        found = clicks_without(clicks, cost, demand)
        held.append(found.low <= lost <= found.high)
        shares.append(found.share)
    assert 0.74 <= np.mean(held) <= 0.92
    assert np.mean(shares) == pytest.approx(lost, abs=0.04)


def test_a_word_always_paid_for_tells_nothing():
    clicks, cost, demand, _ = word(2, lost=0.4, pauses=())
    found = clicks_without(clicks, cost, demand)
    assert (found.on, found.off) == (168, 0)
    assert np.isnan(found.share)


def test_counts_a_reader_can_divide():
    # 20 days on with 3 clicks a day, 20 off with 2; demand stands still
    clicks = np.repeat([3.0, 2.0], 20)
    cost = np.repeat([1.0, 0.0], 20)
    found = clicks_without(clicks, cost, np.full(40, 10.0))
    assert (found.on, found.off) == (20, 20)
    assert found.share == pytest.approx(1 - 40.5 / 60.5)
    assert found.low < found.share < found.high


def test_no_cost_and_no_demand_are_survived():
    nothing = np.zeros(30)
    assert not paused_days(nothing).any()
    assert np.isnan(clicks_without(nothing, nothing, nothing).share)
