import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shophelm.methods.accuracy import came, naive_scale, rmsse, rolling_origins, seasonal_naive
from shophelm.methods.exponential_smoothing import Gains, smooth

WEEK = np.array([1.0, 2, 3, 4, 5, 6, 7])


def drawn(many, *, days=420, seed=1):
    draw = np.random.default_rng(seed)
    level = np.exp(draw.normal(1.5, 1, many))[:, None]
    week = np.exp(draw.normal(0, 0.3, (many, 7)))[:, np.arange(days) % 7]
    wander = np.exp(np.cumsum(draw.normal(0, 0.01, (many, days)), axis=1))
    return draw.poisson(level * week * wander).astype(float)


def test_a_week_that_repeats_is_forecast_as_it_is():
    series = np.tile(WEEK, 60)[None]
    for gains in (Gains(0.1, 0.2), Gains(0.1, 0.2, multiplied=True)):
        found = smooth(series, [420], horizon=10, grid=[gains])[0, 0]
        assert found == pytest.approx(np.tile(WEEK, 2)[:10], abs=0.05)


def test_one_gain_alone_is_simple_smoothing_begun_as_a_running_mean():
    series = np.array([[4.0, 8, 6, 10]])
    # the mean 6 of the first three, then 6 + .5 × 4
    gains = [Gains(1 / 3)]
    found = smooth(series, [3, 4], horizon=1, grid=gains)[:, 0, 0]
    assert found == pytest.approx([6.0, 6 + 4 / 3])


def test_unknown_days_teach_nothing():
    series = drawn(5)
    gaps = series.copy()
    gaps[:, 100:114] = np.nan
    without = np.delete(series, np.arange(100, 114), axis=1)
    found = smooth(gaps, [420], horizon=14)
    # two weeks left out leave the week days where they were
    assert found[0] == pytest.approx(smooth(without, [406], horizon=14)[0], rel=1e-9)


def test_all_origins_in_one_pass_are_those_taken_one_by_one():
    series = drawn(20)
    together = smooth(series, [300, 364, 420], horizon=28)
    for i, cut in enumerate((300, 364, 420)):
        assert np.array_equal(together[i], smooth(series, [cut], horizon=28)[0])


def test_series_do_not_touch_each_other():
    series = drawn(9)
    whole = smooth(series, [420], horizon=28)[0]
    assert whole[3] == pytest.approx(smooth(series[3:4], [420], horizon=28)[0, 0], rel=1e-12)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.lists(st.one_of(st.none(), st.floats(0, 1e4)), min_size=90, max_size=90),
        min_size=1,
        max_size=3,
    )
)
def test_forecasts_are_never_negative_and_never_explode(rows):
    series = np.array([[np.nan if v is None else v for v in row] for row in rows])
    found = smooth(series, [40, 90], horizon=119)
    assert np.isfinite(found).all()
    assert (found >= 0).all()
    most = np.nan_to_num(series).max(axis=1)
    assert (found.max(axis=(0, 2)) <= 20 * most + 1e-6).all()


def test_it_beats_seasonal_naive_by_a_quarter():
    series = drawn(300, seed=3)
    cuts = [336, 364, 392]
    actual = came(series, cuts=cuts, horizon=28)
    scale = np.stack([naive_scale(series[:, :cut]) for cut in cuts])
    ours = rmsse(smooth(series, cuts, horizon=28), actual, scale)
    naive = rmsse(rolling_origins(seasonal_naive, series, cuts=cuts, horizon=28), actual, scale)
    assert np.nanmean(ours) < 0.76 * np.nanmean(naive)
