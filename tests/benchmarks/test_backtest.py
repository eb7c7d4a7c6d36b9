import numpy as np
import pytest
from benchmarks.cases import backtest
from benchmarks.cases.backtest import CASE
from benchmarks.harness import daily_series, table
from benchmarks.harness.answers import canonical, difference
from benchmarks.harness.rounds import Runs


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return daily_series.drawn(200, kept=tmp_path_factory.mktemp("kept"))


@pytest.fixture(scope="module")
def ours(folder):
    return canonical(CASE, CASE["shophelm smoothing"].work(folder))


@pytest.fixture(scope="module")
def naive(folder):
    return canonical(CASE, CASE["seasonal naive"].work(folder))


def test_series_are_drawn_once_and_some_sell_seldom(folder, capsys):
    assert daily_series.drawn(200, kept=folder.parent) == folder
    assert capsys.readouterr().err == ""
    assert daily_series.about(folder) == "200 series of 730 days"
    units = backtest.read(folder)
    assert units.shape == (200, 730)
    assert 0.02 < ((units == 0).mean(axis=1) > 0.5).mean() < 0.4


def test_smoothing_is_nearer_to_the_truth_than_the_last_week(ours, naive):
    for part, row in ours.items():
        assert float(row["rmsse"]) < 0.85 * float(naive[part]["rmsse"])
        assert float(row["wape"]) < float(naive[part]["wape"])


def test_scores_are_those_added_up_by_hand(folder, naive):
    units = backtest.read(folder)
    off = came = 0.0
    for cut in (646, 674, 702):
        for day in range(28):
            off += np.abs(units[:, cut + day] - units[:, cut - 7 + day % 7]).sum()
            came += units[:, cut + day].sum()
    assert float(naive["200 series"]["wape"]) == pytest.approx(off / came)
    assert naive["200 series"]["units"] == str(int(came))


def test_scores_need_not_agree_and_the_truth_must(ours, naive):
    assert difference(CASE, ours, naive) == ""
    part = {"40 series": naive["40 series"]}
    assert difference(CASE, ours, part) == ""
    wrong = {"40 series": naive["40 series"] | {"units": "1"}}
    expected = ours["40 series"]["units"]
    assert difference(CASE, ours, wrong) == (
        f"on sample 40 series, units is 1 instead of {expected}"
    )
    assert difference(CASE, ours, {}).startswith("it has no row for sample")


def test_the_table_shows_scores_beside_times(ours, naive):
    runs = {
        "shophelm smoothing": Runs("1", [2.0], [1.0], ours),
        "seasonal naive": Runs("1", [1.0], [1.0], {"40 series": naive["40 series"]}),
    }
    *_, first, second, _, last = table.lay_out(CASE, runs, about="").splitlines()
    score = float(ours["40 series"]["wape"])
    assert first.split()[:4] == ["shophelm", "smoothing", "10.00", f"{score:.4f}"]
    assert second.split()[2] == "25.00"
    assert second.split()[-1] == "–"
    assert last == "All are held against the same truth; a dash: not asked of it."
