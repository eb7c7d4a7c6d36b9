"""The plan by person: whole cents on any plan, by hand, and on the sample."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shophelm.shop.needs import Missing
from shophelm.strategy.cascade import cascade
from shophelm.team.goal_cascade import NOBODY, find_goal_cascade, goal_cascade

DAY = date(2026, 11, 3)


def plan(channels, categories, day=DAY):
    cells = [(day, name, cents) for name, cents in channels.items()]
    kinds = [(day, name, cents) for name, cents in categories.items()]
    return SimpleNamespace(
        cells=pd.DataFrame(cells, columns=["day", "channel", "gmv"]),
        categories=pd.DataFrame(kinds, columns=["day", "category", "gmv"]),
    )


def test_a_plan_by_hand(team):
    found = goal_cascade(
        team(), plan({"search": 60000, "ads": 40000}, {"apparel": 70000, "hats": 30000})
    )
    people = found.people.set_index(["kind", "person_id"])["planned"].to_dict()
    # tee sold 140 and coat 179.50 of apparel; caps are owned by both
    assert people == {
        ("product", "amy"): Decimal("456.73"), ("product", "bob"): Decimal("543.27"),
        ("channel", "cho"): Decimal(600), ("channel", NOBODY): Decimal(400),
    }  # fmt: skip
    assert pytest.approx(456.73, abs=0.01) == 700 * 140 / 319.5 + 150
    off = found.people.set_index("person_id")["off"]
    assert off["cho"] == pytest.approx(400 / 600 - 1)
    assert [str(s) for s in find_goal_cascade(found, currency="CNY")] == [
        "The goals of those who own products add up to ¥500 in 2026-11: 50% of their part of the "
        "plan.",
        "The goals of those who own channels add up to ¥400 in 2026-11: 67% of their part of the "
        "plan.",
        "Farthest off is bob: a goal of ¥200 where their part of the plan is ¥543 (−63.2%).",
        "40% of the plan is to come from channels that nobody owns.",
    ]


@pytest.fixture
def opened(team):
    return team()


amounts = st.integers(0, 10**9)
NAMES = ("search", "ads", "live")
KINDS = ("apparel", "hats", "boats")


@settings(
    max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(st.lists(amounts, min_size=3, max_size=3), st.lists(amounts, min_size=2, max_size=2))
def test_each_kind_adds_up_to_the_plan_to_the_cent(opened, first, second):
    if sum(first) == 0:
        return
    # the same money cut by category: what the first two leave is the third's
    cut = [min(second[0], sum(first)), 0]
    cut[1] = min(second[1], sum(first) - cut[0])
    kinds = [*cut, sum(first) - sum(cut)]
    asked = plan(dict(zip(NAMES, first, strict=True)), dict(zip(KINDS, kinds, strict=True)))
    found = goal_cascade(opened, asked)
    sums = found.people.groupby("kind")["planned"].sum()
    assert sums.to_dict() == dict.fromkeys(["product", "channel"], Decimal(sum(first)) / 100)
    assert found.planned == Decimal(sum(first)) / 100
    assert all(p >= 0 for p in found.people["planned"])


def test_what_cannot_be_known_is_missing(team):
    none = Missing("plan", "orders", "No plan.")
    assert goal_cascade(team(), none) is none
    other = plan({"search": 100}, {"hats": 100}, day=date(2026, 12, 1))
    assert isinstance(goal_cascade(team(), other), Missing)


def test_the_sample_s_plan_of_the_month_is_shared_out_whole(sample):
    found = goal_cascade(sample, cascade(sample))
    sums = found.people.groupby("kind")["planned"].sum()
    assert sums["product"] == sums["channel"] == found.planned
    month = pd.read_csv("data/sample/targets.csv")
    month = month[(month["scope"] == "shop") & (month["metric"] == "gmv_paid")]
    month = month[(month["period_from"] == "2026-11-01") & (month["period_to"] == "2026-11-30")]
    assert float(found.planned) == pytest.approx(month["value"].iloc[0], abs=0.005)


def test_who_owns_products_and_channels_has_one_goal(team):
    people = """
        person_id,role,products,channels
        amy,m,tee;cap,search
        bob,m,coat,
        cho,c,,ads
    """
    asked = plan({"search": 60000, "ads": 40000}, {"apparel": 70000, "hats": 30000})
    found = goal_cascade(team(people=people), asked)
    goal = found.people.set_index(["kind", "person_id"])["goal"]
    assert goal[("product", "amy")] == 300
    assert pd.isna(goal[("channel", "amy")])
    assert str(find_goal_cascade(found, currency="CNY")[1]) == (
        "The goals of those who own channels add up to ¥400 in 2026-11: 100% of their part of the "
        "plan; no goal of money is held against that of amy."
    )


def test_a_plan_without_categories_is_shared_along_channels_only(team):
    found = goal_cascade(team(), plan({"search": 100, "ads": 0}, {}))
    assert found.people["kind"].unique().tolist() == ["channel"]
