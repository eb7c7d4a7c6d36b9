import numpy as np
import pytest

from shophelm.methods import conformal

KNOTS = (1, 7, 14, 28)


def totals(many, *, seed, share=0.3):
    """Forecasts of totals, and counts drawn around them with the variance the method assumes."""
    draw = np.random.default_rng(seed)
    daily = np.exp(draw.normal(0.5, 1.3, many))
    expected = daily[:, None] * np.array(KNOTS)
    level = draw.gamma(1 / share, share, many)[:, None]
    got = np.cumsum(
        draw.poisson(np.diff(np.hstack([np.zeros((many, 1)), expected])) * level), axis=1
    )
    return expected, got.astype(float), np.ones(many), np.full(many, "smooth")


def covered(learnt, seen, share, knot=3):
    calibration = conformal.calibrate(*learnt, knots=KNOTS)
    expected, got, size, of = seen
    levels = conformal.spread_at(calibration, expected, size, of)[:, knot]
    low, high = (np.quantile(levels, q, axis=1) for q in ((1 - share) / 2, (1 + share) / 2))
    return ((low <= got[:, knot]) & (got[:, knot] <= high)).mean()


@pytest.mark.parametrize("share", [0.80, 0.95])
def test_intervals_cover_what_they_promise(share):
    found = covered(totals(4000, seed=1), totals(4000, seed=2), share)
    assert abs(found - share) < 0.03


def test_they_do_so_whatever_the_shape_of_the_errors():
    def skewed(seed):
        expected, got, size, of = totals(4000, seed=seed)
        wild = np.random.default_rng(seed + 9).random((len(got), 1)) < 0.1
        return expected, np.where(wild, 4 * got, 0.8 * got), size, of

    for share in (0.80, 0.95):
        assert abs(covered(skewed(1), skewed(2), share) - share) < 0.03


def test_small_and_large_sellers_are_covered_alike():
    learnt, (expected, got, size, of) = totals(6000, seed=1), totals(6000, seed=2)
    for here in (expected[:, 3] > 100, (expected[:, 3] > 20) & (expected[:, 3] <= 100)):
        part = covered(learnt, (expected[here], got[here], size[here], of[here]), 0.80)
        assert abs(part - 0.80) < 0.04


def test_levels_never_fall_and_are_never_negative():
    calibration = conformal.calibrate(*totals(500, seed=1), knots=KNOTS)
    expected = np.cumsum(np.full((3, 40), [[0.0], [0.2], [30.0]]), axis=1)
    levels = conformal.spread(calibration, expected, np.ones(3), np.full(3, "smooth"))
    assert levels.shape == (3, 40, 100)
    assert (levels >= 0).all()
    assert (np.diff(levels, axis=2) >= 0).all()


def test_a_class_with_few_errors_borrows_those_of_all():
    expected, got, size, _ = totals(500, seed=1)
    of = np.where(np.arange(500) < 450, "smooth", "lumpy")
    calibration = conformal.calibrate(expected, got, size, of, knots=KNOTS)
    assert set(calibration.counts) == {"", "smooth"}
    at = (expected[:2], size[:2])
    whole = conformal.spread_at(calibration, *at, np.array(["", ""]))
    assert np.array_equal(conformal.spread_at(calibration, *at, np.array(["lumpy", "new"])), whole)


def test_without_errors_a_wide_normal_spread_is_assumed():
    nothing = np.zeros((0, 4))
    calibration = conformal.calibrate(
        nothing, nothing, np.zeros(0), np.zeros(0, dtype=str), knots=KNOTS
    )
    assert calibration.counts == {"": 0}
    levels = conformal.spread_at(calibration, np.full((1, 4), 50.0), np.ones(1), np.array(["new"]))
    assert levels[0, 3, 49:51].mean() == pytest.approx(50, rel=0.01)
    assert levels[0, 3, 90] > 90


def test_units_come_at_the_size_they_are_sold_in():
    days = np.zeros((3, 400))
    days[0, ::2], days[1, ::2] = 1, 12
    found = conformal.unit_size(days)
    # the middle of 1 and 12 counts for five units, and is all that a series without sales has
    expected = [(200 + 5 * 6.5) / 205, (28800 + 5 * 6.5) / 2405, 6.5]
    assert found == pytest.approx(expected)
