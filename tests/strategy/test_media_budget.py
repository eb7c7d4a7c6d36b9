"""Budgets by week: equal marginal returns, bounds, carry-over, and curves of known optimum."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from shophelm.errors import ParameterError
from shophelm.promotion.spend_response import ChannelDraws, SpendResponse
from shophelm.shop.needs import Missing
from shophelm.shop.tables import open_shop
from shophelm.strategy.media_budget import divided, find_media_budget, media_budget, shown
from tests.conftest import SAMPLE

FIRST = date(2026, 3, 2)


def channel(reach, half, *, decay=0.0, worth=5.0, spread=0.0, draws=400):
    rng = np.random.default_rng(int(reach))
    lift = np.exp(rng.normal(0, spread, draws))
    one = np.ones(draws)
    return ChannelDraws(decay * one, half * one, reach * lift, worth * one)


def traffic(weeks, busy=()):
    """As many visitors as now; in `busy` weeks twice as many."""
    return np.repeat([2.0 if w in busy else 1.0 for w in range(weeks + 4)], 7)


DRAWS = {"ads": channel(40.0, 100.0), "live": channel(40.0, 100.0), "content": channel(10.0, 100.0)}
USUAL = {"ads": 150.0, "live": 50.0, "content": 100.0}


def test_equal_channels_get_the_same_and_the_last_of_it_brings_the_same_everywhere():
    found = divided(DRAWS, USUAL, traffic(3), FIRST, least=0.0, most=3.0)
    one = found.cells.pivot_table(index="week", columns="channel", values="spend")
    assert one["ads"].to_numpy() == pytest.approx(one["live"].to_numpy(), rel=0.01)
    free = found.cells[found.cells["bound"] == ""]
    assert free["marginal"].to_numpy() == pytest.approx(np.full(len(free), found.price), rel=0.01)
    assert found.cells["spend"].sum() == pytest.approx(found.budget) == pytest.approx(3 * 7 * 300)
    # the closed form of two equal curves x / (x + h): marginal reach · worth · h / (x + h)²
    at = one["ads"].iloc[0] / 7
    assert found.price == pytest.approx(40 * 5 * 100 / (at + 100) ** 2, rel=0.01)
    assert found.gain > 0
    assert shown(found)["spend_then"].sum() == pytest.approx(found.budget)


def test_marginal_returns_are_the_slopes_of_what_is_left():
    """Spending a little more in one week leaves as much more as its marginal return says."""
    draws = {"ads": channel(40.0, 100.0, decay=0.8), "live": channel(30.0, 60.0, decay=0.3)}
    usual = {"ads": 100.0, "live": 80.0}
    base = divided(draws, usual, traffic(3, busy=(1,)), FIRST, least=1.0, most=1.0)
    more = divided(
        draws, usual, traffic(3, busy=(1,)), FIRST, budget=base.budget + 1.0, least=1.0, most=1.2
    )
    # the one more goes where the last of it leaves most
    assert more.gain == pytest.approx(
        base.cells["marginal"].max() - (base.cells["marginal"] * base.cells["usual"]).sum()
        / base.budget, rel=0.02,
    )  # fmt: skip


def test_bounds_are_kept_and_named():
    found = divided(DRAWS, USUAL, traffic(2), FIRST, least=0.8, most=1.2)
    ratio = found.cells["spend"] / found.cells["usual"]
    assert ratio.between(0.8 - 1e-9, 1.2 + 1e-9).all()
    bound = found.cells.set_index(["week", "channel"])["bound"]
    assert (bound.xs("live", level="channel") == "high").all()
    assert (bound.xs("content", level="channel") == "low").all()
    rows = found.channels.set_index("channel")
    assert rows.loc["live", "change"] == pytest.approx(0.2)
    assert 0 < found.given_up < found.budget


def test_busy_weeks_get_more_and_money_that_works_on_is_spent_before_them():
    bounds = {"least": 0.0, "most": 3.0}
    found = divided(DRAWS, USUAL, traffic(4, busy=(2,)), FIRST, **bounds)
    by_week = found.cells.groupby("week")["spend"].sum().to_numpy()
    assert by_week[2] > 1.2 * by_week[1]
    assert by_week[0] == pytest.approx(by_week[1], rel=0.01) == pytest.approx(by_week[3], rel=0.01)
    carried = {c: channel(d.reach[0], 700.0, decay=0.9) for c, d in DRAWS.items()}
    found = divided(carried, USUAL, traffic(4, busy=(2,)), FIRST, **bounds)
    by_week = found.cells.groupby("week")["spend"].sum().to_numpy()
    assert by_week[1] > 1.05 * by_week[3]


def test_what_is_not_sure_widens_the_gain():
    unsure = {c: channel(d.reach[0], 100.0, spread=0.5) for c, d in DRAWS.items()}
    one, other = (
        divided(d, USUAL, traffic(2), FIRST, least=0.0, most=3.0) for d in (DRAWS, unsure)
    )
    assert other.gain_high - other.gain_low > one.gain_high - one.gain_low
    assert other.gain_low <= other.gain <= other.gain_high


def test_the_budget_at_cost_is_where_the_last_leaves_itself():
    """reach · worth · h / (x + h)² = 1 at x = √(40 · 5 · 100) − 100 = 41.42 a day."""
    found = divided({"ads": DRAWS["ads"]}, {"ads": 50.0}, traffic(1), FIRST, least=0.0, most=2.0)
    assert found.at_cost == pytest.approx(7 * (np.sqrt(40 * 5 * 100) - 100), rel=0.01)
    said = [str(s) for s in find_media_budget(found, currency="CNY")]
    assert said[0].startswith("Of ¥350 in 1 week: ads ¥350 (+0.0%), beside the usual.")
    assert said[1].endswith("would leave just what it costs.")


def test_what_cannot_be_divided_is_refused():
    with pytest.raises(ParameterError, match="name such a budget, or other bounds"):
        divided(DRAWS, USUAL, traffic(2), FIRST, budget=1.0)


def test_channels_whose_response_is_not_known_are_left_out():
    shop = open_shop(SAMPLE, as_of="2026-11-15")
    rows = pd.DataFrame(
        {
            "channel": ["ads", "live"],
            "spend_a_day": [150.0, 50.0],
            "verdict": ["more", "not identifiable"],
        }
    )
    found = media_budget(shop, SpendResponse(rows, pd.DataFrame(), "gmv", DRAWS), weeks=2)
    assert found.unknown == ["live"]
    assert set(found.cells["channel"]) == {"ads"}
    assert found.cells["week"].min() == date(2026, 11, 16)
    none = SpendResponse(rows[1:], pd.DataFrame(), "gmv", DRAWS)
    assert isinstance(media_budget(shop, none), Missing)
    assert isinstance(media_budget(shop, Missing("Spend?", "spend")), Missing)
