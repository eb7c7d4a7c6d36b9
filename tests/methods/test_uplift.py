"""Learned effects: planted ones are found, nobody teaches their own score, order is nothing."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.linear_model import LinearRegression
from sklearn.tree import DecisionTreeRegressor

from shophelm.methods.uplift import cross_fitted, t_learner, x_learner

LEARNERS = pytest.mark.parametrize("learner", [t_learner, x_learner])


def planted(people=4000, seed=1):
    """Treated people gain 2 where the feature is one, lose 1 where it is none."""
    chance = np.random.default_rng(seed)
    kind = chance.integers(0, 2, people)
    other = chance.normal(size=people)
    treated = chance.random(people) < 0.4
    effect = np.where(kind == 1, 2.0, -1.0)
    outcome = 3 * other + treated * effect + chance.normal(size=people)
    return np.column_stack([kind, other]), outcome, treated, effect


@LEARNERS
@pytest.mark.parametrize(
    "model", [LinearRegression(), DecisionTreeRegressor(min_samples_leaf=100, random_state=0)]
)
def test_a_planted_effect_is_learned(learner, model):
    features, outcome, treated, effect = planted()
    score = cross_fitted(learner, model, features, outcome, treated)
    for value in (2.0, -1.0):
        assert score[effect == value].mean() == pytest.approx(value, abs=0.2)


@LEARNERS
def test_of_lines_both_learners_find_the_exact_effect_where_there_is_no_noise(learner):
    features = np.array([[i % 7, i % 3] for i in range(60)], dtype=float)
    treated = np.arange(60) % 2 == 0
    outcome = features @ [1.0, 2.0] + treated * (5 - features[:, 0])
    score = cross_fitted(learner, LinearRegression(), features, outcome, treated)
    assert score == pytest.approx(5 - features[:, 0])


class Remembers(RegressorMixin, BaseEstimator):
    """Says of a person it was taught whether it was, by their number in the only feature."""

    def fit(self, features, _):
        self.seen_ = set(features[:, 0])
        return self

    def predict(self, features):
        return np.array([float(f in self.seen_) for f in features[:, 0]])


def test_no_score_comes_from_a_model_that_saw_the_person():
    person = np.repeat(np.arange(50), 4)
    treated = np.tile([True, False, True, False], 50)

    def learner(model, features, outcome, _):
        return model.fit(features, outcome).predict

    score = cross_fitted(learner, Remembers(), person[:, None], person, treated, person=person)
    assert score.tolist() == [0.0] * 200
    alone = Remembers().fit(person[:, None], person)
    assert alone.predict(person[:, None]).tolist() == [1.0] * 200


@LEARNERS
def test_the_order_of_rows_changes_nothing(learner):
    features, outcome, treated, _ = planted(800)
    person = np.arange(800) // 2
    model = DecisionTreeRegressor(min_samples_leaf=20, random_state=0)
    score = cross_fitted(learner, model, features, outcome, treated, person=person)
    mixed = np.random.default_rng(5).permutation(800)
    again = cross_fitted(
        learner, model, features[mixed], outcome[mixed], treated[mixed], person=person[mixed]
    )
    assert (again == score[mixed]).all()


def test_an_arm_without_people_is_refused():
    with pytest.raises(ValueError, match="both arms"):
        cross_fitted(t_learner, LinearRegression(), np.ones((9, 1)), np.ones(9), np.ones(9))
