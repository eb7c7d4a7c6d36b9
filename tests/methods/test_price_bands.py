import numpy as np
import pytest

from shophelm.methods.price_bands import band_edges, band_of, lacking_shares


def test_bands_hold_about_as_many_and_begin_at_round_prices():
    prices = np.geomspace(10, 1000, 100)

    edges = band_edges(prices, most=5)

    # fifths of the logarithm lie at 25.1, 63.1, 158.5 and 398.1
    assert edges.tolist() == [25, 63, 160, 400]
    assert np.bincount(band_of(prices, edges)).tolist() == pytest.approx([20] * 5, abs=2)


def test_scaling_prices_scales_the_bands():
    prices = np.random.default_rng(0).lognormal(4, 0.8, 60)

    assert band_edges(100 * prices, most=5) == pytest.approx(100 * band_edges(prices, most=5))


def test_few_or_equal_prices_make_one_band():
    assert band_edges(np.array([10.0, 20, 30, 40, 50, 60, 70]), most=5).size == 0
    assert band_edges(np.full(40, 9.9), most=5).size == 0
    assert band_edges(np.array([]), most=5).size == 0
    assert len(band_edges(np.arange(10.0, 18.0), most=5)) == 1


def test_a_price_on_an_edge_begins_the_band():
    assert band_of([9.99, 10, 19.99, 20, 500], np.array([10.0, 20])).tolist() == [0, 1, 1, 2, 2]


def test_shares_are_those_of_the_sales():
    lack, _ = lacking_shares(
        np.array([0, 0, 1]), np.array([30.0, 10, 60]), np.array([0, 1, 1]), np.array([5.0, 3, 12]),
        bands=2,
    )  # fmt: skip

    assert lack.tolist() == pytest.approx([0.25 - 0.4, 0.75 - 0.6])


def listings(rng, n):
    return rng.integers(0, 5, n), rng.lognormal(0, 1.0, n)


def test_alike_shops_are_seldom_found_to_lack_anything():
    rng = np.random.default_rng(1)
    smallest = [
        lacking_shares(*listings(rng, 20), *listings(rng, 12), bands=5, seed=s)[1].min()
        for s in range(60)
    ]

    # a test at 5 %: three in 60 on average, eight with a chance below one in a hundred
    assert sum(p <= 0.05 for p in smallest) <= 8
    assert np.mean(smallest) > 0.35


def test_a_band_that_all_others_sell_in_is_found():
    rng = np.random.default_rng(2)
    ours = rng.integers(0, 4, 24), rng.lognormal(0, 0.5, 24)
    theirs = np.where(rng.random(40) < 0.6, 4, rng.integers(0, 4, 40)), rng.lognormal(0, 0.5, 40)

    lack, chance = lacking_shares(*ours, *theirs, bands=5)

    assert lack.argmax() == 4
    assert chance[4] < 0.005
    assert (chance[:4] > 0.5).all()


def test_two_rivals_prove_nothing():
    ours = np.arange(12) % 4, np.ones(12)

    _, chance = lacking_shares(*ours, np.array([4, 4]), np.ones(2), bands=5)

    # 91 ways to deal two of 14 to the rivals, one of which is this: 1 / 91 at best
    assert chance[4] == pytest.approx(1 / 91, abs=0.01)
