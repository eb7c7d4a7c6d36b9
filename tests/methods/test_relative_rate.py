import numpy as np
import pandas as pd
import pytest
from scipy import stats

from shophelm.methods.relative_rate import lag_behind_rest


def groups(*rows):
    return pd.DataFrame(rows, columns=["yes_now", "all_now", "yes_before", "all_before"])


def test_two_groups_give_the_log_odds_of_the_2x2x2_table():
    table = groups((10, 200, 40, 400), (50, 500, 60, 600))
    found = lag_behind_rest(table)
    # by hand, from scipy's odds ratios of each period (group against rest), 1/2 in every cell
    now = stats.contingency.odds_ratio([[21, 381], [101, 901]], kind="sample").statistic
    before = stats.contingency.odds_ratio([[81, 721], [121, 1081]], kind="sample").statistic
    assert found.loc[0, "log_odds"] == pytest.approx(np.log(now / before))
    cells = np.array([10, 190, 40, 360, 50, 450, 60, 540]) + 0.5
    assert found.loc[0, "log_odds_error"] == pytest.approx(np.sqrt((1 / cells).sum()))
    assert found.loc[1, "log_odds"] == pytest.approx(-found.loc[0, "log_odds"])


def test_what_moves_everybody_is_no_lag():
    found = lag_behind_rest(groups((500, 10000, 1000, 10000), (250, 5000, 500, 5000)))
    assert found["p_value"].tolist() == pytest.approx([0.5, 0.5], abs=0.01)
    assert found["rate_expected"].tolist() == pytest.approx([0.05, 0.05], rel=0.01)


def test_one_group_has_no_rest():
    assert lag_behind_rest(groups((10, 100, 10, 100))).isna().all(axis=None)


def test_zeros_are_harmless():
    found = lag_behind_rest(groups((0, 100, 0, 100), (5, 100, 5, 100)))
    assert np.isfinite(found[["log_odds", "gap_error", "p_value"]]).all(axis=None)


def simulated(rng, lift):
    before, now = np.array([4000, 6000, 2000]), np.array([900, 1100, 400])
    rates = np.array([0.08, 0.12, 0.05])
    moved = rates * 1.3
    moved[0] *= lift
    return pd.DataFrame(
        {
            "yes_now": rng.binomial(now, moved),
            "all_now": now,
            "yes_before": rng.binomial(before, rates),
            "all_before": before,
        }
    )


@pytest.mark.slow
def test_a_false_alarm_is_as_rare_as_promised():
    rng = np.random.default_rng(1)
    n = 2000
    alarms = sum(lag_behind_rest(simulated(rng, 1.0)).loc[0, "p_value"] < 0.05 for _ in range(n))
    assert stats.binomtest(alarms, n, 0.05).pvalue > 0.001


def test_a_group_that_lost_a_third_is_found_most_of_the_time():
    rng = np.random.default_rng(2)
    n = 300
    found = sum(lag_behind_rest(simulated(rng, 0.66)).loc[0, "p_value"] < 0.05 for _ in range(n))
    assert found / n > 0.8


@pytest.mark.slow
def test_the_interval_of_the_gap_covers_what_it_promises():
    rng = np.random.default_rng(3)
    n, odds = 1000, 0.08 / 0.92 * 1.3
    before, now = np.array([4000, 6000, 2000]), np.array([420, 900, 400])
    rates = np.array([0.08, 0.12, 0.05])
    moved = 1.3 * rates / (1 - rates)
    moved[0] /= 2
    truth = odds / (1 + odds) - moved[0] / (1 + moved[0])
    inside = 0
    for _ in range(n):
        table = pd.DataFrame(
            {
                "yes_now": rng.binomial(now, moved / (1 + moved)),
                "all_now": now,
                "yes_before": rng.binomial(before, rates),
                "all_before": before,
            }
        )
        found = lag_behind_rest(table).loc[0]
        inside += abs(found["gap"] - truth) < stats.norm.ppf(0.9) * found["gap_error"]
    assert stats.binomtest(inside, n, 0.8).pvalue > 0.001
