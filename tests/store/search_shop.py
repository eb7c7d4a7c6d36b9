"""Small shops with search words, and larger ones with planted truth, as CSV text."""

import datetime as dt

import numpy as np

ORDERS = """
    order_id,customer_id,created_at,paid_at,goods_amount,discount_amount,shipping_amount,paid_amount
    o1,ann,2026-11-10 10:00:00,2026-11-10 10:01:00,100.00,0.00,0.00,100.00
"""
LINES = """
    order_id,line_no,product_id,quantity,list_price,unit_price,paid_amount
    o1,1,dress,1,100.00,100.00,100.00
"""
PRODUCTS = """
    product_id,title,category,brand,list_price,unit_cost
    dress,Aster red summer dress,apparel,Aster,100.00,40.00
    skirt,Aster long skirt,apparel,Aster,50.00,25.00
    cap,Birch cap,hats,Birch,10.00,
"""
WORDS = """
    day,keyword,product_id,impressions,clicks,visitors,buyers,paid_amount,position,cost
    2026-11-01,red dress,dress,300,20,20,3,300.00,2,
    2026-11-02,red dress,dress,100,10,8,1,100.00,4,
    2026-11-02,aster dress,dress,200,10,10,2,180.00,1,5.00
    2026-11-03,long skirt,skirt,150,3,3,0,0.00,3,
    2026-11-03,cheap cap,cap,50,2,2,1,10.00,5,
    2026-11-03,hats,,80,1,1,0,0.00,9,
    2026-08-01,red dress,dress,9000,900,900,90,9000.00,1,
"""


def text(columns, rows):
    return "\n".join([columns, *(",".join(map(str, row)) for row in rows)])


def days(first, number):
    start = dt.date.fromisoformat(first)
    return [start + dt.timedelta(days=i) for i in range(number)]


def changed_shop(*, lift=1.0, seed=0, products=24, level=4.0, changed="2026-09-01", also=()):
    """Clicks a day of products of two categories; from a day on the first is lifted.

    Every product has a level of its own; apparel has a season, and a campaign that only it has.
    """
    rng = np.random.default_rng(seed)
    span = days("2026-07-01", 100)
    names = [f"p{i:02d}" for i in range(products)]
    sizes = np.exp(rng.normal(0, 0.4, products))
    sizes[0] = 1
    rows = []
    for n, day in enumerate(span):
        season = 1.0 + 0.6 * np.sin(n / 15)
        for i, name in enumerate(names):
            mean = level * sizes[i] * (season if i % 2 == 0 else 1.0)
            if i == 0 and day >= dt.date.fromisoformat(changed):
                mean *= lift
            clicks = rng.poisson(mean)
            bought = rng.binomial(clicks, 0.1)
            rows.append((day, f"word {name}", name, clicks * 10, clicks, bought, bought * 50))
    listed = [(n, f"Word {n}", "apparel" if i % 2 == 0 else "hats") for i, n in enumerate(names)]
    done = [("a0", "title", "product:p00", "done", changed), *also]
    return {
        "orders": ORDERS,
        "keywords": text("day,keyword,product_id,impressions,clicks,buyers,paid_amount", rows),
        "products": text(
            "product_id,title,category,list_price,unit_cost", [(*r, 50, 20) for r in listed]
        ),
    }, done
