"""A shop that sells berries, which keep five days, to a near region and to one three days away.

A hundred days: each sells two boxes, one to the east and one to the west, at 10, and every fourth
box to the west comes back as bad. Berries cost 4. On 15 November five boxes are there.
"""

from datetime import date, timedelta

AS_OF = date(2026, 11, 15)
DAYS = [AS_OF - timedelta(days=99 - i) for i in range(100)]


def fruit_shop(**tables):
    orders, lines, refunds = [], [], []
    for n, day in enumerate(DAYS):
        for region in ("east", "west"):
            name = f"{region}{n}"
            orders.append(f"{name},{day} 10:00:00,{day} 10:00:00,{region},10,0,2,12")
            lines.append(f"{name},1,berry,1,10,10,10")
            back = day + timedelta(days=2)
            if region == "west" and n % 4 == 0 and back <= AS_OF:
                refunds.append(f"r{n},{name},1,{back} 10:00:00,5,bad")
    return {
        "orders": "order_id,created_at,paid_at,region,goods_amount,discount_amount,"
        "shipping_amount,paid_amount\n" + "\n".join(orders) + "\n",
        "order_lines": "order_id,line_no,product_id,quantity,list_price,unit_price,paid_amount\n"
        + "\n".join(lines)
        + "\n",
        "refunds": "refund_id,order_id,line_no,refunded_at,amount,reason\n"
        + "\n".join(refunds)
        + "\n",
        "products": """
            product_id,title,category,supplier_id,list_price,unit_cost,shelf_life_days,cold_chain
            berry,Berry,fruit,s,10,4,5,true
            ham,Ham,meat,s,30,20,,true
            jam,Jam,fruit,s,8,3,700,false
        """,
        "stock": """
            day,product_id,on_hand
            2026-11-15,berry,5
        """,
        "purchase_orders": """
            po_id,product_id,supplier_id,ordered_on,promised_on,received_on,quantity,received_quantity,unit_cost
            a,berry,s,2026-11-01,2026-11-05,2026-11-05,3,3,4
            b,berry,s,2026-11-10,2026-11-14,2026-11-14,2,2,4
            c,berry,s,2026-11-12,2026-11-17,,6,,4
        """,
        "suppliers": """
            supplier_id,name,moq,pack_size,lead_time_days,transit_days
            s,Farm,1,1,1,1
        """,
        "regions": """
            region,transit_days,parcel_cost
            east,0,3
            west,2.5,3
        """,
    } | tables
