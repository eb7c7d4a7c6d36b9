import numpy as np

from shophelm.methods.beta_binomial import shrunk


def drawn(seed, groups=400):
    """Groups whose true shares are drawn from a beta of mean .25 and weight 20."""
    rng = np.random.default_rng(seed)
    truth = rng.beta(5, 15, groups)
    trials = rng.integers(1, 120, groups)
    return truth, rng.binomial(trials, truth), trials


def test_the_prior_is_found_and_intervals_hold_the_truth_as_often_as_they_say():
    held, n, usual = 0, 0, []
    for seed in range(20):
        truth, yes, trials = drawn(seed)
        found = shrunk(yes, trials)
        usual.append(found["usual"].iloc[0])
        held += ((found["low"] <= truth) & (truth <= found["high"])).sum()
        n += len(truth)
    # four standard errors
    assert abs(np.mean(usual) - 0.25) < 4 * np.std(usual, ddof=1) / np.sqrt(20)
    assert abs(held / n - 0.95) < 4 * np.sqrt(0.95 * 0.05 / n)


def test_shrinking_comes_nearer_to_the_truth():
    truth, yes, trials = drawn(3)
    drawn_in, raw = shrunk(yes, trials)["rate"], yes / trials
    assert ((drawn_in - truth) ** 2).mean() < 0.5 * ((raw - truth) ** 2).mean()


def test_few_trials_stay_near_the_usual_and_many_near_their_own():
    _, yes, trials = drawn(4)
    found = shrunk([*yes, 2, 900], [*trials, 2, 1000])
    usual, (few, many) = found["usual"].iloc[0], found["rate"].iloc[-2:]
    assert few - usual < 0.15
    assert many > 0.85
    assert found["not_above"].iloc[-1] < 1e-6 < found["not_above"].iloc[-2]


def test_groups_that_differ_by_chance_only_all_get_the_usual_share():
    rng = np.random.default_rng(5)
    trials = np.full(200, 50)
    found = shrunk(rng.binomial(trials, 0.3), trials)
    assert found["rate"].max() - found["rate"].min() < 0.05
    assert found["not_above"].min() > 0.05
