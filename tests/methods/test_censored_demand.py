import numpy as np
import pytest

from shophelm.methods.censored_counts import interval_of
from shophelm.methods.censored_demand import repair

PRODUCTS, DAYS = 12, 280
GROUP, KIND = np.zeros(PRODUCTS, np.int64), np.arange(DAYS) % 7


def shelves(seed, *, mean=4.0):
    """Wanted at a steady rate; 28 units come every 8 days, so most shelves are empty at the end."""
    rng = np.random.default_rng(seed)
    wanted = rng.poisson(mean, (PRODUCTS, DAYS))
    sold, opening, stock = np.zeros_like(wanted), np.zeros_like(wanted), np.zeros(PRODUCTS, int)
    for day in range(DAYS):
        if day % 8 == 0:
            stock[:] = 28
        opening[:, day] = stock
        sold[:, day] = np.minimum(stock, wanted[:, day])
        stock = stock - sold[:, day]
    return wanted, sold, sold == opening, opening == 0


def repaired(sold, hidden, blank, **more):
    on_sale = np.ones(sold.shape, bool)
    return repair(
        sold.astype(float),
        on_sale=on_sale,
        hidden=hidden,
        blank=blank,
        group=GROUP,
        kind_of_day=KIND,
        **more,
    )


def test_where_no_shelf_was_empty_what_was_sold_is_what_was_wanted():
    wanted, *_ = shelves(1)
    none = np.zeros(wanted.shape, bool)

    answer = repaired(wanted, none, none)

    assert (answer.demand == wanted).all()
    assert (answer.variance() == 0).all()


def test_a_repair_is_nearer_the_truth_than_none_and_than_the_mean_of_days_in_stock():
    wanted, sold, hidden, blank = shelves(1)
    lost = (wanted - sold).sum(axis=1)
    mean = np.where(hidden, 0, sold).sum(axis=1) / (~hidden).sum(axis=1)
    naive = np.where(hidden, np.maximum(mean[:, None] - sold, 0), 0).sum(axis=1)

    found = repaired(sold, hidden, blank).demand.sum(axis=1) - sold.sum(axis=1)

    assert np.abs(found - lost).sum() < np.abs(naive - lost).sum() < lost.sum()


def test_a_blank_day_is_expected_at_the_level_and_a_day_sold_out_above_what_was_sold():
    wanted, sold, hidden, blank = shelves(2)

    answer = repaired(sold, hidden, blank)

    # 12 products × 280 days of a mean of 4: known to within a few percent
    assert answer.demand[blank].mean() == pytest.approx(4.0, rel=0.05)
    assert (answer.demand[hidden & ~blank] > sold[hidden & ~blank]).all()
    assert (answer.demand[~hidden] == wanted[~hidden]).all()


def test_intervals_of_eighty_percent_hold_about_that_share_of_the_truths():
    held = []
    for seed in range(6):
        wanted, sold, hidden, blank = shelves(seed, mean=4.0)
        answer = repaired(sold, hidden, blank)
        lost = answer.demand.sum(axis=1) - sold.sum(axis=1)
        low, high = interval_of(lost, answer.variance(), 0.8)
        real = (wanted - sold).sum(axis=1)
        held.append((low <= real) & (real <= high))

    # 72 intervals: three standard errors of a share of .8 are .14
    assert np.mean(held) == pytest.approx(0.8, abs=0.14)


def test_visitors_whom_an_empty_shelf_keeps_away_are_made_up():
    wanted, sold, hidden, blank = shelves(3)
    visitors = np.where(blank, 5.0, 20.0) + np.zeros(wanted.shape)

    answer = repaired(sold, hidden, blank, visitors=visitors)

    assert answer.demand[blank].mean() == pytest.approx(4.0, rel=0.1)


def test_the_order_of_products_changes_nothing():
    _, sold, hidden, blank = shelves(4)
    turn = np.arange(PRODUCTS)[::-1]

    straight = repaired(sold, hidden, blank).demand
    turned = repaired(sold[turn], hidden[turn], blank[turn]).demand

    assert turned[turn] == pytest.approx(straight, rel=1e-9)


def test_the_variance_of_some_days_is_theirs_alone():
    _, sold, hidden, blank = shelves(5)

    answer = repaired(sold, hidden, blank)

    assert (answer.variance(slice(0, 0)) == 0).all()
    assert (answer.variance(slice(-28, None)) < answer.variance()).all()
