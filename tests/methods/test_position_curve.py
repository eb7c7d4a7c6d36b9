import numpy as np
import pytest

from shophelm.methods.position_curve import explained_rates


def test_the_curve_that_was_drawn_from_is_found_again():
    rng = np.random.default_rng(0)
    position = rng.uniform(1, 10, 300)
    true = 0.2 / position
    shown = rng.integers(500, 3000, 300).astype(float)
    found, _ = explained_rates(
        position, rng.binomial(shown.astype(int), true).astype(float), shown, owner=np.arange(300)
    )
    assert np.median(np.abs(found / true - 1)) < 0.06
    order = np.argsort(position)
    # each fold has its own curve, so it only falls all in all
    assert np.corrcoef(position[order], found[order])[0, 1] < -0.7


def test_a_word_does_not_explain_itself():
    position = np.array([1.0, 2.0, 3.0])
    shown = np.array([100.0, 100.0, 100.0])
    found, _ = explained_rates(position, np.array([90.0, 10.0, 5.0]), shown, owner=np.arange(3))
    # the first is explained by the second, the best place that is left
    assert found[0] == pytest.approx(0.10)
    # between .9 at place 1 and .05 at place 3
    assert found[1] == pytest.approx((0.9 + 0.05) / 2)
    assert found[2] == pytest.approx(0.10)


def test_words_of_one_owner_are_left_out_together():
    found, _ = explained_rates(
        np.array([1.0, 1.0, 1.0]), np.array([50.0, 60.0, 7.0]), np.full(3, 100.0),
        owner=np.array(["a", "a", "b"]),
    )  # fmt: skip
    assert found.tolist() == pytest.approx([0.07, 0.07, 0.55])


def test_without_a_place_the_others_common_rate_stands():
    nan = np.nan
    found, _ = explained_rates(
        np.array([nan, nan, 2.0]),
        np.array([5.0, 10.0, 30.0]),
        np.full(3, 100.0),
        owner=np.arange(3),
    )
    assert found.tolist() == pytest.approx([0.20, 0.175, 0.075])


def test_a_lone_word_is_explained_by_nothing():
    found, _ = explained_rates(
        np.array([1.0]), np.array([5.0]), np.array([100.0]), owner=np.zeros(1)
    )
    assert np.isnan(found).all()
    assert len(explained_rates(*[np.zeros(0)] * 3, owner=np.zeros(0))[0]) == 0


def test_a_rate_is_as_sure_as_the_clicks_behind_it():
    # places 2 and 3 are one stretch of the first word's curve, since the lower one is clicked more
    rates, behind = explained_rates(
        np.array([1.0, 2.0, 3.0]), np.array([20.0, 6.0, 10.0]), np.full(3, 100.0),
        owner=np.arange(3),
    )  # fmt: skip
    assert rates[0] == pytest.approx(0.08)
    assert behind[0] == 16
