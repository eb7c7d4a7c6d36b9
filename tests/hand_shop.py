"""A shop that a reader can add up by hand: one week, and the week before it.

This week (9 to 15 November 2026): ann and bob buy, ann twice; cat looks; a guest buys unseen by
the log. The week before: ann buys once; dan fills a cart.
"""

HAND_SHOP = {
    "orders": """
        order_id,customer_id,created_at,paid_at,channel,goods_amount,discount_amount,shipping_amount,paid_amount
        o1,ann,2026-11-03 10:00:00,2026-11-03 10:01:00,search,100.00,10.00,5.00,95.00
        o2,ann,2026-11-09 09:00:00,2026-11-09 09:01:00,search,60.00,0.00,0.00,60.00
        o3,ann,2026-11-12 09:00:00,2026-11-12 09:01:00,ads,40.00,0.00,10.00,50.00
        o4,bob,2026-11-08 23:00:00,2026-11-10 08:00:00,ads,200.00,20.50,0.00,179.50
        o5,,2026-11-15 20:00:00,2026-11-15 20:05:00,search,30.00,0.00,0.00,30.00
        o6,dan,2026-11-14 20:00:00,,search,80.00,0.00,0.00,80.00
    """,
    "order_lines": """
        order_id,line_no,product_id,quantity,list_price,unit_price,paid_amount
        o1,1,tee,2,50.00,45.00,90.00
        o2,1,tee,1,50.00,50.00,50.00
        o2,2,cap,1,10.00,10.00,10.00
        o3,1,cap,4,10.00,10.00,40.00
        o4,1,coat,1,200.00,179.50,179.50
        o5,1,cap,3,10.00,10.00,30.00
        o6,1,cap,8,10.00,10.00,80.00
    """,
    "refunds": """
        refund_id,order_id,refunded_at,amount
        r1,o1,2026-11-10 12:00:00,45.00
        r2,o2,2026-11-11 12:00:00,10.00
    """,
    "products": """
        product_id,title,category,list_price
        tee,Tee,apparel,50.00
        cap,Cap,hats,10.00
        coat,Coat,apparel,200.00
    """,
    "events": """
        event_id,visitor_id,customer_id,occurred_at,kind,product_id,channel
        e0,va,ann,2026-11-02 20:00:00,home,,search
        e1,va,ann,2026-11-03 09:50:00,view,tee,search
        e2,va,ann,2026-11-03 10:00:00,cart,tee,search
        e3,va,ann,2026-11-03 10:01:00,pay,tee,search
        e4,vd,,2026-11-04 10:00:00,cart,cap,ads
        e5,va,ann,2026-11-09 08:50:00,home,,search
        e6,va,ann,2026-11-09 08:55:00,cart,tee,search
        e7,va,ann,2026-11-09 09:01:00,pay,tee,search
        e8,va,ann,2026-11-12 09:01:00,pay,cap,ads
        e9,vb,bob,2026-11-10 07:59:00,view,coat,ads
        e10,vb,bob,2026-11-10 08:00:00,pay,coat,ads
        e11,vc,,2026-11-13 08:00:00,search,,search
        e12,vc,,2026-11-13 08:01:00,view,cap,search
    """,
}
