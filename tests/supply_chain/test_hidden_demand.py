import numpy as np
import pandas as pd
import pytest

from shophelm.errors import ParameterError
from shophelm.methods.censored_counts import interval_of
from shophelm.shop.needs import Missing
from shophelm.shop.product_days import product_days
from shophelm.supply_chain.hidden_demand import demanded, find_hidden_demand, hidden_demand

# two caps a day until the shelf of 6 is empty on the third; then nothing for two days
CAPS = {
    "orders": """
        order_id,created_at,paid_at,goods_amount,discount_amount,shipping_amount,paid_amount
        o1,2026-11-09 10:00:00,2026-11-09 10:00:00,20.00,0.00,0.00,20.00
        o2,2026-11-10 10:00:00,2026-11-10 10:00:00,20.00,0.00,0.00,20.00
        o3,2026-11-11 10:00:00,2026-11-11 10:00:00,20.00,0.00,0.00,20.00
    """,
    "order_lines": """
        order_id,line_no,product_id,quantity,list_price,unit_price,paid_amount
        o1,1,cap,2,10.00,10.00,20.00
        o2,1,cap,2,10.00,10.00,20.00
        o3,1,cap,2,10.00,10.00,20.00
    """,
    "stock": """
        day,product_id,on_hand
        2026-11-09,cap,4
        2026-11-10,cap,2
        2026-11-11,cap,0
        2026-11-12,cap,0
        2026-11-13,cap,0
    """,
}


def test_an_empty_shelf_hides_what_the_days_before_let_expect(shop):
    wanted = demanded(shop(as_of="2026-11-13", **CAPS))

    assert wanted.hidden.tolist() == [[False, False, True, True, True]]
    assert wanted.sold.tolist() == [[2, 2, 2, 0, 0]]
    assert wanted.demand[0, :2].tolist() == [2, 2]
    # at least what was sold on the day the last were sold; about two a day after
    assert wanted.demand[0, 2] > 2
    assert wanted.demand[0, 3:] == pytest.approx([2, 2], abs=0.6)


def test_without_stock_what_was_sold_is_what_was_wanted(shop):
    few = shop(as_of="2026-11-13", orders=CAPS["orders"], order_lines=CAPS["order_lines"])

    wanted = demanded(few)

    assert wanted.demand.tolist() == [[2, 2, 2, 0, 0]]
    assert not wanted.hidden.any()
    assert wanted.lost()["lost"].tolist() == [0]
    assert isinstance(hidden_demand(few), Missing)


def test_a_product_that_sells_more_than_it_has_does_not_depend_on_the_shelf(shop):
    made_to_order = CAPS | {"stock": CAPS["stock"].replace("2026-11-10,cap,2", "2026-11-10,cap,0")}

    wanted = demanded(shop(as_of="2026-11-13", **made_to_order))

    # the tenth sold 2 of 4 and the shelf was empty all the same; the eleventh sold 2 of none
    assert wanted.hidden.tolist() == [[False, True, False, True, True]]


def test_all_that_was_lost_lies_within_the_interval(planted):
    shop, truth = planted
    lost = demanded(shop).lost()

    low, high = interval_of(lost["lost"].sum(), lost["lost_variance"].sum(), 0.95)

    assert low <= truth["supply"]["unmet_units"] <= high


def test_a_product_s_loss_is_nearer_the_truth_than_none_and_than_the_mean_of_days_in_stock(planted):
    shop, truth = planted
    wanted = demanded(shop)
    real = unmet(truth, wanted.products)
    days = product_days(shop)
    there = days.on_sale & ~wanted.hidden
    mean = np.where(there, days.units, 0).sum(axis=1) / np.maximum(there.sum(axis=1), 1)
    naive = np.where(wanted.hidden, np.maximum(mean[:, None] - days.units, 0), 0).sum(axis=1)

    lost = wanted.lost()["lost"]

    assert (lost - real).abs().sum() < (naive - real).abs().sum() < real.sum()
    assert np.corrcoef(lost, real)[0, 1] > 0.95


def test_products_intervals_hold_about_as_often_as_they_say(planted):
    shop, truth = planted
    wanted = demanded(shop)
    lost = wanted.lost()
    real = unmet(truth, wanted.products)
    some = (lost["lost"] > 0.5) | (real > 0)

    held = (np.floor(lost["lost_low"]) <= real) & (real <= np.ceil(lost["lost_high"]))

    # some 50 products: two standard errors of a share of .8
    assert held[some].mean() == pytest.approx(0.8, abs=0.115)


def test_the_rationed_product_hid_most(planted):
    shop, truth = planted
    rationed = truth["supply"]["rationed_product"]

    frame = hidden_demand(shop)

    assert frame["product_id"].iloc[0] == rationed
    unmet_units = truth["supply"]["products"][rationed]["unmet_units"]
    lost = (frame["demand"] - frame["sold"]).sum()
    assert lost == pytest.approx(unmet_units, rel=0.3)


def test_nothing_looks_past_as_of(sample):
    earlier = sample.at(pd.Timestamp("2026-06-30").date())

    wanted = demanded(earlier)

    assert wanted.period.last == earlier.as_of
    assert wanted.demand.shape[1] == wanted.period.days


def test_the_sentence_says_what_was_sold_and_what_was_wanted(sample):
    frame = hidden_demand(sample, product_id="SN001")
    lost = demanded(sample).lost().loc["SN001"]

    said = find_hidden_demand(sample, frame)

    assert str(said).startswith(
        f"山野食社 整箱礼盒每日坚果2025新款01号 sold {frame['sold'].sum():.0f} units and "
        f"{lost['lost']:.0f} more were wanted"
    )
    with pytest.raises(ParameterError, match=r"^product_id is 'none', which is"):
        hidden_demand(sample, product_id="none")


def unmet(truth, products):
    known = pd.DataFrame(truth["supply"]["products"]).T["unmet_units"]
    return known.reindex(products).astype(float)
