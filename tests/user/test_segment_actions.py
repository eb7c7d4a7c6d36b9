"""Offers by segment follow the plan unless hold-outs speak against it; lots are drawn once."""

import random
import stat

import numpy as np
import pandas as pd
import pytest

from shophelm.errors import ReportError
from shophelm.methods.power import detectable_effect
from shophelm.report.send_list import write_send_list
from shophelm.shop.needs import Missing
from shophelm.user.coupon_trials import past_trials
from shophelm.user.segment_actions import (
    find_segment_actions,
    segment_action_list,
    segment_actions,
    send_list,
    shown,
)
from shophelm.user.segment_plan import (
    DISCOUNT,
    NOTHING,
    PLAN,
    RECOMMENDATION,
    TRIAL,
    choose,
    measures,
    readable,
)
from shophelm.user.sending import draw, reachable
from shophelm.user.value_grid import CELLS
from tests.hand_shop import HAND_SHOP
from tests.user.coupon_shop import COUPON_SHOP

PERSON = ["ann", "bob", "cat", "dan", "eve", "fay", "gus", "hal"]
HIGH_HIGH, LOW_HIGH, HIGH_LOW, LOW_LOW = (cell.name for cell in CELLS)
ORIGINS = {
    "live": LOW_HIGH, "content": HIGH_LOW, "search": LOW_LOW, "recommend": HIGH_HIGH,
}  # fmt: skip


def by_origin(shop):
    """Stand-in for the value grid: segments by origin, whose reactions are planted."""
    people = shop["customers"]
    known = people.filter(people.acquired_by.isin(list(ORIGINS)))
    return known.select(
        "customer_id",
        segment=known.acquired_by.cases(*ORIGINS.items(), else_=LOW_LOW),
    )


def everyone(segment):
    return lambda _: pd.DataFrame({"customer_id": PERSON, "segment": segment})


@pytest.fixture(scope="module")
def plan(sample):
    return segment_actions(sample, by_origin, trial_cost=5.0)


def measured(low, middle, high):
    names = ["worth_effect_low", "worth_effect", "worth_effect_high", "granted", "held_out"]
    return pd.Series([low, middle, high, 50.0, 40.0], index=names)


def test_the_plan_stands_unless_hold_outs_speak_against_it():
    assert [choose(s, None)[0] for s in PLAN] == [TRIAL, DISCOUNT, RECOMMENDATION, NOTHING]
    assert choose(LOW_HIGH, measured(-1, 1, 3)) == (DISCOUNT, "planned")
    assert choose(LOW_HIGH, measured(-3, -1, 1)) == (
        NOTHING,
        "hold-outs point to a loss",
    )
    assert choose(HIGH_HIGH, measured(-3, -1, 1)) == (
        NOTHING,
        "hold-outs point to a loss",
    )
    assert choose(LOW_LOW, measured(1, 2, 3)) == (
        DISCOUNT,
        "hold-outs show a gain",
    )
    assert choose(LOW_LOW, measured(-1, 2, 5)) == (NOTHING, "planned")
    assert choose(HIGH_LOW, measured(-3, -1, 1)) == (RECOMMENDATION, "planned")


def test_what_no_hold_out_covered_is_unknown():
    assert measures(None)["covered"] == 0
    assert np.isnan(measures(None)["worth_effect"])
    assert measures(measured(1, 2, 3))["covered"] == 90


def test_a_hold_out_shows_an_effect_that_just_pays_or_is_not_made():
    enough = readable(40_000, 0.02, 0.4, 0.8)
    assert enough["sends_to_know"] == 1
    held = enough["hold_out"]
    assert detectable_effect(40_000 - held, held, 0.4) <= 0.02
    # 12,559 are needed in halves: 4 · ((1.95996 + .84162) · .4 / .02)²
    assert readable(6_000, 0.02, 0.4, 0.8) == {"hold_out": 3_000, "sends_to_know": 3}
    never = readable(600, 0.02, 0.4, 0.8)
    assert np.isnan(never["hold_out"])
    assert never["sends_to_know"] == 21
    assert np.isnan(readable(600, np.nan, 0.4, 0.8)["sends_to_know"])


def test_segments_are_those_of_the_day_before_the_grant(shop):
    def by_bought(shop):
        orders = shop["orders"].filter(lambda t: t.customer_id.notnull())
        there = set(shop.frame(orders.select("customer_id"))["customer_id"])
        known = ["yes" if p in there else "no" for p in PERSON]
        return pd.DataFrame({"customer_id": PERSON, "segment": known})

    rows = past_trials(shop(**COUPON_SHOP), by_bought).set_index("customer_id")
    # ann and bob bought after they were granted it: that is the coupon's, not theirs
    assert rows["segment"].to_dict() == {
        "ann": "no", "bob": "no", "cat": "yes", "dan": "no", "eve": "no", "fay": "no",
        "gus": "yes", "hal": "no",
    }  # fmt: skip


def test_who_was_just_granted_something_or_just_bought_is_left_alone(shop):
    people = pd.DataFrame({"customer_id": PERSON})
    tables = shop(**COUPON_SHOP)
    # ann was granted R five days ago; eve was held out from it, and so got nothing
    assert reachable(tables, people)["customer_id"].tolist() == PERSON[1:]
    earlier = reachable(tables.at(pd.Timestamp("2026-11-11").date()), people)
    assert "bob" not in earlier["customer_id"].tolist()
    later = reachable(shop(**COUPON_SHOP, as_of="2026-12-08"), people)
    assert later["customer_id"].tolist() == PERSON


def test_planted_reactions_decide_the_offers(plan):
    rows = plan.set_index("segment")
    assert rows["treatment"].to_dict() == {
        HIGH_HIGH: TRIAL, LOW_HIGH: DISCOUNT, HIGH_LOW: RECOMMENDATION, LOW_LOW: NOTHING,
    }  # fmt: skip
    assert rows.loc[LOW_HIGH, "worth_effect_low"] > 0
    assert rows.loc[HIGH_LOW, "worth_effect_high"] < 0
    assert rows.loc[LOW_HIGH, "worth_in"] == "margin"
    assert rows.loc[[HIGH_HIGH, HIGH_LOW], "worth_in"].tolist() == ["unknown"] * 2
    assert rows.loc[HIGH_HIGH, "covered"] == 0


def test_without_a_hold_out_the_plan_stands_and_no_worth_is_known(shop):
    shop = shop(**COUPON_SHOP, as_of="2026-09-29")
    rows = segment_actions(shop, everyone(LOW_HIGH))
    assert rows.loc[0, ["treatment", "covered", "worth_in"]].tolist() == [DISCOUNT, 0, "unknown"]
    # cat bought nine days ago
    assert rows.loc[0, ["customers", "send"]].tolist() == [8, 7]


def test_a_gain_that_hold_outs_show_overrules_the_plan(sample):
    others = {
        "live": LOW_LOW,
        "content": LOW_HIGH,
        "search": HIGH_LOW,
        "ads": HIGH_HIGH,
    }

    def turned(shop):
        people = shop["customers"]
        known = people.filter(people.acquired_by.isin(list(others)))
        return known.select(
            "customer_id", segment=known.acquired_by.cases(*others.items(), else_="")
        )

    rows = segment_actions(sample, turned).set_index("segment")
    assert rows.loc[LOW_LOW, ["treatment", "why"]].tolist() == [
        DISCOUNT,
        "hold-outs show a gain",
    ]
    assert rows.loc[LOW_HIGH, ["treatment", "send"]].tolist() == [NOTHING, 0]


def test_worth_is_per_customer_times_those_who_get_it(plan):
    row = plan.set_index("segment").loc[LOW_HIGH]
    sent = row["send"] - np.nan_to_num(row["hold_out"])
    assert row["worth"] == pytest.approx(row["worth_effect"] * sent)


def test_sentences_and_actions_say_what_is_not_known(sample, plan):
    said = " ".join(str(s) for s in find_segment_actions(plan, currency="CNY"))
    assert "worth not known: no hold-out has covered it" in said
    assert "who was granted a coupon in the last 28 days or paid in the last 14" in said
    actions = {a.subject: a for a in segment_action_list(sample, plan)}
    assert set(actions) == {f"segment:{s}" for s in (HIGH_HIGH, LOW_HIGH, HIGH_LOW)}
    assert actions[f"segment:{HIGH_HIGH}"].worth is None
    assert actions[f"segment:{LOW_HIGH}"].worth > 0


def test_the_send_list_is_the_plan_customer_by_customer(sample, plan):
    rows = send_list(sample, by_origin, plan)
    assert rows.columns.tolist() == ["customer_id", "segment", "treatment", "in_holdout"]
    assert rows["customer_id"].is_unique
    sent = plan[plan["treatment"] != NOTHING].set_index("segment")
    assert rows["segment"].value_counts().to_dict() == sent["send"].to_dict()
    held = rows.groupby("segment")["in_holdout"].sum()
    assert held.to_dict() == sent["hold_out"].fillna(0).to_dict()
    assert held[HIGH_HIGH] > 0


def test_the_lot_knows_no_order_of_rows_and_another_salt_is_another_lot(shop):
    shop = shop(**COUPON_SHOP)
    people = pd.DataFrame({"customer_id": [f"c{i}" for i in range(500)], "segment": "a"})
    mixed = people.sample(frac=1.0, random_state=random.Random(1).randrange(99))
    held = {"a": 100.0}
    drawn = draw(people, shop, held)
    pd.testing.assert_frame_equal(draw(mixed, shop, held), drawn)
    assert drawn["in_holdout"].sum() == 100
    other = draw(people, shop, held, salt="x")["in_holdout"]
    # two lots of a fifth share a twenty-fifth: 20 ± 3 √(500 · .04 · .96)
    assert abs((other & drawn["in_holdout"]).sum() - 20) < 14
    assert not draw(people, shop, {"a": np.nan})["in_holdout"].any()


def test_no_customer_is_named_in_what_is_shown(sample, plan):
    ids = set(sample.frame(sample["customers"].select("customer_id"))["customer_id"])
    assert not ids & {str(v) for v in shown(plan).to_numpy().ravel()}
    texts = [str(s) for s in find_segment_actions(plan, currency="CNY")]
    texts += [a.action for a in segment_action_list(sample, plan)]
    assert not any(i in text for text in texts for i in ids)


def test_without_coupons_the_question_stays_open(shop):
    shop = shop(**HAND_SHOP)
    plan = segment_actions(shop, everyone(LOW_HIGH))
    assert isinstance(plan, Missing)
    assert send_list(shop, everyone(LOW_HIGH), plan) is plan
    assert write_send_list(plan, "anywhere") is plan


LIST = pd.DataFrame(
    {"customer_id": ["=c1", "c2"], "segment": "a", "treatment": "t", "in_holdout": [True, False]}
)


def test_a_send_list_is_written_on_request_only_and_for_its_owner_only(tmp_path):
    said = write_send_list(LIST, "")
    assert str(said).startswith("No send list is written")
    file = tmp_path / "send.csv"
    file.write_text("old")
    file.chmod(0o644)
    assert "2 customers" in str(write_send_list(LIST, str(file)))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_text() == (
        "customer_id,segment,treatment,in_holdout\n'=c1,a,t,True\nc2,a,t,False\n"
    )


def test_a_send_list_is_not_written_into_a_report(tmp_path):
    (tmp_path / "report.json").write_text("{}")
    (tmp_path / "below").mkdir()
    for file in (tmp_path / "send.csv", tmp_path / "below" / "send.csv"):
        with pytest.raises(ReportError, match="lies in a report's folder"):
            write_send_list(LIST, str(file))
        assert not file.exists()


def test_a_send_list_that_cannot_be_written_says_so(tmp_path):
    with pytest.raises(ReportError, match=r"cannot be written to .* \(No such file or directory\)"):
        write_send_list(LIST, str(tmp_path / "none" / "send.csv"))
