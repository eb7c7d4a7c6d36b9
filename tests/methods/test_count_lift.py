"""Lifts of counts: what was planted is found, and nothing where nothing was planted."""

import numpy as np
import pytest

from shophelm.methods.count_lift import count_lift


def panel(seed, *, units=25, level=10.0, drift=0.05, lift=1.0, weeks=10, before=6):
    """Weekly counts of units of all sizes that drift about a common season; the first is lifted."""
    rng = np.random.default_rng(seed)
    season = np.exp(rng.normal(0, 0.1, weeks).cumsum())
    own = np.exp(rng.normal(0, drift, (units, weeks)).cumsum(axis=1))
    size = np.exp(rng.normal(0, 0.8, (units, 1)))
    # the lifted one is no larger than it seems: chosen for its counts, it would fall back
    size[0] = 1
    mean = level * size * season * own
    mean[0, before:] *= lift
    counts = rng.poisson(mean).astype(float)
    enough = counts[:, :before].sum(axis=1) >= 12
    return counts[enough | (np.arange(units) == 0)]


def trials(seeds, *, lift=1.0, **options):
    rows = []
    for seed in seeds:
        counts = panel(seed, lift=lift, **options)
        if counts[0, :6].sum() >= 12:
            rows.append(count_lift(counts[:1], counts[1:], before=6).lifts.iloc[0])
    return rows


def share(rows, test):
    return np.mean([test(r) for r in rows])


def test_where_nothing_happened_a_95_percent_interval_leaves_out_0_one_time_in_twenty():
    rows = trials(range(120))
    assert share(rows, lambda r: not r.lift_low < 0 < r.lift_high) <= 0.05 + 0.03
    assert share(rows, lambda r: r.p_rank <= 0.05) <= 0.05 + 0.03


def test_a_planted_lift_is_inside_the_intervals_as_often_as_they_say():
    rows = trials(range(120), lift=1.7)
    assert share(rows, lambda r: r.lift_low <= 0.7 <= r.lift_high) >= 0.95 - 0.04
    assert 0.72 < share(rows, lambda r: r.lift_low_80 <= 0.7 <= r.lift_high_80) < 0.92
    assert np.mean([r.log_lift for r in rows]) == pytest.approx(np.log(1.7), abs=0.06)
    # and it is seen more often than not, at some 60 visits before
    assert share(rows, lambda r: r.lift_low > 0) > 0.4


@pytest.mark.slow
@pytest.mark.parametrize(
    "options", [{"level": 3}, {"level": 30, "drift": 0.15}, {"units": 12}, {"units": 10}]
)
def test_error_rates_hold_for_small_counts_much_weather_and_few_donors(options):
    rows = trials(range(1000), **options)
    known = [r for r in rows if r.placebos]
    assert share(known, lambda r: not r.lift_low < 0 < r.lift_high) <= 0.05 + 0.02
    rows = [r for r in trials(range(1000), lift=1.7, **options) if r.placebos]
    assert share(rows, lambda r: r.lift_low <= 0.7 <= r.lift_high) >= 0.93


def test_counts_a_reader_can_divide():
    # donors stand still at 100 a week; the unit goes from 50 to 75
    donors = np.full((9, 8), 100.0)
    unit = np.array([[50.0] * 6 + [75.0] * 2])
    found = count_lift(unit, donors, before=6)
    row = found.lifts.iloc[0]
    assert row["lift"] == pytest.approx(0.5, abs=0.01)
    assert found.expected[0] == pytest.approx(np.full(8, 50), rel=0.01)
    assert row["p_rank"] == pytest.approx(1 / 10)
    assert row["fit_error"] < 0.05
    # sampling error alone: 1/150 after, 1/300 before, and the donors' hundreds
    assert row["log_error"] == pytest.approx(np.sqrt(1 / 150 + 1 / 300), rel=0.15)


def test_what_demand_does_is_no_lift():
    demand = np.array([100.0, 100, 100, 100, 100, 100, 300, 300])
    unit, donors = 0.5 * demand[None], np.tile(40.0, (9, 8))
    found = count_lift(
        unit, donors, before=6,
        treated_demand=demand[None], donor_demand=np.full((9, 8), 400.0),
    )  # fmt: skip
    assert found.lifts.iloc[0]["lift"] == pytest.approx(0, abs=0.02)
    assert count_lift(unit, donors, before=6).lifts.iloc[0]["lift"] == pytest.approx(2, abs=0.05)


def test_the_order_of_donors_changes_nothing():
    counts = panel(5, lift=1.5)
    rows = [
        count_lift(counts[:1], others, before=6).lifts.iloc[0][["lift", "lift_low", "p_value"]]
        for others in (counts[1:], counts[:0:-1])
    ]
    assert rows[0].astype(float).to_numpy() == pytest.approx(
        rows[1].astype(float).to_numpy(), rel=1e-4
    )


def test_with_few_donors_the_units_own_weeks_judge_and_with_none_nothing_does():
    counts = panel(6, units=5, level=60, lift=3.0)
    row = count_lift(counts[:1], counts[1:], before=6).lifts.iloc[0]
    assert row["placebos"] == 0
    assert np.isnan(row["p_value"])
    # ten weeks cannot say 95 %
    assert (row["lift_low"], row["lift_high"]) == (-1, np.inf)
    assert row["lift_low_80"] > 0
    row = count_lift(counts[:1], counts[:0], before=6).lifts.iloc[0]
    assert row[["lift", "lift_low", "p_value", "fit_error"]].isna().all()
    assert row["donors"] == 0


def test_a_unit_that_stops_is_not_a_division_by_nothing():
    counts = panel(7)
    counts[0, 6:] = 0
    row = count_lift(counts[:1], counts[1:], before=6).lifts.iloc[0]
    assert -1 < row["lift"] < -0.9
    assert row["lift_high"] < 0
    counts[0] = 0
    assert np.isfinite(count_lift(counts[:1], counts[1:], before=6).lifts.iloc[0]["lift"])


def test_the_band_holds_most_placebos():
    counts = panel(8, units=60)
    found = count_lift(counts[:1], counts[1:], before=6)
    assert found.band.shape == (10, 2)
    assert (found.band[:, 0] < 0).all()
    assert (found.band[:, 1] > 0).all()
