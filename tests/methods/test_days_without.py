"""What special days added: identities, and how often the interval holds what was planted."""

import numpy as np
import pytest

from shophelm.methods.days_without import days_without

DAYS = 240
WEEK = np.arange(DAYS) % 7


def orders(rng, level):
    """Draw amounts by day: how many orders, what they add up to, and their squares."""
    counts = rng.poisson(level)
    amounts = [rng.lognormal(4.0, 0.8, n) for n in counts.ravel()]
    shape = counts.shape
    sums = np.array([a.sum() for a in amounts]).reshape(shape)
    return sums, np.array([(a**2).sum() for a in amounts]).reshape(shape)


def asked(values, squares, *, first=150, last=180, parts=None, ordinary=None):
    special = np.zeros(DAYS, dtype=bool)
    special[first:last] = True
    return days_without(
        values,
        squares=squares,
        week_day=WEEK,
        special=special,
        ordinary=~special if ordinary is None else ordinary & ~special,
        parts=parts or {"whole": np.ones(values.shape, dtype=bool)},
    )


def test_parts_that_do_not_overlap_add_up_to_the_whole():
    values, squares = orders(np.random.default_rng(1), np.full((DAYS, 3), 8.0))
    early = np.arange(DAYS)[:, None] < 160
    one = np.arange(3)[None, :] == 0
    parts = {
        "whole": np.ones(values.shape, dtype=bool),
        "early": early & one,
        "late": ~early & one,
        "others": np.broadcast_to(~one, values.shape),
    }
    effects = asked(values, squares, parts=parts).effects
    for column in ("observed", "expected", "effect"):
        apart = effects.loc[["early", "late", "others"], column].sum()
        assert apart == pytest.approx(effects.loc["whole", column], rel=1e-12)
    assert effects.loc["whole", "observed"] == pytest.approx(values[150:180].sum())


def test_money_times_a_hundred_is_an_effect_times_a_hundred():
    values, squares = orders(np.random.default_rng(2), np.full((DAYS, 2), 5.0))
    one, hundred = asked(values, squares), asked(100 * values, 10_000 * squares)
    columns = ["observed", "expected", "effect", "low", "high", "error"]
    np.testing.assert_allclose(hundred.effects[columns], 100 * one.effects[columns], rtol=1e-9)
    assert one.reach == hundred.reach


def test_a_level_that_never_moves_is_expected_exactly():
    by_week_day = np.array([5.0, 6, 7, 8, 9, 20, 15])[WEEK][:, None]
    found = asked(by_week_day, np.zeros_like(by_week_day))
    np.testing.assert_allclose(found.expected[150:180], by_week_day[150:180], rtol=1e-9)
    assert np.isnan(found.expected[149]).all()
    assert found.effects.loc["whole", ["low", "high"]].tolist() == pytest.approx([0, 0], abs=1e-6)


def test_days_that_are_not_ordinary_teach_nothing():
    values, squares = orders(np.random.default_rng(3), np.full((DAYS, 1), 9.0))
    ordinary = np.ones(DAYS, dtype=bool)
    ordinary[100:130] = False
    spoilt = values.copy()
    spoilt[100:130] *= 50
    for column in ("expected", "low", "high"):
        kept, moved = (
            asked(v, squares, ordinary=ordinary).effects[column] for v in (values, spoilt)
        )
        assert kept.tolist() == moved.tolist()


def test_with_too_few_ordinary_days_nothing_is_said():
    values, squares = orders(np.random.default_rng(4), np.full((DAYS, 1), 9.0))
    ordinary = np.zeros(DAYS, dtype=bool)
    ordinary[:27] = True
    effects = asked(values, squares, ordinary=ordinary).effects.loc["whole"]
    assert effects["observed"] == pytest.approx(values[150:180].sum())
    assert effects.drop("observed").isna().all()


def test_without_stretches_to_compare_with_there_is_no_interval():
    values, squares = orders(np.random.default_rng(6), np.full((DAYS, 1), 9.0))
    ordinary = np.zeros(DAYS, dtype=bool)
    ordinary[100:149] = True
    effects = asked(values, squares, ordinary=ordinary).effects.loc["whole"]
    assert np.isfinite(effects["effect"])
    assert effects[["low", "high", "error", "drift"]].isna().all()


@pytest.mark.parametrize("shops", [60, pytest.param(400, marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    ("trend", "last", "promised"),
    [
        (0.0, 180, 0.95),
        (0.5, 180, 0.95),
        pytest.param(0.5, DAYS, 0.95, id="growth, nothing known after"),
    ],
)
def test_the_interval_holds_what_was_planted(shops, trend, last, promised):
    """With and without growth, the interval holds the truth in at least as many as is said."""
    rng = np.random.default_rng(5)
    level = 6.0 * np.exp(trend * np.arange(DAYS) / 365)[:, None] * (1 + 0.3 * (WEEK > 4))[:, None]
    lifted = level.copy()
    lifted[last - 30 : last] *= 1.4
    mean, held = np.exp(4.0 + 0.8**2 / 2), []
    for _ in range(shops):
        values, squares = orders(rng, lifted)
        truth = mean * (lifted - level)[last - 30 : last].sum()
        found = asked(values, squares, first=last - 30, last=last).effects.loc["whole"]
        held.append(found["low"] <= truth <= found["high"])
    # a wider interval is no fault here; three standard errors below what is said are
    assert np.mean(held) >= promised - 3 * np.sqrt(promised * (1 - promised) / shops)
