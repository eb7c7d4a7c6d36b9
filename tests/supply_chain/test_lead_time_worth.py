from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from shophelm.methods.lead_time_stock import LeadTimeStock
from shophelm.shop.needs import Missing
from shophelm.supply_chain.lead_time_worth import (
    PROMISED,
    SHORTER,
    STEADIER,
    find_lead_time_worth,
    lead_time_worth,
)
from shophelm.supply_chain.lead_times import lead_times
from shophelm.supply_chain.supplier_actions import supplier_actions
from shophelm.supply_chain.suppliers import suppliers
from tests.supply_chain.buying import BUYING
from tests.supply_chain.outlooks import carried_on, even


def of(frame, supplier, change, by):
    return frame[
        (frame["supplier_id"] == supplier)
        & (frame["change"] == change)
        & (frame["change_by"] == by)
    ].iloc[0]


def test_a_steadier_supplier_of_steady_demand_frees_all_safety_stock(buying):
    frame = lead_time_worth(buying, even({"tea": 2, "jam": 1, "nut": 1}))
    grid = np.asarray(lead_times(buying).at["A", "lead_days"])
    # of 20 lead times 19 are no longer than the last but one: ¥5 a unit, 2 a day
    safety = 5 * 2 * (grid[18] - grid.mean())
    now = of(frame, "A", SHORTER, 0)
    assert now[["products", "lead_mean"]].tolist() == [1, grid.mean()]
    assert now["lead_sd"] == pytest.approx(grid.std())
    assert now["safety_stock"] == pytest.approx(safety)
    assert now[["freed", "won", "holding"]].tolist() == [0, 0, 0]
    never = of(frame, "A", STEADIER, 0)
    assert never["freed"] == pytest.approx(safety, abs=0.01)
    assert never["holding"] == pytest.approx(safety * 0.2 * 28 / 364, abs=0.01)
    # with that stock as it is nothing would be lost any more: it was what exceeds the last but one
    lost = 2 * np.maximum(grid - grid[18], 0).mean() * 28 / 7
    assert never["won"] == pytest.approx(5 * lost, abs=0.01)
    assert of(frame, "A", PROMISED, 10)["freed"] == pytest.approx(safety, abs=0.01)
    # half the spread takes half the safety stock
    assert of(frame, "A", STEADIER, 0.5)["lead_sd"] == pytest.approx(grid.std() / 2)
    # nuts have no supplier, and jam's came once: in time
    assert set(frame["supplier_id"]) == {"A", "B"}


@pytest.fixture(scope="module")
def worths(sample):
    return lead_time_worth(sample, carried_on(sample, horizon=90))


def test_better_lead_times_are_worth_the_more_the_better_they_are(worths):
    curve = worths[worths["change"] == SHORTER]
    for _, own in curve.groupby("supplier_id"):
        assert (own["freed"].diff().dropna() >= -1e-6).all()
        assert own["change_by"].tolist() == list(range(11))
    late = worths[worths["supplier_id"] == "S03"].set_index(["change", "change_by"])["freed"]
    assert late[STEADIER, 0.75] < late[STEADIER, 0.5] < late[STEADIER, 0]
    assert late[STEADIER, 0] < late[PROMISED, 20]
    assert (worths["freed_low"] <= worths["freed_high"]).all()


def test_the_late_supplier_would_free_most_by_keeping_its_promise(sample, worths):
    said = str(find_lead_time_worth(worths, currency="CNY"))
    assert said.startswith("If S03 always delivered in the days it promises, ¥")
    (action,) = supplier_actions(sample, suppliers(sample), worths=worths)
    kept = worths[(worths["supplier_id"] == "S03") & (worths["change"] == PROMISED)].iloc[0]
    assert action.subject == "supplier:S03"
    assert action.worth == Decimal(str(round(kept["won"], 2)))
    assert action.worth_low < action.worth < action.worth_high
    assert action.worth_in == "margin"
    assert f"¥{kept['freed']:,.0f} of safety stock" in action.action
    missing = Missing("What is a shorter or steadier lead time worth?", "stock")
    (unknown,) = supplier_actions(sample, suppliers(sample), worths=missing)
    assert (unknown.worth, unknown.worth_in) == (None, "unknown")


def test_where_promises_are_kept_there_is_nothing_to_win():
    nothing = pd.DataFrame(
        {"supplier_id": ["A"], "change": [PROMISED], "freed": [1.0], "freed_low": [-2.0]}
    )
    assert str(find_lead_time_worth(nothing, currency="CNY")) == (
        "No supplier's kept promise would free stock beyond what chance may do."
    )
    assert str(find_lead_time_worth(nothing[:0], currency="CNY")) == (
        "What better lead times are worth is not known: no product with a known cost and demand to "
        "come has a supplier that has delivered."
    )


def test_a_shop_whose_orders_have_all_come_is_reckoned_with(opened):
    came = BUYING["purchase_orders"].replace(
        "p3,tea,A,2026-11-01,2026-11-11,,20,,5.00",
        "p3,tea,A,2026-11-01,2026-11-11,2026-11-11,20,20,5.00",
    )
    frame = lead_time_worth(opened(BUYING | {"purchase_orders": came}), even({"tea": 2, "jam": 1}))
    assert set(frame["supplier_id"]) == {"A", "B"}


def test_half_a_day_of_lead_time_counts_for_half():
    """Lead times half as far apart lie between days: safety stock falls by half, not by steps."""
    wanted = np.cumsum(np.full((1, 30, 10), 2.0), axis=1)
    shelf = LeadTimeStock(wanted, np.array([4.0, 8.0]), level=0.9, review_days=0)
    whole = shelf.safety(np.array([4.0, 8.0]))
    assert shelf.safety(np.array([5.5, 6.5])) == pytest.approx(whole / 4)
