"""The chance of a target is calibrated: months that are over, foretold from before."""

import numpy as np
import pytest

from shophelm.shop.tables import open_shop
from shophelm.simulate import simulate
from shophelm.strategy.replay import find_replays, replays
from tests.conftest import SAMPLE


@pytest.fixture(scope="module")
def sample():
    return replays(open_shop(SAMPLE, as_of="2026-11-15"))


def test_spans_do_not_overlap_and_end_today(sample):
    assert (sample["origin"].diff().dropna().map(lambda d: d.days) == 28).all()
    assert sample["origin"].iloc[-1].isoformat() == "2026-10-18"
    assert sample["actual"].iloc[-1] > 0


def test_four_of_five_of_the_samples_months_came_out_as_foretold(sample):
    """Of 20, 16 are promised; by chance alone 12 to 20 hold in 99 of 100 shops."""
    assert len(sample) == 20
    assert sample["held"].sum() >= 12
    said = str(find_replays(sample)[0])
    assert f"{sample['held'].sum()} of the last 20 spans" in said


def test_nothing_after_the_origin_is_seen(sample):
    """The last span but one foretold in a shop that ends with it."""
    earlier = replays(open_shop(SAMPLE, as_of="2026-10-18"))
    one, other = sample.iloc[-2], earlier.iloc[-1]
    assert one["origin"] == other["origin"]
    assert one["expected"] == pytest.approx(other["expected"], rel=1e-9)


@pytest.mark.slow
def test_chances_are_calibrated_over_fresh_shops(tmp_path):
    """Of 60 spans of three shops. They share a calendar, so the margins are those of 30."""
    frames = []
    for seed in (301, 302, 303):
        folder = tmp_path / str(seed)
        simulate(folder, customers=4000, seed=seed, file_format="parquet")
        frames.append(replays(open_shop(folder, as_of="2026-11-15")))
    held = np.concatenate([f["held"] for f in frames]).mean()
    chances = np.concatenate([f["chance_of_more"] for f in frames])
    # 0.8 and three standard errors of 30 spans
    assert 0.8 - 3 * np.sqrt(0.16 / 30) <= held
    # as often above the median as below, as often in the inner half as out of it
    for share in ((chances < 0.5).mean(), (np.abs(chances - 0.5) < 0.25).mean()):
        assert abs(share - 0.5) <= 3 * np.sqrt(0.25 / 30)
    assert ((chances > 0.025) & (chances < 0.975)).mean() >= 0.95 - 3 * np.sqrt(0.0475 / 30)
