import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from shophelm.methods import inventory

GRIDS = st.lists(st.lists(st.integers(0, 50), min_size=4, max_size=4), min_size=1, max_size=4)


def test_the_newsvendor_meets_the_published_figures():
    # Snyder & Shen, example 4.3 (oracles.md)
    quantity, cost = inventory.newsvendor_normal(50, 8, over=0.18, under=0.70)
    assert (quantity, cost) == (pytest.approx(56.603956, abs=1e-6), pytest.approx(1.997605))


def test_a_fine_grid_of_normal_demand_gives_the_normal_newsvendor():
    demand = stats.norm.ppf((np.arange(20_000) + 0.5) / 20_000, 50, 8)[None, :]
    quantity, cost = inventory.newsvendor_grid(demand, over=0.18, under=0.70)
    assert quantity[0] == pytest.approx(56.603956, abs=1e-3)
    assert cost[0] == pytest.approx(1.997605, abs=1e-4)


@given(grid=GRIDS, over=st.integers(1, 9), under=st.integers(1, 9))
def test_no_other_quantity_costs_less(grid, over, under):
    quantity, cost = inventory.newsvendor_grid(np.array(grid, float), over=over, under=under)
    for row, q, c in zip(grid, quantity, cost, strict=True):
        every = [
            np.mean([over * max(n - d, 0) + under * max(d - n, 0) for d in row]) for n in range(51)
        ]
        assert c == pytest.approx(min(every))
        assert c == pytest.approx(every[int(q)])


def test_the_normal_loss_is_the_expected_excess():
    for z in (-2.0, 0.0, 0.7, 3.0):
        excess, _ = integrate.quad(lambda x, z=z: (x - z) * stats.norm.pdf(x), z, np.inf)
        assert inventory.normal_loss(z) == pytest.approx(excess, abs=1e-8)


def test_safety_stock_meets_the_published_figures():
    # Chopra & Meindl (oracles.md): a fixed lead time of two weeks, one of 7 ± 7 days
    fixed = inventory.lead_time_sd(2500, 500, lead=2)
    assert inventory.reorder_point_normal(
        5000, fixed, service="cycle", level=0.90
    ) == pytest.approx(5906.19, abs=0.005)
    varies = inventory.lead_time_sd(2500, 500, lead=7, lead_sd=7)
    assert varies == pytest.approx(17_549.93, abs=0.005)
    stock = inventory.reorder_point_normal(17_500, varies, service="cycle", level=0.90) - 17_500
    assert stock == pytest.approx(22_491.14, abs=0.005)


def test_a_fill_rate_takes_less_stock_than_a_cycle_service():
    # Nahmias' mustard, remembered: lead-time demand 100 ± 25, 100 an order, 98 %: by his tables
    # 151 by cycle and 126 by fill (z 2.05 and 1.02)
    by_cycle = inventory.reorder_point_normal(100, 25, service="cycle", level=0.98)
    by_fill = inventory.reorder_point_normal(100, 25, service="fill", level=0.98, quantity=100)
    assert (round(by_cycle), round(by_fill)) == (151, 126)
    assert 25 * inventory.normal_loss((by_fill - 100) / 25) == pytest.approx(0.02 * 100)


def test_a_fine_grid_gives_the_normal_reorder_points():
    demand = stats.norm.ppf((np.arange(20_000) + 0.5) / 20_000, 100, 25)[None, :]
    for service, quantity in (("cycle", np.nan), ("fill", 100.0)):
        asked = {"service": service, "level": 0.98, "quantity": quantity}
        assert inventory.reorder_point_grid(demand, **asked)[0] == pytest.approx(
            inventory.reorder_point_normal(100, 25, **asked), abs=0.02
        )


@given(grid=GRIDS, level=st.floats(0.5, 0.99), quantity=st.integers(1, 80))
def test_the_reorder_point_keeps_its_promise_and_no_more(grid, level, quantity):
    demand = np.array(grid, dtype=float)
    point = inventory.reorder_point_grid(demand, service="fill", level=level, quantity=quantity)
    short = np.maximum(demand - point[:, None], 0).mean(axis=1)
    allowed = (1 - level) * quantity
    assert (short <= allowed + 1e-9).all()
    assert short[point > 0] == pytest.approx(allowed)
    cycle = inventory.reorder_point_grid(demand, service="cycle", level=level)
    assert ((demand <= cycle[:, None]).mean(axis=1) >= level - 1e-9).all()
    assert ((demand < cycle[:, None]).mean(axis=1) < level).all()
