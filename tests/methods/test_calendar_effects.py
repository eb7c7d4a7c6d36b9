import numpy as np
import pytest

from shophelm.methods.bulk import tame_bulk
from shophelm.methods.calendar_effects import calendar_factors, year_ahead

WEEK = np.array([0.5, 0.8, 1.0, 1.0, 1.2, 1.5, 1.0])
DAYS = 420


def drawn(*, seed=1):
    """Two groups of 40 products: week days, and a campaign that only the first group feels."""
    draw = np.random.default_rng(seed)
    kind = np.zeros(DAYS + 28, dtype=int)
    kind[100:104] = kind[300:304] = kind[430:434] = 1
    group = np.repeat([0, 1], 40)
    true = WEEK[np.arange(DAYS + 28) % 7] * np.where(kind == 1, [[4.0], [1.0]], 1.0)
    level = np.exp(draw.normal(1, 0.7, 80))[:, None]
    return draw.poisson(level * true[group][:, :DAYS]).astype(float), group, kind, true


def test_planted_week_days_and_promotions_are_found_ahead_too():
    demand, group, kind, true = drawn()
    found = calendar_factors(demand, group=group, kind=kind, last_day=DAYS + 28)
    # eight days of about 1,000 units: 3 % of chance, and 3 % of the way to the other group
    assert found == pytest.approx(true, rel=0.12)


def test_nothing_after_the_days_known_is_seen():
    demand, group, kind, _ = drawn()
    cut = demand[:, :350]
    found = calendar_factors(cut, group=group, kind=kind, last_day=378)
    demand[:, 350:] = 1e6
    again = calendar_factors(demand[:, :350], group=group, kind=kind, last_day=378)
    assert np.array_equal(found, again)


def test_a_small_group_is_drawn_to_all_groups():
    demand, group, kind, _ = drawn()
    tiny = np.vstack([demand, np.where(np.arange(DAYS) % 50 == 3, 1.0, 0.0)])
    found = calendar_factors(tiny, group=np.append(group, 2), kind=kind, last_day=DAYS)
    pooled = calendar_factors(demand, group=np.zeros(80, int), kind=kind, last_day=DAYS)
    assert found[2, 102] == pytest.approx(pooled[0, 102], rel=0.35)
    assert found[2, 102] > 1.5


def test_a_kind_never_seen_changes_nothing():
    demand, group, kind, _ = drawn()
    kind[440:] = 2
    found = calendar_factors(demand, group=group, kind=kind, last_day=DAYS + 28)
    assert found[:, 441] == pytest.approx(WEEK[441 % 7] * np.ones(2), rel=0.08)


def test_half_of_last_years_move_is_expected():
    demand = np.full((30, 420), 10.0)
    origin = 420 - 364
    demand[:, origin + 28 :] = 40.0
    found = year_ahead(demand, group=np.zeros(30, int), horizon=60)
    assert found[0, 0] == pytest.approx(1.0, rel=0.05)
    assert found[0, 50] == pytest.approx(2.0, rel=0.02)
    assert (year_ahead(demand[:, :380], group=np.zeros(30, int), horizon=9) == 1).all()


def test_one_bulk_order_is_capped_and_a_promotion_is_not():
    demand = np.zeros((3, 100))
    demand[0, ::2] = 4
    demand[1, ::2] = 4
    demand[0, 10], demand[1, 10], demand[2, 99] = 80_000, 40, 80_000
    found = tame_bulk(demand)
    assert found[0, 10] == pytest.approx(80)
    assert found[1, 10] == 40
    # the first order of a new product is held against what all others sell a day
    assert found[2, 99] == pytest.approx(80)
    assert np.isnan(tame_bulk(np.array([[np.nan, 1.0, 2.0]]))[0, 0])
