"""The weekly review: an agenda by hand, decisions and their outcomes, and a case that is true."""

from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from shophelm.actions import Action
from shophelm.data.followup import by_kind, outcomes, told
from shophelm.notebook import read_actions
from shophelm.shop.needs import Missing
from shophelm.team.attainment import attainment
from shophelm.team.decisions import (
    case_worth_sharing,
    decided,
    find_case,
    find_decided,
    worked,
)
from shophelm.team.weekly_review import agenda, find_agenda
from tests.team.conftest import GOALS

NONE = Missing("x", "orders", "Not here.")
LEDGER = pd.DataFrame(
    [
        ("A1", "title", "product:tee", "Mend the title", "merchandiser", date(2026, 10, 20),
         date(2026, 11, 20), "proposed", None, None, Decimal(90)),
        ("A2", "title", "product:coat", "Mend the title", "merchandiser", date(2026, 11, 10),
         date(2026, 12, 8), "proposed", None, None, Decimal(80)),
        ("A3", "stock", "supplier:S", "Order more", "buyer", date(2026, 9, 1),
         date(2026, 11, 1), "accepted", date(2026, 9, 9), None, None),
        ("A4", "page", "product:cap", "Show the size", "designer", date(2026, 10, 1),
         date(2026, 11, 12), "done", date(2026, 10, 9), date(2026, 10, 16), Decimal(50)),
        ("A5", "page", "product:tee", "Show the size", "designer", date(2026, 10, 1),
         date(2026, 11, 12), "done", date(2026, 10, 9), date(2026, 10, 16), Decimal(50)),
        ("A6", "gift", "product:tee", "Give a bag", "designer", date(2026, 11, 1),
         date(2026, 12, 1), "rejected", date(2026, 11, 9), None, Decimal(5)),
    ],
    columns=["action_id", "kind", "subject", "action", "owner_role", "proposed_on", "due_on",
             "status", "decided_on", "done_on", "worth"],
)  # fmt: skip


def asked(shop, **given):
    missing = {"unusual": NONE, "proposed": NONE, "attained": NONE, "ledger": LEDGER.iloc[:0]}
    return agenda(shop, **missing | given, currency="CNY")


def test_what_waits_for_an_answer_and_what_is_late_is_on_the_agenda(team):
    frame = asked(team(), ledger=LEDGER)
    assert frame[["item", "owner", "decision"]].to_numpy().tolist() == [
        ["Title (product:tee)", "amy", "Accept or reject it."],
        ["Stock (supplier:S)", "buyer", "Do it by a day that is named, or drop it."],
    ]
    assert frame["evidence"].tolist() == [
        "Mend the title: proposed on 2026-10-20, worth ¥90 in 28 days.",
        "Order more: due on 2026-11-01, worth not known in 28 days.",
    ]


def test_goals_behind_what_is_due_are_on_the_agenda(team):
    own = "cho,2026-11-01,gmv_paid,1.0,"
    opened = team(goals=GOALS.replace(f"{own}400", f"{own}500"))
    frame = asked(opened, attained=attainment(opened))
    # 15 of 30 days are over: of 500 half is due, and 95 + 60 + 30 came
    assert frame["owner"].tolist() == ["cho"]
    assert frame["money_at_stake"].tolist() == pytest.approx([250 - 185])


def test_the_first_days_of_a_month_are_no_reason_to_call_a_goal_behind(team):
    own = "cho,2026-11-01,gmv_paid,1.0,"
    opened = team(as_of="2026-11-09", goals=GOALS.replace(f"{own}400", f"{own}900"))
    attained = attainment(opened)
    assert attained.loc[attained["person_id"] == "cho", "attainment"].item() < 0.9
    assert asked(opened, attained=attained).empty


def test_items_of_unknown_worth_are_not_all_cut_first(team):
    dear = pd.concat([LEDGER.iloc[:1]] * 12, ignore_index=True)
    frame = asked(team(), ledger=pd.concat([dear, LEDGER.iloc[2:3]], ignore_index=True))
    assert frame["item"].tolist()[-2:] == ["Title (product:tee)", "Stock (supplier:S)"]
    assert len(frame) == 8


def test_alerts_and_proposals_have_owners_and_money(team):
    unusual = pd.DataFrame(
        [(date(2026, 11, 9), date(2026, 11, 10), "visitors of channel search", "count", 100.0, 50.0,
          -0.5, 0.001, -400.0, "Its spend went to 0%.", "channel", "search")],
        columns=["first", "last", "figure", "unit", "expected", "now", "expected_change", "p_value",
                 "gmv_gap", "why", "by", "slice"],
    )  # fmt: skip
    action = Action(
        kind="high cart, low pay", subject="product:coat", action="Find out why.",
        owner_role="product manager", metric="pay_conversion", due_on=date(2026, 12, 13),
        worth=Decimal(100), worth_low=Decimal(10), worth_high=Decimal(200), worth_in="margin",
    )  # fmt: skip
    frame = asked(team(), unusual=unusual, proposed=[action])
    assert frame["item"].tolist() == [
        "Visitors of channel search, 2026-11-09 to 2026-11-10", "High cart, low pay",
    ]  # fmt: skip
    assert frame["owner"].tolist() == ["cho", "bob"]
    assert frame["evidence"].tolist() == [
        "50 for 100 expected (−50.0%). Its spend went to 0%.",
        "80% interval of its worth ¥10 to ¥200 in 28 days. To be judged by pay_conversion on "
        "2026-12-13.",
    ]
    assert frame["money_at_stake"].tolist() == [400, 100]
    assert str(find_agenda(frame)) == "2 items to decide."


def test_what_waits_in_the_ledger_is_not_asked_for_twice(team):
    action = Action(
        kind="title", subject="product:tee", action="Mend the title.", owner_role="merchandiser",
        metric="visitors", due_on=date(2026, 12, 13),
    )  # fmt: skip
    frame = asked(team(), proposed=[action], ledger=LEDGER)
    assert frame["item"].tolist() == ["Title (product:tee)", "Stock (supplier:S)"]


def test_alike_actions_that_turned_out_otherwise_stand_apart(team):
    frame = decided(team(), LEDGER, {"A4": "It worked.", "A5": "It did harm."})
    assert frame["outcome"].tolist() == ["It worked.", "It did harm.", ""]


def test_an_empty_week_is_said(team):
    assert str(find_agenda(asked(team()))) == "Nothing of this week needs a decision."
    assert find_agenda(NONE) is NONE


def test_the_agenda_is_cut_and_says_so(team):
    many = pd.concat([LEDGER.iloc[:1]] * 12, ignore_index=True)
    frame = asked(team(), ledger=many)
    assert len(frame) == 8
    assert str(find_agenda(frame)).startswith(
        "8 items to decide, and 4 more: of less worth, or of none that is known; amy has most"
    )


def test_decisions_of_the_week_stand_with_their_outcomes(team):
    """Done on 16 October is judged on 12 November; those alike are one row."""
    frame = decided(team(), LEDGER, {"A4": "It worked.", "A5": "It worked."})
    assert frame[["action", "owner", "status", "outcome"]].to_numpy().tolist() == [
        ["Show the size", "amy and bob", "done", "It worked."],
        ["Give a bag", "amy", "rejected", ""],
    ]
    assert str(find_decided(frame, LEDGER)) == (
        "In the last 7 days 2 things were decided, done or judged."
    )
    quiet = decided(team(as_of="2026-11-30"), LEDGER, NONE)
    assert str(find_decided(quiet, LEDGER)) == (
        "Nothing was decided, done or judged in the last 7 days; the last decision is of "
        "2026-11-09."
    )
    assert str(find_decided(quiet, LEDGER.iloc[:1])) == "The ledger holds no decision yet."


def measured(*effects, day=date(2026, 10, 16)):
    """Outcomes of kinds: (kind, subject, effect, standard error of its logarithm)."""
    rows = [
        {"action_id": f"A{n}", "kind": kind, "subject": subject, "metric": "cart_rate",
         "done_on": day, "controls": 5 + n, "effect": effect,
         "effect_low": (1 + effect) * np.exp(-1.96 * error) - 1,
         "effect_high": (1 + effect) * np.exp(1.96 * error) - 1, "brought": 1000 * effect}
        for n, (kind, subject, effect, error) in enumerate(effects, 1)
    ]  # fmt: skip
    frame = pd.DataFrame(rows)
    frame["verdict"] = np.where(frame["effect_low"] > 0, "worked", "not known yet: too few cases")
    kinds = frame.rename(columns={"controls": "actions"}).assign(measured=1, worth=0.0)
    return frame, kinds


def test_the_case_is_the_sure_one_that_brought_most(team):
    frame, kinds = measured(
        ("title", "product:tee", 0.3, 0.05), ("page", "product:cap", 0.5, 0.05),
        ("gift", "product:coat", 0.9, 0.4),
    )  # fmt: skip
    case = case_worth_sharing(team(), LEDGER, frame, kinds)
    assert (case.kind, case.subjects, case.owners) == ("page", "Cap", "amy and bob")
    assert str(find_case(case, currency="CNY")) == (
        "Worth sharing: amy and bob did “Mend the title” to Cap, last on 2026-10-16. Cart rate "
        "moved by +50.0% (95% interval +36.0% to +65.4%) against 7 or more alike that were left "
        "alone, which brought ¥500 of GMV. Its chance is corrected for all 3 kinds of action that "
        "could be measured."
    )


def test_what_is_sure_only_by_itself_is_no_case_among_many(team):
    frame, kinds = measured(
        ("title", "product:tee", 0.105, 0.05), ("page", "product:cap", 0.0, 0.05),
        ("gift", "product:coat", 0.0, 0.05),
    )  # fmt: skip
    assert kinds["verdict"].iloc[0] == "worked"
    assert case_worth_sharing(team(), LEDGER, frame, kinds) is None
    assert "no case to share" in str(find_case(None, currency="CNY"))


def test_an_old_case_is_no_news(team):
    frame, kinds = measured(("title", "product:tee", 0.5, 0.05), day=date(2026, 1, 1))
    assert case_worth_sharing(team(), LEDGER, frame, kinds) is None
    assert case_worth_sharing(team(), LEDGER, NONE, kinds) is NONE


def test_projects_that_worked_belong_to_the_owners(team):
    frame, kinds = measured(
        ("title", "product:cap", 0.5, 0.05), ("gift", "product:coat", 0.0, 0.4),
        ("title", "category:apparel", 0.5, 0.05),
    )  # fmt: skip
    found = worked(team(), frame, kinds)
    assert found.to_numpy().tolist() == [
        ["amy", "title", date(2026, 11, 12), 0.5], ["bob", "title", date(2026, 11, 12), 0.5],
    ]  # fmt: skip
    assert worked(team(), NONE, NONE).empty


def test_one_project_of_a_month_counts_once_and_only_where_it_moved_something(team):
    frame, kinds = measured(("title", "product:tee", 0.5, 0.05))
    other = frame.assign(action_id="A2", done_on=date(2026, 10, 14))
    failed = frame.assign(action_id="A3", subject="product:coat", effect=-0.1)
    found = worked(team(), pd.concat([frame, other, failed], ignore_index=True), kinds)
    assert found.to_numpy().tolist() == [["amy", "title", date(2026, 11, 12), 1.0]]


def test_a_kind_that_is_sure_only_by_itself_is_no_project(team):
    frame, kinds = measured(
        ("title", "product:tee", 0.105, 0.05), ("page", "product:cap", 0.0, 0.05),
        ("gift", "product:coat", 0.0, 0.05),
    )  # fmt: skip
    assert worked(team(), frame, kinds).empty


def test_no_planted_failure_is_told_as_a_case(planted):
    shop, truth = planted
    actions = read_actions(shop)
    results = outcomes(shop, actions)
    case = case_worth_sharing(shop, actions, results, by_kind(results))
    failed = {
        actions.set_index("subject").at[f"product:{a['product_id']}", "kind"]
        for a in truth["actions"] if not a["worked"]
    }  # fmt: skip
    assert failed == {"gift"}
    assert case is None or case.kind not in failed
    assert set(told(results, by_kind(results)))


def test_what_was_rejected_lately_is_not_asked_for_again_and_what_is_new_is(team):
    def proposed(kind, subject):
        return Action(
            kind=kind, subject=subject, action="Do it.", owner_role="x", metric="visitors",
            due_on=date(2026, 12, 13),
        )  # fmt: skip

    # the gift was rejected six days ago, the title of coat proposed five days ago
    both = [proposed("gift", "product:tee"), proposed("title", "product:coat")]
    frame = asked(team(), proposed=both, ledger=LEDGER)
    assert frame["item"].tolist() == ["Title (product:tee)", "Stock (supplier:S)", "Title"]
