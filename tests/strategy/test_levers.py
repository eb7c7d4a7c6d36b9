"""Levers by what each unit of money brings, and the actions of the notebook: added up by hand."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from shophelm.promotion.spend_response import ChannelDraws, SpendResponse
from shophelm.shop.needs import Missing
from shophelm.shop.tables import open_shop
from shophelm.strategy.advice import launch_actions, media_actions, steps, target_actions
from shophelm.strategy.cascade import cascade
from shophelm.strategy.daily_facts import daily_facts
from shophelm.strategy.launch_plan import launch_plan
from shophelm.strategy.levers import find_levers, levers
from shophelm.strategy.media_budget import divided
from shophelm.strategy.rivals import LookAlikes
from shophelm.strategy.scenarios import scenarios
from shophelm.strategy.standing import standing
from tests.conftest import SAMPLE

NONE = Missing("Anything?", "spend")


@pytest.fixture(scope="module")
def opened():
    return open_shop(SAMPLE, as_of="2026-08-15")


@pytest.fixture(scope="module")
def where(opened):
    return standing(opened, cascade(opened, annual_target=1_400_000))


def response(worth=4.0):
    one = np.ones(50)
    draws = {"ads": ChannelDraws(0 * one, 100 * one, 40 * one, worth * one),
             "live": ChannelDraws(0 * one, 100 * one, 40 * one, worth * one)}  # fmt: skip
    rows = pd.DataFrame(
        {
            "channel": ["ads", "live"],
            "spend_a_day": [150.0, 50.0],
            "next_visits": [6.0, 18.0],
            "next_visits_low": [5.0, 15.0],
            "next_visits_high": [7.0, 21.0],
            "verdict": ["less", "more"],
        }
    )
    return SpendResponse(rows, pd.DataFrame(), "margin", draws)


def budget():
    usual = {"ads": 150.0, "live": 50.0}
    return divided(response().draws, usual, np.ones(56), date(2026, 8, 16))


def pulled(opened, where, **others):
    given = {"moves": NONE, "response": NONE, "divided": NONE, "pointed": NONE, "rivals": NONE}
    return levers(opened, where, **(given | others))


def test_a_fifth_more_brings_its_visits_times_what_a_visit_brings(opened, where):
    """live: 18 visits a day for each 100 more; a fifth of 50 a day are 10: 1.8 visits, 28 days."""
    found = pulled(opened, where, response=response(), divided=budget()).set_index("lever")
    facts = daily_facts(opened).totals.iloc[-91:]
    each = facts["gmv"].sum() / facts["visits"].sum()
    row = found.loc["20% more money for live"]
    assert row["gmv"] == pytest.approx(1.8 * 28 * each)
    assert (row["gmv_low"], row["gmv_high"]) == pytest.approx((1.5 * 28 * each, 2.1 * 28 * each))
    assert row["cost"] == pytest.approx(280.0)
    assert row["per_unit"] == pytest.approx(row["gmv"] / 280)
    ahead = where.outlook
    assert row["closes"] == pytest.approx(row["gmv"] / (1_400_000 - ahead.so_far - ahead.to_come))


def test_what_costs_nothing_comes_first_and_what_has_no_known_cost_last(opened, where):
    found = pulled(opened, where, response=response(), divided=budget(), moves=scenarios(where))
    assert found["lever"].iloc[0] == "divide the media money anew"
    assert found["lever"].iloc[1:3].tolist() == [
        "20% more money for live",
        "20% more money for ads",
    ]
    assert found["cost"].iloc[3:].isna().all()
    said = [str(s) for s in find_levers(found, currency="CNY")]
    assert said[0].startswith("First: divide the media money anew. It costs nothing, and brings ¥")
    assert said[1].endswith("5 more spent by each buyer.")


def test_a_matched_price_may_bring_back_nothing_or_all(opened, where):
    """10 units at 20 lost, 60 given away: from −60 to 140."""
    row = {"product_id": "A", "rival_id": "R", "units_lost": 10.0, "rival_price": 20.0,
           "match_cost": 60.0}  # fmt: skip
    broken = pd.DataFrame([row])
    alike = LookAlikes(pd.DataFrame(), broken, broken.head(0), [])
    found = pulled(opened, where, rivals=alike).iloc[0]
    assert found[["gmv", "gmv_low", "gmv_high", "cost"]].tolist() == [40.0, -60.0, 140.0, 60.0]


def test_without_any_answer_nothing_is_ranked(opened, where):
    found = pulled(opened, where)
    assert found.empty
    assert str(find_levers(found, currency="CNY")[0]) == "No lever's worth is known."


def test_a_target_out_of_reach_and_a_driver_asked_the_impossible_are_said(opened, where):
    far = cascade(opened, annual_target=3_000_000)
    actions = target_actions(opened, far, standing(opened, far))
    assert [a.subject.partition(":")[0] for a in actions].count("year") == 1
    assert actions[0].action.startswith("Lower the target of 2026, or pay for levers that bring ¥")
    assert any(a.action.startswith("Ask less of visits a day in 2026-") for a in actions)
    calm = cascade(opened, annual_target=900_000)
    assert target_actions(opened, calm, replace(where, chance=0.5)) == []


def test_dividing_anew_is_proposed_only_where_it_surely_leaves_more(opened):
    found = budget()
    (action,) = media_actions(opened, found, worth_in="margin")
    assert float(action.worth) == pytest.approx(found.gain, abs=0.01)
    assert action.worth_in == "margin"
    assert media_actions(opened, replace(found, gain_low=-1.0), worth_in="margin") == []


def test_a_launch_says_what_must_start_and_who_needs_help(opened):
    plan = launch_plan(open_shop(SAMPLE, as_of="2026-11-15"))
    actions = launch_actions(opened, plan)
    assert [a.subject for a in actions] == [
        "launch:launch_spring_2027 task:samples from suppliers",
        "launch:launch_spring_2027 role:designer",
    ]
    # choosing, due on the 20th and ten days long, is under way
    assert actions[0].action == "Start samples from suppliers of spring 2027 by 2026-11-22."
    late = replace(plan, tasks=plan.tasks.head(1).assign(state="late", slack=-3.0))
    (first, _) = launch_actions(open_shop(SAMPLE, as_of="2026-11-15"), late)
    assert first.action == (
        "Start choose range of spring 2027 today and shorten it, or open later: it is 3 days late."
    )


def test_answers_that_are_missing_bring_no_action(opened):
    names = ("plan", "where", "divided", "pointed", "launch", "quantities", "rivals", "response")
    assert steps(opened, **dict.fromkeys(names, NONE)) == []


@pytest.mark.parametrize("total", [7_000.0, 11_200.0, 16_000.0])
def test_dividing_anew_is_held_against_the_usual_division_of_the_same_money(opened, where, total):
    usual = {"ads": 150.0, "live": 50.0}
    found = divided(response().draws, usual, np.ones(84), date(2026, 8, 16), budget=total)
    rows = pulled(opened, where, response=response(), divided=found).set_index("lever")
    facts = daily_facts(opened).totals.iloc[-91:]
    each = facts["gmv"].sum() / facts["visits"].sum()
    # of eight weeks, 28 days; a visit leaves 4
    due = found.gain / 4 * each * 28 / 56
    assert rows.loc["divide the media money anew", "gmv"] == pytest.approx(due)
