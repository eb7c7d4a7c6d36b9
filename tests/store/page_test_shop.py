"""A shop with one page test that a reader can add up by hand."""

import textwrap

from shophelm.shop.tables import open_shop

EXPERIMENTS = """
    experiment_id,question,unit,started_on,ended_on,control_variant,primary_metric,planned_split
    photo,Does the photo sell?,visitor,2026-10-01,2026-10-14,plain,cart_rate,plain:0.5;scene:0.5
    """
# v1 to v4 plain, v5 to v8 scene; v9 is a1's second device; x1 saw two variants;
# y1 and y2 are one customer who saw both
EXPOSURES = """
    experiment_id,visitor_id,variant,first_seen_at,device,persona
    photo,v1,plain,2026-10-01 10:00:00,ios,z
    photo,v2,plain,2026-10-02 10:00:00,pc,z
    photo,v3,plain,2026-10-03 10:00:00,ios,
    photo,v4,plain,2026-10-14 23:00:00,pc,z
    photo,v9,plain,2026-10-05 09:00:00,pc,q
    photo,v5,scene,2026-10-01 10:00:00,ios,z
    photo,v6,scene,2026-10-02 10:00:00,pc,z
    photo,v7,scene,2026-10-03 10:00:00,ios,z
    photo,v8,scene,2026-10-15 08:00:00,pc,z
    photo,x1,plain,2026-10-04 10:00:00,ios,z
    photo,x1,scene,2026-10-04 10:05:00,ios,z
    photo,y1,plain,2026-10-04 10:00:00,ios,z
    photo,y2,scene,2026-10-06 10:00:00,pc,z
    """
EVENTS = """
    event_id,visitor_id,customer_id,occurred_at,kind
    e01,v1,a1,2026-09-20 09:00:00,view
    e02,v1,a1,2026-09-20 09:01:00,cart
    e03,v1,,2026-10-01 09:59:59,cart
    e04,v1,,2026-10-01 10:00:00,view
    e05,v1,,2026-10-01 10:01:00,view
    e06,v9,a1,2026-10-05 09:01:00,cart
    e07,v2,,2026-10-02 10:00:00,view
    e08,v2,,2026-10-15 00:00:00,cart
    e09,v3,a3,2026-10-14 23:59:59,cart
    e10,v3,a3,2026-10-14 23:59:59,pay
    e11,v5,a5,2026-10-01 10:05:00,cart
    e12,v5,a5,2026-10-01 10:06:00,cart
    e13,v5,a5,2026-10-01 10:07:00,pay
    e14,v6,,2026-08-01 10:00:00,cart
    e15,v6,,2026-10-02 10:00:00,view
    e16,x1,,2026-10-04 10:06:00,cart
    e17,y1,a8,2026-10-04 10:06:00,cart
    e18,y2,a8,2026-10-06 10:06:00,cart
    """
ORDERS = """
    order_id,customer_id,created_at,paid_at,goods_amount,discount_amount,shipping_amount,paid_amount
    o1,a1,2026-09-10 12:00:00,2026-09-10 12:00:00,50.00,0,0,50.00
    o2,a1,2026-10-10 12:00:00,2026-10-10 12:00:00,80.00,0,0,80.00
    o3,a3,2026-10-14 12:00:00,2026-10-14 23:59:59,10.00,0,0,10.00
    o4,a5,2026-09-29 12:00:00,2026-09-29 12:00:00,60.00,0,0,60.00
    o5,a5,2026-10-01 10:07:00,2026-10-01 10:07:00,100.00,0,0,100.00
    o6,a5,2026-10-14 10:07:00,2026-10-15 00:00:00,30.00,0,0,30.00
    o7,v7,2026-10-09 10:07:00,2026-10-09 10:07:00,20.00,0,0,20.00
    o8,a8,2026-10-09 10:07:00,2026-10-09 10:07:00,99.00,0,0,99.00
    o9,a5,2026-10-03 10:07:00,,5.00,0,0,5.00
    """
REFUNDS = """
    refund_id,order_id,refunded_at,amount
    r1,o1,2026-10-11 12:00:00,50.00
    r2,o5,2026-10-20 12:00:00,40.00
    r3,o4,2026-10-02 12:00:00,60.00
    """
TABLES = {
    "experiments": EXPERIMENTS,
    "exposures": EXPOSURES,
    "events": EVENTS,
    "orders": ORDERS,
    "refunds": REFUNDS,
}


def opened_in(folder, tables, *, as_of="2026-11-15"):
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(textwrap.dedent(text).lstrip(), encoding="utf-8")
    return open_shop(folder, as_of=as_of)
