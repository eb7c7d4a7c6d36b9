import matplotlib as mpl
import numpy as np
import pytest

from shophelm.figures import demand
from shophelm.supply_chain.hidden_demand import hidden_demand
from shophelm.supply_chain.peaks import PHASES, peak_plan
from shophelm.supply_chain.price_response import elasticities, elasticities_by_category

mpl.use("Agg")


def test_sold_and_wanted_are_drawn_with_the_empty_days_shaded(sample):
    days = hidden_demand(sample)

    axes = demand.hidden_demand(days, currency="CNY")

    wanted, sold = axes.get_lines()
    assert sold.get_ydata()[-1] == pytest.approx(days["sold"].tail(7).mean())
    assert wanted.get_ydata()[-1] == pytest.approx(days["demand"].tail(7).mean())
    assert len(axes.collections) == 1


def test_each_category_is_drawn_at_its_elasticity(sample):
    categories = elasticities_by_category(sample)

    axes = demand.price_response(elasticities(sample), categories, currency="CNY")

    names = [label.get_text() for label in axes.get_yticklabels()]
    points = [c.get_offsets()[0] for c in axes.collections if len(c.get_offsets()) == 1]
    drawn = {names[round(y)]: x for x, y in points}
    assert drawn == pytest.approx(categories["elasticity"].to_dict())


def test_bars_are_the_units_of_each_phase(sample):
    plan = peak_plan(sample, campaign_id="double12_2026")

    axes = demand.peak_plan(plan, currency="CNY")

    heights = [bar.get_height() for bars in axes.containers for bar in bars]
    sums = [plan.units[f"{p}_last_year"].sum() for p in PHASES]
    sums += [plan.units[p].sum() for p in PHASES]
    assert np.array(heights) == pytest.approx(sums)
