"""Where equal queries give unequal answers on engines as they come, ours give the same."""

import hashlib
import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import ibis
import numpy as np
import pandas as pd
import pytest

import shophelm
from shophelm.shop.dealing import dealt, digest
from shophelm.shop.listed import listed

MANY = 200_000


@pytest.fixture(scope="module")
def parquet(tmp_path_factory):
    """Many customers for what may be estimated; a few products and reviews for the rest."""
    folder = tmp_path_factory.mktemp("traps")
    con = ibis.duckdb.connect()
    con.raw_sql(f"""COPY (SELECT 'c' || n AS customer_id, TIMESTAMP '2025-01-01' +
        INTERVAL (n % 400) DAY AS joined_at FROM range({MANY}) r(n))
        TO '{folder}/customers.parquet'""")
    con.raw_sql(f"""COPY (SELECT * FROM (VALUES
        ('o1', TIMESTAMP '2026-11-01 23:59:59.000001', TIMESTAMP '2026-11-01 23:59:59.5', '江苏',
         'ads', 10.0050),
        ('o2', TIMESTAMP '2026-11-02 00:00:00', NULL, '内蒙古', 'search', 20.0000),
        ('o3', TIMESTAMP '2026-11-02 00:00:00', TIMESTAMP '2026-11-03 08:00:00', NULL, 'ads',
         20.0000)
        ) t(order_id, created_at, paid_at, region, channel, paid))
        TO '{folder}/_orders.parquet'""")
    con.raw_sql(f"""COPY (SELECT order_id, created_at, paid_at, region, channel, 'paid' AS status,
        paid::DECIMAL(18,4) AS goods_amount, 0::DECIMAL(18,4) AS discount_amount,
        0::DECIMAL(18,4) AS shipping_amount, paid::DECIMAL(18,4) AS paid_amount
        FROM '{folder}/_orders.parquet') TO '{folder}/orders.parquet'""")
    (folder / "_orders.parquet").unlink()
    return folder


def only(shop, expr):
    """Give the one row of an aggregate."""
    (row,) = shop.frame(expr).to_dict("records")
    return row


def test_distinct_values_are_counted_exactly(opened):
    customers = opened["customers"]
    counts = customers.aggregate(
        ids=customers.customer_id.nunique(), days=customers.joined_at.nunique(), n=customers.count()
    )
    assert only(opened, counts) == {"ids": MANY, "days": 400, "n": MANY}


def test_quantiles_are_those_of_all_values(opened):
    numbers = opened["customers"].customer_id.substr(1).cast("int64").cast("float64")
    asked = opened["customers"].aggregate(q=numbers.quantile(0.9), middle=numbers.median())
    found = only(opened, asked)
    assert found["q"] == pytest.approx(np.quantile(np.arange(MANY), 0.9), abs=1e-6)
    assert found["middle"] == (MANY - 1) / 2


def test_nothing_is_estimated():
    sources = Path(shophelm.__file__).parent.rglob("*.py")
    found = [p.name for p in sources if re.search(r"\.approx_\w+\(", p.read_text("utf-8"))]
    assert found == []


def test_equals_get_equal_ranks(opened):
    orders = opened["orders"]
    ranks = orders.select(
        "order_id",
        rank=ibis.rank().over(order_by=orders.paid_amount),
        dense=ibis.dense_rank().over(order_by=orders.paid_amount.desc()),
    )
    frame = opened.frame(ranks.order_by("order_id"))
    assert frame.values.tolist() == [["o1", 0, 1], ["o2", 1, 0], ["o3", 1, 0]]


def test_chinese_letters_count_as_letters(opened):
    orders = opened["orders"].filter(lambda t: t.region.notnull())
    cut = orders.select("order_id", n=orders.region.length(), first=orders.region.substr(0, 2))
    frame = opened.frame(cut.order_by("order_id"))
    assert frame.values.tolist() == [["o1", 2, "江苏"], ["o2", 3, "内蒙"]]


def test_the_first_of_equals_is_told_by_a_second_key(opened):
    orders = opened["orders"]
    first = orders.group_by(day=orders.created_at.date()).aggregate(
        channel=orders.channel.first(order_by=[orders.created_at, orders.order_id])
    )
    assert opened.frame(first.order_by("day")).values.tolist() == [
        [date(2026, 11, 1), "ads"],
        [date(2026, 11, 2), "search"],
    ]


def test_times_are_those_of_the_wall_to_the_microsecond(opened):
    frame = opened.frame(opened["orders"].select("order_id", "created_at", "paid_at"))
    frame = frame.sort_values("order_id")
    assert frame["created_at"].iloc[0] == pd.Timestamp("2026-11-01 23:59:59.000001")
    assert {str(frame[c].dtype) for c in ("created_at", "paid_at")} == {"datetime64[us]"}
    assert frame["paid_at"].isna().tolist() == [False, True, False]


def test_a_day_ends_at_midnight(opened):
    orders = opened["orders"]
    end = ibis.literal(datetime(2026, 11, 2))
    counts = orders.aggregate(
        before=(orders.created_at < end).sum(), that=(orders.created_at.date() == end.date()).sum()
    )
    assert only(opened, counts) == {"before": 1, "that": 2}


def test_what_a_join_does_not_find_is_null(opened):
    orders = opened["orders"].select("order_id", "region", "paid_at")
    some = orders.filter(orders.paid_at.notnull())
    some = some.mutate(name=ibis.literal("x"))
    some = some.group_by("order_id").aggregate(n=some.count(), name=some.name.max())
    both = orders.left_join(some, "order_id").select("order_id", "n", "name")
    frame = opened.frame(both.order_by("order_id"))
    assert frame["n"].isna().tolist() == [False, True, False]
    assert frame["name"].isna().tolist() == [False, True, False]


def test_the_sum_of_nothing_is_null_and_its_count_is_0(opened):
    none = opened["orders"].filter(lambda t: t.order_id == "no such order")
    sums = none.aggregate(
        least=none.created_at.min(), all=(none.order_id == "o1").sum(), n=none.count()
    )
    found = only(opened, sums)
    assert pd.isna(found["least"])
    assert pd.isna(found["all"])
    assert found["n"] == 0


def test_counts_can_be_taken_off_each_other(opened):
    orders = opened["orders"]
    every = orders.group_by("channel").aggregate(n=orders.count())
    paid = orders.filter(orders.paid_at.notnull())
    less = paid.group_by("channel").aggregate(n=-paid.count())
    parts = every.union(less)
    sums = parts.group_by("channel").aggregate(n=parts.n.sum()).order_by("channel")
    assert opened.frame(sums).values.tolist() == [["ads", 0], ["search", 1]]


def test_an_amount_in_a_query_keeps_its_cents(opened):
    orders = opened["orders"]
    sums = orders.aggregate(
        paid=(orders.paid_amount + Decimal("0.5")).sum(),
        filled=orders.paid_amount.nullif(Decimal(20)).fill_null(Decimal("0.25")).sum(),
        dear=(orders.paid_amount > Decimal("10.004")).sum(),
    )
    assert only(opened, sums) == {"paid": Decimal("51.5050"), "filled": Decimal("10.5050"),
                                  "dear": 3}  # fmt: skip


def test_rows_from_here_join_those_of_the_engine(opened):
    rows = pd.DataFrame({"order_id": ["o3", "o1"], "group": ["b", "a"], "n": [3, 1]})
    asked = listed(opened, rows, {"order_id": "string", "group": "string", "n": "int64"})
    both = opened["orders"].inner_join(asked, "order_id").select("order_id", "group", "n")
    frame = opened.frame(both.order_by("order_id"))
    assert frame.values.tolist() == [["o1", "a", 1], ["o3", "b", 3]]
    none = listed(opened, rows[:0], {"order_id": "string"})
    assert len(opened.frame(opened["orders"].semi_join(none, "order_id"))) == 0


def test_people_are_dealt_alike(opened):
    orders = opened["orders"]
    frame = opened.frame(
        orders.select("order_id", d=digest(orders.order_id), b=dealt(orders.order_id, among=128))
    ).sort_values("order_id")
    digests = [hashlib.md5(i.encode()).hexdigest() for i in ("o1", "o2", "o3")]
    assert frame["d"].tolist() == digests
    assert frame["b"].tolist() == [int(d[:2], 16) % 128 for d in digests]
