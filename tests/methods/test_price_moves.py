import gzip

import numpy as np
import pandas as pd
import pytest

from shophelm.methods.price_moves import Selling, best_move, days_to_know
from shophelm.methods.price_response import Cells, price_response
from tests.conftest import SHARED

JUICE = SHARED / "orange_juice" / "orangeJuice_yx.csv.gz"
STEPS = np.array([1.0, 0.94, 0.88, 0.81, 0.74])


def sold(price, *, units=2.0, days=100, cost=10.0, kept=1.0, cost_kept=1.0):
    return Selling(
        price=price,
        units=np.full(days, units),
        prices=np.full(days, price),
        kept=kept,
        cost=cost,
        cost_kept=cost_kept,
    )


def known(slope):
    return slope, slope - 1e-9, slope + 1e-9


def test_a_known_elasticity_gives_the_price_of_the_textbook():
    # Lerner: (p − c) / p = −1 / e, so that p = c e / (e + 1) = 10 × 3 / 2
    move = best_move(sold(20.0), np.arange(11.0, 31.0, 0.1), known(-3.0), days=28, certain=0.9)

    assert move.price == pytest.approx(15.0)
    # 56 units at a margin of 10, or 56 × (20 / 15)³ units at a margin of 5
    assert move.units == pytest.approx(56 * (20 / 15) ** 3)
    assert move.gain == pytest.approx(56 * (20 / 15) ** 3 * 5 - 56 * 10)
    assert move.probability == 1.0


def test_refunds_and_coupons_move_the_textbook_price():
    # of a price 0.9 × 0.8 is left, and 0.8 of the units cost something: p = (0.8 / 0.72) 10 × 3 / 2
    move = best_move(
        sold(25.0, kept=0.72, cost_kept=0.8),
        np.arange(11.0, 31.0, 0.1),
        known(-3.0),
        days=28,
        certain=0.9,
    )

    assert move.price == pytest.approx(0.8 / 0.72 * 15, abs=0.05)


def test_what_answers_little_is_raised_to_the_last_price_seen():
    move = best_move(sold(20.0), np.array([18.0, 22.0, 24.0]), known(-0.6), days=28, certain=0.9)

    assert move.price == 24.0
    assert move.units < move.units_now


def test_no_move_where_its_gain_is_not_sure_enough():
    # at −2 the price of 20 is the best; the interval reaches from lowering to raising
    vague = (-2.0, -4.0, 0.0)

    assert best_move(sold(20.0), np.array([15.0, 25.0]), vague, days=28, certain=0.9) is None


def test_units_sold_at_other_prices_are_read_as_todays():
    # half of the days at 10 sold 8 each; at elasticity −2 that is 2 a day at 20
    selling = Selling(
        price=20.0,
        units=np.repeat([2.0, 8.0], 50),
        prices=np.repeat([20.0, 10.0], 50),
        kept=1.0,
        cost=0.0,
        cost_kept=1.0,
    )

    move = best_move(selling, np.array([19.0, 19.5]), known(-2.0), days=28, certain=0.9)

    assert move.units_now == pytest.approx(56.0)


def test_the_interval_carries_the_elasticity_and_the_level_of_sales():
    at = np.array([15.0])
    sharp = best_move(sold(20.0), at, known(-3.0), days=28, certain=0.9)
    vague = best_move(sold(20.0), at, (-3.0, -3.5, -2.5), days=28, certain=0.9)
    scarce = best_move(sold(20.0, units=0.1), at, known(-3.0), days=28, certain=0.9)

    def width(move):
        return (move.gain_high - move.gain_low) / move.gain

    # 200 units: a gamma's 80% interval is about 2 × 1.28 / √200 wide
    assert width(sharp) == pytest.approx(2 * 1.2816 / 200**0.5, rel=0.1)
    assert width(vague) > 2 * width(sharp)
    assert width(scarce) > 3 * width(sharp)


def panel(seed, slopes, *, mean, days=400):
    """Products at prices of their own that hold three weeks; what they sell is Poisson."""
    rng = np.random.default_rng(seed)
    k = len(slopes)
    price = 100 * np.repeat(rng.choice(STEPS, (k, days // 20)), 20, axis=1)
    units = rng.poisson(mean * (price / 100) ** np.asarray(slopes)[:, None]).astype(float)
    member, day = np.divmod(np.arange(k * days), days)
    cells = Cells(
        count=units.ravel(),
        exposure=np.ones(k * days),
        log_price=np.log(price.ravel()),
        drivers=np.zeros((k * days, 0)),
        loose=np.zeros(0),
        stratum=member * 100 + day // 91,
        member=member,
        group=np.zeros(k * days, np.int64),
    )
    return price, units, price_response(cells).members


def told_and_true(price, units, slopes, cost, told, *, mean):
    """Give each proposed move's promise, its lower and upper end, and what it truly gains."""
    rows = []
    for i, elasticity in enumerate(told):
        now = price[i, -1]
        selling = Selling(now, units[i, -91:], price[i, -91:], 1.0, cost[i], 1.0)
        at = np.linspace(price[i].min(), price[i].max(), 27)
        move = best_move(selling, at, tuple(elasticity), days=28, certain=0.9)
        if move is not None:
            level = 28 * mean * (now / 100) ** slopes[i]
            then = level * (move.price / now) ** slopes[i] * (move.price - cost[i])
            gain = then - level * (now - cost[i])
            rows.append((move.gain, move.gain_low, move.gain_high, gain))
    return np.array(rows).reshape(-1, 4).T


@pytest.mark.parametrize("mean", [0.3, 3.0])
def test_where_elasticities_err_as_they_say_gains_do_too(mean):
    rng = np.random.default_rng(8)
    middle, error = rng.normal(-1.9, 0.5, 800), rng.uniform(0.1, 0.6, 800)
    slopes, cost = rng.normal(middle, error), rng.uniform(35, 65, 800)
    told = middle[:, None] + error[:, None] * np.array([0, -1.2816, 1.2816])
    price = 100 * np.repeat(rng.choice(STEPS, (800, 5)), 20, axis=1)
    units = rng.poisson(mean * (price / 100) ** slopes[:, None]).astype(float)

    promised, low, high, true = told_and_true(price, units, slopes, cost, told, mean=mean)

    # some 500 moves: a standard error of two points
    assert len(true) > 400
    assert (true > 0).mean() >= 0.9
    assert (true >= low).mean() == pytest.approx(0.9, abs=0.04)
    assert ((low <= true) & (true <= high)).mean() == pytest.approx(0.8, abs=0.05)
    assert promised.sum() == pytest.approx(true.sum(), rel=0.1)


@pytest.mark.parametrize("mean", [0.5, 3.0])
def test_from_sales_to_moves_nine_in_ten_truly_gain(mean):
    found = []
    for seed in range(8):
        rng = np.random.default_rng(100 + seed)
        slopes, cost = rng.normal(-1.9, 0.4, 30), rng.uniform(35, 65, 30)
        price, units, members = panel(seed, slopes, mean=mean)
        told = members[["elasticity", "elasticity_low", "elasticity_high"]].to_numpy()
        found.append(told_and_true(price, units, slopes, cost, told, mean=mean))
    promised, low, _, true = np.hstack(found)

    assert len(true) > 80
    assert (true > 0).mean() >= 0.9
    # elasticities drawn to a group's uncertain middle err together, and gains with them
    assert (true >= low).mean() >= 0.8
    assert promised.sum() < 1.2 * true.sum()


def test_a_price_test_that_long_tells_the_elasticity_to_a_half():
    rate, slope = 4.0, -1.5
    days = int(days_to_know(rate))
    rng = np.random.default_rng(0)
    high = rng.poisson(rate * 1.1**slope * days / 2, 20_000)
    low = rng.poisson(rate * 0.9**slope * days / 2, 20_000)

    slopes = np.log(high / low) / np.log(1.1 / 0.9)

    # by hand: 1 / (0.25 × (ln(1.1 / 0.9) / 2)²) units
    assert days == np.ceil(4 / (np.log(1.1 / 0.9) / 2) ** 2 / rate)
    assert slopes.std() == pytest.approx(0.5, abs=0.02)


def test_nothing_sold_is_never_known():
    assert days_to_know(np.array([0.0, 1.0])).tolist() == [np.inf, 398.0]
    assert days_to_know(1.0, step=0.2) == pytest.approx(398 / 4, rel=0.02)


@pytest.mark.skipif(not JUICE.exists(), reason="the orange juice sales are not here")
def test_orange_juice_is_never_moved_beyond_the_prices_seen():
    with gzip.open(JUICE) as file:
        juice = pd.read_csv(file)
    juice = juice[juice["store"] <= 40]
    prices = juice[[f"price{i}" for i in range(1, 12)]].to_numpy()
    # a carton's price in dollars, of 64 ounces
    own = 64 * prices[np.arange(len(juice)), juice["brand"] - 1]
    units = np.exp(juice["logmove"].to_numpy()) / 64
    answer = price_response(
        Cells(
            count=units,
            exposure=np.ones(len(juice)),
            log_price=np.log(own),
            drivers=juice[["deal", "feat"]].to_numpy(dtype=float),
            loose=np.array([np.inf, np.inf]),
            stratum=(juice["store"] * 100 + juice["brand"]).to_numpy(),
            member=juice["brand"].to_numpy() - 1,
            group=np.zeros(len(juice), np.int64),
        )
    )
    slopes = answer.members[["elasticity", "elasticity_low", "elasticity_high"]]
    assert (slopes["elasticity_high"] < 0).all()
    moved = 0
    for brand, slope in zip(range(1, 12), slopes.to_numpy(), strict=True):
        rows = (juice["brand"] == brand).to_numpy()
        low, high = own[rows].min(), own[rows].max()
        selling = Selling(np.median(own[rows]), units[rows], own[rows], 1.0, 0.0, 1.0)
        at = np.linspace(low, high, 40)
        move = best_move(selling, at, tuple(slope), days=7, certain=0.9)
        if move is not None:
            moved += 1
            assert low <= move.price <= high
            # money only: an elasticity below −1 asks for less, one above it for more
            assert (move.price < selling.price) == (slope[0] < -1)
    assert moved
