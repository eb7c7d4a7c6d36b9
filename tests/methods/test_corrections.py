import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shophelm.methods.corrections import false_discoveries, holm

UNITS = st.lists(st.floats(0, 1), max_size=12)


def test_holm_multiplies_the_smallest_by_most_and_never_falls():
    # by hand: .01 × 4, .02 × 3, .03 × 2 = .06 (not below .06), .9 × 1
    assert holm([0.03, 0.01, 0.9, 0.02]) == pytest.approx([0.06, 0.04, 0.9, 0.06])


def test_false_discoveries_divide_by_the_rank_and_never_rise_backwards():
    # by hand: .01 × 4, .02 × 2, .03 × 4/3, .9 × 1, then the least from the right
    found = false_discoveries([0.03, 0.01, 0.9, 0.02])
    assert found == pytest.approx([0.04, 0.04, 0.9, 0.04])


@pytest.mark.parametrize("correct", [holm, false_discoveries])
def test_unknown_p_values_stay_unknown_and_do_not_count(correct):
    found = correct([np.nan, 0.04, np.nan])
    assert np.isnan(found).tolist() == [True, False, True]
    assert found[1] == 0.04
    assert correct([]).tolist() == []


@given(UNITS)
def test_holm_is_between_the_value_and_bonferronis_and_keeps_the_order(p):
    found = holm(p)
    assert (found >= np.array(p) - 1e-12).all()
    assert (found <= np.minimum(np.array(p) * len(p), 1) + 1e-12).all()
    assert (false_discoveries(p) <= found + 1e-9).all()
    order = np.argsort(p, kind="stable")
    assert (np.diff(found[order]) >= 0).all()


def test_holm_keeps_the_chance_of_any_false_finding():
    p = np.random.default_rng(1).random((2_000, 5))
    any_found = np.mean([(holm(row) < 0.05).any() for row in p])
    assert 0.035 <= any_found <= 0.061
