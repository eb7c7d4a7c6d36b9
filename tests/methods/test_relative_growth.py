import numpy as np
import pytest
from scipy import stats

from shophelm.methods.relative_growth import relative_growth

LATE = np.arange(26) >= 13


def grown(seed, log_growth, *, mean, v=0.0):
    """Rows whose late weeks sell exp(log_growth) times the early ones, beside one yardstick."""
    rng = np.random.default_rng(seed)
    shape = (len(log_growth), 26)
    level = np.exp(np.where(LATE, np.asarray(log_growth)[:, None], 0.0))
    noise = rng.gamma(v**-2, v**2, shape) if v else np.ones(shape)
    counts = rng.poisson(np.broadcast_to(mean, shape) * level * noise).astype(float)
    return counts, np.full(shape, 100.0)


def judged(counts, exposure, *, v=0.0):
    rows = len(counts)
    return relative_growth(
        counts, exposure, LATE, variation=np.full(rows, v), exposure_error=np.zeros(rows)
    )


def test_the_own_estimate_is_the_ratio_of_ratios():
    counts = np.zeros((1, 26))
    counts[0, 3], counts[0, 20] = 9, 19
    exposure = np.where(LATE, 20.0, 10.0)[None, :]

    row = judged(counts, exposure).iloc[0]

    # (19.5 / 260) / (9.5 / 130)
    assert row["own"] == pytest.approx(19.5 / 9.5 / 2 - 1)
    assert row["own_error"] == pytest.approx((1 / 19.5 + 1 / 9.5) ** 0.5)


@pytest.mark.parametrize("v", [0.0, 0.5])
def test_intervals_hold_the_growth_that_was_simulated(v):
    rng = np.random.default_rng(1)
    truth = rng.normal(0, 0.3, 400)
    frame = judged(*grown(2, truth, mean=4.0, v=v), v=v)

    held = (np.log1p(frame["growth_low"]) <= truth) & (truth <= np.log1p(frame["growth_high"]))

    # 400 intervals of 80 %: a standard error of two points
    assert abs(held.mean() - 0.8) < 0.05


def test_where_nothing_grows_hardly_anything_is_said_to():
    claimed = 0
    for seed in range(10):
        frame = judged(*grown(seed, np.zeros(70), mean=np.geomspace(0.3, 12, 70)[:, None]))
        claimed += ((frame["rises"] >= 0.95) | (frame["falls"] >= 0.95)).sum()

    # 700 rows; ten in a hundred would pass a one-sided test at 5 % on either side
    assert claimed <= 7


def test_what_is_claimed_to_grow_does():
    rng = np.random.default_rng(5)
    truth = rng.normal(0, 0.3, 400)
    frame = judged(*grown(6, truth, mean=6.0))

    rising, falling = frame["rises"] >= 0.95, frame["falls"] >= 0.95

    right = (truth[rising] > 0).sum() + (truth[falling] < 0).sum()
    claims = int(rising.sum() + falling.sum())
    assert claims > 60
    # at most one in twenty wrong; the binomial's 99.9 % point on top
    assert claims - right <= stats.binom.ppf(0.999, claims, 0.05)


def test_small_rows_are_drawn_in_more_than_large_ones():
    counts = np.array([[2.0] * 13 + [4] * 13, [200.0] * 13 + [400] * 13])
    frame = judged(counts, np.full((2, 26), 100.0))

    width = np.log1p(frame["growth_high"]) - np.log1p(frame["growth_low"])

    assert width[0] > 5 * width[1]


def test_without_one_side_nothing_is_known():
    counts, exposure = grown(0, np.zeros(3), mean=4.0)
    exposure[1, :13] = 0.0

    frame = judged(counts, exposure)

    assert frame["growth"].isna().tolist() == [False, True, False]
    assert frame["rises"].isna().tolist() == [False, True, False]


def test_the_yardsticks_own_error_widens_the_interval():
    counts, exposure = grown(0, np.zeros(50), mean=6.0)
    sure = judged(counts, exposure)
    unsure = relative_growth(
        counts, exposure, LATE, variation=np.zeros(50), exposure_error=np.full(50, 0.5)
    )

    assert (unsure["own_error"] ** 2 - sure["own_error"] ** 2).to_numpy() == pytest.approx(0.25)
