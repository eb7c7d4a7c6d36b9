"""Who is moved by a treatment: models of the effect, learned from a trial's two arms.

No score ever comes from a model that saw the person scored. What a score is worth is asked in
`targeting`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from sklearn.base import RegressorMixin, clone

Effect = Callable[[np.ndarray], np.ndarray]
Learner = Callable[[RegressorMixin, np.ndarray, np.ndarray, np.ndarray], Effect]
FOLDS = 5


def t_learner(
    model: RegressorMixin, features: np.ndarray, outcome: np.ndarray, treated: np.ndarray
) -> Effect:
    """Learn each arm's outcome by a model of its own; the effect is their difference.

    Parameters
    ----------
    model
        A scikit-learn regressor, which is copied.
    features
        People × features, known before the treatment.
    outcome, treated
        What each person did, and whether in the treated arm (by lot).

    Returns
    -------
    callable
        Features → expected effect on each person.

    Notes
    -----
    Each arm's model errs by itself, so that small effects drown (Künzel et al. 2019, PNAS
    116:4156); `x_learner` does better where effects are small or one arm is.
    """
    ours, theirs = _arms(model, features, outcome, treated)
    return lambda people: ours.predict(people) - theirs.predict(people)


def x_learner(
    model: RegressorMixin, features: np.ndarray, outcome: np.ndarray, treated: np.ndarray
) -> Effect:
    """Learn the effect itself: each person against what the other arm's model expects of them.

    The effects learned in the two arms are averaged, each by the other arm's share of people
    (Künzel et al. 2019, PNAS 116:4156). Parameters and result are those of `t_learner`.
    """
    ours, theirs = _arms(model, features, outcome, treated)
    gain = outcome[treated] - theirs.predict(features[treated])
    missed = ours.predict(features[~treated]) - outcome[~treated]
    on_treated = clone(model).fit(features[treated], gain)
    on_control = clone(model).fit(features[~treated], missed)
    share = treated.mean()

    def effect(people: np.ndarray) -> np.ndarray:
        return share * on_control.predict(people) + (1 - share) * on_treated.predict(people)

    return effect


def cross_fitted(
    learner: Learner,
    model: RegressorMixin,
    features: np.ndarray,
    outcome: Sequence[float],
    treated: Sequence[bool],
    *,
    person: Sequence | None = None,
    folds: int = FOLDS,
) -> np.ndarray:
    """Score everyone by an effect that was learned from others only.

    Parameters
    ----------
    learner
        `t_learner` or `x_learner`.
    model, features, outcome, treated
        As in `t_learner`, a row per person and trial; the model has to be deterministic.
    person
        Whose row it is: all rows of one person fall into the same fold. By default each row is
        another person, whose features and outcome are the only name; then likes may be split
        otherwise in another order of rows.
    folds
        Parts that are scored in turn, each by what the others teach.

    Returns
    -------
    ndarray
        The expected effect of each row. The order of rows changes nothing.

    Raises
    ------
    ValueError
        If some fold leaves an arm without anyone to learn from.
    """
    features = np.asarray(features, dtype="float64")
    outcome, treated = np.asarray(outcome, dtype="float64"), np.asarray(treated, dtype=bool)
    who = np.arange(len(outcome)) if person is None else np.unique(person, return_inverse=True)[1]
    # sums of floats, and hence trees, depend on the order of rows
    order = np.lexsort((outcome, treated, *features.T, who))
    features, outcome, treated, fold = (
        features[order], outcome[order], treated[order], who[order] % folds
    )  # fmt: skip
    score = np.empty(len(outcome))
    for part in range(folds):
        inside = fold == part
        if treated[~inside].all() or not treated[~inside].any():
            raise ValueError("every fold must leave people of both arms to learn from")
        effect = learner(model, features[~inside], outcome[~inside], treated[~inside])
        if inside.any():
            score[order[inside]] = effect(features[inside])
    return score


def _arms(
    model: RegressorMixin, features: np.ndarray, outcome: np.ndarray, treated: np.ndarray
) -> tuple[RegressorMixin, RegressorMixin]:
    return (
        clone(model).fit(features[treated], outcome[treated]),
        clone(model).fit(features[~treated], outcome[~treated]),
    )
