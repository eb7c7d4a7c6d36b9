"""Days whose totals are as far off as the outlook says, and totals carried on."""

import numpy as np
import pytest
from scipy import stats

from shophelm.methods.demand_days import draw_days, further, wanted_by

LEVELS = (np.arange(200) + 0.5) / 200


def spread_of(mean_a_day, days, *, size=np.inf):
    total = mean_a_day * np.arange(1, days + 1)[:, None]
    if np.isinf(size):
        return stats.poisson.ppf(LEVELS, total)
    return stats.nbinom.ppf(LEVELS, size, size / (size + total))


@pytest.mark.parametrize("size", [np.inf, 4.0])
@pytest.mark.parametrize("pace", [0.4, 3.0])
def test_totals_of_drawn_days_are_as_wide_as_the_outlook(pace, size):
    spread = spread_of(pace, 14, size=size)
    drawn = draw_days(spread, draws=20_000).cumsum(axis=1)
    for day in (0, 6, 13):
        mean, sd = spread[day].mean(), spread[day].std()
        # four standard errors; and the grid's tails are cut off, by a few per cent
        assert drawn[:, day].mean() == pytest.approx(
            mean, abs=4 * sd / np.sqrt(20_000) + 0.02 * mean
        )
        assert drawn[:, day].std() == pytest.approx(sd, rel=0.08)


def test_demand_that_is_sure_is_drawn_as_poisson_and_none_as_none():
    sure = np.repeat(np.arange(1.0, 15)[:, None], 200, axis=1)
    drawn = draw_days(sure, draws=20_000).sum(axis=1)
    assert drawn.mean() == pytest.approx(14, abs=0.15)
    assert drawn.var() == pytest.approx(14, rel=0.06)
    assert not draw_days(np.zeros((5, 200))).any()


def test_draws_hang_on_nothing_but_the_outlook():
    spread = spread_of(2.0, 10, size=3.0)
    assert (draw_days(spread) == draw_days(spread.copy())).all()


def test_beyond_the_forecast_each_level_goes_on_at_its_own_last_pace():
    # level 1 wants 1 a day, level 2 wants 2 a day, over a forecast of 30 days
    spread = np.arange(1.0, 31)[:, None] * np.array([1.0, 2.0])
    assert further(spread, 40)[-1].tolist() == [40, 80]
    assert further(spread, 3).tolist() == [[1, 2], [2, 4], [3, 6]]
    # a pace that has changed: the last 28 days of 30 count
    turned = np.concatenate([np.full(2, 10.0), 10 + np.arange(1, 29)])[:, None]
    assert further(turned, 31)[-1].tolist() == [39]


def test_each_row_asks_for_its_own_product_and_days():
    spread = np.stack([np.arange(1.0, 6)[:, None], 10 * np.arange(1.0, 6)[:, None]])
    rows, days = np.array([0, 1, 1, 0]), np.array([2, 5, 7, 0])
    assert wanted_by(spread, rows, days)[:, 0].tolist() == [2, 50, 70, 0]
