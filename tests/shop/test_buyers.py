from datetime import date
from decimal import Decimal

import duckdb

from shophelm.shop.buyers import buyers, order_worths, worth_in
from tests.conftest import SAMPLE
from tests.hand_shop import HAND_SHOP


def test_buyers_are_added_up_from_what_their_orders_left_behind(shop):
    shop = shop(**HAND_SHOP)
    frame = shop.frame(buyers(shop).order_by("customer_id"))
    assert worth_in(shop) == "gmv"
    assert frame.to_dict("records") == [
        {
            "customer_id": "ann",
            "first_day": date(2026, 11, 3),
            "last_day": date(2026, 11, 12),
            "purchases": 3,
            "orders": 3,
            "paid": Decimal("205.0000"),
            "settled": Decimal("150.0000"),
            "worth": Decimal("150.0000"),
        },
        {
            "customer_id": "bob",
            "first_day": date(2026, 11, 10),
            "last_day": date(2026, 11, 10),
            "purchases": 1,
            "orders": 1,
            "paid": Decimal("179.5000"),
            "settled": Decimal("179.5000"),
            "worth": Decimal("179.5000"),
        },
    ]


def test_worth_is_the_goods_money_kept_less_its_cost(shop):
    products = """
        product_id,title,category,list_price,unit_cost
        tee,Tee,apparel,50.00,18.00
        cap,Cap,hats,10.00,4.00
        coat,Coat,apparel,200.00,89.75
    """
    shop = shop(**HAND_SHOP | {"products": products})
    worths = shop.frame(order_worths(shop).order_by("order_id"))
    assert worth_in(shop) == "margin"
    # o1: 90 of goods, half of them sent back: 45 kept, which cost 18; o3: 40 of caps cost 16
    assert worths.set_index("order_id")["worth"].to_dict() == {
        "o1": Decimal("27.0000"),
        "o2": Decimal("31.6667"),
        "o3": Decimal("24.0000"),
        "o4": Decimal("89.7500"),
    }


def test_a_shop_that_knows_few_costs_values_customers_in_money(shop):
    products = """
        product_id,title,category,list_price,unit_cost
        tee,Tee,apparel,50.00,18.00
    """
    assert worth_in(shop(**HAND_SHOP | {"products": products})) == "gmv"


def test_an_earlier_day_sees_the_shop_as_it_was(sample):
    earlier = sample.at(date(2026, 6, 30))
    frame = earlier.frame(buyers(earlier))
    wanted = duckdb.sql(
        f"""
        SELECT customer_id, count(DISTINCT paid_at::date) AS purchases, count(*) AS orders,
               sum(paid_amount) AS paid
        FROM read_csv('{SAMPLE}/orders.csv.gz', types={{'paid_amount': 'DECIMAL(18,2)'}})
        WHERE paid_at < '2026-07-01' AND customer_id IS NOT NULL GROUP BY ALL ORDER BY 1
        """
    ).df()
    found = frame.sort_values("customer_id", ignore_index=True)
    assert found["customer_id"].tolist() == wanted["customer_id"].tolist()
    assert found["purchases"].tolist() == wanted["purchases"].tolist()
    assert found["orders"].tolist() == wanted["orders"].tolist()
    assert found["paid"].astype(float).round(2).tolist() == wanted["paid"].round(2).tolist()
