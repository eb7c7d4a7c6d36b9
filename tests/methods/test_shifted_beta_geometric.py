import numpy as np
import pytest

from shophelm.methods.shifted_beta_geometric import fit, survival

# Fader and Hardie 2007, "How to project customer retention": survivors of 1,000, regular customers
REGULAR = np.array([1000, 631, 468, 382, 326, 289, 262, 241])


def test_the_published_cohort_is_fitted_as_published():
    stay = fit(REGULAR)
    assert (round(stay.alpha, 4), round(stay.beta, 4)) == (0.7041, 1.1820)
    assert round(stay.log_likelihood, 2) == -1680.27


def test_seven_years_of_it_project_the_five_that_followed():
    # the same article: 223, 207, 194, 183 and 173 of 1,000 were left in years 8 to 12
    later = survival(fit(REGULAR), np.arange(8, 13)) * 1000
    assert later == pytest.approx([223, 207, 194, 183, 173], rel=0.02)


def test_survival_begins_with_all_and_never_rises():
    shares = survival(fit(REGULAR), np.arange(40))
    assert shares[0] == 1
    assert (np.diff(shares) < 0).all()


def test_a_planted_cohort_is_found():
    rng = np.random.default_rng(0)
    lasts = rng.geometric(rng.beta(1.5, 4.0, 50_000))
    stay = fit(np.array([(lasts > t).sum() for t in range(10)]))
    assert [stay.alpha, stay.beta] == pytest.approx([1.5, 4.0], rel=0.1)


def test_one_chance_of_leaving_for_all_is_projected_as_that():
    """The likelihood is flat there: the fit must find its way along the ridge, on any machine."""
    model = fit(1_000 * 0.9 ** np.arange(6))
    assert survival(model, [9, 24]) == pytest.approx([0.9**9, 0.9**24], rel=0.02)
