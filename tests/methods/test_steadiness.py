import numpy as np
import pytest

from shophelm.methods.steadiness import variation


def weeks_of(v, *, rows=200, weeks=26, mean=8.0, seed=0):
    """Counts whose weekly levels vary by v around the same mean."""
    rng = np.random.default_rng(seed)
    level = rng.gamma(v**-2, v**2, (rows, weeks)) if v else np.ones((rows, weeks))
    return rng.poisson(mean * level).astype(float), np.full((rows, weeks), 3.0)


def test_counts_that_vary_by_chance_alone_are_steady():
    frame = variation(*weeks_of(0.0), limit=0.5)

    assert (frame["variation"] <= 0.1).mean() > 0.95
    assert (frame["steady"] > 0.99).all()


@pytest.mark.parametrize("v", [0.3, 0.6, 1.0])
def test_intervals_hold_the_variation_that_was_simulated(v):
    frame = variation(*weeks_of(v, seed=int(10 * v)), limit=0.5)

    held = (frame["variation_low"] - 0.025 <= v) & (v <= frame["variation_high"] + 0.025)

    # 200 rows share a prior drawn from themselves; the grid's step is 0.05
    assert held.mean() > 0.75
    assert frame["variation"].median() == pytest.approx(v, abs=0.1)
    assert (frame["steady"] > 0.8).mean() == pytest.approx(float(v < 0.5), abs=0.15)


def test_weeks_in_which_a_row_could_not_sell_say_nothing():
    counts, exposure = weeks_of(0.3, rows=40)
    shut = exposure.copy()
    shut[:, 5] = 0.0
    counts[:, 5] = 0.0

    known = variation(counts, shut, limit=0.5)
    without = variation(np.delete(counts, 5, 1), np.delete(exposure, 5, 1), limit=0.5)

    assert known.to_numpy() == pytest.approx(without.to_numpy())


def test_more_is_expected_where_more_of_its_like_is_sold():
    # every third week sells four times as much, of this row and of all like it
    busy = np.where(np.arange(24) % 3 == 0, 40.0, 10.0)
    counts = np.random.default_rng(3).poisson(np.tile(busy, (30, 1))).astype(float)

    along = variation(counts, np.tile(busy, (30, 1)), limit=0.5)
    blind = variation(counts, np.ones((30, 24)), limit=0.5)

    assert along["variation"].max() <= 0.2
    assert blind["variation"].min() > 0.4


def test_rows_without_a_count_or_a_season_are_not_known():
    counts = np.array([[0.0, 0, 0, 0], [3, 2, 0, 0], [1, 2, 3, 2]])
    exposure = np.array([[1.0, 1, 1, 1], [1, 1, 0, 0], [1, 1, 1, 1]])

    frame = variation(counts, exposure, limit=0.5)

    assert frame["variation"].isna().tolist() == [True, True, False]
    assert variation(np.zeros((0, 4)), np.zeros((0, 4)), limit=0.5).empty
