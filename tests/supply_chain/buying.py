"""A shop that buys from three suppliers, and that a reader can add up by hand."""

ORDERS = """
    order_id,customer_id,created_at,paid_at,channel,goods_amount,discount_amount,shipping_amount,paid_amount
    o1,ann,2026-11-01 10:00:00,2026-11-01 10:01:00,search,40.00,0.00,0.00,40.00
    o2,bob,2026-11-10 10:00:00,2026-11-10 10:01:00,search,60.00,0.00,0.00,60.00
"""
LINES = """
    order_id,line_no,product_id,quantity,list_price,unit_price,paid_amount
    o1,1,tea,4,10.00,10.00,40.00
    o2,1,tea,2,10.00,10.00,20.00
    o2,2,jam,2,20.00,20.00,40.00
"""
PRODUCTS = """
    product_id,title,category,supplier_id,list_price,unit_cost
    tea,Tea,drinks,A,10.00,4.00
    jam,Jam,food,B,20.00,12.00
    nut,Nuts,food,,8.00,
"""
SUPPLIERS = """
    supplier_id,name,moq,pack_size,lead_time_days
    A,Alpha,12,6,10
    B,Beta,,,2
    C,Gamma,,,7
    D,Delta,,,
"""
# A: in time and in full; three days late and short; open past its day; early, not due yet
PURCHASES = """
    po_id,product_id,supplier_id,ordered_on,promised_on,received_on,quantity,received_quantity,unit_cost
    p1,tea,A,2026-10-01,2026-10-11,2026-10-11,10,10,4.00
    p1,mug,A,2026-10-01,2026-10-11,2026-10-11,5,5,9.00
    p2,tea,A,2026-10-05,2026-10-15,2026-10-18,10,8,4.00
    p3,tea,A,2026-11-01,2026-11-11,,20,,5.00
    p4,mug,A,2026-11-10,2026-11-20,2026-11-12,5,5,9.00
    p5,jam,B,2026-11-10,2026-11-12,2026-11-12,30,30,12.00
"""
STOCK = """
    day,product_id,on_hand,reserved
    2026-11-14,tea,9,
    2026-11-15,tea,7,1
    2026-11-15,jam,40,
    2026-11-15,nut,3,
"""
BUYING = {
    "orders": ORDERS,
    "order_lines": LINES,
    "products": PRODUCTS,
    "suppliers": SUPPLIERS,
    "purchase_orders": PURCHASES,
    "stock": STOCK,
}
