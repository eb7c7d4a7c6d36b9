"""Double 11's planted newcomers are found in shops large enough, and their forecast is repaired."""

import pytest

from shophelm.shop.tables import open_shop
from shophelm.simulate import simulate
from shophelm.user import lifetimes, worth_checked


@pytest.mark.slow
@pytest.mark.parametrize("seed", [5, 6, 7])
def test_newcomers_of_double_11_are_told_apart_and_forecast_better(tmp_path, seed):
    truth = simulate(tmp_path, customers=20_000, seed=seed, file_format="parquet")
    planted = truth["customers"]["double11_2025_newcomers"]
    assert planted["rate_multiplier"] < 1 < planted["dropout_multiplier"]
    shop = open_shop(tmp_path, as_of=truth["shop"]["as_of"])
    groups = lifetimes.lifetimes(shop).groups.set_index("kind")
    # one in twenty of those named may be named by chance, but none stands out as much
    assert groups.loc["double11", "found"]
    assert groups["p_value"].idxmin() == "double11"
    double11 = groups.loc["double11"]
    assert double11["expected_year"] < 0.7 * double11["expected_year_rest"]
    # half a year on, what came lies in the own model's interval, and one model for all does not
    checked = worth_checked.worth_checked(shop).set_index("earlier")
    won = checked.loc["won in double11"]
    assert won["predicted_low"] <= won["bought"] <= won["predicted_high"]
    assert not won["predicted_low"] <= won["predicted_as_one"] <= won["predicted_high"]
    # and campaigns are in the clock: the shop as a whole comes as forecast, too
    whole = checked.loc["all"]
    assert abs(whole["bought"] / whole["predicted"] - 1) < 0.05
