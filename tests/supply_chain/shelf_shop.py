"""A shop with a shelf that a reader can add up by hand, on 15 November 2026.

Coats: ten are there; four came on 10 November, twenty on the 5th, so that six of those are left.
Nuts keep thirty days; six of them came on 20 October. Of the caps nothing tells when they came but
the shelf itself, on which eight stood on 1 November and stand still.
"""

SHELF_SHOP = {
    "orders": """
        order_id,customer_id,created_at,paid_at,goods_amount,discount_amount,shipping_amount,paid_amount
        o1,ann,2026-11-01 10:00:00,2026-11-01 10:01:00,90.00,0.00,0.00,90.00
        o2,bob,2026-11-08 10:00:00,2026-11-08 10:01:00,100.00,0.00,0.00,100.00
    """,
    "order_lines": """
        order_id,line_no,product_id,quantity,list_price,unit_price,paid_amount
        o1,1,coat,1,90.00,90.00,90.00
        o2,1,coat,1,90.00,90.00,90.00
        o2,2,nuts,1,10.00,10.00,10.00
    """,
    "products": """
        product_id,title,category,season,list_price,unit_cost,shelf_life_days
        coat,Coat,apparel,winter,100.00,40.00,
        nuts,Nuts,snacks,,12.00,5.00,30
        cap,Cap,hats,,10.00,3.00,
    """,
    "stock": """
        day,product_id,on_hand
        2026-11-01,cap,8
        2026-11-01,nuts,7
        2026-11-15,coat,10
        2026-11-15,nuts,6
        2026-11-15,cap,8
    """,
    "purchase_orders": """
        po_id,product_id,supplier_id,ordered_on,promised_on,received_on,quantity,received_quantity,unit_cost
        a,coat,s,2026-10-01,2026-11-05,2026-11-05,20,20,40.00
        b,coat,s,2026-10-01,2026-11-10,2026-11-10,5,4,40.00
        c,nuts,s,2026-10-01,2026-10-20,2026-10-20,7,,5.00
        d,coat,s,2026-11-10,2026-12-01,,30,,40.00
    """,
}
