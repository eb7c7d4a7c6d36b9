"""Coupons' daily totals: by hand, and the sample's against its grants and orders by SQL."""

import duckdb
import pytest

from shophelm.promotion.coupon_use import coupon_use, find_coupon_use, shown
from shophelm.shop.needs import Missing
from tests.conftest import SAMPLE

DAYS = """
    day,granted,redeemed,buyers,paid_amount
    2026-09-21,100,20,20,900.00
    2026-10-19,40,8,8,400.00
    2026-11-15,60,2,2,100.00
"""
ORDERS = "order_id,created_at,goods_amount,discount_amount,shipping_amount,paid_amount\n"


def test_spans_of_28_days_by_hand(shop):
    frame = coupon_use(shop(as_of="2026-11-15", orders=ORDERS, coupon_days=DAYS))
    columns = ["granted", "redeemed", "redemption_rate", "coupon_order"]
    assert frame[columns].to_numpy().tolist() == [[100, 10, 0.1, 50.0], [100, 20, 0.2, 45.0]]
    said = str(find_coupon_use(frame, currency="CNY"))
    # Wilson's interval of 10 of 100
    assert said == (
        "In the last 28 days 100 coupons were taken and 10 used (10.00%; 95% interval 5.52% to "
        "17.44%), on orders of ¥50 on the mean; in the 28 days before it were 20.00% of them."
    )
    assert "paid_with_coupon" in shown(frame)


def test_too_few_days_tell_nothing(shop):
    assert isinstance(
        coupon_use(shop(as_of="2026-10-01", orders=ORDERS, coupon_days=DAYS)), Missing
    )


def test_the_sample_s_days_are_its_grants_and_their_orders_by_sql(sample):
    told = duckdb.sql(
        f"""
        WITH used AS (
            SELECT paid_at::DATE AS day, count(*) AS redeemed, count(DISTINCT o.customer_id) AS
                buyers, sum(paid_amount)::DOUBLE AS paid
            FROM '{SAMPLE}/coupons.csv.gz' JOIN '{SAMPLE}/orders.csv.gz' o
                ON redeemed_order_id = order_id
            WHERE paid_at IS NOT NULL GROUP BY ALL),
        given AS (SELECT granted_at::DATE AS day, count(*) AS granted
            FROM '{SAMPLE}/coupons.csv.gz' WHERE NOT held_out GROUP BY ALL)
        SELECT day, coalesce(granted, 0) AS granted, coalesce(redeemed, 0) AS redeemed,
            coalesce(buyers, 0) AS buyers, coalesce(paid, 0) AS paid
        FROM used FULL JOIN given USING (day) ORDER BY day
        """
    ).df()
    rows = sample.frame(sample["coupon_days"]).sort_values("day")
    for name, theirs in (("granted", "granted"), ("redeemed", "redeemed"), ("buyers", "buyers")):
        assert rows[name].tolist() == told[theirs].tolist()
    assert rows["paid_amount"].astype(float).tolist() == pytest.approx(told["paid"].tolist())
