"""Budgets by week: equal marginal returns, bounds, and curves whose optimum is known."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from shophelm.errors import ParameterError
from shophelm.promotion.spend_response import ChannelDraws
from shophelm.shop.calendar import Period
from shophelm.shop.needs import Missing
from shophelm.strategy.expected_shape import ExpectedShape
from shophelm.strategy.media_budget import find_media_budget, media_budget

FIRST = date(2026, 3, 2)
PERIOD = Period(date(2026, 2, 2), date(2026, 3, 1))


def channel(reach, half, *, decay=0.0, worth=5.0, spread=0.0, draws=400):
    rng = np.random.default_rng(int(reach))
    lift = np.exp(rng.normal(0, spread, draws))
    one = np.ones(draws)
    return ChannelDraws(decay * one, half * one, reach * lift, worth * one)


def shape(busy=()):
    """Seven weeks of 100 visits a day; those of `busy` weeks ahead bring twice as many."""
    days = [PERIOD.first + timedelta(days=i) for i in range(28 + 21)]
    visits = [200.0 if d >= FIRST and (d - FIRST).days // 7 in busy else 100.0 for d in days]
    table = pd.DataFrame({"search": visits}, index=days)
    return ExpectedShape(days, table, table, table, None, [""] * 49, np.zeros(49), "the shop", 0.0)


DRAWS = {"ads": channel(40.0, 100.0), "live": channel(40.0, 100.0), "content": channel(10.0, 100.0)}
USUAL = {"ads": 150.0, "live": 50.0, "content": 100.0}


def test_equal_channels_get_the_same_and_the_last_of_it_brings_the_same_everywhere():
    found = media_budget(DRAWS, USUAL, shape(), PERIOD, FIRST, weeks=3, least=0.0, most=3.0)
    one = found.cells.pivot_table(index="week", columns="channel", values="spend")
    assert one["ads"].to_numpy() == pytest.approx(one["live"].to_numpy(), rel=0.01)
    free = found.cells[found.cells["bound"] == ""]
    assert free["marginal"].to_numpy() == pytest.approx(np.full(len(free), found.price), rel=0.02)
    assert found.cells["spend"].sum() == pytest.approx(found.budget) == pytest.approx(3 * 7 * 300)
    # the closed form of two equal curves x / (x + h): marginal reach · worth · h / (x + h)²
    at = one["ads"].iloc[0] / 7
    assert found.price == pytest.approx(40 * 5 * 100 / (at + 100) ** 2, rel=0.02)
    assert found.gain > 0


def test_bounds_are_kept_and_named():
    found = media_budget(DRAWS, USUAL, shape(), PERIOD, FIRST, weeks=2, least=0.8, most=1.2)
    ratio = found.cells["spend"] / found.cells["usual"]
    assert ratio.between(0.8 - 1e-9, 1.2 + 1e-9).all()
    bound = found.cells.set_index(["week", "channel"])["bound"]
    assert (bound.xs("live", level="channel") == "high").all()
    assert (bound.xs("content", level="channel") == "low").all()


def test_busy_weeks_get_more():
    found = media_budget(
        DRAWS, USUAL, shape(busy=(1,)), PERIOD, FIRST, weeks=3, least=0.0, most=3.0
    )
    by_week = found.cells.groupby("week")["spend"].sum().to_numpy()
    assert by_week[1] > 1.2 * by_week[0]
    assert by_week[0] == pytest.approx(by_week[2])


def test_what_is_not_sure_widens_the_gain():
    unsure = {c: channel(d.reach[0], 100.0, spread=0.5) for c, d in DRAWS.items()}
    one, other = (
        media_budget(d, USUAL, shape(), PERIOD, FIRST, weeks=2, least=0.0, most=3.0)
        for d in (DRAWS, unsure)
    )
    assert other.gain_high - other.gain_low > one.gain_high - one.gain_low
    assert other.gain_low <= other.gain <= other.gain_high


def test_the_budget_at_cost_is_where_the_last_leaves_itself():
    """reach · worth · h / (x + h)² = 1 at x = √(40 · 5 · 100) − 100 = 41.42 a day."""
    found = media_budget(
        {"ads": DRAWS["ads"]}, {"ads": 50.0}, shape(), PERIOD, FIRST, weeks=1, least=0.0, most=2.0
    )
    assert found.at_cost == pytest.approx(7 * (np.sqrt(40 * 5 * 100) - 100), rel=0.01)
    said = [str(s) for s in find_media_budget(found, currency="CNY")]
    assert said[0].startswith("Of ¥350 in 1 week: ads ¥350")
    assert "would leave just what it costs" in said[1]


def test_what_cannot_be_divided_is_refused():
    with pytest.raises(ParameterError, match="name such a budget, or other bounds"):
        media_budget(DRAWS, USUAL, shape(), PERIOD, FIRST, weeks=2, budget=1.0)
    with pytest.raises(ParameterError, match="The shape is known until"):
        media_budget(DRAWS, USUAL, shape(), PERIOD, FIRST, weeks=9)
    assert isinstance(media_budget({}, {}, shape(), PERIOD, FIRST), Missing)
