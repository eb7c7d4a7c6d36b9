import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, special, stats

from shophelm.methods import empirical_bayes
from shophelm.methods.empirical_bayes import discoveries, shrink_rates

# tumours and rats of 71 groups: Tarone 1982, as printed in Gelman et al., Bayesian Data Analysis,
# 3rd ed., table 5.1
TUMOURS = (
    *[(0, 20)] * 7, *[(0, 19)] * 4, *[(0, 18)] * 2, (0, 17), *[(1, 20)] * 4, *[(1, 19)] * 2,
    *[(1, 18)] * 2, (2, 25), (2, 24), (2, 23), *[(2, 20)] * 6, (1, 10), (5, 49), (2, 19), (5, 46),
    (3, 27), (2, 17), (7, 49), (7, 47), (3, 20), (3, 20), (2, 13), (9, 48), (10, 50),
    *[(4, 20)] * 7, (10, 48), *[(4, 19)] * 3, (5, 22), (11, 46), (12, 49), (5, 20), (5, 20),
    (6, 23), (5, 19), (6, 22), *[(6, 20)] * 3, (16, 52), (15, 46), (15, 47), (9, 24), (4, 14),
)  # fmt: skip


def members(*rows):
    return pd.DataFrame(rows, columns=["yes", "trials"])


def test_the_prior_of_the_rat_tumours_is_the_published_one():
    """Posterior means 2.4 and 14.3 of alpha and beta: Bayesian Data Analysis, section 5.3."""
    counts = np.array(TUMOURS, dtype=float)
    assert len(counts) == 71
    mean, size = empirical_bayes._likely_priors(counts, np.ones(71), 0.0)
    assert (mean * size).mean() == pytest.approx(2.4, abs=0.05)
    assert ((1 - mean) * size).mean() == pytest.approx(14.3, abs=0.05)


def test_two_members_agree_with_integrating_over_all_priors():
    """The same integral by scipy, over the prior's mean and 1 / √(alpha + beta)."""
    both = ((1, 10), (6, 10))

    def marginal(row, mean, size):
        yes, trials = both[row]
        alpha, beta = mean * size, (1 - mean) * size
        return np.exp(
            special.betaln(alpha + yes, beta + trials - yes) - special.betaln(alpha, beta)
        )

    def whole(spread, mean):
        each = [
            0.9 * marginal(row, mean, spread**-2) + 0.1 * marginal(row, mean, 16) for row in (0, 1)
        ]
        return each[0] * each[1]

    def first_rate(spread, mean):
        alike, off = 0.9 * marginal(0, mean, spread**-2), 0.1 * marginal(0, mean, 16)
        yes, trials = both[0]
        means = [(mean * size + yes) / (size + trials) for size in (spread**-2, 16)]
        return whole(spread, mean) * (alike * means[0] + off * means[1]) / (alike + off)

    area = ((1e-6, 1 - 1e-6), (0.002, 0.5))
    exact = [
        integrate.dblquad(f, *area[0], *area[1], epsabs=1e-14, epsrel=1e-6)[0]
        for f in (whole, first_rate)
    ]
    shrunk = shrink_rates(members(*both)).loc[0, "shrunk"]
    assert shrunk == pytest.approx(exact[1] / exact[0], abs=0.002)


def test_one_member_has_no_peers():
    alone = shrink_rates(members((3, 10), (0, 0)))
    assert alone.loc[0, "rate"] == 0.3
    assert alone.drop(columns="rate").isna().all(axis=None)


def test_members_that_all_agree_are_pulled_all_the_way():
    result = shrink_rates(members(*[(40, 100)] * 20))
    assert result["shrunk"].tolist() == pytest.approx([0.4] * 20, abs=0.005)
    assert result["below"].tolist() == pytest.approx([0.5] * 20, abs=0.05)
    assert not discoveries(result["below"]).any()


def test_the_fewer_trials_the_stronger_the_pull():
    result = shrink_rates(members((1, 5), (20, 100), (200, 1000), *[(40, 100)] * 10))
    pulled = (result["shrunk"] - result["rate"])[:3]
    assert pulled.tolist() == sorted(pulled, reverse=True)
    assert (result["shrunk"][:3] < result["peers_rate"][0]).all()


def test_a_member_without_trials_is_as_its_peers():
    result = shrink_rates(members((0, 0), *[(30, 100)] * 5, *[(50, 100)] * 5))
    assert result.loc[0, "shrunk"] == pytest.approx(result.loc[0, "peers_rate"], abs=0.005)
    assert np.isnan(result.loc[0, "rate"])


def test_nobody_or_everybody_succeeding_is_no_trouble():
    never, always = shrink_rates(members(*[(0, 30)] * 4)), shrink_rates(members(*[(30, 30)] * 4))
    assert np.isfinite(never).all(axis=None)
    assert never["shrunk"].tolist() == pytest.approx((1 - always["shrunk"]).tolist(), abs=1e-3)


COUNTS = st.lists(
    st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    min_size=2,
    max_size=8,
)


@settings(max_examples=30, deadline=None)
@given(COUNTS, st.randoms(use_true_random=False))
def test_the_order_of_members_changes_nothing_and_likes_are_judged_alike(rows, random):
    frame = members(*rows, rows[0])
    mixed = frame.sample(frac=1, random_state=random.randrange(2**32))
    first = shrink_rates(frame)
    pd.testing.assert_frame_equal(shrink_rates(mixed).loc[frame.index], first)
    assert first.iloc[0].equals(first.iloc[-1])


@settings(max_examples=30, deadline=None)
@given(COUNTS)
def test_counting_failures_instead_mirrors_the_result(rows):
    frame = members(*rows)
    one = shrink_rates(frame)
    other = shrink_rates(frame.assign(yes=frame["trials"] - frame["yes"]))
    assert other["shrunk"].tolist() == pytest.approx((1 - one["shrunk"]).tolist(), abs=0.005)
    assert other["below"].tolist() == pytest.approx((1 - one["below"]).tolist(), abs=0.02)


def test_the_largest_set_with_few_enough_errors_is_kept():
    chances = pd.Series({"a": 0.99, "b": 0.91, "c": 0.97, "d": 0.90, "e": np.nan})
    # errors .01, .03, .09: their mean is .043; with .10 it would be .0575
    assert discoveries(chances)[lambda kept: kept].index.tolist() == ["a", "b", "c"]
    assert not discoveries(pd.Series([0.94, 0.5])).any()
    assert discoveries(pd.Series(dtype="float64")).empty


def test_sure_finds_do_not_carry_doubtful_ones():
    assert discoveries(pd.Series([1.0] * 20 + [0.88])).tolist() == [True] * 20 + [False]


def test_ties_are_kept_or_left_together():
    assert discoveries(pd.Series([0.99, 0.92, 0.92])).tolist() == [True, False, False]
    assert discoveries(pd.Series([0.99, 0.93, 0.93])).tolist() == [True, True, True]


def group(rng, *, trials=60, spread=0.0, size=15):
    n = np.maximum(rng.poisson(rng.lognormal(np.log(trials), 0.8, size)), 1)
    true = np.full(size, 0.4) if not spread else rng.beta(0.4 / spread**2, 0.6 / spread**2, size)
    return pd.DataFrame({"yes": rng.binomial(n, true), "trials": n}), true


@pytest.mark.parametrize(
    ("trials", "rounds"),
    [(60, 40), *(pytest.param(t, 200, marks=pytest.mark.slow) for t in (15, 60, 300, 3000))],
)
def test_where_all_share_one_rate_hardly_any_group_has_a_find(trials, rounds):
    rng = np.random.default_rng(trials)
    alarms = sum(
        discoveries(shrink_rates(group(rng, trials=trials)[0])["below"]).any()
        for _ in range(rounds)
    )
    assert stats.binomtest(int(alarms), rounds, 0.05, alternative="greater").pvalue > 0.001


def drawn(rng):
    """A group as the method takes it to be made: any mean and spread, one in ten apart."""
    mean, size = rng.uniform(), rng.uniform(0.002, 0.5) ** -2.0
    size = np.where(rng.random(12) < 0.1, 16, size)
    true = rng.beta(mean * size, (1 - mean) * size)
    n = rng.poisson(rng.lognormal(np.log(40), 0.8, 12))
    return pd.DataFrame({"yes": rng.binomial(n, true), "trials": n}), true, mean


@pytest.mark.slow
def test_intervals_and_probabilities_are_what_they_promise():
    rng = np.random.default_rng(3)
    rows = []
    for _ in range(400):
        counts, true, mean = drawn(rng)
        r = shrink_rates(counts)
        gap = mean - true
        rows.append(
            pd.DataFrame(
                {
                    "rate": (r["rate_low"] <= true) & (true <= r["rate_high"]),
                    "gap": (r["gap_low"] <= gap) & (gap <= r["gap_high"]),
                    "below": r["below"],
                    "truly": true < mean,
                }
            )
        )
    frame = pd.concat(rows).dropna()
    assert frame["rate"].mean() == pytest.approx(0.8, abs=0.025)
    assert frame["gap"].mean() == pytest.approx(0.8, abs=0.025)
    for low in (0.0, 0.2, 0.4, 0.6, 0.8):
        some = frame[frame["below"].between(low, low + 0.2)]
        assert some["truly"].mean() == pytest.approx(some["below"].mean(), abs=0.05), low


def shop_of_peers(rng):
    """Five categories of 13, nearly alike; in four of them one member has half the rate."""
    parts = []
    for category in range(5):
        true = rng.beta(126, 174, 13)
        true[0] *= 0.5 if category < 4 else 1
        n = np.maximum(rng.poisson(rng.lognormal(np.log(60), 0.8, 13)), 1)
        counts = pd.DataFrame({"yes": rng.binomial(n, true), "trials": n})
        halved = (np.arange(13) == 0) & (category < 4)
        parts.append(shrink_rates(counts).assign(lower=true < np.median(true), halved=halved))
    return pd.concat(parts, ignore_index=True)


@pytest.mark.slow
def test_finds_are_false_as_seldom_as_promised_and_most_of_the_halved_are_found():
    rng = np.random.default_rng(8)
    shops = pd.concat(
        r.assign(found=discoveries(r["below"])) for r in (shop_of_peers(rng) for _ in range(80))
    )
    found = shops[shops["found"]]
    false = int((~found["lower"]).sum())
    assert stats.binomtest(false, len(found), 0.05, alternative="greater").pvalue > 0.001
    assert found["halved"].sum() / shops["halved"].sum() > 0.6
