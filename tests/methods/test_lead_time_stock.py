import numpy as np
import pytest
from scipy import stats

from shophelm.methods.inventory import normal_loss
from shophelm.methods.lead_time_stock import LeadTimeStock

LEVELS = (np.arange(2000) + 0.5) / 2000


def normal(mean, sd, days):
    """Demand of independent normal days, in total up to and with each day."""
    n = np.arange(1, days + 1)
    return (mean * n[:, None] + sd * np.sqrt(n)[:, None] * stats.norm.ppf(LEVELS))[None]


def test_a_fixed_lead_time_takes_the_textbook_safety_stock():
    shelves = LeadTimeStock(normal(100, 20, 30), np.full(20, 14), level=0.95, review_days=7)
    z = stats.norm.ppf(0.95)
    assert shelves.safety(np.full(20, 14))[0] == pytest.approx(z * 20 * np.sqrt(21), rel=0.002)
    assert shelves.safety(np.full(20, 9))[0] == pytest.approx(z * 20 * np.sqrt(16), rel=0.002)


def test_a_varying_lead_time_takes_more():
    """Chopra & Meindl's variance: days' own, and the mean times the lead time's."""
    leads = np.array([5.0, 10, 15])
    shelves = LeadTimeStock(normal(100, 20, 30), leads, level=0.9, review_days=0)
    steady = shelves.safety(np.full(3, 10))[0]
    sd = np.sqrt(10 * 20**2 + 100**2 * leads.var())
    assert shelves.safety(leads)[0] / steady == pytest.approx(sd / (20 * np.sqrt(10)), rel=0.002)


def test_what_is_lost_is_the_difference_of_two_shortages():
    shelves = LeadTimeStock(normal(100, 20, 30), np.full(20, 14), level=0.9, review_days=7)
    safety = shelves.safety(np.full(20, 14))
    late, early = 20 * np.sqrt(21), 20 * np.sqrt(14)
    short = late * normal_loss(safety[0] / late)
    short -= early * normal_loss((700 + safety[0]) / early)
    assert shelves.lost(np.full(20, 14), safety)[0] == pytest.approx(short / 7, rel=0.01)
    # with the same safety stock less is lost where less can happen
    lost = [shelves.lost(np.full(20, n), safety)[0] for n in (14, 10, 6, 2)]
    assert lost == sorted(lost, reverse=True)


def test_steady_demand_and_lead_times_need_no_safety_stock():
    days = np.arange(1, 31)[None, :, None] * np.full(20, 2.0)
    shelves = LeadTimeStock(days, np.array([4, 12]), level=0.95, review_days=0)
    # 8 or 24 wanted, 16 on the mean
    assert shelves.safety(np.array([4, 12])).tolist() == pytest.approx([8])
    assert shelves.safety(np.array([8, 8])) == pytest.approx([0], abs=1e-5)
