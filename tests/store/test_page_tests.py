"""Verdicts on page tests: planted truth, trials at the edges, and identities."""

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

from shophelm.shop.needs import Missing
from shophelm.store import page_test_verdicts as verdicts
from shophelm.store.page_test_list import listed, planned_shares
from shophelm.store.page_test_refunds import refund_days
from shophelm.store.page_tests import latest, page_tests, shown
from shophelm.store.page_tests_told import find_page_tests, page_test_actions
from tests.store.page_test_shop import TABLES

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


def test_carts_per_view_rise_by_what_was_planted(truly):
    _, found, truth = truly
    scene = row(found.metrics, experiment_id=SCENE, metric="carts_per_view")
    # carting is multiplied visit by visit; the chance of a visit is capped, so a little less
    arms = truth[SCENE]["arms"]["scene_photo"]
    planted = arms["expected_carting_visits"] / arms["expected_carting_visits_without_effect"] - 1
    assert planted == pytest.approx(0.30, abs=0.01)
    assert scene["lift_low"] < planted < scene["lift_high"]
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


# small shops: n people an arm, of whom so many cart on the test's first day


def made(arms, *, ended="2026-10-14", split=None, metric="cart_rate", days=14):
    """Tables of one test: variant → (people, how many cart)."""
    shares = split or ";".join(f"{a}:1" for a in arms)
    tests = (
        "experiment_id,question,unit,started_on,ended_on,control_variant,primary_metric,"
        f"planned_split\nt,Is it better?,visitor,2026-10-01,{ended},a,{metric},{shares}\n"
    )
    seen = "experiment_id,visitor_id,variant,first_seen_at\n"
    events = "event_id,visitor_id,occurred_at,kind\n"
    for arm, (people, carts) in arms.items():
        for i in range(people):
            day = f"2026-10-{1 + i % days:02d}"
            seen += f"t,{arm}{i},{arm},{day} 09:00:00\n"
            kind = "cart" if i < carts else "view"
            events += f"e{arm}{i},{arm}{i},{day} 09:01:00,{kind}\n"
    return {"experiments": tests, "exposures": seen, "events": events}


def verdict(shop, arms, as_of="2026-10-14", **given):
    asked = {k: given.pop(k) for k in ("smallest_effect", "most_days") if k in given}
    found = page_tests(shop(as_of=as_of, **made(arms, **given)), **asked)
    return found, found.verdicts.iloc[0]


def test_a_finished_test_is_decided_by_its_fixed_interval_a_running_one_by_the_other(shop):
    arms = {"a": (400, 80), "b": (400, 108)}
    # 20 % against 27 %: enough for one look, and not for who looks every day
    found, finished = verdict(shop, arms)
    assert finished["verdict"] == verdicts.SHIP
    values = [np.arange(400) < yes for yes in (108, 80)]
    welch = stats.ttest_ind(*values, equal_var=False)
    assert found.metrics["p_value"].iloc[0] == pytest.approx(welch.pvalue)
    found, running = verdict(shop, arms, ended="", smallest_effect=0.3)
    assert running["state"] == "running"
    assert running["verdict"] == verdicts.RUN_ON
    assert running["lift_low"] == found.metrics["always_low"].iloc[0] < 0
    (action,) = page_test_actions(shop(as_of="2026-10-14", **made(arms, ended="")), found)
    assert action.action.startswith("Let it run: t, for ")
    assert (action.worth, action.worth_in) == (None, "unknown")


def test_days_more_are_those_until_the_effect_is_seen(shop):
    arms = {"a": (400, 80), "b": (400, 84)}
    _, one = verdict(shop, arms, smallest_effect=0.25, most_days=500)
    # 20 % and an effect of 5 points, reckoned with each arm's own variance as they were:
    # 2.8016² (.2 × .8 + .21 × .79) / .05² = 1,023 an arm, 57.1 people a day came
    assert one["a_day"] == pytest.approx(800 / 14)
    assert one["days_more"] == pytest.approx(2 * (1023 - 400) / (800 / 14), abs=1)
    assert one["verdict"] == verdicts.RUN_ON
    _, one = verdict(shop, arms, smallest_effect=0.25, most_days=20)
    assert one["verdict"] == verdicts.UNKNOWABLE


def test_a_test_that_is_worse_or_cannot_be_better_is_stopped(shop):
    found, worse = verdict(shop, {"a": (600, 200), "b": (600, 130)})
    assert worse["verdict"] == verdicts.STOP
    assert str(find_page_tests(found, currency="CNY")[0]).startswith(
        "t (Is it better?): Stop, and keep a. Cart rate: 21.67% with b, 33.33% with a; −35.0% "
    )
    _, flat = verdict(shop, {"a": (600, 300), "b": (600, 300)}, smallest_effect=0.2)
    # Fieller: (1 − r)² = k (1 + r²) with k = 1.962² / 599, r = (1 + √(1 − (1 − k)²)) / (1 − k)
    assert flat["lift_high"] == pytest.approx(0.1204, abs=0.0001)
    assert flat["verdict"] == verdicts.STOP


def test_a_broken_split_is_not_read_out(shop):
    found, one = verdict(shop, {"a": (400, 80), "b": (300, 150)})
    assert one["verdict"] == verdicts.BROKEN
    assert str(find_page_tests(found, currency="CNY")[0]).startswith(
        "t (Is it better?) must not be read out: so uneven a split of 700 people comes about by "
        "chance in 0.0157% of tests."
    )
    _, planned = verdict(shop, {"a": (400, 80), "b": (300, 150)}, split="a:4;b:3")
    assert planned["verdict"] == verdicts.SHIP
    _, unplanned = verdict(shop, {"a": (400, 80), "b": (400, 150)}, split="a:0.5;c:0.5")
    assert unplanned["verdict"] == verdicts.BROKEN


def test_of_several_arms_the_best_is_shipped_after_holms_correction(shop):
    arms = {"a": (400, 80), "b": (400, 84), "c": (400, 130), "d": (400, 108)}
    found, one = verdict(shop, arms)
    assert (one["verdict"], one["variant"]) == (verdicts.SHIP, "c")
    p = found.metrics[found.metrics["primary"]].set_index("variant")
    # d alone would have stood at p = .02; as the second of three it counts twice
    assert p.loc["d", "p_corrected"] == pytest.approx(2 * p.loc["d", "p_value"])
    assert p.loc["c", "p_corrected"] == pytest.approx(3 * p.loc["c", "p_value"])


@pytest.mark.parametrize("metric", ["happiness", "gmv_settled"])
def test_what_cannot_be_measured_is_not_decided(shop, metric):
    found, one = verdict(shop, {"a": (9, 3), "b": (9, 4)}, metric=metric)
    assert one["verdict"] == verdicts.UNMEASURED
    said = str(find_page_tests(found, currency="CNY")[0])
    assert said.startswith("t (Is it better?) can't be decided: nothing is known of ")
    assert page_test_actions(shop(**made({"a": (9, 3), "b": (9, 4)}, metric=metric)), found) == []


@pytest.mark.parametrize(
    "arms", [{"a": (5, 0), "b": (5, 0)}, {"a": (5, 2)}, {"b": (5, 2)}, {"a": (1, 1), "b": (1, 0)}]
)
def test_small_empty_and_lonely_arms_are_survived(shop, arms):
    found, one = verdict(shop, arms)
    assert one["verdict"] in (verdicts.UNMEASURED, verdicts.UNKNOWABLE, verdicts.BROKEN)
    assert find_page_tests(found, currency="CNY")


def test_settled_money_is_provisional_while_refunds_can_still_come(shop):
    # lags of the three refunds: 31.0, 19.07 and 3.0 days; 95 % within 29.8
    opened = shop(as_of="2026-11-10", **TABLES)
    assert refund_days(opened) == pytest.approx(29.8, abs=0.05)
    late = page_tests(opened).metrics.set_index("metric")["provisional"]
    assert late[late].index.tolist() == ["settled_per_visitor", "cash_per_visitor"]
    later = page_tests(shop(as_of="2026-11-20", **TABLES)).metrics
    assert not later["provisional"].any()


def test_a_test_nobody_saw_in_time_says_so(shop):
    tables = made({"a": (2, 1), "b": (2, 1)}, ended="2026-09-30")
    found = page_tests(shop(**tables))
    assert (
        str(find_page_tests(found, currency="CNY")[0]) == "Nobody was exposed to a page test yet."
    )
    assert shown(found).empty
    assert latest(found).empty


def test_without_tables_the_question_is_missing(shop):
    tables = made({"a": (5, 2), "b": (5, 2)})
    without = shop(events=tables["events"], experiments=tables["experiments"])
    assert isinstance(page_tests(without), Missing)
    assert isinstance(find_page_tests(page_tests(without), currency="CNY"), Missing)


def test_planned_splits_are_read_or_unknown():
    assert planned_shares("a:0.5; b:0.5") == {"a": 0.5, "b": 0.5}
    assert planned_shares("x:y:1,z:3") == {"x:y": 1, "z": 3}
    assert planned_shares("half and half") == planned_shares(None) == planned_shares("a:-1") == {}


def test_mixed_people_are_counted_apart(shop):
    one = listed(shop(**TABLES)).iloc[0]
    assert (one["people"], one["mixed"], one["days"]) == (9, 2, 14)
    assert one["a_day"] == pytest.approx(7 / 14)


def test_money_times_a_hundred_changes_no_decision(sample, monkeypatch):
    from shophelm.store import page_test_people as source

    first = page_tests(sample, winsorise=0.999)
    kept = source.people(sample)
    money = [c for c in kept.columns if c.split("_")[0] in ("paid", "settled", "cash")]
    dear = kept.mutate(**{c: (kept[c] * 100).cast("decimal(18, 4)") for c in money}).cache()
    monkeypatch.setattr("shophelm.store.page_test_metrics.people", lambda _: dear)
    second = page_tests(sample, winsorise=0.999)
    same = ["lift", "lift_low", "lift_high", "always_low", "p_value", "p_corrected"]
    pd.testing.assert_frame_equal(first.metrics[same], second.metrics[same], rtol=1e-6)
    assert first.verdicts["verdict"].tolist() == second.verdicts["verdict"].tolist()
    ratio = second.verdicts["worth"] / first.verdicts["worth"]
    assert np.allclose(ratio, 100, rtol=1e-4)
