"""What events add: planted lift and shift are found, and ordinary days add nothing."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from shophelm.methods.event_study import event_study

WEEK = np.array([1.1, 0.9, 0.9, 1.0, 1.0, 1.2, 0.9])
MONTHLY = [(day, day) for day in range(40, 240, 30)]


def study(values, events=MONTHLY, ordinary=None, **options):
    table = values if isinstance(values, pd.DataFrame) else pd.DataFrame({"orders": values})
    days = len(table)
    given = np.ones(days, dtype=bool) if ordinary is None else ordinary
    return event_study(
        table, week_day=np.arange(days) % 7, events=events, ordinary=given, **options
    )


def world(seed, *, days=400, level=20.0, spread=0.15, lift=1.0, delay=0.5):
    """Orders and money a day, with what each event adds on its day and draws from those around."""
    rng = np.random.default_rng(seed)
    t = np.arange(days)
    mean = level * WEEK[t % 7] * (1 + 0.4 * t / 365)
    mean = mean * (1 + 0.25 * np.sin(2 * np.pi * (t / 365 + rng.random())))
    mean = mean * rng.gamma(1 / spread**2, spread**2, days)
    events = [(day, day) for day in range(40, days - 10, 30)]
    added = np.zeros(days)
    for day, _ in events:
        gain = lift * mean[day]
        added[day] += gain
        added[day - 2 : day] -= delay * gain / 4
        added[day + 1 : day + 4] -= delay * gain / 6
    orders = rng.poisson(np.maximum(mean + added, 0)).astype(float)
    money = rng.gamma(np.maximum(2 * orders, 1e-9), 60.0)
    on_day = np.mean([added[day] for day, _ in events])
    net = np.mean([added[day - 3 : day + 8].sum() for day, _ in events])
    planted = {"gain": on_day, "shift": net - on_day, "net": net}
    return pd.DataFrame({"orders": orders, "money": money}), events, planted


def hits(seeds, **options):
    """How often each interval holds what was planted (orders, then money at 120 an order)."""
    covered = np.zeros((2, 3), dtype=int)
    for seed in seeds:
        table, events, planted = world(seed, **options)
        effects = study(table, events).effects
        for i, (series, worth) in enumerate((("orders", 1), ("money", 120))):
            for j, (part, truth) in enumerate(planted.items()):
                low, high = effects.loc[series, [f"{part}_low", f"{part}_high"]]
                covered[i, j] += low <= truth * worth <= high
    return covered


def test_what_is_gained_and_what_is_shifted_are_told_apart():
    values = np.full(250, 10.0)
    for day, _ in MONTHLY:
        values[day], values[day - 1], values[day + 2] = 30, 7, 8
    found = study(values)
    row = found.effects.loc["orders"]
    assert row[["expected", "observed", "gain", "shift", "net"]].tolist() == [10, 30, 20, -5, 15]
    assert found.events == 7
    around = found.profile.set_index("offset")["observed"]
    assert around.index.tolist() == list(range(-3, 8))
    assert around.drop([-1, 0, 2]).tolist() == [10] * 8
    assert around[[-1, 0, 2]].tolist() == [7, 30, 8]


def test_week_days_are_not_mistaken_for_an_effect():
    values = 100 * WEEK[np.arange(250) % 7]
    found = study(values, [(day, day) for day in range(42, 240, 35)]).effects.loc["orders"]
    # every event lies on the week day of 1.1
    assert found["expected"] == pytest.approx(110, rel=0.01)
    assert found[["gain", "shift"]].tolist() == pytest.approx([0, 0], abs=2)


def test_an_event_of_several_days_counts_as_one():
    values = np.full(250, 10.0)
    events = [(day, day + 2) for day in range(40, 230, 40)]
    for first, last in events:
        values[first : last + 1] = 15
    row = study(values, events).effects.loc["orders"]
    assert row[["expected", "observed", "gain", "shift"]].tolist() == [30, 45, 15, 0]


def test_events_within_reach_of_other_campaigns_or_each_other_are_not_judged():
    values = np.full(250, 10.0)
    ordinary = np.ones(250, dtype=bool)
    ordinary[76:80] = False
    # 70 has its window up to day 77; 136 lies in that of 130; 246 is not over
    events = [(40, 40), (70, 70), (130, 130), (136, 136), (246, 246)]
    assert study(values, events, ordinary).events == 1


def test_without_enough_ordinary_days_there_is_no_interval():
    values = np.random.default_rng(1).poisson(20, 70).astype(float)
    found = study(values, [(35, 35)])
    # 11 days make a window, which lies free from day 3 to 20 and from 46 to 62
    assert found.placebos == len(range(3, 25)) + len(range(46, 63))
    assert found.effects.loc["orders", "net_low"] < found.effects.loc["orders", "net"]
    few = study(values[:52], [(35, 35)])
    assert few.events == 1
    assert few.placebos < 25


def test_without_an_event_there_is_nothing():
    found = study(np.full(100, 10.0), [])
    assert (found.events, found.placebos) == (0, 0)
    assert found.effects.isna().all(axis=None)
    assert found.profile.empty


def test_days_of_nothing_are_expected_to_bring_nothing():
    row = study(np.zeros(250)).effects.loc["orders"]
    assert row[["expected", "gain", "net", "net_low", "net_high"]].tolist() == [0] * 5


def test_what_other_campaigns_did_teaches_nothing():
    table, events, _ = world(5)
    ordinary = np.ones(len(table), dtype=bool)
    ordinary[110:125] = False
    judged = [e for e in events if not 100 <= e[0] <= 130]
    calm = study(table, judged, ordinary).effects
    wild = table.copy()
    wild.loc[110:124] *= 9
    pd.testing.assert_frame_equal(study(wild, judged, ordinary).effects, calm)


def test_scaling_money_scales_the_answer():
    table, events, _ = world(6)
    one, cents = study(table, events).effects, study(table * 100, events).effects
    assert cents.to_numpy() == pytest.approx(100 * one.to_numpy(), rel=1e-9)


def test_planted_lift_and_shift_are_within_their_intervals():
    assert (hits(range(40)) >= stats.binom.ppf(0.001, 40, 0.95)).all()


def test_where_nothing_was_planted_nothing_is_claimed():
    # the interval holds 0
    assert (hits(range(40), lift=0) >= stats.binom.ppf(0.001, 40, 0.95)).all()


@pytest.mark.slow
@pytest.mark.parametrize("days", [250, 600])
@pytest.mark.parametrize(("level", "spread"), [(5, 0.01), (5, 0.25), (40, 0.01), (40, 0.25)])
@pytest.mark.parametrize("lift", [0, 1.0])
def test_intervals_hold_what_was_planted_as_often_as_promised(days, level, spread, lift):
    covered = hits(range(100, 300), days=days, level=level, spread=spread, lift=lift)
    assert (covered >= stats.binom.ppf(0.001, 200, 0.95)).all()
