"""Slices planted in a shop's orders and visits are found by the questions that look for them."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import duckdb
import numpy as np
import pandas as pd
import pytest

from shophelm.data import segments
from shophelm.shop.calendar import Period
from tests.conftest import SAMPLE

NOW = Period(date(2026, 11, 2), date(2026, 11, 15))
FIRST = datetime(2026, 10, 19)
CHANNELS, CATEGORIES = ["search", "ads", "live", "direct"], ["shoes", "snacks", "fruit"]


def visits(seed, *, pay=1.0, come=1.0, where):
    """A visit a row over four weeks; in the last two, fewer come or pay where it is planted."""
    rng = np.random.default_rng(seed)
    n = 9_000
    v = pd.DataFrame(
        {
            "at": [FIRST + timedelta(minutes=int(m)) for m in np.sort(rng.integers(0, 40_320, n))],
            "channel": rng.choice(CHANNELS, n, p=[0.4, 0.25, 0.2, 0.15]),
            "category": rng.choice(CATEGORIES, n, p=[0.4, 0.35, 0.25]),
            "region": rng.choice([f"r{i}" for i in range(12)], n),
            "who": [f"c{i}" for i in rng.integers(0, 5_000, n)],
        }
    )
    v["product"] = v["category"] + np.char.mod("%d", rng.integers(0, 8, n))
    hit = np.logical_and.reduce(
        [v["at"] >= FIRST + timedelta(14), *(v[k] == x for k, x in where.items())]
    )
    v = v.assign(pays=rng.random(n) < np.where(hit, 0.25 * pay, 0.25), paid=rng.gamma(3, 30, n))
    return v[~(hit & (rng.random(n) > come))].reset_index(drop=True)


def tables(v):
    """The visits as events, orders, lines and products."""
    v = v.assign(id=v.index.astype(str), amount=v["paid"].round(2).map("{:.2f}".format))
    day = v["at"].astype(str)
    seen = "v" + v.id + "," + v.who + "," + day + ",view," + v["product"] + "," + v.channel
    pays = ("p" + v.id + "," + v.who + "," + day + ",pay," + v["product"] + "," + v.channel)[v.pays]
    b, when = v[v.pays], day[v.pays]
    orders = "o" + b.id + "," + b.who + "," + when + "," + when + "," + b.channel + "," + b.region
    money = "," + b.amount + ",0,5.00," + (b.paid.round(2) + 5).map("{:.2f}".format)
    lines = "o" + b.id + ",1," + b["product"] + ",1," + (b.amount + ",") * 2 + b.amount
    products = [f"{c}{i},{c} {i},{c}" for c in CATEGORIES for i in range(8)]
    heads = {
        "events": "event_id,visitor_id,occurred_at,kind,product_id,channel",
        "orders": "order_id,customer_id,created_at,paid_at,channel,region,goods_amount,"
        "discount_amount,shipping_amount,paid_amount",
        "order_lines": "order_id,line_no,product_id,quantity,list_price,unit_price,paid_amount",
        "products": "product_id,title,category",
    }
    rows = {"events": [*seen, *pays], "orders": [*(orders + money)], "order_lines": [*lines]}
    rows["products"] = products
    return {name: "\n".join([head, *rows[name]]) for name, head in heads.items()}


PLANTED = {
    "single": ({"channel": "ads"}, "channel ads"),
    "crossed": (
        {"channel": "search", "category": "shoes"},
        "channel search × category shoes",
    ),
}


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
@pytest.mark.parametrize("planted", PLANTED)
def test_fewer_payments_are_found_in_money_and_conversion_not_in_visits(shop, planted, seed):
    where, name = PLANTED[planted]
    s = shop(**tables(visits(seed, pay=0.25, where=where)))
    money = segments.gmv_segments(s, NOW)
    assert money["cause"].tolist() == [name, segments.BESIDE, segments.ALIKE, "in all"]
    assert money["part_high"].iloc[0] < 0
    conversion = segments.conversion_segments(s, NOW)
    assert conversion["cause"].tolist() == [name, segments.MIX, segments.ALIKE, "in all"]
    assert segments.visitor_segments(s, NOW)["cause"].tolist() == [segments.ALIKE, "in all"]


def test_fewer_visits_are_found_in_money_and_visits_not_in_conversion(shop):
    where, name = PLANTED["single"]
    s = shop(**tables(visits(3, come=0.3, where=where)))
    assert segments.gmv_segments(s, NOW)["cause"].iloc[0] == name
    assert segments.visitor_segments(s, NOW)["cause"].iloc[0] == name
    assert name not in set(segments.conversion_segments(s, NOW)["cause"])


def test_two_slices_at_once(shop):
    first = visits(4, pay=0.2, where={"channel": "live"})
    hit = (first["category"] == "fruit") & (first["at"] >= FIRST + timedelta(14))
    rng = np.random.default_rng(4)
    both = first.assign(pays=first["pays"] & ~(hit & (rng.random(len(first)) > 0.25)))
    money = segments.gmv_segments(shop(**tables(both)), NOW)
    assert sorted(money["cause"].iloc[:2]) == ["category fruit", "channel live"]


def test_where_nothing_is_planted_the_change_is_spread_evenly(shop):
    money = segments.gmv_segments(shop(**tables(visits(6, where={"channel": "none"}))), NOW)
    assert money["cause"].tolist() == [segments.BESIDE, segments.ALIKE, "in all"]
    said = str(segments.find_segments(money, term="gmv_paid", currency="CNY"))
    assert "it is spread evenly as far as can be told; none of" in said


@pytest.mark.slow
def test_a_slice_is_named_by_chance_in_at_most_one_comparison_of_twenty(shop):
    questions = (segments.gmv_segments, segments.visitor_segments, segments.conversion_segments)
    named = 0
    for seed in range(100, 130):
        s = shop(**tables(visits(seed, where={"channel": "none"})))
        named += sum(ask(s, NOW)["part_low"].notna().any() for ask in questions)
    asked = 30 * len(questions)
    assert named / asked <= 0.05 + 2.58 * np.sqrt(0.05 * 0.95 / asked)


def test_the_parts_add_up_to_the_change_of_gmv_counted_in_sql(sample):
    week = Period(date(2026, 11, 9), date(2026, 11, 15))
    money = segments.gmv_segments(sample, week)
    sql = f"""
        SELECT sum(paid_amount::decimal(18, 2) * CASE WHEN paid_at::timestamp::date >= '2026-11-09'
                   THEN 1 ELSE -1 END)
        FROM read_csv('{SAMPLE}/orders.csv*', all_varchar = true)
        WHERE paid_at::timestamp::date BETWEEN '2026-11-02' AND '2026-11-15'"""
    change = duckdb.sql(sql).fetchone()[0]
    assert sum(money["part"][:-1], Decimal(0)) == money["part"].iloc[-1] == change


def test_product_conversion_is_what_sql_counts(sample):
    week = Period(date(2026, 11, 9), date(2026, 11, 15))
    pieces = segments.conversion_segments(sample, week)
    sql = f"""
        SELECT avg(paid) FROM (
            SELECT max((kind = 'pay')::int) AS paid
            FROM read_csv('{SAMPLE}/events.csv*', all_varchar = true)
            WHERE occurred_at::timestamp::date BETWEEN '{{}}' AND '{{}}' AND product_id IS NOT NULL
            GROUP BY visitor_id, channel, product_id)"""
    then, now = (
        duckdb.sql(sql.format(*days)).fetchone()[0]
        for days in (("2026-11-02", "2026-11-08"), ("2026-11-09", "2026-11-15"))
    )
    assert pieces.iloc[-1][["then", "now"]].tolist() == pytest.approx([then, now])
    assert sum(pieces["part"][:-1]) == pytest.approx(now - then)


def test_the_dry_channel_of_the_sample_is_found_in_its_week(sample):
    week = Period(date(2026, 7, 13), date(2026, 7, 19))
    found = segments.visitor_segments(sample, week)
    assert found["cause"].iloc[0] == "channel recommend"
    assert found["part_high"].iloc[0] < 0
