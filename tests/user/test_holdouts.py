"""Hold-outs are read out as a reader adds them up, never early, and only where somebody was."""

import random
import textwrap
from datetime import date
from decimal import Decimal

import duckdb
import pandas as pd
import pytest

from shophelm.shop.buyers import buyers
from shophelm.shop.needs import Missing
from shophelm.user.grants import followed
from shophelm.user.holdout_actions import holdout_actions
from shophelm.user.holdouts import find_holdouts, holdouts, verdict
from tests.conftest import SAMPLE
from tests.hand_shop import HAND_SHOP
from tests.user.coupon_shop import COUPON_SHOP


def test_each_customer_is_followed_from_the_day_of_the_grant(shop):
    shop = shop(**COUPON_SHOP)
    rows = followed(shop)
    names = ["orders", "settled", "redeemed", "frequency", "spend", "recency", "acquired_by"]
    of_w = rows.filter((rows.coupon_id == "W") & ~rows.mixed).order_by("customer_id")
    frame = shop.frame(of_w).set_index("customer_id")[names]
    none = float("nan")
    expected = pd.DataFrame(
        {
            "ann": [1, 90, 1, 0, 0, none, "ads"],
            "bob": [1, 50, 0, 0, 0, none, "ads"],
            "cat": [0, 0, 0, 1, 60, 11, "search"],
            # joined after the grant, and used the coupon after as_of
            "dan": [0, 0, 0, 0, 0, none, None],
            "eve": [1, 30, 0, 0, 0, none, "ads"],
            "fay": [0, 0, 0, 0, 0, none, "search"],
            "gus": [0, 0, 0, 1, 30, 1, "search"],
            "hal": [0, 0, 0, 0, 0, none, "ads"],
        },
        index=names,
    ).T
    for name in names[:-1]:
        assert frame[name].astype(float).tolist() == pytest.approx(
            expected[name].astype(float).tolist(), nan_ok=True
        ), name
    origins = [None if pd.isna(v) else v for v in frame["acquired_by"]]
    assert origins == ["ads", "ads", "search", None, "ads", "search", "search", "ads"]


def test_a_hold_out_is_read_out_by_its_arms(shop):
    frame = holdouts(shop(**COUPON_SHOP)).set_index("coupon_id")
    row = frame.loc["W"]
    assert row[["state", "kind", "granted_on", "known_on"]].tolist() == [
        "finished", "win_back", date(2026, 10, 1), date(2026, 10, 28),
    ]  # fmt: skip
    known = {
        "granted": 4, "held_out": 4, "redeemed": 1, "subsidy": 10, "redemption_rate": 0.25,
        "orders_granted": 0.5, "orders_held_out": 0.25, "settled_granted": 35,
        "settled_held_out": 7.5, "worth_effect": 27.5, "incremental": 110,
        # the one further order used the one coupon
        "subsidy_anyway": 0, "split_p": 1.0,
    }  # fmt: skip
    assert row[list(known)].astype(float).to_dict() == pytest.approx(known)
    # Welch: ((90² + 50² − 4 · 35²) / 3 + (30² − 4 · 7.5²) / 3) / 4
    error = (((90**2 + 50**2 - 4 * 35**2) + (30**2 - 4 * 7.5**2)) / 3 / 4) ** 0.5
    assert (row["worth_effect_high"] - 27.5) / error == pytest.approx(2.75, abs=0.2)
    assert frame.attrs == {"worth_in": "gmv", "days": 28}


def test_what_is_running_or_had_no_hold_out_is_not_read_out(shop):
    frame = holdouts(shop(**COUPON_SHOP)).set_index("coupon_id")
    assert frame["state"].to_dict() == {"R": "running", "W": "finished", "N": "no hold-out"}
    assert frame.loc[["R", "N"], ["granted", "worth_effect", "p_value"]].isna().all(axis=None)
    assert frame.loc["N", ["redeemed", "subsidy"]].tolist() == [1, 5]


def test_without_any_hold_out_nothing_can_be_known(shop):
    head, *grants = textwrap.dedent(COUPON_SHOP["coupons"]).strip().splitlines()
    only_n = "\n".join([head, *(g for g in grants if ",N," in g)])
    frame = holdouts(shop(**COUPON_SHOP | {"coupons": only_n}))
    assert frame["state"].tolist() == ["no hold-out"]
    first, second = (str(s) for s in find_holdouts(frame, currency="CNY"))
    assert first == "No coupon with a hold-out is over yet: what coupons bring is not known."
    assert second.startswith("What N brought cannot be known")


def test_a_window_not_over_is_not_peeked_at(shop):
    earlier = holdouts(shop(**COUPON_SHOP, as_of="2026-10-27")).set_index("coupon_id")
    assert earlier.loc["W", "state"] == "running"
    assert earlier.loc[:, "worth_effect"].isna().all()
    done = holdouts(shop(**COUPON_SHOP, as_of="2026-10-28")).set_index("coupon_id")
    assert done.loc["W", "worth_effect"] == pytest.approx(27.5)


def test_rows_later_than_as_of_and_their_order_change_nothing(shop, tmp_path):
    whole = holdouts(shop(**COUPON_SHOP, as_of="2026-10-30"))
    cut = {}
    for name, text in COUPON_SHOP.items():
        head, *rows = textwrap.dedent(text).strip().splitlines()
        kept = [r for r in rows if "2026-11" not in r]
        random.Random(3).shuffle(kept)
        cut[name] = "\n".join([head, *kept])
    pd.testing.assert_frame_equal(holdouts(shop(**cut, as_of="2026-10-30")), whole)


def test_the_sentences_say_what_was_decided_and_what_nobody_can_know(shop):
    said = [str(s) for s in find_holdouts(holdouts(shop(**COUPON_SHOP)), currency="CNY")]
    assert said[0].startswith(
        "Last time's hold-out: W, granted from 2026-10-01 on to 4 customers while 4 were held out "
        "by lot, changed the GMV over 28 days by +¥27.50 a customer after the coupon's cost: "
        "+¥110.00 in all"
    )
    assert "Whether it pays is unknown. It took ¥10 off orders, about ¥0 of it" in said[0]
    assert said[2:] == [
        "Not over yet, so not read out: R (known on 2026-12-07).",
        "What N brought cannot be known: nobody was held out. ¥5 was taken off 1 order; hold some "
        "out by lot next time.",
    ]


def test_verdicts_follow_the_interval():
    assert [verdict(1, 2), verdict(-2, -1), verdict(-1, 1)] == ["ship", "stop", "unknown"]


def test_without_coupons_the_question_stays_open(shop):
    assert isinstance(holdouts(shop(**HAND_SHOP)), Missing)


def test_the_samples_arms_are_those_of_sql(sample):
    frame = holdouts(sample).set_index("coupon_id")
    known = duckdb.sql(f"""
        WITH o AS (
            SELECT o.customer_id, CAST(paid_at AS DATE) AS day, paid_amount - coalesce(back, 0) AS m
            FROM '{SAMPLE}/orders.csv.gz' o LEFT JOIN (
                SELECT order_id, sum(amount) AS back FROM '{SAMPLE}/refunds.csv.gz'
                WHERE CAST(refunded_at AS DATE) <= DATE '2026-11-15' GROUP BY 1) USING (order_id)
            WHERE paid_at IS NOT NULL AND CAST(paid_at AS DATE) <= DATE '2026-11-15')
        SELECT coupon_id, held_out, count(DISTINCT coupon_grant_id), count(o.day), sum(m)
        FROM '{SAMPLE}/coupons.csv.gz' c LEFT JOIN o ON o.customer_id = c.customer_id
            AND o.day BETWEEN CAST(granted_at AS DATE) AND CAST(granted_at AS DATE) + 27
        WHERE kind = 'win_back' GROUP BY ALL""").fetchall()
    assert len(known) == 8
    for coupon, held, customers, orders, settled in known:
        arm = "held_out" if held else "granted"
        row = frame.loc[coupon]
        assert row[arm] == customers
        assert row[f"orders_{arm}"] * customers == pytest.approx(orders)
        assert row[f"settled_{arm}"] * customers == pytest.approx(float(settled))


def test_what_is_known_before_a_grant_is_what_the_shop_knew_then(sample):
    rows = followed(sample)
    frame = sample.frame(rows.filter(rows.coupon_id == "CP_AUTUMN26")).set_index("customer_id")
    earlier = sample.at(date(2026, 9, 13))
    known = earlier.frame(buyers(earlier)).set_index("customer_id")
    bought = frame[frame["frequency"] > 0]
    assert len(bought) > 1000
    assert set(known.index) & set(frame.index) == set(bought.index)
    known = known.loc[bought.index]
    assert (bought["frequency"] == known["purchases"]).all()
    assert (bought["spend"] == known["paid"]).all()
    assert bought["recency"].tolist() == [(date(2026, 9, 14) - d).days for d in known["last_day"]]
    assert bought["tenure"].tolist() == [(date(2026, 9, 14) - d).days for d in known["first_day"]]


def test_pooled_hold_outs_weigh_each_coupon_by_its_customers(sample):
    frame = holdouts(sample).set_index("coupon_id")
    waves = frame[frame["state"] == "finished"]
    size = waves["granted"] + waves["held_out"]
    pooled = frame.loc["all finished"]
    assert pooled["worth_effect"] == pytest.approx(
        (waves["worth_effect"] * size / size.sum()).sum()
    )
    assert (
        pooled["worth_effect_high"] - pooled["worth_effect_low"]
        < (waves["worth_effect_high"] - waves["worth_effect_low"]).min()
    )


def test_a_lot_that_was_none_is_not_believed(shop):
    """Customers held out who all bought yesterday, and granted ones who never did."""
    orders = ["order_id,customer_id,created_at,paid_at,goods_amount,discount_amount,"
              "shipping_amount,paid_amount"]  # fmt: skip
    grants = ["coupon_grant_id,coupon_id,customer_id,granted_at,kind,face_value,held_out"]
    for i in range(60):
        held = i % 2 == 1
        day = "2026-09-30" if held else f"2026-0{1 + i % 7}-11"
        orders.append(f"o{i},c{i},{day} 10:00:00,{day} 10:00:00,10,0,0,10")
        grants.append(f"g{i},W,c{i},2026-10-01 00:00:00,win_back,5,{str(held).lower()}")
    frame = holdouts(shop(orders="\n".join(orders), coupons="\n".join(grants)))
    assert frame.loc[0, "unlike"] in ("recency", "tenure")
    assert frame.loc[0, "balance_p"] < 1e-6
    said = " ".join(str(s) for s in find_holdouts(frame, currency="CNY"))
    assert "Do not believe the readout of W" in said


def decided(low, high):
    rows = [
        ("W", "finished", date(2026, 10, 28), 100.0, 5.0, low, high),
        ("N", "no hold-out", date(2026, 12, 1), None, None, None, None),
        ("OLD", "no hold-out", date(2026, 10, 1), None, None, None, None),
    ]
    names = ["coupon_id", "state", "known_on", "granted", "worth_effect"]
    frame = pd.DataFrame(rows, columns=[*names, "worth_effect_low", "worth_effect_high"])
    frame.attrs["worth_in"] = "margin"
    return frame


def test_actions_ship_what_pays_and_ask_for_hold_outs_where_coupons_still_run(shop):
    shop = shop(**COUPON_SHOP)
    ship, ask = holdout_actions(shop, decided(1.0, 9.0))
    assert (ship.subject, ship.action) == (
        "coupon:W", "Grant W again, to all but a hold-out: it pays.",
    )  # fmt: skip
    # 80 % of a normal lie within 1.2816 errors, 95 % within 1.9600
    assert ship.worth == Decimal("500.0")
    assert float(ship.worth_high) == pytest.approx(500 + 400 * 1.28155 / 1.95996, abs=0.01)
    assert (ask.subject, ask.worth, ask.worth_in) == ("coupon:N", None, "unknown")
    assert [a.subject for a in holdout_actions(shop, decided(-1.0, 9.0))] == ["coupon:N"]
