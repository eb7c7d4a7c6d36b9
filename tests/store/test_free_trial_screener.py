"""A real test with several metrics, against the figures published of it."""

import pandas as pd
import pytest

from shophelm.methods.sample_ratio import sample_ratio
from shophelm.methods.two_sample import arm_of_counts, difference
from tests.conftest import SHARED

FOLDER = SHARED / "free_trial_screener"
HALVES = {"control": 1, "experiment": 1}
pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason="the shared data are not here")


@pytest.fixture(scope="module")
def days():
    return {arm: pd.read_csv(FOLDER / f"{arm}_data.csv") for arm in HALVES}


def test_the_split_is_fair(days):
    views = {arm: rows["Pageviews"].sum() for arm, rows in days.items()}
    assert views == {"control": 345_543, "experiment": 344_660}
    assert sample_ratio(views, HALVES).p_value == pytest.approx(0.288, abs=0.001)
    clicks = {arm: rows["Clicks"].sum() for arm, rows in days.items()}
    assert not sample_ratio(clicks, HALVES).broken


@pytest.mark.parametrize(
    ("outcome", "effect", "low", "high"),
    [("Enrollments", -0.0206, -0.0291, -0.0120), ("Payments", -0.0049, -0.0116, 0.0019)],
)
def test_conversions_are_those_published(days, outcome, effect, low, high):
    # trials last 14 days: of those who clicked in the last 14 nothing is known yet
    known = {arm: rows.iloc[:-14] for arm, rows in days.items()}
    assert all(rows[outcome].notna().all() for rows in known.values())
    control, treated = (
        arm_of_counts(known[arm][outcome].sum(), known[arm]["Clicks"].sum()) for arm in HALVES
    )
    found = difference(treated, control).iloc[0]
    assert found[["estimate", "low", "high"]].tolist() == pytest.approx(
        [effect, low, high], abs=5.1e-5
    )
