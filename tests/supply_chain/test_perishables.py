"""What spoils: orders against the newsvendor, regions by hand, and a replay that is added up."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from shophelm.shop.needs import Missing
from shophelm.supply_chain.perishable_facts import region_sales, under_way
from shophelm.supply_chain.perishable_regions import judged_regions
from shophelm.supply_chain.perishables import order_table, perishables, region_table
from shophelm.supply_chain.perishables_judged import (
    find_perishables_judged,
    perishables_judged,
)
from shophelm.supply_chain.perishables_told import find_perishables, perishable_actions
from tests.conftest import SAMPLE
from tests.hand_shop import HAND_SHOP
from tests.supply_chain.fruit_shop import AS_OF, fruit_shop
from tests.supply_chain.outlooks import carried_on, outlook

FIRST = AS_OF + timedelta(days=1)
TWO_A_DAY = outlook(FIRST, berry=[2.0] * 35)
ALONE = {
    "regions": "region,transit_days\neast,0\nwest,0\n",
    "stock": "day,product_id,on_hand\n2026-11-15,berry,0\n2026-11-15,jam,1\n",
    "purchase_orders": "po_id,product_id,supplier_id,ordered_on,promised_on,quantity,unit_cost\n"
    "c,jam,s,2026-11-12,2026-11-17,6,4\n",
    "refunds": "refund_id,order_id,line_no,refunded_at,amount\n",
}


def test_where_it_keeps_as_long_as_the_order_lasts_it_is_the_newsvendor(shop):
    s = shop(**fruit_shop(**ALONE))
    # five days of life, one on the way to the shop, one demanded on arrival: four days to send it
    found = perishables(s, TWO_A_DAY, order_every=4, fresh_days=1)
    row = found.orders.iloc[0]
    # a box sold earns 6, a box wasted loses 4; Poisson, eight in four days
    assert row["critical_ratio"] == pytest.approx(0.6)
    assert row["sellable_days"] == 4
    poisson = stats.poisson(8)
    assert poisson.ppf(0.57) <= row["order_quantity"] <= poisson.ppf(0.63)
    quantity = int(row["order_quantity"])
    levels = np.arange(60)
    sold = np.minimum(levels, quantity) @ poisson.pmf(levels)
    assert row["sold"] == pytest.approx(sold, abs=0.2)
    assert row["wasted"] == pytest.approx(quantity - sold, abs=0.2)
    assert row["short"] == pytest.approx(8 - sold, abs=0.2)
    assert row["margin"] == pytest.approx(6 * row["sold"] - 4 * row["wasted"])
    # ordering the mean is right there: nothing is gained by not doing it
    assert row["usual_quantity"] == 8
    assert row["worth"] == pytest.approx(0, abs=1)


def test_a_region_that_nothing_reaches_fresh_is_not_served(shop):
    s = shop(**fruit_shop())
    found = perishables(s, TWO_A_DAY, order_every=3, fresh_days=2)
    regions = found.regions.set_index("region")
    # four days left on coming to the shop; the west is three days away, on whole days
    assert regions["life_left"].to_dict() == {"east": 4, "west": 1}
    assert regions["ship"].to_dict() == {"east": True, "west": False}
    assert regions["why"].to_dict() == {"east": "", "west": "arrives too old"}
    row = found.orders.iloc[0]
    # the east's half of two a day, over three days
    assert row["expected_demand"] == pytest.approx(3, abs=0.2)
    # of the five boxes three are ten days old
    assert row[["on_hand", "past_units", "under_way"]].tolist() == [2, 3, 6]
    said = " ".join(map(str, find_perishables(found, currency="CNY")))
    assert "west (1 day of life left on arrival at best, 2 demanded)" in said
    assert "3 units on the stock list are too old to be sent anywhere" in said
    (action,) = [a for a in perishable_actions(s, found) if a.kind == "where not to ship"]
    assert (action.subject, action.worth, action.worth_in) == ("region:west", None, "unknown")


def test_products_of_which_something_is_lacking_are_named(shop):
    found = perishables(shop(**fruit_shop()), TWO_A_DAY)
    assert found.unplanned == {"ham": "how long it keeps is not known"}
    assert order_table(found)["product"].tolist() == ["Berry"]
    assert len(region_table(found)) == 2
    unknown = perishables(shop(**fruit_shop()), outlook(FIRST, ham=[1.0] * 35))
    assert unknown.unplanned["berry"] == "its demand is not forecast"


def test_a_lead_time_is_the_suppliers_promise_unless_more_is_known(shop):
    tables = fruit_shop()
    del tables["suppliers"]
    s = shop(**tables)
    found = perishables(s, TWO_A_DAY)
    assert found.unplanned["berry"] == "how long an order takes is not known"
    assert str(find_perishables(found, currency="CNY")[0]) == (
        "Not planned: berry (how long an order takes is not known) and ham (how long it keeps is "
        "not known)."
    )
    known = perishables(s, TWO_A_DAY, lead_days={"s": 3.0})
    assert known.orders["lead_days"].tolist() == [3]


def test_without_a_regions_table_days_on_the_way_are_said_to_be_unknown(shop):
    tables = fruit_shop()
    del tables["regions"]
    found = perishables(shop(**tables), TWO_A_DAY, fresh_days=2)
    assert found.regions["ship"].all()
    assert found.regions["transit_days"].isna().all()
    assert "no regions table tells the days on the way" in str(
        find_perishables(found, currency="CNY")[-1]
    )


def test_sales_and_returns_of_regions_by_hand(shop):
    s = shop(**fruit_shop())
    found = region_sales(s, pd.Index(["berry"])).loc[["east", "west"]]
    # of a hundred days the last fourteen do not count; 22 of the first 86 are fourth ones
    assert found["orders"].tolist() == [86, 86]
    assert found["returned"].tolist() == [0, 22]
    assert found["refunded"].tolist() == [0, 110]
    assert found["paid"].tolist() == [860, 860]
    assert found["cost"].tolist() == [344, 344]
    assert found["freight"].tolist() == [172, 172]
    judged = judged_regions(found, life=4, fresh_days=1, waste_per_unit=0.5).set_index("region")
    # 10 paid, 4 cost, .5 wasted, 3 for the parcel of which buyers pay 2; 5 back for each returned
    for region in ("east", "west"):
        share = judged.loc[region, "return_share"]
        assert judged.loc[region, "margin_per_order"] == pytest.approx(10 - 4 - 0.5 - 1 - 5 * share)
    assert 0.1 < judged.loc["west", "return_low"] < 22 / 86 < judged.loc["west", "return_high"]
    assert judged["ship"].all()


def sales(**regions):
    """Regions with so many lines and returned ones; an order earns 50 of 100, all is paid back."""
    frame = pd.DataFrame(regions, index=["lines", "returned"]).T.astype(float)
    frame["orders"] = frame["units"] = frame["lines"]
    frame["paid"], frame["cost"] = 100 * frame["lines"], 50 * frame["lines"]
    frame["refunded"] = 100 * frame["returned"]
    return frame.assign(freight=0.0, transit_days=np.nan, parcel_cost=np.nan)


def test_only_a_region_that_loses_money_beyond_doubt_is_left_out():
    usual = {f"r{i}": (200, 20) for i in range(8)}
    found = judged_regions(
        sales(**usual, bad=(200, 140), few=(5, 3)), life=5, fresh_days=1, waste_per_unit=0.0
    ).set_index("region")
    # above half of the lines back, an order loses money; three of five prove nothing
    assert found.index[~found["ship"]].tolist() == ["bad"]
    bad = found.loc["bad"]
    assert bad["why"] == "loses money"
    assert bad["margin_per_order"] == pytest.approx(50 - 100 * bad["return_share"])
    assert bad["worth"] == pytest.approx(-bad["margin_per_order"] * 200 * 28 / 364)
    assert bad["worth_low"] < bad["worth"] < bad["worth_high"]
    assert found.loc["few", "return_share"] < 0.5
    assert found.drop(index="bad")["worth"].isna().all()


def test_where_no_region_differs_none_is_left_out():
    rng = np.random.default_rng(3)
    left_out = 0
    for _ in range(12):
        lines = rng.integers(5, 120, 20)
        back = rng.binomial(lines, 0.4)
        rows = {f"r{i}": (n, k) for i, (n, k) in enumerate(zip(lines, back, strict=True))}
        found = judged_regions(sales(**rows), life=5, fresh_days=1, waste_per_unit=0.0)
        left_out += (~found["ship"]).sum()
    # an order earns 10 of 100 in all of them; of 240 regions at most one in a hundred is misjudged
    assert left_out <= 2


def test_open_orders_come_when_promised_and_overdue_ones_tomorrow(shop):
    tables = fruit_shop(
        purchase_orders="""
        po_id,product_id,supplier_id,ordered_on,promised_on,received_on,quantity,unit_cost
        a,berry,s,2026-11-01,2026-11-05,,3,4
        b,berry,s,2026-11-12,2026-11-17,,6,4
        c,berry,s,2026-11-12,2026-12-30,,9,4
        """
    )
    coming = under_way(shop(**tables), pd.Index(["berry"]), 5)
    assert coming.loc["berry"].tolist() == [3, 6, 0, 0, 0]


def test_whole_packs_from_the_smallest_order_on(shop):
    suppliers = """
        supplier_id,name,moq,pack_size,lead_time_days,transit_days
        s,Farm,7,4,1,1
    """
    s = shop(**fruit_shop(**ALONE, suppliers=suppliers))
    found = perishables(s, TWO_A_DAY, order_every=4, fresh_days=1)
    assert found.orders["order_quantity"].tolist() == [8]


def steady(**tables):
    """Berries for 100 days, one box a day to each region; 28 came each Monday."""
    mondays = [date(2026, 8, 10) + timedelta(days=7 * i) for i in range(14)]
    rows = [f"p{i},berry,s,{d - timedelta(days=1)},{d},{d},28,28,4" for i, d in enumerate(mondays)]
    head = "po_id,product_id,supplier_id,ordered_on,promised_on,received_on,quantity,"
    return fruit_shop(
        regions=ALONE["regions"],
        refunds=ALONE["refunds"],
        purchase_orders=head + "received_quantity,unit_cost\n" + "\n".join(rows) + "\n",
        # on the Sunday before the first of the eight weeks nothing is left
        stock="day,product_id,on_hand\n2026-09-20,berry,0\n2026-11-15,berry,14\n",
        **tables,
    )


def test_a_replay_that_is_added_up_by_hand(shop):
    def forecast(day):
        return outlook(day + timedelta(days=1), berry=[2.0] * 35)

    found = perishables_judged(shop(**steady()), forecast, days=56, fresh_days=1)
    found = found.set_index("policy")
    own = found.loc["what the shop was sent"]
    # eight weeks: of 28 boxes eight are sold in the four days they last, 20 spoil, six are missed
    assert own[["received", "sold", "wasted", "short"]].tolist() == [224, 64, 160, 48]
    assert own["margin"] == 64 * 6 - 160 * 4
    assert own["fill_rate"] == pytest.approx(8 / 14)
    assert own["waste_share"] == pytest.approx(20 / 28)
    plan = found.loc["this plan"]
    assert plan["margin"] > 8 * (6 * 6 - 4 * 4)
    assert plan["wasted"] < 40
    # boxes ordered on Sunday come on Monday: what came is sold, spoilt, or there at the end
    assert plan["sold"] + plan["wasted"] <= plan["received"]
    assert plan["sold"] + plan["short"] == 112
    said = str(find_perishables_judged(found.reset_index(), currency="CNY"))
    assert "what the shop was sent, 224 units, would have sold 64 and let 160 spoil" in said


def test_ordering_more_often_meets_more_and_wastes_less(shop):
    def forecast(day):
        return outlook(day + timedelta(days=1), berry=[2.0] * 35)

    s = shop(**steady())
    seven, two = (
        perishables_judged(s, forecast, days=28, order_every=every, fresh_days=1).iloc[0]
        for every in (7, 2)
    )
    assert two["fill_rate"] > seven["fill_rate"]
    assert two["margin"] > seven["margin"]


def test_the_samples_regions_are_those_of_hand_written_sql(sample):
    import duckdb

    sql = f"""
        WITH sold AS (
            SELECT order_id, region, line_no, l.paid_amount::DECIMAL(18, 2) AS paid
            FROM '{SAMPLE}/orders.csv.gz' o JOIN '{SAMPLE}/order_lines.csv.gz' l USING (order_id)
            WHERE product_id LIKE 'FR%' AND CAST(paid_at AS DATE)
                BETWEEN DATE '2026-11-01' - 363 AND DATE '2026-11-01'),
        back AS (SELECT DISTINCT order_id, line_no FROM '{SAMPLE}/refunds.csv.gz')
        SELECT region, count(DISTINCT order_id), count(*), sum(paid), count(*) FILTER (
            EXISTS (FROM back b WHERE b.order_id = sold.order_id
                AND (b.line_no IS NULL OR b.line_no = sold.line_no)))
        FROM sold GROUP BY 1"""
    wanted = {r: [float(v) for v in rest] for r, *rest in duckdb.sql(sql).fetchall()}
    products = pd.Index([f"FR{n:03d}" for n in range(1, 11)])
    found = region_sales(sample, products)[["orders", "lines", "paid", "returned"]]
    assert {r: list(v) for r, v in zip(found.index, found.to_numpy(), strict=True)} == wanted


def test_the_sample_is_planned_with_what_it_lacks_said(sample):
    found = perishables(sample, carried_on(sample))
    assert found.unplanned == {}
    assert len(found.orders) == 10
    assert (found.orders["worth"] > -1).all()
    assert (found.orders["order_quantity"] % 2 == 0).all()
    assert found.regions["demand_share"].sum() == pytest.approx(1)
    said = " ".join(str(s) for s in find_perishables(found, currency="CNY"))
    assert "西藏 (1 day of life left on arrival at best, 2 demanded)" in said


def test_the_planted_ways_are_those_not_to_be_sent(planted):
    shop, truth = planted
    ways = pd.DataFrame(truth["supply"]["fruit_on_the_way"]).T
    found = perishables(shop, carried_on(shop)).regions.set_index("region")
    assert found["transit_days"].to_dict() == ways["transit_days"].to_dict()
    # fruit keeps seven days, one of them on the way in, and two are demanded on arrival
    old = found["why"] == "arrives too old"
    assert set(found.index[old]) == set(ways.index[7 - 1 - ways["transit_days"] < 2]) == {"西藏"}
    # a parcel of 40 yuan eats what an order earns; none of 12 does
    assert set(found.index[~found["ship"]]) <= set(ways.index[ways["transit_days"] >= 4])
    assert (~found["ship"]).sum() >= 2


def test_what_spoils_on_the_way_comes_back_as_often_as_planted(planted):
    shop, truth = planted
    ways = pd.DataFrame(truth["supply"]["fruit_on_the_way"]).T
    frame = perishables(shop, carried_on(shop)).regions.set_index("region")
    sums = frame.groupby(ways["return_multiplier"])[["returned", "lines"]].sum()
    shares, (near, *_) = sums["returned"] / sums["lines"], sums.index
    # the share that comes back is near one in ten, at worst four times that
    error = np.sqrt(((1 - shares) / sums["returned"]).add(((1 - shares) / sums["returned"])[near]))
    off = np.log(shares / shares[near]) - np.log(sums.index.to_numpy() / near)
    assert (off.abs() < 3.5 * error).all()


def test_a_shop_without_shelf_lives_is_told_so(shop):
    found = perishables(shop(**HAND_SHOP), TWO_A_DAY)
    assert isinstance(found, Missing)
    assert isinstance(find_perishables(found, currency="CNY"), Missing)
    assert isinstance(perishable_actions(shop(**HAND_SHOP), found), Missing)
