import numpy as np
import pytest
from scipy import stats

from shophelm.methods.censored_counts import at_least, interval_of


@pytest.mark.parametrize(("least", "mean", "spread"), [(0, 1.5, 1.3), (3, 1.5, 1.3), (7, 9.0, 2.5)])
def test_a_count_known_to_have_reached_something_is_expected_as_enumeration_says(
    least, mean, spread
):
    count = np.arange(400)
    chance = stats.nbinom.pmf(count, mean / (spread - 1), 1 / spread) * (count >= least)
    chance /= chance.sum()
    expected = (chance * count).sum()

    first, variance = at_least(np.array(least), np.array(mean), np.array(spread))

    assert first == pytest.approx(expected, rel=1e-9)
    assert variance == pytest.approx((chance * count**2).sum() - expected**2, rel=1e-9)


def test_a_count_that_could_hardly_be_is_taken_as_it_is():
    assert at_least(np.array(500.0), np.array(0.1), np.array(1.2)) == (500.0, 0.0)


def test_an_interval_is_the_gamma_distributions_of_that_mean_and_variance():
    low, high = interval_of(np.array([8.0, 0.0]), np.array([4.0, 0.0]), 0.8)

    reference = stats.gamma(16, scale=0.5)
    assert reference.mean() == 8
    assert reference.var() == 4
    assert low == pytest.approx([reference.ppf(0.1), 0.0])
    assert high == pytest.approx([reference.ppf(0.9), 0.0])
