"""Verdicts on page tests: planted truth, trials at the edges, and identities."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

from shophelm.shop.needs import Missing
from shophelm.shop.refund_ages import ripe_age
from shophelm.store import page_test_verdicts as verdicts
from shophelm.store.page_test_list import listed, planned_shares
from shophelm.store.page_tests import latest, page_tests, shown
from shophelm.store.page_tests_told import find_page_tests, page_test_actions
from tests.store.page_test_shop import TABLES, opened_in

SCENE, BADGE = "exp_scene_photo", "exp_shipping_badge"


@pytest.fixture(scope="module")
def truly(planted):
    opened, truth = planted
    tests = {t["experiment_id"]: t for t in truth["experiments"]}
    return opened, page_tests(opened, winsorise=0.999), tests


def row(frame, **wanted):
    for name, value in wanted.items():
        frame = frame[frame[name] == value]
    (one,) = frame.to_dict("records")
    return one


def errors_off(row, planted):
    """By how many standard errors of its logarithm a lift lies off what was planted."""
    low, lift, high = np.log1p([row["lift_low"], row["lift"], row["lift_high"]])
    return abs(lift - np.log1p(planted)) / ((high - low) / 2 / 1.96)


def test_carts_per_view_rise_by_what_was_planted(truly):
    _, found, truth = truly
    scene = row(found.metrics, experiment_id=SCENE, metric="carts_per_view")
    # carting is multiplied visit by visit; the chance of a visit is capped, so a little less
    arms = truth[SCENE]["arms"]["scene_photo"]
    planted = arms["expected_carting_visits"] / arms["expected_carting_visits_without_effect"] - 1
    assert planted == pytest.approx(0.30, abs=0.01)
    # of six shops one may well lie outside its 95% interval; none may lie far outside
    assert errors_off(scene, planted) < 3.3
    assert scene["p_corrected"] < 0.001


def test_the_planted_photo_is_shipped_and_the_null_badge_is_not(truly):
    _, found, truth = truly
    photo, badge = (row(found.verdicts, experiment_id=e) for e in (SCENE, BADGE))
    assert photo["verdict"] == verdicts.SHIP
    assert photo["variant"] == truth[SCENE]["treatment"]
    assert truth[BADGE]["null"]
    assert badge["verdict"] in (verdicts.STOP, verdicts.UNKNOWABLE, verdicts.RUN_ON)
    assert photo["lift_low"] > 0
    assert photo["risk"] < photo["worth_high"]
    assert photo["worth_low"] < photo["worth"] < photo["worth_high"]


def test_the_rise_of_the_cart_rate_is_the_one_that_follows_from_what_was_planted(truly):
    """Carting visits of a visitor vary as a gamma of Poissons, whose shape the control tells.

    30 % more carting visits are fewer than 30 % more visitors who cart: regulars cart anyway.
    """
    _, found, truth = truly
    rate = row(found.metrics, experiment_id=SCENE, metric="cart_rate")
    arms = truth[SCENE]["arms"]

    def visits(arm, name):
        return arms[arm][name] / arms[arm]["visitors"]

    def share(mean, shape):
        return 1 - (1 + mean / shape) ** -shape

    usual = visits("plain_photo", "expected_carting_visits")
    shape = optimize.brentq(lambda k: share(usual, k) - rate["mean_control"], 0.05, 50)
    both = ("expected_carting_visits", "expected_carting_visits_without_effect")
    treated, untreated = (share(visits("scene_photo", name), shape) for name in both)
    planted = treated / untreated - 1
    assert 0.1 < planted < 0.2
    # five shops are looked at: the wider of the intervals
    assert rate["always_low"] < planted < rate["always_high"]


def test_people_are_those_planted_and_the_split_is_fair(truly):
    _, found, truth = truly
    for test in (SCENE, BADGE):
        one = row(found.verdicts, experiment_id=test)
        arms = truth[test]["arms"]
        assert one["people"] == sum(a["visitors"] for a in arms.values())
        assert one["split_p"] > 0.001
        primary = row(found.metrics, experiment_id=test, metric="cart_rate")
        assert primary["n"] == arms[primary["variant"]]["visitors"]


def test_the_null_badge_moves_nothing_beyond_chance(truly):
    _, found, _ = truly
    badge = found.metrics[found.metrics["experiment_id"] == BADGE]
    assert (badge["p_corrected"] > 0.01).all()
    assert (badge["always_low"] < 0).all()
    assert (badge["always_high"] > 0).all()


def test_every_sentence_is_about_its_test(truly):
    opened, found, _ = truly
    said = [str(s) for s in find_page_tests(found, currency="CNY")]
    assert said[0].startswith(
        f"{SCENE} (首图换成场景图, does it raise carting?): Ship scene_photo."
    )
    assert "The risk of shipping scene_photo: ¥" in said[0]
    assert said[1].startswith(f"{BADGE} (")
    assert "The risk of keeping grey_badge: ¥" in said[1]
    assert not any("{" in s or "nan" in s or "None" in s for s in said)
    first = page_test_actions(opened, found)[0]
    assert first.subject == f"experiment:{SCENE}"
    assert first.metric == "cart_rate"
    assert first.worth_low < first.worth < first.worth_high
    assert first.worth_in == "margin"


def test_the_table_shows_what_is_listed(truly):
    table = shown(truly[1])
    assert len(table) == 20
    assert table["figure"].iloc[0] == "cart rate"
    assert table["primary"].tolist()[:2] == [True, False]
    assert set(latest(truly[1])["experiment_id"]) == {SCENE}


# many tests in one shop, since opening one takes longer than a test: who carts does so at once


def made(tests, *, days=14):
    """Tables of tests: name → (variant → (people, how many cart)), and what else the test has."""
    plans = (
        "experiment_id,question,unit,started_on,ended_on,control_variant,primary_metric,"
        "planned_split\n"
    )
    seen = "experiment_id,visitor_id,variant,first_seen_at\n"
    events = "event_id,visitor_id,occurred_at,kind\n"
    for test, (arms, more) in tests.items():
        plan = {
            "ended": "2026-10-14",
            "metric": "cart_rate",
            "split": ";".join(f"{a}:1" for a in arms),
        }
        plan |= more
        plans += f"{test},Is it better?,visitor,2026-10-01,{plan['ended']},a,{plan['metric']},"
        plans += f"{plan['split']}\n"
        for arm, (people, carts) in arms.items():
            for i in range(people):
                who, day = f"{test}{arm}{i}", f"2026-10-{1 + i % days:02d}"
                seen += f"{test},{who},{arm},{day} 09:00:00\n"
                events += f"e{who},{who},{day} 09:01:00,{'cart' if i < carts else 'view'}\n"
    return {"experiments": plans, "exposures": seen, "events": events}


GAIN = {"a": (400, 80), "b": (400, 108)}
LITTLE = {"a": (400, 80), "b": (400, 84)}
UNEVEN = {"a": (400, 80), "b": (300, 150)}
CASES = {
    "gain": (GAIN, {}),
    "running": (GAIN, {"ended": ""}),
    "little": (LITTLE, {}),
    "worse": ({"a": (600, 200), "b": (600, 130)}, {}),
    "flat": ({"a": (600, 300), "b": (600, 300)}, {}),
    "uneven": (UNEVEN, {}),
    "uneven as planned": (UNEVEN, {"split": "a:4;b:3"}),
    "not planned": ({"a": (400, 80), "b": (400, 150)}, {"split": "a:0.5;c:0.5"}),
    "several": ({"a": (400, 80), "b": (400, 84), "c": (400, 130), "d": (400, 108)}, {}),
    "happiness": (LITTLE, {"metric": "happiness"}),
    "money": (LITTLE, {"metric": "gmv_settled"}),
    "nobody carts": ({"a": (5, 0), "b": (5, 0)}, {}),
    "control alone": ({"a": (5, 2)}, {}),
    "no control": ({"b": (5, 2)}, {}),
    "one each": ({"a": (1, 1), "b": (1, 0)}, {}),
}


@pytest.fixture(scope="module")
def hand(tmp_path_factory):
    return opened_in(tmp_path_factory.mktemp("hand"), TABLES, as_of="2026-11-20")


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    return opened_in(tmp_path_factory.mktemp("cases"), made(CASES), as_of="2026-10-14")


@pytest.fixture(scope="module")
def read(cases):
    return page_tests(cases)


def verdict(found, test):
    return row(found.verdicts, experiment_id=test)


def said(found, test):
    (one,) = (
        s for s in map(str, find_page_tests(found, currency="CNY")) if s.startswith(f"{test} (")
    )
    return one


def test_a_finished_test_is_decided_by_its_fixed_interval_a_running_one_by_the_other(cases):
    found = page_tests(cases, smallest_effect=0.3)
    # 20 % against 27 %: enough for one look, and not for who looks every day
    values = [np.arange(400) < yes for yes in (108, 80)]
    welch = stats.ttest_ind(*values, equal_var=False)
    finished, running = (
        row(found.metrics, experiment_id=t, primary=True) for t in ("gain", "running")
    )
    assert finished["p_value"] == running["p_value"] == pytest.approx(welch.pvalue)
    assert verdict(found, "gain")["verdict"] == verdicts.SHIP
    one = verdict(found, "running")
    assert (one["state"], one["verdict"]) == ("running", verdicts.RUN_ON)
    assert one["lift_low"] == running["always_low"] < 0
    action = next(
        a for a in page_test_actions(cases, found, most=99) if a.subject == "experiment:running"
    )
    assert action.action.startswith("Let it run: running, for ")
    assert (action.worth, action.worth_in) == (None, "unknown")


def test_days_more_are_those_until_the_effect_is_seen(cases):
    one = verdict(page_tests(cases, smallest_effect=0.25, most_days=500), "little")
    # 20 % and an effect of 5 points, reckoned with each arm's own variance as they were:
    # 2.8016² (.2 × .8 + .21 × .79) / .05² = 1,023 an arm, 57.1 people a day came
    assert one["a_day"] == pytest.approx(800 / 14)
    assert one["days_more"] == pytest.approx(2 * (1023 - 400) / (800 / 14), abs=1)
    assert one["verdict"] == verdicts.RUN_ON
    few = page_tests(cases, smallest_effect=0.25, most_days=20)
    assert verdict(few, "little")["verdict"] == verdicts.UNKNOWABLE
    assert "It can't be known at this traffic: to see an effect of ±25% takes 22 days" in said(
        few, "little"
    )


def test_a_test_that_is_worse_or_cannot_be_better_is_stopped(cases, read):
    assert verdict(read, "worse")["verdict"] == verdicts.STOP
    assert said(read, "worse").startswith(
        "worse (Is it better?): Stop, and keep a. Cart rate: 21.67% with b, 33.33% with a; −35.0% "
    )
    flat = verdict(page_tests(cases, smallest_effect=0.2), "flat")
    # Fieller: (1 − r)² = k (1 + r²) with k = 1.962² / 599, r = (1 + √(1 − (1 − k)²)) / (1 − k)
    assert flat["lift_high"] == pytest.approx(0.1204, abs=0.0001)
    assert flat["verdict"] == verdicts.STOP


def test_a_broken_split_is_not_read_out(read):
    assert verdict(read, "uneven")["verdict"] == verdicts.BROKEN
    # chi-square (50² + 50²) / 350 = 14.29
    assert said(read, "uneven").startswith(
        "uneven (Is it better?) must not be read out: so uneven a split of 700 people comes about "
        f"by chance in {stats.chi2.sf(100 / 7, 1):.4%} of tests."
    )
    assert verdict(read, "uneven as planned")["verdict"] == verdicts.SHIP
    assert verdict(read, "not planned")["verdict"] == verdicts.BROKEN


def test_of_several_arms_the_best_is_shipped_after_holms_correction(read):
    one = verdict(read, "several")
    assert (one["verdict"], one["variant"]) == (verdicts.SHIP, "c")
    several = read.metrics[read.metrics["primary"] & (read.metrics["experiment_id"] == "several")]
    p = several.set_index("variant")
    # d alone would have stood at p = .02; as the second of three it counts twice
    assert p.loc["d", "p_corrected"] == pytest.approx(2 * p.loc["d", "p_value"])
    assert p.loc["c", "p_corrected"] == pytest.approx(3 * p.loc["c", "p_value"])


@pytest.mark.parametrize(
    "test", ["happiness", "money", "nobody carts", "control alone", "no control"]
)
def test_what_cannot_be_measured_is_not_decided(cases, read, test):
    assert verdict(read, test)["verdict"] == verdicts.UNMEASURED
    assert said(read, test).startswith(
        f"{test} (Is it better?) can't be decided: nothing is known of "
    )
    subjects = [a.subject for a in page_test_actions(cases, read, most=99)]
    assert f"experiment:{test}" not in subjects


def test_two_people_are_no_test(read):
    assert verdict(read, "one each")["verdict"] in (verdicts.UNMEASURED, verdicts.UNKNOWABLE)


def test_settled_money_is_provisional_while_refunds_can_still_come(hand):
    # the three refunds came after 31, 19 and 3 days: 95 % of them within 31
    early = hand.at(date(2026, 11, 10))
    assert ripe_age(early, share=0.95) == 31
    late = page_tests(early).metrics.set_index("metric")["provisional"]
    assert late[late].index.tolist() == ["settled_per_visitor", "cash_per_visitor"]
    assert not page_tests(hand).metrics["provisional"].any()


def test_a_test_nobody_saw_in_time_says_so(shop):
    tables = made({"t": ({"a": (2, 1), "b": (2, 1)}, {"ended": "2026-09-30"})})
    found = page_tests(shop(**tables))
    assert (
        str(find_page_tests(found, currency="CNY")[0]) == "Nobody was exposed to a page test yet."
    )
    assert shown(found).empty
    assert latest(found).empty


def test_without_tables_the_question_is_missing(shop):
    tables = made({"t": ({"a": (5, 2), "b": (5, 2)}, {})})
    without = shop(events=tables["events"], experiments=tables["experiments"])
    assert isinstance(page_tests(without), Missing)
    assert isinstance(find_page_tests(page_tests(without), currency="CNY"), Missing)


def test_planned_splits_are_read_or_unknown():
    assert planned_shares("a:0.5; b:0.5") == {"a": 0.5, "b": 0.5}
    assert planned_shares("x:y:1,z:3") == {"x:y": 1, "z": 3}
    assert planned_shares("half and half") == planned_shares(None) == planned_shares("a:-1") == {}


def test_mixed_people_are_counted_apart(hand):
    one = listed(hand).iloc[0]
    assert (one["people"], one["mixed"], one["days"]) == (9, 2, 14)
    assert one["a_day"] == pytest.approx(7 / 14)


def test_money_times_a_hundred_changes_no_decision(sample, monkeypatch):
    from shophelm.store import page_test_people as source

    first = page_tests(sample, winsorise=0.999)
    kept = source._counted(sample)
    money = [c for c in kept.columns if c.split("_")[0] in ("paid", "settled", "cash")]
    dear = kept.mutate(**{c: (kept[c] * 100).cast("decimal(18, 4)") for c in money}).cache()
    monkeypatch.setattr("shophelm.store.page_test_people._counted", lambda _: dear)
    second = page_tests(sample, winsorise=0.999)
    same = ["lift", "lift_low", "lift_high", "always_low", "p_value", "p_corrected"]
    pd.testing.assert_frame_equal(first.metrics[same], second.metrics[same], rtol=1e-6)
    assert first.verdicts["verdict"].tolist() == second.verdicts["verdict"].tolist()
    ratio = second.verdicts["worth"] / first.verdicts["worth"]
    assert np.allclose(ratio, 100, rtol=1e-4)
