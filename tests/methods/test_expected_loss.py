import numpy as np
import pytest
from scipy import integrate, stats

from shophelm.methods.expected_loss import expected_loss


@pytest.mark.parametrize(("effect", "error"), [(1.0, 1.0), (-0.5, 2.0), (0.0, 3.0), (4.0, 1.0)])
def test_the_loss_is_the_mean_of_what_is_lost(effect, error):
    def lost(delta):
        return max(0.0, -delta) * stats.norm.pdf(delta, effect, error)

    truth, _ = integrate.quad(lost, effect - 12 * error, effect + 12 * error, points=[0.0])
    assert expected_loss(effect, error)[0] == pytest.approx(truth, rel=1e-6)


def test_doing_and_not_doing_differ_by_the_effect():
    assert expected_loss(-1.5, 2.0) - expected_loss(1.5, 2.0) == pytest.approx([1.5])


def test_without_an_error_the_loss_is_unknown():
    assert np.isnan(expected_loss([1.0, np.nan], [np.nan, 1.0])).all()
    assert np.isnan(expected_loss(1.0, 0.0)).all()
