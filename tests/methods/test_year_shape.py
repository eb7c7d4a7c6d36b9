"""The shape of days: planted week days and campaigns are found again."""

import numpy as np
import pytest

from shophelm.methods.year_shape import LIKE_SD, year_shape


def sales(days, *, seed=0, growth=0.0, swing=0.3, burst=(), times=3.0, level=400.0):
    rng = np.random.default_rng(seed)
    at = np.arange(days)
    mean = level * np.exp(growth * at / 364 + swing * np.sin(2 * np.pi * at / 364))
    mean = mean * np.where(at % 7 >= 5, 1.3, 0.88)
    mean[list(burst)] *= times
    kind = np.zeros(days, dtype=int)
    kind[list(burst)] = 1
    return rng.poisson(mean).astype(float), kind


def shaped(seen, kind, like=None):
    return year_shape(seen, kind=kind, like=np.zeros_like(kind) if like is None else like)


def test_the_week_and_a_campaign_are_found_beneath_a_season():
    seen, kind = sales(728, burst=[*range(300, 303), *range(664, 667)], growth=0.3)
    weights = shaped(seen[:500, None], kind).weights[:, 0]
    usual = (weights[656:664].mean() + weights[667:675].mean()) / 2
    assert weights[664:667].mean() / usual == pytest.approx(3.0, rel=0.1)
    ordinary = weights[600:650]
    weekend = np.arange(600, 650) % 7 >= 5
    assert ordinary[weekend].mean() / ordinary[~weekend].mean() == pytest.approx(
        1.3 / 0.88, rel=0.03
    )


def test_weights_stand_at_the_present_level():
    seen, kind = sales(364, swing=0.0, growth=0.5)
    weights = shaped(seen[:, None], kind).weights[:, 0]
    assert weights[-91:].sum() == pytest.approx(seen[-91:].sum(), rel=0.02)


def test_a_first_campaign_is_taken_for_those_like_it():
    """Two bursts were seen, of factors 2 and 4.5: the third is taken for their mean, 3."""
    days = 400
    rng = np.random.default_rng(3)
    kind = np.zeros(days, dtype=int)
    kind[100:104], kind[200:204], kind[360:364] = 1, 2, 3
    times = np.array([1.0, 2.0, 4.5, 1.0])[kind]
    seen = rng.poisson(2000 * times[:300]).astype(float)
    found = shaped(seen[:, None], kind, like=(kind > 0).astype(int))
    usual = found.weights[365:379, 0].mean()
    assert found.weights[360:364, 0].mean() / usual == pytest.approx(3.0, rel=0.03)
    # (3 degrees of 0.4, and one of half the squared distance of ln 2 and ln 4.5) over 4
    apart = np.sqrt((3 * LIKE_SD**2 + np.log(2.25) ** 2 / 2) / 4)
    assert found.like_sd[1] == pytest.approx(apart, rel=0.03)


def test_series_have_week_days_of_their_own_and_nothing_stays_nothing():
    rng = np.random.default_rng(1)
    week = np.arange(400) % 7 >= 5
    both = np.column_stack(
        [
            rng.poisson(np.where(week, 300, 100)),
            rng.poisson(np.where(week, 100, 300)),
            np.zeros(400),
        ]
    )
    weights = shaped(both, np.zeros(400, dtype=int)).weights
    ratio = weights[week].mean(axis=0)[:2] / weights[~week].mean(axis=0)[:2]
    assert ratio == pytest.approx([3.0, 1 / 3], rel=0.1)
    assert (weights[:, 2] == 0).all()
