"""Our share beside rivals of whom only an index is known."""

import duckdb
import numpy as np
import pytest

from shophelm.shop.calendar import last_days
from shophelm.store.search_market import find_share_trend, rival_demand, share_trend
from tests.conftest import SAMPLE
from tests.store.search_shop import days, text

COLUMNS = (
    "order_id,customer_id,created_at,paid_at,goods_amount,discount_amount,shipping_amount,"
    "paid_amount"
)


def market(shop, *, ours, theirs, measure="sales_index", **tables):
    """Two rivals; `ours` units a day before and in the period, `theirs` the rivals' levels."""
    span = days("2026-09-21", 56)
    orders, lines, rivals = [], [], []
    for n, day in enumerate(span):
        units = ours[n >= 28]
        orders.append((f"o{n}", "c", f"{day} 10:00:00", f"{day} 10:00:00", units, 0, 0, units))
        lines.append((f"o{n}", 1, "p", units, 1, 1, units))
        rivals += [
            (day, f"r{i}", "Them", "t", "hats", 9, theirs[n >= 28] * (i + 1)) for i in (0, 1)
        ]
    return shop(
        orders=text(COLUMNS, orders),
        order_lines=text(
            "order_id,line_no,product_id,quantity,list_price,unit_price,paid_amount", lines
        ),
        products="product_id,title,category\np,Hat,hats\n",
        rivals=text(f"day,rival_id,rival_shop,title,category,price,{measure}", rivals),
        **tables,
    )


def test_an_index_alone_is_enough(shop):
    row = share_trend(market(shop, ours=(2, 3), theirs=(100, 120))).iloc[0]
    assert row[["category", "rivals", "rivals_by", "units_before", "units"]].tolist() == [
        "hats", 2, "sales_index", 56, 84
    ]  # fmt: skip
    assert row["rivals_change"] == pytest.approx(0.2)
    assert row["units_change"] == pytest.approx(0.5)
    assert row["share_change"] == pytest.approx(1.5 / 1.2 - 1)
    # 28 lines of 2, and 28 of 3 units: as sure as 28 and 28 single ones
    half = 1.959964 * np.sqrt(2 / 28)
    assert np.log1p(row["share_high"]) == pytest.approx(np.log(1.25) + half)
    assert np.log1p(row["share_low"]) == pytest.approx(np.log(1.25) - half)


def test_sales_of_a_month_stand_in_where_there_is_no_index(shop):
    row = share_trend(market(shop, ours=(2, 2), theirs=(100, 50), measure="monthly_sales")).iloc[0]
    assert row["rivals_by"] == "monthly_sales"
    assert row["share_change"] == pytest.approx(1.0)


def test_the_scale_of_an_index_changes_nothing(shop):
    small = share_trend(market(shop, ours=(2, 3), theirs=(1, 1.2)))
    large = share_trend(market(shop, ours=(2, 3), theirs=(1000, 1200)))
    assert small["share_change"].tolist() == pytest.approx(large["share_change"].tolist())


def test_a_burst_of_ours_is_no_gain_of_share(shop):
    campaign = """
        campaign_id,name,kind,warmup_from,burst_from,afterglow_from,ends_on,mechanic
        c1,Sale,sale,2026-11-09,2026-11-11,2026-11-12,2026-11-15,flash
    """
    s = market(shop, ours=(2, 2), theirs=(100, 100), campaigns=campaign)
    row = share_trend(s).iloc[0]
    # 27 ordinary days against 28
    assert (row["units"], row["units_before"]) == (54, 56)
    assert row["share_change"] == pytest.approx(0)


def test_too_few_units_are_not_compared(shop):
    found = share_trend(market(shop, ours=(1, 0), theirs=(100, 100)))
    assert found["share_change"].isna().all()
    assert "Too little is sold" in str(find_share_trend(found))


def test_the_sample_agrees_with_sql(sample):
    row = share_trend(sample).set_index("category").loc["shoes"]
    change = duckdb.sql(
        f"""
        WITH r AS (SELECT * FROM read_csv('{SAMPLE}/rivals.csv.gz') WHERE category = 'shoes'),
             side AS (SELECT rival_id,
                avg(sales_index) FILTER (day BETWEEN '2026-10-19' AND '2026-11-15'
                                         AND day <> '2026-11-11') AS now,
                avg(sales_index) FILTER (day BETWEEN '2026-09-21' AND '2026-10-18') AS before
                FROM r GROUP BY 1)
        SELECT exp(avg(ln(now / before))) - 1 FROM side
        """
    ).fetchone()[0]
    assert row["rivals_change"] == pytest.approx(change)


def test_demand_of_rivals_is_by_day_and_around_one(sample):
    index = rival_demand(sample, last_days(sample.as_of, days=30))
    assert index.shape == (5, 30)
    assert index.mean(axis=1).tolist() == pytest.approx([1] * 5)
