"""Payouts: by hand, sums that equal their parts to the cent, and the sample's goals by SQL."""

from datetime import date
from decimal import Decimal

import duckdb
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shophelm.shop.needs import Missing
from shophelm.team.attainment import attainment
from shophelm.team.goal_cascade import GoalCascade
from shophelm.team.payouts import find_payouts, payouts, shown
from tests.conftest import SAMPLE
from tests.team.conftest import GOALS


@pytest.fixture
def november(team):
    return team(as_of="2026-11-30")


def test_payouts_by_hand(november):
    found = payouts(november, attainment(november))
    goals = found.goals.set_index(["person_id", "metric"])[["paid", "on_settled"]]
    told = {key: tuple(row) for key, row in zip(goals.index, goals.to_numpy(), strict=True)}
    assert told == {
        # 180 of 300 is below the floor; half of visitors pay, as was asked
        ("amy", "gmv_paid"): (Decimal("0.00"), Decimal("0.00")),
        ("amy", "pay_conversion"): (Decimal("500.00"), Decimal("500.00")),
        # 219.50 of 200, the stretch at 240; of it half of 1.67 came back with a cap
        ("bob", "gmv_paid"): (Decimal("1243.75"), Decimal("1233.33")),
        ("cho", "gmv_paid"): (Decimal("0.00"), Decimal("0.00")),
        ("dee", "gmv_paid"): (Decimal("0.00"), Decimal("0.00")),
        ("dee", "smiles"): (Decimal("0.00"), Decimal("0.00")),
    }
    assert found.unknown.to_dict("records") == [
        {"person_id": "dee", "metric": "gmv_paid"}, {"person_id": "dee", "metric": "smiles"},
    ]  # fmt: skip
    # at 80 %: the three goals with a floor pay 800 each and conversion 400; dee's are not measured
    costs = dict(zip(found.costs["plan"], found.costs["cost"], strict=True))
    assert costs == {0.8: Decimal(2800), 1.0: Decimal(3500), 1.2: Decimal(5000)}
    # a point below their floors three goals pay nothing
    assert found.costs["below"].iloc[0] == Decimal(395)
    assert str(find_payouts(found, currency="CNY")[1]) == (
        "If all attain 80% of their goals a month costs ¥2,800 (a point lower, ¥395), at 100% "
        "¥3,500, at 120% ¥5,000 (+42.9%)."
    )
    assert found.cliffs[["person_id", "jump"]].to_dict("list") == {
        "person_id": ["amy", "bob", "cho"], "jump": [Decimal("800.00")] * 3,
    }  # fmt: skip


def test_projects_are_paid_for_in_the_month_they_were_judged_in(november):
    worked = pd.DataFrame(
        {
            "person_id": ["amy", "amy", "eve", "bob"],
            "kind": ["title", "page", "title", "title"],
            "judged_on": [date(2026, 11, 2), date(2026, 11, 30), date(2026, 11, 5),
                          date(2026, 10, 31)],
            "part": [1.0, 1.0, 0.5, 1.0],
        }
    )  # fmt: skip
    found = payouts(november, attainment(november), worked=worked, project_bonus=250.5)
    people = found.people.set_index("person_id")
    assert people["project_bonus"].to_dict() == {
        "amy": Decimal("501.00"), "bob": Decimal("0.00"), "cho": Decimal("0.00"),
        "dee": Decimal("0.00"), "eve": Decimal("125.25"),
    }  # fmt: skip
    assert people.at["amy", "total"] == Decimal("1001.00")


money = st.decimals(0, 10**6, places=2)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(money, money, st.floats(0, 3), st.floats(0, 3)), min_size=1, max_size=8))
def test_sums_equal_their_parts_to_the_cent(november, rows):
    people = ["amy", "bob", "cho", "dee"]
    metrics = ["gmv_paid", "pay_conversion"]
    keys = [(p, m) for p in people for m in metrics][: len(rows)]
    attained = pd.DataFrame(
        [(p, "r", date(2026, 11, 1), True, m, a, s)
         for (p, m), (_, _, a, s) in zip(keys, rows, strict=True)],
        columns=["person_id", "role", "month", "over", "metric", "attainment",
                 "settled_attainment"],
    )  # fmt: skip
    goals = pd.DataFrame(
        [(p, "2026-11-01", m, 1, 100, base, 120, base + more, 0.8)
         for (p, m), (base, more, _, _) in zip(keys, rows, strict=True)],
        columns=["person_id", "period_from", "metric", "weight", "target", "payout_at_target",
                 "stretch", "cap", "floor"],
    )  # fmt: skip
    found = payouts(_With(november, goals), attained)
    for column in ("paid", "on_settled"):
        assert found.people[column].sum() == found.goals[column].sum()
    assert (found.people["taken_back"] == found.people["paid"] - found.people["on_settled"]).all()
    assert (found.people["total"] == found.people["on_settled"]).all()
    # goals that could not be measured cost nothing
    known = [r for r in rows if r[2] == r[2]]
    assert found.costs["cost"].iloc[1] == sum(base for base, *_ in known)
    assert found.costs["cost"].iloc[2] == sum(base + more for base, more, *_ in known)
    assert found.curve["cost"].is_monotonic_increasing


class _With:
    """The shop with other goals, without writing them to a file."""

    def __init__(self, shop, goals):
        self._shop, self._goals = shop, goals

    def __getattr__(self, name):
        return getattr(self._shop, name)

    def __getitem__(self, name):
        return "goals" if name == "goals" else self._shop[name]

    def frame(self, table):
        if isinstance(table, str):
            return self._goals.assign(period_from=date(2026, 11, 1))
        return self._shop.frame(table)


def test_the_sample_costs_what_its_goals_say_by_sql(sample):
    found = payouts(sample, attainment(sample), project_bonus=500)
    base, most = duckdb.sql(
        f"""
        SELECT sum(payout_at_target::DECIMAL(18, 2)), sum(cap::DECIMAL(18, 2))
        FROM '{SAMPLE}/goals.csv' WHERE period_from = '2026-10-01' AND person_id <> 'U10'
        """
    ).fetchone()
    costs = dict(zip(found.costs["plan"], found.costs["cost"], strict=True))
    assert (costs[1.0], costs[1.2]) == (base, most)
    assert found.month == date(2026, 10, 1)
    assert str(find_payouts(found, currency="CNY")[0]).startswith("2026-10 pays ¥")
    assert shown(found)["payout_total"].sum() == found.people["total"].sum()


def test_what_the_shop_s_plan_costs_is_each_owner_s_part_of_it(november):
    """amy's part is 240 of her goal of 300, bob's 240 of 200; conversion goes with the plan."""
    people = pd.DataFrame(
        {"person_id": ["amy", "bob"], "planned": [Decimal(240)] * 2, "goal": [300.0, 200.0]}
    )
    shared = GoalCascade(date(2026, 11, 1), Decimal(480), people, pd.DataFrame())
    found = payouts(november, attainment(november), shared=shared)
    costs = dict(zip(found.costs["plan"], found.costs["cost"], strict=True))
    # at plan amy attains .8, bob 1.2, cho as the plan; at 80 % .64, .96 and .8
    assert costs[1.0] == Decimal(800 + 500 + 1500 + 1000)
    assert costs[0.8] == Decimal(0 + 400 + 960 + 800)
    assert "If the shop makes 80% of its plan a month" in str(
        find_payouts(found, currency="CNY")[1]
    )


def test_a_cap_without_a_stretch_is_a_cliff_at_the_target(team):
    goals = GOALS.replace("200.00,1000.00,240.00,1500.00,0.8", "200.00,1000.00,,1500.00,")
    opened = team(as_of="2026-11-30", goals=goals)
    cliffs = payouts(opened, attainment(opened)).cliffs.set_index("person_id")
    assert cliffs.loc["bob", ["at", "jump"]].tolist() == [1.0, Decimal("500.00")]


def test_who_just_missed_a_floor_stands_at_a_cliff(november):
    attained = attainment(november)
    amy = (attained["person_id"] == "amy") & (attained["metric"] == "gmv_paid")
    attained.loc[amy, ["attainment", "settled_attainment"]] = [0.95, 0.79]
    found = payouts(november, attained)
    assert found.cliffs.loc[found.cliffs["near"], "person_id"].tolist() == ["amy"]
    assert "3 goals have such a cliff, just below it: amy." in str(
        find_payouts(found, currency="CNY")[2]
    )


def test_without_a_month_that_is_over_nothing_is_paid(team):
    opened = team(as_of="2026-10-15")
    attained = attainment(team())
    running = attained[~attained["over"]]
    assert isinstance(payouts(opened, running), Missing)
