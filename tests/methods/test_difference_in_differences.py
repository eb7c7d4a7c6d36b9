import numpy as np
import pandas as pd
import pytest

from shophelm.methods.difference_in_differences import (
    control_group,
    difference_in_differences,
    pooled,
)


def subjects(*rows):
    columns = ["yes_before", "all_before", "yes_after", "all_after"]
    return pd.DataFrame(rows, columns=columns, dtype=float)


def test_the_effect_is_the_treated_change_over_the_untreated_one():
    # 10 % → 20 % where the others went 10 % → 15 %: a third more than without
    n = 1e7
    control = control_group(subjects(*[(n / 10, n, 0.15 * n, n)] * 3))
    found = difference_in_differences(subjects((n / 10, n, n / 5, n)), control).iloc[0]
    assert found["effect"] == pytest.approx(1 / 3, abs=1e-4)
    assert found["effect_low"] < 1 / 3 < found["effect_high"]


def test_a_plain_count_is_held_against_plain_counts():
    n = 1e7
    control = control_group(subjects(*[(n, np.nan, 2 * n, np.nan)] * 3))
    found = difference_in_differences(subjects((n, np.nan, 3 * n, np.nan)), control).iloc[0]
    assert found["effect"] == pytest.approx(0.5, abs=1e-4)


def test_the_error_of_one_is_that_of_a_log_ratio_of_binomial_rates():
    control = control_group(subjects(*[(1e9, 1e10, 1e9, 1e10)] * 3))
    found = difference_in_differences(subjects((100, 400, 120, 400)), control).iloc[0]
    by_hand = 1 / 100.5 - 1 / 401 + 1 / 120.5 - 1 / 401
    assert found["log_error"] == pytest.approx(np.sqrt(by_hand), rel=1e-3)


def test_where_each_subject_has_weather_of_its_own_the_interval_widens():
    calm = control_group(subjects(*[(1000, 9000, 1000, 9000)] * 6))
    rough = control_group(
        subjects(*[(1000, 9000, x, 9000) for x in (500, 800, 1000, 1000, 1300, 2000)])
    )
    assert calm.between == 0
    one = subjects((1000, 9000, 1300, 9000))
    assert difference_in_differences(one, calm)["effect_low"].iloc[0] > 0
    assert difference_in_differences(one, rough)["effect_low"].iloc[0] < 0


def simulated(seed, *, effect, treated=6, alone=12, weather=0.15):
    rng = np.random.default_rng(seed)
    n = treated + alone
    base = rng.uniform(0.1, 0.4, n)
    later = base * 1.3 * np.exp(rng.normal(0, weather, n))
    later[:treated] *= effect
    visits = rng.integers(200, 900, (2, n))
    yes = rng.binomial(visits, np.minimum([base, later], 1))
    table = subjects(*zip(yes[0], visits[0], yes[1], visits[1], strict=True))
    control = control_group(table.iloc[treated:])
    return difference_in_differences(table.iloc[:treated], control)


@pytest.mark.parametrize("effect", [1.0, 1.4])
def test_the_interval_of_a_pooled_effect_holds_the_truth_as_often_as_it_says(effect):
    runs = 200
    inside = 0
    for seed in range(runs):
        whole = pooled(simulated(seed, effect=effect))
        inside += whole["effect_low"] <= effect - 1 <= whole["effect_high"]
    # 95 %, and no less than sampling explains; few controls make it a little cautious
    assert inside / runs >= 0.95 - 2.58 * np.sqrt(0.95 * 0.05 / runs)


def test_pooling_finds_what_single_subjects_cannot():
    singles = simulated(3, effect=1.4)
    assert pooled(singles)["effect_low"] > 0
    assert pooled(singles)["log_error"] < singles["log_error"].min()
