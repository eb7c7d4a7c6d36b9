"""Hours without payments: planted ones are found to the hour, others within their budget."""

import numpy as np
import pytest

from shophelm.methods.scan import fallen_windows

PROFILE = np.array([2, 1, 1, 0.5, 0.5, 1, 2, 3, 4, 5, 6, 6, 6, 6, 5, 5, 5, 5, 6, 7, 9, 9, 7, 4])


def hours(seed, *, days=120, a_day=20.0, spread=0.0):
    """Who could go on, and who did (three of four), hour by hour."""
    rng = np.random.default_rng(seed)
    could = rng.poisson(np.tile(a_day * PROFILE / PROFILE.sum(), days))
    share = 0.75
    if spread:
        alike = 1 / spread - 1
        share = np.repeat(rng.beta(share * alike, (1 - share) * alike, days), 24)
    return rng.binomial(could, share).astype(float), could.astype(float)


@pytest.mark.parametrize("a_day", [20.0, 200.0, 3000.0])
def test_a_dead_checkout_is_found_to_the_hour(a_day):
    done, could = hours(1, a_day=a_day)
    dead = slice(80 * 24 + 18, 80 * 24 + 22)
    done[dead] = 0
    found = fallen_windows(done, could, false_alarms=1)
    hit = found[(found["start"] < dead.stop) & (found["start"] + found["hours"] > dead.start)]
    assert len(hit) == 1
    first = hit.iloc[0]
    # hours without anyone at its edges cannot be told apart
    edge = could[int(first["start"]) : int(first["start"] + first["hours"])].sum()
    assert edge == could[dead].sum()


@pytest.mark.parametrize(("a_day", "spread"), [(8.0, 0), (20.0, 0), (500.0, 0), (500.0, 0.01)])
def test_false_alarms_stay_within_the_budget(a_day, spread):
    runs, days = 8, 120
    alarms = sum(
        len(fallen_windows(*hours(s, days=days, a_day=a_day, spread=spread), false_alarms=1))
        for s in range(runs)
    )
    borne = runs * days / 30
    assert alarms <= borne + 2.58 * np.sqrt(borne)


def test_a_day_of_fifty_times_the_traffic_is_no_alarm():
    done, could = hours(2)
    rng = np.random.default_rng(2)
    burst = slice(90 * 24, 91 * 24)
    could[burst] = rng.poisson(50 * 20 / 24, 24)
    done[burst] = rng.binomial(could[burst].astype(int), 0.75)
    found = fallen_windows(done, could, false_alarms=1)
    assert not ((found["start"] >= burst.start) & (found["start"] < burst.stop)).any()


def test_what_is_expected_is_the_share_of_the_four_weeks_before():
    could = np.full(40 * 24, 10.0)
    done = np.full(40 * 24, 5.0)
    done[: 5 * 24] = 10
    done[35 * 24 + 7] = 0
    found = fallen_windows(done, could, false_alarms=1)
    assert found[["start", "hours", "could", "done"]].values.tolist() == [[35 * 24 + 7, 1, 10, 0]]
    # 28 days of a half, the five days of all lie before them
    assert found["expected"].tolist() == pytest.approx([10 * (28 * 240 / 2 + 1) / (28 * 240 + 2)])
