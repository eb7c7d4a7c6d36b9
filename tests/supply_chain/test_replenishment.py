from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from shophelm.errors import ParameterError
from shophelm.shop.needs import Missing
from shophelm.supply_chain.lead_time_demand import courses, expected_courses, over
from shophelm.supply_chain.lead_times import lead_times
from shophelm.supply_chain.order_actions import find_order_proposal, order_actions
from shophelm.supply_chain.position import position
from shophelm.supply_chain.replenishment import order_proposal, to_send
from tests.supply_chain.buying import BUYING
from tests.supply_chain.outlooks import carried_on, even

# of the shop `promised`
PROMISED = {k: v for k, v in BUYING.items() if k != "purchase_orders"}
ONE_A_DAY = {"tea": 1, "jam": 1, "nut": 1}


def line(proposal, product):
    return proposal.lines.set_index("product_id").loc[product]


def test_an_order_lasts_until_the_next_one_arrives(promised):
    tea = line(order_proposal(promised, even(ONE_A_DAY)), "tea")
    # 17 days of lead time and review; 6 are free; at least 12 in packs of 6
    assert tea[["on_hand", "coming", "lead_demand", "reorder_point", "order_up_to"]].tolist() == [
        6, 0, 17, 17, 17
    ]  # fmt: skip
    assert tea[["why", "quantity", "packs", "unit_cost", "amount"]].tolist() == [
        "order", 12, 2, 4, 48
    ]  # fmt: skip
    assert tea[["safety_stock", "lead_days", "empty_chance"]].tolist() == [0, 10, 1]
    assert tea[["empty_on", "wanted_by"]].tolist() == [date(2026, 11, 21), date(2026, 11, 26)]
    # ¥6 a unit: of 17 wanted 11 are not there, 4 of them before any order arrives
    assert tea[["at_risk", "saved", "saved_in", "unknown"]].tolist() == [66, 42, "margin", ""]


def test_what_is_enough_is_not_ordered(promised):
    proposal = order_proposal(promised, even(ONE_A_DAY))
    jam = line(proposal, "jam")
    assert jam[["why", "quantity", "amount", "at_risk", "saved"]].tolist() == ["enough", 0, 0, 0, 0]
    assert proposal.lines["product_id"].tolist() == ["nut", "tea", "jam"]


def test_what_is_planned_elsewhere_is_not_ordered_here(promised):
    proposal = order_proposal(promised, even(ONE_A_DAY), instead={"tea": "is to be cleared"})
    assert line(proposal, "tea")[["why", "quantity", "saved"]].tolist() == [
        "is to be cleared", 0, 0
    ]  # fmt: skip
    assert "tea" not in to_send(proposal)["product_id"].tolist()


def test_what_is_not_known_of_a_product_is_said(promised):
    nut = line(order_proposal(promised, even(ONE_A_DAY)), "nut")
    assert nut[["supplier_id", "unit_cost", "amount"]].isna().all()
    assert nut[["why", "unknown", "saved_in"]].tolist() == ["order", "supplier, cost", "gmv"]
    # lead times of all: 2, 7 and 10 days
    leads = lead_times(promised).at["all", "lead_days"]
    assert nut["lead_demand"] == pytest.approx(np.mean(leads) + 7)
    # ¥8 a unit
    assert nut["at_risk"] == pytest.approx(8 * np.mean([n + 7 - 3 for n in leads]))


def test_nothing_is_ordered_of_what_is_not_on_sale_or_not_wanted(shop):
    ended = BUYING["products"] + "    old,Old,food,A,5.00,2.00\n"
    proposal = order_proposal(
        shop(**PROMISED | {"products": ended}), even({"tea": 0, "nut": 1, "old": 3})
    )
    why = proposal.lines.set_index("product_id")["why"].to_dict()
    assert why == {
        "tea": "no demand expected", "jam": "no forecast", "nut": "order", "old": "not on sale"
    }  # fmt: skip
    assert line(proposal, "old")[["quantity", "at_risk"]].tolist() == [0, 0]


def test_open_orders_count_and_late_ones_come_as_if_ordered_today(buying):
    leads = lead_times(buying)
    place = position(buying, leads, horizon=30)
    tea = place.products.loc["tea"]
    # 20 ordered a fortnight ago: no order before took longer than 14 days
    assert tea[["on_hand", "coming", "overdue", "unit_cost"]].tolist() == [6, 20, 20, 5]
    day = round(np.mean(leads.at["A", "lead_days"])) - 1
    assert np.flatnonzero(place.arriving[place.products.index.get_loc("tea")]).tolist() == [day]
    assert tea[["moq", "pack_size", "unit_price", "unit_margin"]].tolist() == [12, 6, 10, 5]
    assert place.products.loc["jam", ["moq", "pack_size"]].tolist() == [1, 1]


def test_an_open_order_comes_after_what_it_has_waited(shop):
    late = BUYING["purchase_orders"].replace("p3,tea,A,2026-11-01", "p3,tea,A,2026-11-04")
    opened = shop(**BUYING | {"purchase_orders": late})
    leads = lead_times(opened)
    place = position(opened, leads, horizon=30)
    grid = np.asarray(leads.at["A", "lead_days"])
    # 11 days gone: only what took longer can still be
    left = round(np.mean(grid[grid > 11]) - 11)
    assert place.arriving[place.products.index.get_loc("tea"), left - 1] == 20
    assert place.products.loc["tea", "overdue"] == 0


def test_an_open_order_of_an_unheard_of_product_is_nobody_elses(opened):
    row = "    p9,zzz,A,2026-11-14,2026-11-24,,99,,1.00\n"
    bought = BUYING | {"purchase_orders": BUYING["purchase_orders"].rstrip() + "\n" + row}
    shop = opened(bought)
    place = position(shop, lead_times(shop), horizon=30)
    assert "zzz" not in place.products.index
    assert place.arriving.sum() == place.products["coming"].sum() == 20


def test_a_fill_rate_takes_less_than_a_cycle_service(promised):
    outlook = even(ONE_A_DAY, factor=(0.5, 1.5))
    cycle = line(order_proposal(promised, outlook), "tea")
    fill = line(order_proposal(promised, outlook, service="fill", level=0.9), "tea")
    # 8.5 or 25.5 wanted; of 7 a review .7 may lack: half the time 25.5 − 24.1
    assert (cycle["reorder_point"], fill["reorder_point"]) == (26, 25)
    assert fill["safety_stock"] == pytest.approx(24.1 - 17)


def test_orders_of_an_economic_size_are_larger(promised):
    tea = line(
        order_proposal(promised, even(ONE_A_DAY), order_cost=2, holding_rate_per_year=0.91), "tea"
    )
    # a unit costs ¥.01 a day: √(2 × 2 × 1 / .01) = 20, of which the review takes 7
    assert tea[["reorder_point", "order_up_to", "quantity"]].tolist() == [17, 30, 24]


def test_a_price_break_that_pays_is_taken(promised):
    breaks = pd.DataFrame(
        {"product_id": "tea", "from_quantity": [1, 24, 5000], "unit_cost": [4.0, 3.0, 2.9]}
    )
    tea = line(order_proposal(promised, even(ONE_A_DAY), breaks=breaks), "tea")
    assert tea[["quantity", "unit_cost", "amount"]].tolist() == [24, 3, 72]


def test_a_budget_goes_where_it_saves_most(shop):
    opened = shop(**PROMISED | {"products": BUYING["products"].replace(",8.00,", ",8.00,7.00")})
    outlook = even(ONE_A_DAY)
    rich = order_proposal(opened, outlook, budget=1000)
    assert rich.lines["left_out"].sum() == 0
    # tea saves ¥42 for ¥48; a nut saves at most ¥1 for ¥7
    poor = order_proposal(opened, outlook, budget=60)
    assert line(poor, "tea")[["quantity", "left_out"]].tolist() == [12, 0]
    assert line(poor, "nut")["quantity"] == 1
    assert line(poor, "nut")["left_out"] == line(rich, "nut")["quantity"] - 1
    assert poor.lines["amount"].sum() <= 60
    said = [str(s) for s in find_order_proposal(poor, as_of=opened.as_of, currency="CNY")]
    assert "The budget leaves 1 product short, or without an order: Nuts." in said


def test_a_line_of_unknown_cost_is_left_out_of_a_budget(promised):
    poor = order_proposal(promised, even(ONE_A_DAY), budget=1000)
    assert line(poor, "nut")["quantity"] == 0
    assert line(poor, "nut")["left_out"] > 0


def test_the_sentences_say_what_to_order_and_what_is_not_known(promised):
    proposal = order_proposal(promised, even({"tea": 1, "jam": 1, "nut": 0}))
    assert [
        str(s) for s in find_order_proposal(proposal, as_of=promised.as_of, currency="CNY")
    ] == [
        "Order 1 product for ¥48 now: until the next chance in 7 days that saves ¥42 (margin; 80% "
        "interval ¥42 to ¥42), most of it Tea (100%).",
        "For 1 product any order comes too late: more likely than not the shelf is empty before it "
        "arrives (Tea).",
        "Not all is known of every product (no supplier: 1 and no cost: 1).",
    ]
    (action,) = order_actions(promised, proposal)
    assert action.action == "Order 12 units of 1 product from A for ¥48, first of all Tea."
    assert (action.subject, action.worth, action.worth_low, action.worth_high) == (
        "supplier:A", Decimal("42.0"), Decimal("42.0"), Decimal("42.0")
    )  # fmt: skip
    nothing = order_proposal(promised, even(dict.fromkeys(ONE_A_DAY, 0)))
    assert str(find_order_proposal(nothing, as_of=promised.as_of, currency="CNY")[0]) == (
        "Nothing needs to be ordered now."
    )
    assert order_actions(promised, nothing) == []


def test_old_stock_figures_are_said_to_be_old(shop):
    opened = shop(**PROMISED, as_of="2026-11-18")
    proposal = order_proposal(opened, even(ONE_A_DAY, first=date(2026, 11, 19)))
    said = [str(s) for s in find_order_proposal(proposal, as_of=opened.as_of, currency="CNY")]
    assert (
        "Stock is known as of 2026-11-15 only: what has been sold since is still counted as there."
        in said
    )


def test_wrong_parameters_are_told(promised):
    outlook = even(ONE_A_DAY)
    with pytest.raises(ParameterError, match=r"^service is 'both'. It is one of: cycle, fill.$"):
        order_proposal(promised, outlook, service="both")
    with pytest.raises(ParameterError, match="level is 95"):
        order_proposal(promised, outlook, level=95)
    with pytest.raises(ParameterError, match=r"^budget is -1. It is not negative.$"):
        order_proposal(promised, outlook, budget=-1)


def test_without_stock_the_proposal_is_missing(shop):
    asked = shop(orders=BUYING["orders"])
    found = order_proposal(asked, even(ONE_A_DAY))
    assert isinstance(found, Missing)
    assert order_actions(asked, found) is found
    forecast = Missing("What will be wanted?", "orders")
    assert order_proposal(asked, forecast) is forecast


def test_demand_over_uncertain_days_is_a_mixture():
    outlook = even({"tea": 2}, days=4, factor=(0.5, 1.5))
    wanted = courses(outlook, days=6)
    # beyond the four days that are forecast each level goes on at its pace
    assert wanted[0].tolist() == [[n, 3 * n] for n in range(1, 7)]
    assert expected_courses(outlook, days=6)[0].tolist() == [2, 4, 6, 8, 10, 12]
    mixed = over(wanted, np.array([[0, 3, 6]]))
    assert mixed.tolist() == [[0, 0, 3, 9, 6, 18]]


def test_the_proposal_of_the_sample_adds_up(sample):
    outlook = carried_on(sample, horizon=90)
    proposal = order_proposal(sample, outlook)
    lines = proposal.lines
    assert lines["product_id"].is_unique
    assert set(lines["product_id"]) >= set(outlook.products)
    placed = lines[lines["quantity"] > 0]
    assert (
        (placed["quantity"] + placed["on_hand"] + placed["coming"])
        .ge(placed["reorder_point"])
        .all()
    )
    assert (placed["why"] == "order").all()
    assert (lines["saved"] <= lines["at_risk"] + 1e-9).all()
    # draws are of the expectation that is shown
    error = proposal.saved.std(axis=1) / np.sqrt(proposal.saved.shape[1])
    off = np.abs(proposal.saved.mean(axis=1) - lines["saved"])
    assert (off <= 4 * error + 1e-9).mean() > 0.97
    worth = sum(a.worth for a in order_actions(sample, proposal))
    assert float(worth) == pytest.approx(lines["saved"].sum(), abs=0.05)
    half = order_proposal(sample, outlook, budget=float(placed["amount"].sum() / 2))
    assert half.lines["amount"].sum() <= placed["amount"].sum() / 2
    # half of the money saves more than half, since it goes where it saves most
    assert half.lines["saved"].sum() > 0.5 * lines["saved"].sum()
