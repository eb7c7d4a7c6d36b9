"""Curves of gain, added up by hand, compared with other formulas, and on Hillstrom's mails."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.tree import DecisionTreeRegressor

from shophelm.methods.targeting import CONVENTION, gain_curve
from shophelm.methods.uplift import cross_fitted, t_learner, x_learner
from tests.conftest import SHARED

HILLSTROM = SHARED / "hillstrom" / "hillstrom.csv"


def at(found, share):
    """The curve's gain at a share, which must be one of its points."""
    (gain,) = found.curve.loc[np.isclose(found.curve["share"], share), "gain"]
    return gain


def test_the_curve_is_the_arms_sums_over_their_own_sizes():
    # by score: treated 10, control 2 | treated 6, control 6 | treated 0, control 4 | 0, 0
    found = gain_curve(
        [4, 4, 3, 3, 2, 2, 1, 1], [10, 2, 6, 6, 0, 4, 0, 0], [True, False] * 4, draws=2
    )
    steps = np.array([0, 10 - 2, 16 - 8, 16 - 12, 16 - 12]) / 4
    # the fifty steps of the curve do not hit a quarter: it is straight in between
    assert at(found, 0.5) == steps[2]
    assert at(found, 0.24) == pytest.approx(0.24 / 0.25 * steps[1])
    assert at(found, 1.0) == steps[4]
    auuc = np.mean((steps[1:] + steps[:-1]) / 2)
    assert found.areas["estimate"].to_dict() == pytest.approx(
        {"auuc": auuc, "qini": auuc - steps[4] / 2, "effect": steps[4]}
    )
    assert (found.curve["random"] == found.curve["share"] * 1.0).all()
    assert found.convention == CONVENTION


def test_rows_of_equal_score_are_treated_together():
    found = gain_curve([1, 1, 1, 1], [8, 0, 0, 4], [True, True, False, False], draws=2)
    assert found.curve["gain"].tolist() == pytest.approx((found.curve["share"] * 2).tolist())
    assert found.areas.loc["qini", "estimate"] == pytest.approx(0)


def test_strata_are_read_out_by_their_own_lots():
    """Mixed up, the well-bought stratum, mostly treated, would make the treatment seem to work."""
    rows = pd.DataFrame(
        [("good", True, 1.0)] * 8 + [("good", False, 1.0)] * 2
        + [("bad", True, 0.0)] * 2 + [("bad", False, 0.0)] * 8,
        columns=["stratum", "treated", "outcome"],
    )  # fmt: skip
    mixed = gain_curve(np.ones(20), rows["outcome"], rows["treated"], draws=2)
    apart = gain_curve(
        np.ones(20), rows["outcome"], rows["treated"], stratum=rows["stratum"], draws=2
    )
    assert mixed.areas.loc["effect", "estimate"] == pytest.approx(0.6)
    assert apart.areas.loc["effect", "estimate"] == pytest.approx(0.0)


trial = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 5), st.booleans()), min_size=6, max_size=25
).filter(lambda rows: len({t for *_, t in rows}) == 2)


@given(trial, st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_the_order_of_rows_changes_nothing(rows, chance):
    mixed = chance.sample(rows, len(rows))
    first, second = (gain_curve(*zip(*r, strict=True), draws=5) for r in (rows, mixed))
    pd.testing.assert_frame_equal(first.curve, second.curve)
    pd.testing.assert_frame_equal(first.areas, second.areas)


@given(trial)
@settings(max_examples=40)
def test_a_score_turned_round_has_the_opposite_qini(rows):
    score, outcome, treated = (np.array(c) for c in zip(*rows, strict=True))
    up, down = (gain_curve(s, outcome, treated, draws=2).areas["estimate"] for s in (score, -score))
    assert up["qini"] == pytest.approx(-down["qini"], abs=1e-12)
    assert up["auuc"] - up["qini"] == pytest.approx(up["effect"] / 2)


def test_the_interval_holds_the_true_qini_as_often_as_promised():
    """Effects are 2 and 0 at even odds, the score knows which: the area between is 1/4."""
    inside = []
    for seed in range(200):
        chance = np.random.default_rng(seed)
        kind, treated = chance.random(2000) < 0.5, chance.random(2000) < 0.5
        outcome = chance.normal(size=2000) + 2 * (kind & treated)
        low, high = gain_curve(kind, outcome, treated, draws=100).areas.loc["qini", ["low", "high"]]
        inside.append(low <= 0.25 <= high)
    assert np.mean(inside) == pytest.approx(0.95, abs=4 * np.sqrt(0.95 * 0.05 / 200))


@pytest.mark.parametrize("named", [True, False])
def test_the_interval_of_the_effect_is_as_wide_as_welchs(named):
    """However people are dealt to groups: 256 of them know a width within 5 % one time in three."""
    chance = np.random.default_rng(8)
    outcome, treated = 1.0 * (chance.random(6000) < 0.3), chance.random(6000) < 0.4
    person = np.argsort(np.lexsort((outcome, treated))) if named else None
    found = gain_curve(np.ones(6000), outcome, treated, person=person)
    low, high = found.areas.loc["effect", ["low", "high"]]
    error = np.sqrt(sum(outcome[a].var() / a.sum() for a in (treated, ~treated)))
    assert (high - low) / (2 * 1.96 * error) == pytest.approx(1.0, abs=0.2)


def test_people_are_drawn_with_all_of_their_rows():
    """Each person ten times over tells no more than once."""
    chance = np.random.default_rng(2)
    score, outcome = chance.normal(size=200), chance.normal(size=200)
    treated = chance.random(200) < 0.5
    once = gain_curve(score, outcome, treated, person=np.arange(200))
    often = gain_curve(*(np.repeat(a, 10) for a in (score, outcome, treated)),
                       person=np.repeat(np.arange(200), 10))  # fmt: skip
    pd.testing.assert_frame_equal(once.areas, often.areas)


@pytest.mark.skipif(not HILLSTROM.exists(), reason="real data are not here")
@pytest.mark.parametrize("learner", [t_learner, x_learner])
def test_hillstroms_mails_work_and_who_spends_more_for_them_is_not_known(learner):
    """The mean effect is the published one; of spend the Qini's interval holds nothing."""
    rows = pd.read_csv(HILLSTROM)
    rows = rows[rows["segment"].isin(["Mens E-Mail", "No E-Mail"])]
    treated = (rows["segment"] == "Mens E-Mail").to_numpy()
    known = ["recency", "history", "mens", "womens", "zip_code", "newbie", "channel"]
    features = pd.get_dummies(rows[known], dtype=float).to_numpy()
    model = DecisionTreeRegressor(max_depth=4, min_samples_leaf=500, random_state=0)
    areas = {}
    for outcome in ("visit", "spend"):
        score = cross_fitted(learner, model, features, rows[outcome], treated, person=rows.index)
        areas[outcome] = gain_curve(score, rows[outcome], treated, draws=200).areas
    assert areas["visit"].loc["effect", "estimate"] == pytest.approx(0.076590, abs=5e-7)
    assert areas["spend"].loc["effect", "estimate"] == pytest.approx(0.769827, abs=5e-7)
    assert areas["spend"].loc["qini", "low"] < 0 < areas["spend"].loc["qini", "high"]
    assert areas["visit"].loc["effect", "low"] > 0
