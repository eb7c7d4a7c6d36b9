"""A season's end is a day to write off only where the season's goods did stop selling."""

from datetime import date, timedelta

import pytest

from shophelm.supply_chain import write_off

PRODUCTS = """
    product_id,title,category,season
    coat,Coat,apparel,winter
    cap,Cap,hats,
"""
STOCK = """
    day,product_id,on_hand
    2026-11-15,coat,5
"""
LINES = "order_id,line_no,product_id,quantity,list_price,unit_price,paid_amount"


def sold(*, until):
    """A cap every week; a coat as well, save from March to August of this year if it stops."""
    head = "order_id,created_at,paid_at,goods_amount,discount_amount,shipping_amount,paid_amount"
    orders, lines = (
        [head],
        ["order_id,line_no,product_id,quantity,list_price,unit_price,paid_amount"],
    )
    for week in range(100):
        day = date(2024, 12, 20) + timedelta(days=7 * week)
        if day > date(2026, 11, 15):
            break
        rests = date(2026, 3, 1) <= day < until
        orders.append(f"o{week},{day} 10:00:00,{day} 10:00:00,2,0,0,2")
        lines += [f"o{week},{n},{p},1,1,1,1" for n, p in enumerate(("cap", "coat")[: 2 - rests])]
    return {"orders": "\n".join(orders), "order_lines": "\n".join(lines)}


@pytest.mark.parametrize(
    ("until", "by", "last"),
    [
        # sold all through the spring: only age makes it go
        (date(2026, 3, 1), "age", date(2027, 11, 15)),
        # stopped with the winter, and is expected to again
        (date(2026, 9, 1), "end of season", date(2027, 2, 28)),
    ],
    ids=["sells on", "stops"],
)
def test_goods_that_sell_on_after_their_season_are_not_written_off_with_it(shop, until, by, last):
    one = shop(**sold(until=until), products=PRODUCTS, stock=STOCK)
    (row,) = write_off.batches(one).itertuples()
    assert (row.write_off_by, row.write_off_on) == (by, last)
