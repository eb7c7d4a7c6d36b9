"""What to do about the team: each finding its action, its owner and its worth."""

from decimal import Decimal

import pandas as pd

from shophelm.shop.needs import Missing
from shophelm.strategy.cascade import cascade
from shophelm.team.advice import find_headline, steps
from shophelm.team.attainment import attainment
from shophelm.team.cuts_worth import cuts_worth
from shophelm.team.dossiers import Case
from shophelm.team.gaming import gaming
from shophelm.team.goal_cascade import goal_cascade
from shophelm.team.ownership import ownership
from shophelm.team.payouts import find_payouts, payouts
from shophelm.team.scorecard import scorecard

NONE = Missing("x", "orders", "Not here.")
NAMES = ("found", "shared", "scores", "paid", "signs", "cuts", "supply")


def asked(shop, **given):
    return steps(shop, **dict.fromkeys(NAMES, NONE) | given)


def test_nothing_known_asks_for_nothing(team):
    assert asked(team()) == []


def test_orphans_get_owners_and_goals_that_can_be_moved(team):
    opened = team()
    named, mended = asked(opened, found=ownership(opened))
    assert (named.kind, named.subject) == ("name an owner", "channel:ads")
    assert named.action == "Name an owner for ads: 55% of the money of channels is nobody's."
    assert mended.action == (
        "Give dee (designer) a goal they can move, or what moves GMV paid: they own no product and "
        "no channel."
    )
    assert {a.owner_role for a in (named, mended)} == {"operations manager"}


def test_the_sample_s_actions_name_what_was_planted(sample):
    attained = attainment(sample)
    signs = gaming(sample)
    found = asked(
        sample, found=ownership(sample), shared=goal_cascade(sample, cascade(sample)),
        scores=scorecard(sample), paid=payouts(sample, attained), signs=signs,
        cuts=cuts_worth(sample, signs),
    )  # fmt: skip
    by_kind = {a.kind: a for a in found}
    assert by_kind["mend a goal"].subject == "person:U10"
    ended = by_kind["look into month ends"]
    assert ended.subject == "person:U04"
    assert ended.worth_low < ended.worth < ended.worth_high
    assert ended.worth_in == "margin"
    assert by_kind["name an owner"].subject == "channel:recommend"
    learners = [a for a in found if a.kind == "learn from the best"]
    assert {a.subject for a in learners} == {"person:U02", "person:U04", "person:U05"}
    assert all("with U06: " in a.action for a in learners)
    assert "U03 ¥" in by_kind["set goals by the plan"].action
    said = str(find_headline(payouts(sample, attained), signs, currency="CNY"))
    assert said.startswith("In 2026-10 5 of 16 goals were reached; they pay ¥")
    assert said.endswith(" There are signs that U04 makes the figure at the month's end.")


def test_the_headline_names_nobody_where_nothing_is_found(team):
    opened = team(as_of="2026-11-30")
    signs = pd.DataFrame({"person_id": ["amy"], "sign": ["price"], "found": [False]})
    paid = payouts(opened, attainment(opened))
    # bob's 219.50 of 200 pay 1,243.75, and 1,233.33 without half a cap; amy's conversion 500
    said = "In 2026-11 2 of 4 goals were reached; they pay ¥1,733, ¥10 less than before refunds."
    assert str(find_headline(paid, signs, currency="CNY")) == said
    assert str(find_headline(paid, NONE, currency="CNY")) == said
    bare = team(as_of="2026-11-30", refunds="refund_id,order_id,refunded_at,amount\n")
    paid = payouts(bare, attainment(bare))
    assert str(find_headline(paid, NONE, currency="CNY")) == (
        "In 2026-11 2 of 4 goals were reached; they pay ¥1,744."
    )
    assert "no refunds are known" in str(find_payouts(paid, currency="CNY")[0])


def test_month_ends_are_looked_into_where_their_cost_is_not_known(team):
    signs = pd.DataFrame({"person_id": ["amy"], "sign": ["orders"], "found": [True]})
    (action,) = asked(team(), signs=signs)
    assert action.worth is None
    assert action.action == (
        "Ask amy what happens in a month's last days, and pay on settled money."
    )


def test_a_lead_time_is_bought_only_where_it_surely_wins(team):
    def case(low):
        terms = pd.DataFrame([{"improvement": "7 days shorter", "pay": 20.0, "won": 100.0,
                               "won_low": low, "won_high": 150.0}])  # fmt: skip
        tables = {"terms": terms, "curve": pd.DataFrame({"supplier_id": ["S1"]})}
        return Case("supply", None, (), (), (), tables)

    (action,) = asked(team(), supply=case(50.0))
    assert action.subject == "supplier:S1"
    assert action.action.startswith("Ask S1 for 7 days shorter lead times, for up to ¥20 more an")
    assert (action.worth, action.worth_low) == (Decimal("100.0"), Decimal("50.0"))
    assert asked(team(), supply=case(-1.0)) == []


def test_who_missed_a_floor_by_little_is_a_reason_to_smooth_it(team):
    opened = team(as_of="2026-11-30")
    attained = attainment(opened)
    amy = (attained["person_id"] == "amy") & (attained["metric"] == "gmv_paid")
    attained.loc[amy, ["attainment", "settled_attainment"]] = [0.95, 0.79]
    (action,) = asked(opened, paid=payouts(opened, attained))
    assert action.action == (
        "Let payouts rise steadily from the floor: amy missed ¥800 in 2026-11 by two points or "
        "less."
    )
