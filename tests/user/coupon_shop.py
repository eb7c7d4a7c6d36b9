"""A shop of coupons that a reader can add up by hand.

Coupon W went to ann, bob, cat and dan, and was held out from eve, fay, gus and hal, on 1 October;
moe got it and was held out. N went to two of them without a hold-out; R is still running.
"""

COUPON_SHOP = {
    "orders": """
        order_id,customer_id,created_at,paid_at,goods_amount,discount_amount,shipping_amount,paid_amount
        o1,cat,2026-09-20 10:00:00,2026-09-20 10:01:00,60.00,0.00,0.00,60.00
        o2,gus,2026-09-30 10:00:00,2026-09-30 23:59:00,30.00,0.00,0.00,30.00
        o3,ann,2026-10-05 10:00:00,2026-10-05 10:01:00,100.00,10.00,0.00,90.00
        o4,eve,2026-10-10 10:00:00,2026-10-10 10:01:00,40.00,0.00,0.00,40.00
        o5,bob,2026-10-28 10:00:00,2026-10-28 10:01:00,50.00,0.00,0.00,50.00
        o6,bob,2026-10-29 10:00:00,2026-10-29 10:01:00,70.00,0.00,0.00,70.00
        o7,moe,2026-10-07 10:00:00,2026-10-07 10:01:00,500.00,0.00,0.00,500.00
        o8,dan,2026-11-20 10:00:00,2026-11-20 10:01:00,90.00,0.00,0.00,90.00
        o9,hal,2026-10-09 10:00:00,,80.00,0.00,0.00,80.00
    """,
    "refunds": """
        refund_id,order_id,refunded_at,amount
        r1,o4,2026-10-20 12:00:00,10.00
    """,
    "coupons": """
        coupon_grant_id,coupon_id,customer_id,granted_at,kind,face_value,held_out,redeemed_order_id
        g1,W,ann,2026-10-01 00:00:00,win_back,10.00,false,o3
        g2,W,bob,2026-10-01 00:00:00,win_back,10.00,false,
        g3,W,cat,2026-10-01 00:00:00,win_back,10.00,false,
        g4,W,dan,2026-10-01 00:00:00,win_back,10.00,false,o8
        g5,W,eve,2026-10-01 00:00:00,win_back,10.00,true,
        g6,W,fay,2026-10-01 00:00:00,win_back,10.00,true,
        g7,W,gus,2026-10-01 00:00:00,win_back,10.00,true,
        g8,W,hal,2026-10-01 00:00:00,win_back,10.00,true,
        g9,W,moe,2026-10-01 00:00:00,win_back,10.00,true,
        g10,W,moe,2026-10-02 00:00:00,win_back,10.00,false,
        g11,N,ann,2026-08-01 00:00:00,first_order,5.00,false,o3
        g12,N,eve,2026-08-01 00:00:00,first_order,5.00,false,
        g13,R,ann,2026-11-10 00:00:00,win_back,10.00,false,
        g14,R,eve,2026-11-10 00:00:00,win_back,10.00,true,
    """,
    "customers": """
        customer_id,joined_at,gender,birth_year,acquired_by
        ann,2026-01-01 00:00:00,female,1990,ads
        bob,2026-01-01 00:00:00,male,1990,ads
        cat,2026-01-01 00:00:00,female,1980,search
        dan,2026-11-01 00:00:00,male,1980,search
        eve,2026-01-01 00:00:00,female,1970,ads
        fay,2026-01-01 00:00:00,female,1970,search
        gus,2026-01-01 00:00:00,male,1990,search
        hal,2026-01-01 00:00:00,male,1990,ads
        moe,2026-01-01 00:00:00,male,1990,ads
    """,
}
