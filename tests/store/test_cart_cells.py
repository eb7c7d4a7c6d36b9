"""What a cart is, and what became of it: by hand, and against SQL."""

from datetime import date

import duckdb
import numpy as np
import pytest

from shophelm.shop.calendar import Period, last_days
from shophelm.store.cart_cells import cart_cells
from tests.conftest import SAMPLE

EVENTS = """
    event_id,visitor_id,customer_id,occurred_at,kind,product_id,page
    a1,va,ann,2026-11-01 10:00:00,cart,tee,
    a2,va,ann,2026-11-01 10:05:00,view,tee,reviews
    a3,va,ann,2026-11-03 10:00:00,cart,tee,
    a4,va,ann,2026-11-06 09:59:00,pay,tee,
    b1,vb,,2026-11-01 11:00:00,cart,tee,
    b2,vb,,2026-11-01 11:10:00,view,cap,reviews
    b3,vb,,2026-11-01 11:20:00,search,,results
    b4,vb,,2026-11-04 11:00:01,cart,tee,
    b5,vb,,2026-11-04 11:10:00,view,tee,reviews
    b6,vb,,2026-11-04 11:40:02,search,,results
    c1,vc,,2026-11-02 10:00:00,cart,cap,
    c2,vc,,2026-11-05 10:00:01,pay,cap,
    d1,vd,dan,2026-11-02 10:00:00,cart,cap,
    d2,vd,dan,2026-11-02 10:10:00,cart,coat,
    d3,vd,dan,2026-11-02 10:20:00,pay,coat,
    d4,vd,dan,2026-11-02 10:30:00,cart,coat,
    e1,ve,,2026-11-12 23:59:59,cart,cap,
    e2,ve,,2026-11-13 00:00:00,cart,hat,
    f1,vf,fay,2026-11-02 10:00:00,cart,hat,
    """
ORDERS = """
    order_id,customer_id,created_at,paid_at,goods_amount,discount_amount,shipping_amount,paid_amount
    o1,dan,2026-11-02 10:00:00,2026-11-03 10:00:00,10.00,0.00,0.00,10.00
    o2,fay,2026-11-03 10:00:00,2026-11-11 10:00:00,10.00,0.00,0.00,10.00
    """
LINES = """
    order_id,line_no,product_id,quantity,list_price,unit_price,paid_amount
    o1,1,cap,1,10.00,10.00,10.00
    o2,1,hat,1,10.00,10.00,10.00
    """
PRESALES = """
    order_id,deposit_paid_at,deposit_amount,deposit_worth,balance_due_from,balance_due_to,balance_amount
    o2,2026-11-03 10:00:00,2.00,2.00,2026-11-11 00:00:00,2026-11-12 23:59:59,8.00
    """
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 15))


def table(frame, *columns):
    rows = frame.sort_values(["product_id", "day"])
    return [[r.product_id, r.day.day, *(getattr(r, c) for c in columns)] for r in rows.itertuples()]


def test_carts_by_hand(shop):
    found = cart_cells(shop(events=EVENTS), NOVEMBER)
    assert table(found, "carts", "bought", "read", "searched") == [
        # one paid a second after its three days; one whose payment only the orders saw; and one
        # last put in before the last three days began
        ["cap", 2, 2, 0, 0, 0],
        ["cap", 12, 1, 0, 0, 0],
        # what is put in again after it was paid for is another cart
        ["coat", 2, 2, 1, 0, 0],
        ["hat", 2, 1, 0, 0, 0],
        # ann's is one cart, bought three days after it was put in again; bob's left after a search
        ["tee", 1, 2, 1, 0, 1],
        # put in again a second after three days: another cart; its search came too late to count
        ["tee", 4, 1, 0, 1, 0],
    ]
    assert np.isnan(found[["granted", "held_out"]].to_numpy()).all()


def test_orders_and_deposits_count_as_payments(shop):
    found = cart_cells(shop(events=EVENTS, orders=ORDERS, order_lines=LINES), NOVEMBER)
    assert dict(zip(found["product_id"], found["bought"], strict=True))["hat"] == 0
    assert found.loc[found["product_id"] == "cap", "bought"].tolist() == [1, 0]
    tables = {"events": EVENTS, "orders": ORDERS, "order_lines": LINES, "presales": PRESALES}
    found = cart_cells(shop(**tables), NOVEMBER)
    assert found.loc[found["product_id"] == "hat", "bought"].tolist() == [1]


def test_more_days_to_pay_make_fewer_and_more_bought_carts(shop):
    found = cart_cells(shop(events=EVENTS), NOVEMBER, within=4)
    assert table(found, "carts", "bought") == [
        ["cap", 2, 2, 1],
        ["coat", 2, 2, 1],
        ["hat", 2, 1, 0],
        ["tee", 1, 2, 1],
    ]


def test_arms_of_a_hold_out(shop):
    coupons = """
    coupon_grant_id,coupon_id,customer_id,granted_at,kind,face_value,held_out
    g1,c1,ann,2026-10-20 00:00:00,x,5.00,false
    g2,c1,dan,2026-10-20 00:00:00,x,5.00,true
    g3,c2,fay,2026-10-20 00:00:00,x,5.00,false
    g4,c1,fay,2026-09-20 00:00:00,x,5.00,false
    """
    found = cart_cells(shop(events=EVENTS, coupons=coupons), NOVEMBER)
    names = ["granted", "granted_bought", "held_out", "held_out_bought"]
    # nobody was held out from c2, and c1 was granted to fay too long ago
    assert found.groupby("product_id")[names].sum().to_numpy().tolist() == [
        [0, 0, 1, 0],
        [0, 0, 2, 1],
        [0, 0, 0, 0],
        [1, 1, 0, 0],
    ]


def test_a_log_without_searches_or_reviews_says_so(shop):
    events = "\n".join(r for r in EVENTS.splitlines() if "search" not in r and "reviews" not in r)
    found = cart_cells(shop(events=events), NOVEMBER)
    assert found[["read", "searched"]].isna().all().all()


def test_the_sample_against_sql(sample):
    period = last_days(sample.as_of, days=100)
    found = cart_cells(sample, period)
    con = duckdb.connect()
    tables = ("events", "orders", "order_lines", "presales")
    for name in tables:
        (file,) = SAMPLE.glob(f"{name}.csv*")
        con.execute(f"create view {name} as select * from read_csv('{file}')")
    expected = con.execute(
        """
        with who as (
            select visitor_id, max(customer_id) as customer from events group by 1
        ), puts as (
            select coalesce(customer, visitor_id) as who, product_id as what,
                occurred_at as t, visitor_id
            from events join who using (visitor_id) where kind = 'cart'
        ), pays as (
            select coalesce(customer, visitor_id) as who, product_id as what, occurred_at as t
            from events join who using (visitor_id) where kind = 'pay'
            union select customer_id, product_id, paid_at
            from orders join order_lines using (order_id) where paid_at is not null
            union select customer_id, product_id, deposit_paid_at
            from orders join order_lines using (order_id) join presales using (order_id)
        ), starts as (
            select * from puts p where not exists (
                select 1 from puts q where q.who = p.who and q.what = p.what and q.t < p.t
                and q.t >= p.t - interval 3 day and not exists (
                    select 1 from pays b where b.who = p.who and b.what = p.what
                    and b.t >= q.t and b.t < p.t
                )
            )
        ), ends as (
            select who, what, t, (
                select max(p.t) from puts p where p.who = s.who and p.what = s.what and p.t >= s.t
                and not exists (
                    select 1 from starts n where n.who = s.who and n.what = s.what
                    and n.t > s.t and n.t <= p.t
                )
            ) as put
            from starts s
        ), carts as (
            select e.*, exists (
                select 1 from pays b where b.who = e.who and b.what = e.what
                and b.t >= e.put and b.t <= e.put + interval 3 day and not exists (
                    select 1 from starts n where n.who = e.who and n.what = e.what
                    and n.t > e.t and n.t <= b.t
                )
            ) as bought
            from ends e
        )
        select what, t::date as day, count(*) as carts, sum(bought::int) as bought
        from carts
        where t::date between ? and '2026-11-15' and put < timestamp '2026-11-13'
        group by 1, 2 order by 1, 2
        """,
        [period.first],
    ).df()
    assert found["product_id"].tolist() == expected["what"].tolist()
    assert found["day"].tolist() == [d.date() for d in expected["day"]]
    assert found["carts"].tolist() == expected["carts"].tolist()
    assert found["bought"].tolist() == pytest.approx(expected["bought"].tolist())
    assert expected["carts"].sum() > 3_000
