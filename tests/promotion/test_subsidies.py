"""Mechanics: their words, what they gave by hand-written SQL, and hold-outs drawn by hand."""

import duckdb
import numpy as np
import pandas as pd
import pytest

from shophelm.promotion.advice import mechanic_actions
from shophelm.promotion.mechanic_kinds import find_kinds, kinds_of, mechanic_kinds
from shophelm.promotion.mechanics import mechanics, top_up
from shophelm.promotion.subsidies import FINISHED, find_subsidies, subsidies
from shophelm.user.holdouts import FINISHED as READ_OUT
from shophelm.user.holdouts import holdouts
from tests.conftest import SAMPLE


@pytest.fixture(scope="module")
def every(sample):
    return mechanics(sample)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("presale deposit, threshold discount 300-40", ["threshold discount", "deposit expansion"]),
        ("定金膨胀，满300减40", ["threshold discount", "deposit expansion"]),
        ("店铺券 + 前100名赠小样", ["coupon", "first-N gift"]),
        ("限时秒杀", ["flash sale"]),
        ("Flash sale; first 50 orders get a gift", ["flash sale", "first-N gift"]),
        ("open through the holiday", []),
        (None, []),
    ],
)
def test_a_mechanic_says_what_it_is_made_of(text, kinds):
    assert kinds_of(text) == kinds


def test_kinds_pool_their_campaigns_by_hand(every):
    """Of four flash sales the sum that was left, over the sum to be expected of those days."""
    kinds = mechanic_kinds(every).set_index("mechanic_kind")
    flash = every[every["mechanic"] == "flash sale"]
    assert kinds.loc["flash sale", "campaigns_of"] == kinds.loc["flash sale", "alone"] == len(flash)
    usual = flash["usual_money"].sum()
    assert kinds.loc["flash sale", "left_share"] == pytest.approx(flash["left"].sum() / usual)
    off = np.sqrt(((flash["left_high"] - flash["left"]) ** 2).sum())
    high = (flash["left"].sum() + off) / usual
    assert kinds.loc["flash sale", "left_share_high"] == pytest.approx(high)
    # both Double 11s had a threshold, too
    assert kinds.loc["deposit expansion", "alone"] == 0
    said = [str(s) for s in find_kinds(mechanic_kinds(every))]
    assert said[1].startswith("No campaign had deposit expansion alone")


def test_what_each_mechanic_gave_is_that_of_sql(sample):
    topped = top_up(sample, campaign="double11_2025")
    rows = subsidies(sample, topped, holdouts(sample), campaign="double11_2025").set_index(
        "mechanic_kind"
    )
    orders, deposits, grown, coupons, faces, reached, off = duckdb.sql(
        f"""
        WITH burst AS (
            SELECT order_id, coupon_id FROM '{SAMPLE}/orders.csv.gz'
            WHERE paid_at >= '2025-11-11' AND paid_at < '2025-11-12'
        ),
        value AS (
            SELECT order_id, sum(unit_price * quantity) AS value
            FROM '{SAMPLE}/order_lines.csv.gz' JOIN burst USING (order_id) GROUP BY 1
        ),
        coupon AS (
            SELECT redeemed_order_id AS order_id, face_value FROM '{SAMPLE}/coupons.csv.gz'
        )
        SELECT (SELECT count(*) FROM burst),
            (SELECT count(*) FROM '{SAMPLE}/presales.csv' JOIN burst USING (order_id)),
            (SELECT sum(deposit_worth - deposit_amount)
                FROM '{SAMPLE}/presales.csv' JOIN burst USING (order_id)),
            (SELECT count(*) FROM burst WHERE coupon_id IS NOT NULL),
            (SELECT sum(face_value) FROM coupon JOIN burst USING (order_id)),
            (SELECT count(*) FROM value WHERE value >= 300),
            (SELECT sum(floor(value / 300) * 40) FROM value)
        """
    ).fetchone()
    assert rows.loc["deposit expansion", ["orders", "given"]].tolist() == pytest.approx(
        [deposits, grown]
    )
    assert rows.loc["coupon", ["orders", "given"]].tolist() == pytest.approx([coupons, faces])
    assert rows.loc["threshold discount", ["orders", "given"]].tolist() == pytest.approx(
        [reached, off]
    )
    assert rows.loc["coupon", "of_burst"] == pytest.approx(coupons / orders)
    # nobody was held out from any of them, and too few orders lie around the threshold
    assert rows["anyway"].isna().all()
    said = " ".join(map(str, find_subsidies(rows.reset_index(), currency="CNY")))
    assert "is not known, as nobody was held out: coupon (27 orders, ¥405 given)" in said


def held_out_shop():
    """400 customers: half get a coupon on 1 May; 40 of them buy with it in the burst of the 5th.

    Of those held out 20 buy, too.
    """
    given = [f"g{i}" for i in range(200)]
    held = [f"h{i}" for i in range(200)]
    buyers = [(c, f"o{c}") for c in [*given[:40], *held[:20]]]
    orders = pd.DataFrame(buyers, columns=["customer_id", "order_id"])
    orders = orders.assign(
        created_at="2026-05-05 10:00:00", paid_at="2026-05-05 10:00:00", goods_amount=100,
        discount_amount=[20 if c[0] == "g" else 0 for c in orders["customer_id"]],
        shipping_amount=0,
    )  # fmt: skip
    orders["coupon_id"] = np.where(orders["discount_amount"] > 0, "MAY", None)
    orders["paid_amount"] = orders["goods_amount"] - orders["discount_amount"]
    lines = orders[["order_id", "paid_amount"]].assign(
        line_no=1, product_id="tee", quantity=1, list_price=100, unit_price=100
    )
    used = dict(zip(orders["customer_id"], orders["order_id"], strict=True))
    grants = pd.DataFrame({"customer_id": [*given, *held]}).assign(
        coupon_id="MAY", granted_at="2026-05-01 00:00:00", kind="may", face_value=20
    )
    grants["coupon_grant_id"] = grants["customer_id"]
    grants["held_out"] = grants["customer_id"].str.startswith("h")
    redeemed = grants["customer_id"].map(used)
    grants["redeemed_order_id"] = redeemed.where(~grants["held_out"])
    campaigns = """
        campaign_id,name,kind,warmup_from,burst_from,afterglow_from,ends_on,mechanic
        may,May days,may,2026-05-03,2026-05-05,2026-05-06,2026-05-08,"coupon, first 10 get a gift"
    """
    frames = {"orders": orders, "order_lines": lines, "coupons": grants}
    return {n: f.to_csv(index=False) for n, f in frames.items()} | {"campaigns": campaigns}


def test_a_hold_out_tells_who_would_have_come_anyway(shop):
    """A tenth more of 200 bought for it: 20 of the 40 who used the coupon."""
    opened = shop(**held_out_shop(), as_of="2026-06-30")
    rows = subsidies(opened, top_up(opened), holdouts(opened)).set_index("mechanic_kind")
    coupon = rows.loc["coupon"]
    assert coupon[["orders", "given", "anyway_of"]].tolist() == [40, 800, 40]
    assert coupon["anyway"] == pytest.approx(20)
    assert coupon["told_by"] == "hold-out"
    # the word stands in two rooms
    assert FINISHED == READ_OUT
    assert rows.loc["first-N gift", "orders"] == 10
    assert np.isnan(rows.loc["first-N gift", "given"])
    said = [str(s) for s in find_subsidies(rows.reset_index(), currency="CNY")]
    assert said[0] == (
        "Coupon: 40 orders got ¥800; of 40, 20 (50%) would have come without, as the hold-out says."
    )
    assert said[1].endswith("as nobody was held out: first-N gift (10 orders).")


def test_a_mechanic_most_of_whose_orders_come_anyway_is_to_be_resized(shop):
    opened = shop(**held_out_shop(), as_of="2026-06-30")
    rows = subsidies(opened, top_up(opened), holdouts(opened))
    assert mechanic_actions(opened, rows) == []
    rows.loc[rows["mechanic_kind"] == "coupon", "anyway"] = 30.0
    (action,) = mechanic_actions(opened, rows)
    assert (action.kind, action.subject) == ("resize a mechanic", "mechanic:coupon")
    assert action.action == (
        "Grant the coupon only to those it moves: of 40 orders 30 would have come without, and it "
        "gave ¥800."
    )


def test_before_the_hold_out_is_over_it_is_not_known(shop):
    opened = shop(**held_out_shop(), as_of="2026-05-10")
    rows = subsidies(opened, top_up(opened), holdouts(opened)).set_index("mechanic_kind")
    assert np.isnan(rows.loc["coupon", "anyway"])


def test_before_the_burst_the_question_is_missing(shop):
    tables = held_out_shop()
    tables["orders"] += "g1,early,2026-04-01 10:00:00,2026-04-01 10:00:00,100,0,0,,100\n"
    tables["order_lines"] += "early,100,1,tee,1,100,100\n"
    opened = shop(**tables, as_of="2026-05-04")
    assert str(subsidies(opened, top_up(opened), holdouts(opened))).endswith(
        "The burst of May days has not begun."
    )
