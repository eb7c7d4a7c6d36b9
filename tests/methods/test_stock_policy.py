import numpy as np
import pytest
from scipy import stats

from shophelm.methods import stock_policy


def poisson(mean, most=0):
    return stats.poisson.pmf(np.arange(most or int(mean + 12 * np.sqrt(mean)) + 10), mean)


def long_run_cost(low, high, chance, *, order_cost, holding, waiting):
    """The cost of (s, S) from the stationary distribution of the stock after ordering."""
    levels = np.arange(low + 1, high + 1)
    move = np.zeros((len(levels), len(levels)))
    for i, level in enumerate(levels):
        for units, p in enumerate(chance):
            after = level - units
            move[i, (after if after > low else high) - low - 1] += p
    n = len(levels)
    system = np.vstack([move.T - np.eye(n), np.ones(n)])
    share = np.linalg.lstsq(system, np.append(np.zeros(n), 1.0), rcond=None)[0]
    left = levels[:, None] - np.arange(len(chance))
    cost = np.where(left > 0, holding * left, -waiting * left) + order_cost * (left <= low)
    return float(share @ (cost * chance).sum(axis=1))


# Zheng & Federgruen 1991, table 1 (K 64, h 1, p 9), remembered; test below counts one out anew
@pytest.mark.parametrize(
    ("mean", "s", "high", "cost"),
    [(10, 6, 40, 35.022), (15, 10, 49, 42.698), (20, 14, 62, 49.173), (25, 19, 56, 54.262)],
)
def test_the_best_s_s_is_that_of_the_published_table(mean, s, high, cost):
    found = stock_policy.best_s_s(poisson(mean), order_cost=64, holding=1, waiting=9)
    assert found == (s, high, pytest.approx(cost, abs=1e-3))


def test_no_other_s_s_costs_less():
    money = {"order_cost": 5, "holding": 1, "waiting": 4}
    chance = poisson(6)
    every = {
        (low, high): long_run_cost(low, high, chance, **money)
        for low in range(-1, 9)
        for high in range(low + 1, 18)
    }
    (low, high), cost = min(every.items(), key=lambda one: one[1])
    assert stock_policy.best_s_s(chance, **money) == (low, high, pytest.approx(cost))
    # stockpyl's documentation, remembered
    assert (low, high, cost) == (4, 10, pytest.approx(8.034111561))


def test_the_best_r_q_is_the_cheapest_of_all():
    money = {"holding": 20, "waiting": 150}
    chance = poisson(3, most=40)
    levels = np.arange(-30, 60)
    held = stock_policy.holding_and_waiting(chance, levels, **money)
    every = {
        (levels[i], n): (100 * 1.5 + held[i + 1 : i + 1 + n].sum()) / n
        for i in range(60)
        for n in range(1, 29)
    }
    (point, quantity), cost = min(every.items(), key=lambda one: one[1])
    found = stock_policy.best_r_q(chance, rate=1.5, order_cost=100, **money)
    assert found == (point, quantity, pytest.approx(cost))
    # Snyder & Shen's example of rare demand, remembered
    assert found == (3, 5, pytest.approx(107.923580633))


def test_the_near_best_r_q_meets_the_textbooks():
    # Nahmias' mustard and Snyder & Shen's example 5.2, both remembered
    point, quantity, _ = stock_policy.near_best_r_q(
        100, 25, rate=200, order_cost=50, holding=2, short=25
    )
    assert (round(point), round(quantity)) == (143, 111)
    lead = 1 / 12
    found = stock_policy.near_best_r_q(
        1300 * lead, 150 * np.sqrt(lead), rate=1300, order_cost=8, holding=0.225, short=7.5
    )
    assert found == pytest.approx((213.970442, 318.590181, 95.451140), abs=1e-5)


def test_no_neighbour_of_the_near_best_r_q_costs_less():
    point, quantity, cost = stock_policy.near_best_r_q(
        100, 25, rate=200, order_cost=50, holding=2, short=25
    )
    for r, q in ((point + 1, quantity), (point - 1, quantity), (point, quantity * 1.02)):
        lacking = stats.norm.expect(lambda d, r=r: d - r, loc=100, scale=25, lb=r)
        assert 2 * (q / 2 + r - 100) + 200 / q * (50 + 25 * lacking) > cost
