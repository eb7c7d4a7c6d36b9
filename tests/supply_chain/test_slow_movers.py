"""Batches, write-off dates and the chance to be sold in time, by hand and against SQL."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from shophelm.shop.needs import Missing
from shophelm.shop.shelf import on_the_shelf
from shophelm.supply_chain.slow_movers import find_slow_movers, slow_movers, tied_up_by_age
from shophelm.supply_chain.write_off import batches
from tests.conftest import SAMPLE
from tests.hand_shop import HAND_SHOP
from tests.supply_chain.outlooks import carried_on, made, outlook
from tests.supply_chain.shelf_shop import SHELF_SHOP

FIRST = date(2026, 11, 16)


def rows(frame, *columns):
    return frame[list(columns)].values.tolist()


def test_batches_by_hand(shop):
    found = batches(shop(**SHELF_SHOP))
    assert rows(found, "product_id", "units", "age_days", "known", "days_left", "write_off_by") == [
        ["cap", 8, 14, False, 351, "age"],
        # winter ends with February, before the coats are a year old
        ["coat", 6, 10, True, 105, "end of season"],
        ["coat", 4, 5, True, 105, "end of season"],
        ["nuts", 6, 26, True, 4, "shelf life"],
    ]
    assert found["write_off_on"].tolist()[2:] == [date(2027, 2, 28), date(2026, 11, 19)]


def test_the_first_of_several_ends_counts(shop):
    found = batches(shop(**SHELF_SHOP), write_off_days=20).drop_duplicates("product_id")
    assert rows(found, "product_id", "days_left", "write_off_by") == [
        ["cap", 6, "age"],
        ["coat", 10, "age"],
        ["nuts", -6, "age"],
    ]


def test_without_deliveries_what_the_shelf_gained_is_one(shop):
    tables = SHELF_SHOP | {
        "stock": """
        day,product_id,on_hand
        2026-11-07,coat,2
        2026-11-08,coat,6
        2026-11-09,coat,6
        2026-11-15,coat,6
        """
    }
    del tables["purchase_orders"]
    found = batches(shop(**tables))
    # one was sold on the 8th, so five came; of the six, one was there before
    assert rows(found, "units", "received_on", "known") == [
        [1, date(2026, 11, 7), False],
        [5, date(2026, 11, 8), True],
    ]


def test_chance_left_over_and_money_by_hand(shop):
    # caps go at one in four weeks, or at one a day; coats at one a week; nuts at one a day
    steps = np.arange(1, 36)
    spread = np.stack(
        [
            np.where(np.arange(50) < 30, 0.0, 1.0)[None] * steps[:, None],
            np.repeat(steps[:, None] / 7, 50, axis=1),
            np.repeat(steps[:, None] * 1.0, 50, axis=1),
        ]
    )
    mean = np.diff(spread.mean(axis=2), axis=1, prepend=0)
    found = slow_movers(shop(**SHELF_SHOP), made(["cap", "coat", "nuts"], FIRST, mean, spread))
    found = found.set_index("product_id")
    # nothing goes at three of five levels; of the coats 15 go in the 105 days; of the nuts four
    assert found["sell_through"].to_dict() == {"cap": 0.4, "coat": 1.0, "nuts": 0.0}
    assert found["left_over"].to_dict() == pytest.approx({"cap": 4.8, "coat": 0, "nuts": 2})
    assert found["tied_up"].to_dict() == {"cap": 24, "coat": 400, "nuts": 30}
    assert found["left_over_cost"].to_dict() == pytest.approx({"cap": 14.4, "coat": 0, "nuts": 10})
    assert found["slow"].to_dict() == {"cap": True, "coat": False, "nuts": True}
    assert found.loc["coat", ["mean_age_days", "stock_age_days"]].tolist() == [8, 10]
    assert found["beyond_days"].to_dict() == {"cap": 316, "coat": 70, "nuts": 0}
    assert found["cover_days"].to_dict() == pytest.approx({"cap": 20, "coat": 70, "nuts": 6})
    said = [str(s) for s in find_slow_movers(found.reset_index(), currency="CNY")]
    assert said[0] == (
        "3 products in stock tie up ¥454; 67% of them sold in the last 28 days. 2 have a chance "
        "below 50% to be sold before it must be written off: 12% of the money, of which ¥24 is "
        "expected to be lost."
    )
    assert "Cap (8 units, 40% likely to be sold in time, ¥14 expected to be lost)" in said[1]
    bands = tied_up_by_age(found.reset_index()).set_index("age")
    assert bands.loc["0 to 30 days"].tolist() == [454, 54, 3]
    assert bands["products"].sum() == 3


def test_what_is_past_its_day_is_named_and_not_hoped_for(shop):
    late = shop(as_of="2026-11-22", **SHELF_SHOP)
    found = slow_movers(late, outlook(FIRST, nuts=[1.0] * 35, coat=[1.0] * 35, cap=[1.0] * 35))
    nuts = found.set_index("product_id").loc["nuts"]
    assert nuts[["past_units", "past_cost", "days_left"]].tolist() == [6, 30, -3]
    assert np.isnan(nuts["sell_through"])
    assert not nuts["slow"]
    assert "6 units of 1 product (¥30 at cost) are past their day" in str(
        find_slow_movers(found, currency="CNY")[-1]
    )


def test_a_product_that_the_outlook_does_not_know_is_unknown(shop):
    found = slow_movers(shop(**SHELF_SHOP), outlook(FIRST, nuts=[1.0] * 35)).set_index("product_id")
    assert found["sell_through"].isna().to_dict() == {"cap": True, "coat": True, "nuts": False}
    assert not found.loc["cap", "slow"]


def test_a_shop_without_stock_is_told_so(shop):
    found = slow_movers(shop(**HAND_SHOP), outlook(FIRST, tee=[1.0]))
    assert isinstance(found, Missing)
    assert "no stock" in str(find_slow_movers(found, currency="CNY"))


def test_the_order_of_rows_changes_nothing(shop):
    def turned(text):
        head, *lines = [line for line in text.strip().splitlines() if line.strip()]
        return "\n".join([head.strip(), *(line.strip() for line in reversed(lines))]) + "\n"

    there = outlook(FIRST, nuts=[1.0] * 35, coat=[0.1] * 35, cap=[0.1] * 35)
    one = slow_movers(shop(**SHELF_SHOP), there)
    other = slow_movers(shop(**{name: turned(text) for name, text in SHELF_SHOP.items()}), there)
    pd.testing.assert_frame_equal(one, other)


def test_the_samples_batches_are_its_stock_and_its_oldest_unit(sample):
    found = batches(sample)
    shelf = on_the_shelf(sample)
    shelf = shelf[shelf["on_hand"] > 0]
    assert found.groupby("product_id")["units"].sum().to_dict() == shelf["on_hand"].to_dict()
    assert found.groupby("product_id")["age_days"].max().to_dict() == (
        shelf["stock_age_days"].to_dict()
    )


def test_the_samples_money_is_that_of_hand_written_sql(sample):
    import duckdb

    sql = f"""
        SELECT product_id, on_hand * unit_cost FROM '{SAMPLE}/stock.csv.gz'
        JOIN '{SAMPLE}/products.csv' USING (product_id)
        WHERE day = DATE '2026-11-15' AND on_hand > 0"""
    found = slow_movers(sample, carried_on(sample)).set_index("product_id")
    assert found["tied_up"].to_dict() == pytest.approx(dict(duckdb.sql(sql).fetchall()))
    assert found["sell_through"].dropna().between(0, 1).all()
    assert (found["left_over"].fillna(0) + found["past_units"] <= found["on_hand"] + 1e-9).all()
