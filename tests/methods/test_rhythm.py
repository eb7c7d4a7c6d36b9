import numpy as np
import pytest

from shophelm.methods.rhythm import Rhythm, chance_within, fit_rhythm, usual_wait


def made(rng, people, *, shape=2.0, daily=0.02, last=400):
    """Waits of people who buy at a gamma-distributed pace, seen for up to `last` days."""
    pace = rng.gamma(shape, daily / shape, people)
    person, wait, ended, ahead = [], [], [], []
    for who, each in enumerate(pace):
        day = int(rng.integers(0, last))
        while True:
            gap = int(np.ceil(rng.exponential(1 / each))) if each > 1e-9 else 10**9
            person.append(who)
            ended.append(day + gap <= last)
            wait.append(gap if ended[-1] else last - day)
            if not ended[-1]:
                ahead.append(day + gap - last)
                break
            day += gap
    return np.array(person), np.array(wait), np.array(ended), np.array(ahead)


def fitted(seed, people=3000):
    person, wait, ended, ahead = made(np.random.default_rng(seed), people)
    rhythm = fit_rhythm(person, wait, ended)
    happened = np.bincount(person, weights=ended)
    exposure = np.bincount(person, weights=rhythm.hazard_up_to(wait) * ended)
    return rhythm, happened, exposure, wait[~ended], ahead


SEEDS = [1, *(pytest.param(s, marks=pytest.mark.slow) for s in (2, 3, 4))]


@pytest.mark.parametrize("seed", SEEDS)
def test_pace_and_differences_are_recovered(seed):
    rhythm, *_ = fitted(seed)
    # 3,000 people: the shape is known to about a tenth
    assert rhythm.shape == pytest.approx(2, rel=0.3)
    assert rhythm.hazard_up_to(np.array(100)) == pytest.approx(2, rel=0.1)


@pytest.mark.parametrize("seed", SEEDS)
def test_probabilities_are_those_with_which_it_happens(seed):
    rhythm, happened, exposure, since, ahead = fitted(seed)
    chance = chance_within(rhythm, happened, exposure, since, 28)
    came = ahead <= 28
    for part in np.array_split(np.argsort(chance, kind="stable"), 5):
        error = np.sqrt((chance[part] * (1 - chance[part])).sum())
        assert abs(came[part].sum() - chance[part].sum()) < 4 * error


def test_whose_own_waits_were_short_is_due_sooner_and_silence_slows():
    rhythm = Rhythm(2.0, np.array([0.0]), np.array([0.01]))
    none, three = chance_within(
        rhythm, np.array([0, 3]), np.array([0.0, 0.3]), np.array([10, 10]), 28
    )
    # gamma(2) after 0.1 of silence: 1 - (2.1 / 2.38)^2; after three events in 0.3 more
    assert none == pytest.approx(1 - (2.1 / 2.38) ** 2)
    assert three == pytest.approx(1 - (2.4 / 2.68) ** 5)
    late = chance_within(rhythm, np.array([3]), np.array([0.3]), np.array([200]), 28)
    assert late[0] == pytest.approx(1 - (4.3 / 4.58) ** 5)


def test_the_usual_wait_is_a_quantile_of_the_waits_that_end_in_a_year():
    rhythm = Rhythm(2.0, np.array([0.0, 50.0]), np.array([0.02, 0.004]))
    happened, exposure = np.array([0, 4]), np.array([0.0, 0.5])
    never = np.zeros(2)
    for share in (0.25, 0.5, 0.9):
        days = usual_wait(rhythm, happened, exposure, share)
        reached = chance_within(rhythm, happened, exposure, never, days)
        assert reached == pytest.approx(
            share * chance_within(rhythm, happened, exposure, never, 365)
        )


def test_the_hazard_is_summed_over_its_pieces_and_turned_around():
    rhythm = Rhythm(1.0, np.array([0.0, 10.0, 30.0]), np.array([0.1, 0.05, 0.01]))
    times = np.array([0, 5, 10, 20, 30, 130])
    summed = rhythm.hazard_up_to(times)
    assert summed == pytest.approx([0, 0.5, 1, 1.5, 2, 3])
    assert rhythm.time_of(summed) == pytest.approx(times)


def test_too_few_ended_waits_tell_nothing():
    assert fit_rhythm(np.arange(30), np.full(30, 5), np.arange(30) < 19) is None


def test_the_likelihood_is_at_its_top():
    person, wait, ended, _ = made(np.random.default_rng(9), 400)
    rhythm = fit_rhythm(person, wait, ended)
    best = likelihood(rhythm, person, wait, ended)
    for factor in (0.97, 1.03):
        moved = Rhythm(rhythm.shape * factor, rhythm.edges, rhythm.rates)
        assert likelihood(moved, person, wait, ended) < best
        for i in range(len(rhythm.rates)):
            rates = rhythm.rates.copy()
            rates[i] *= factor
            assert likelihood(Rhythm(rhythm.shape, rhythm.edges, rates), person, wait, ended) < best


def likelihood(rhythm, person, wait, ended):
    """The marginal log likelihood of a shared gamma frailty model, up to a constant."""
    from scipy.special import gammaln

    d = np.bincount(person, weights=ended)
    e = np.bincount(person, weights=rhythm.hazard_up_to(wait))
    piece = np.searchsorted(rhythm.edges, wait[ended], side="left") - 1
    k = rhythm.shape
    each = gammaln(k + d) - gammaln(k) + k * np.log(k) - (k + d) * np.log(k + e)
    return each.sum() + np.log(rhythm.rates[piece]).sum()
