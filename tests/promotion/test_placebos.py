"""Ordinary stretches taken for campaigns: how often their interval holds nothing."""

import numpy as np
import pytest

from shophelm.promotion.ledger import ledger
from shophelm.promotion.placebos import _side_by_side, find_placebos, placebos


@pytest.fixture(scope="module")
def found(sample):
    return placebos(sample, ledger(sample))


def test_stretches_are_as_long_as_the_campaign_and_touch_no_other(sample, found):
    rows = found.stretches
    days = (rows["last"] - rows["first"]).map(lambda d: d.days + 1)
    assert ((days >= 10) & (days <= 15)).all()
    assert (rows["first"].iloc[1:].to_numpy() > rows["last"].iloc[:-1].to_numpy()).all()
    for c in sample.frame(sample["campaigns"]).itertuples():
        inside = (rows["first"] <= c.ends_on) & (rows["last"] >= c.warmup_from) & (days == 10)
        assert not inside.any()


def test_the_share_that_holds_nothing_is_counted(found):
    holds = (found.stretches["low"] <= 0) & (found.stretches["high"] >= 0)
    assert found.share == holds.mean()
    assert found.low < found.share < found.high
    said = str(find_placebos(found))
    assert said.startswith(f"Taken for campaigns, {holds.sum()} of {len(holds)} ordinary stretches")


def test_nothing_is_held_as_often_as_promised(planted):
    """95 % of the stretches of three campaigns; planted changes of products disturb some."""
    opened, _ = planted
    holds = []
    for campaign in ("nine_nine_2026", "618_2026", "double11_2025"):
        holds += placebos(opened, ledger(opened, campaign=campaign)).stretches["holds"].tolist()
    assert len(holds) >= 30
    assert np.mean(holds) >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / len(holds))


def test_days_with_a_gap_are_no_stretch():
    known = np.array([0, 1, 2, 3, 10, 11, 12, 13, 20, 21])
    assert [s.tolist() for s in _side_by_side(known, 4)] == [[0, 1, 2, 3], [10, 11, 12, 13]]
