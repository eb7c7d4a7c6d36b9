from datetime import date, timedelta

import duckdb
import numpy as np
import pytest

from shophelm.methods.survival import kaplan_meier, log_rank, share_by
from shophelm.user.second_purchase import (
    find_second_purchase_by_first,
    second_purchase_by_first,
)
from tests.conftest import SAMPLE
from tests.user.selling import bought, listed

PRODUCTS = listed("tea drinks 4", "jam food 4", "coat apparel 4")


def customers(product, n, back):
    """Of n customers who begin with a product, some come back 10 to 59 days later."""
    said = []
    for i in range(n):
        first = date(2026, 1, 1) + timedelta(days=i % 40)
        said.append(f"{product}{i} {first} {product}")
        if i < back:
            said.append(f"{product}{i} {first + timedelta(days=10 + i % 50)} coat")
    return said


def test_which_first_category_makes_customers_stay(shop):
    said = [*customers("tea", 100, 60), *customers("jam", 100, 25), *customers("coat", 30, 9)]
    s = shop(**bought(*said), products=PRODUCTS)
    groups = second_purchase_by_first(s).set_index("group")
    assert groups[["customers", "back"]].T.to_dict("list") == {
        "drinks": [100, 60], "food": [100, 25], "apparel": [30, 9],
    }  # fmt: skip
    # everybody has been followed for 180 days
    assert groups["share"].tolist() == pytest.approx([0.6, 0.25, np.nan], nan_ok=True)
    assert groups["share_rest"].iloc[0] == pytest.approx(34 / 130)
    assert groups["found"].tolist() == [True, True, False]
    assert str(find_second_purchase_by_first(groups.reset_index())) == (
        "Within 180 days of the first purchase, beyond chance: drinks (first category) 60.0% for "
        "26.2% and food (first category) 25.0% for 53.1%. Not known: 1 group, of which too few "
        "came back."
    )


def test_the_first_category_is_the_one_with_most_money_and_of_equals_the_first_name(shop):
    s = shop(
        **bought("ann 2026-01-01 tea jam jam2", "bob 2026-01-01 tea jam", "ann 2026-02-01 coat"),
        products=PRODUCTS + "\njam2,J,food,10,4",
    )
    groups = second_purchase_by_first(s).set_index("group")
    assert groups["customers"].to_dict() == {"food": 1, "drinks": 1}
    assert groups["back"].to_dict() == {"food": 1, "drinks": 0}


def test_two_orders_of_the_first_day_are_one_purchase(shop):
    s = shop(**bought("ann 2026-01-01 tea", "ann 2026-01-01 coat coat2"), products=PRODUCTS)
    assert second_purchase_by_first(s)["back"].tolist() == [0]


def test_customers_by_channel(shop):
    said = [*customers("tea", 60, 40), *customers("jam", 60, 38)]
    who = [f"{p}{i},2026-01-01 00:00:00,{c}" for p, c in (("tea", "ads"), ("jam", "live"))
           for i in range(60)]  # fmt: skip
    s = shop(**bought(*said), customers="\n".join(["customer_id,joined_at,acquired_by", *who]))
    groups = second_purchase_by_first(s)
    assert groups[["by", "group", "customers", "back"]].values.tolist() == [
        ["acquired by", "ads", 60, 40],
        ["acquired by", "live", 60, 38],
    ]
    assert not groups["found"].any()
    assert str(find_second_purchase_by_first(groups)) == (
        "Within 180 days of the first purchase, no group of 2 comes back unlike the others."
    )


def test_a_shop_where_hardly_anyone_comes_back_says_so(shop):
    said = [*customers("tea", 400, 10), *customers("jam", 300, 6)]
    groups = second_purchase_by_first(shop(**bought(*said), products=PRODUCTS))
    assert groups[["share", "low", "high", "share_rest", "p_value"]].isna().all(axis=None)
    assert str(find_second_purchase_by_first(groups)) == (
        "Of no group 20 customers have bought again and been followed for 180 days: which first "
        "purchase makes customers stay is not known."
    )


def test_channels_of_the_sample_are_those_of_hand_written_sql(sample):
    rows = duckdb.sql(f"""
        WITH d AS (SELECT DISTINCT customer_id, paid_at::DATE AS day
            FROM read_csv('{SAMPLE / "orders.csv.gz"}', all_varchar=true)
            WHERE paid_at::DATE <= '2026-11-15'),
        f AS (SELECT customer_id, min(day) AS first, count(*) > 1 AS back,
                list_sort(list(day))[2] AS second FROM d GROUP BY 1)
        SELECT acquired_by, coalesce(second, DATE '2026-11-15') - first AS wait,
            count(*) FILTER (back) AS happened, count(*) FILTER (NOT back) AS unfinished
        FROM f JOIN read_csv('{SAMPLE / "customers.csv.gz"}', all_varchar=true) USING (customer_id)
        GROUP BY ALL""").df()
    groups = second_purchase_by_first(sample)
    groups = groups[groups["by"] == "acquired by"].set_index("group")
    assert len(groups) == 6
    for group, row in groups.iterrows():
        mine = rows[rows["acquired_by"] == group].set_index("wait")[["happened", "unfinished"]]
        rest = rows[rows["acquired_by"] != group].set_index("wait")[["happened", "unfinished"]]
        assert row["customers"] == mine.sum().sum()
        assert row["share"] == pytest.approx(share_by(kaplan_meier(mine), 180)["share"])
        assert row["p_value"] == pytest.approx(log_rank(mine, rest))


def test_the_planted_channel_whose_customers_come_more_often_is_found(sample):
    # the simulator gives customers of `direct` one and a half times the visits
    groups = second_purchase_by_first(sample)
    found = groups[groups["found"]]
    assert found["group"].tolist() == ["direct"]
    assert (found["share"] > found["share_rest"]).all()
