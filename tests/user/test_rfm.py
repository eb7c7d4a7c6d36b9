import itertools
from datetime import date, timedelta
from decimal import Decimal

import duckdb
import pandas as pd
import pytest

from shophelm.shop.importers import import_files
from shophelm.shop.tables import open_shop
from shophelm.user import rfm, thresholds
from shophelm.user.thresholds import Thresholds
from tests.conftest import SAMPLE, SHARED
from tests.user.segment_shop import orders

GIVEN = Thresholds(
    recency=(30, 60, 90, 120),
    frequency=(2, 3, 4, 5),
    monetary=tuple(map(Decimal, ("50", "100", "200", "400"))),
    orders=3,
    spend_per_order=Decimal(50),
)
AS_OF = date(2026, 11, 15)
# customer, purchases, money of each, days since the last → scores by GIVEN
PEOPLE = {
    "champion": (4, 60, 10),  # 5 4 4
    "loyal": (3, 10, 70),  # 3 3 1
    "promising": (1, 250, 59),  # 4 1 4
    "new": (1, 49, 29),  # 5 1 1
    "cannot": (5, 90, 100),  # 2 5 5
    "risk": (1, 200, 90),  # 2 1 4
    "sleeper": (2, 30, 89),  # 3 2 2
    "lost": (1, 10, 120),  # 1 1 1
}


def bought():
    return [
        (who, AS_OF - timedelta(days=last + 5 * i), amount)
        for who, (times, amount, last) in PEOPLE.items()
        for i in range(times)
    ]


@pytest.fixture
def eight(shop):
    return shop(orders=orders(bought()))


def test_scores_and_groups_by_given_thresholds(eight):
    people = eight.frame(rfm.members(eight, GIVEN)).set_index("customer_id")
    found = {who: tuple(people.loc[who, ["r", "f", "m", "segment"]]) for who in PEOPLE}
    assert found == {
        "champion": (5, 4, 4, "champions"),
        "loyal": (3, 3, 1, "loyal"),
        "promising": (4, 1, 4, "promising"),
        "new": (5, 1, 1, "new"),
        "cannot": (2, 5, 5, "cannot lose them"),
        "risk": (2, 1, 4, "at risk"),
        "sleeper": (3, 2, 2, "hibernating"),
        "lost": (1, 1, 1, "lost"),
    }


def test_groups_are_added_up(shop):
    more = [("new too", AS_OF, 10), ("new too", AS_OF, 20), ("", AS_OF, 500)]
    s = shop(orders=orders(bought() + more))
    groups = rfm.rfm(s, GIVEN)
    assert groups["segment"].tolist() == [g.name for g in rfm.GROUPS]
    new = groups.set_index("segment").loc["new"]
    # two orders of one day are one purchase; the order without a customer is nobody's
    assert new.drop("meaning").tolist() == [2, 2 / 9, 2, Decimal(79), 79 / 1319, 14.5]
    assert groups["settled"].sum() == 240 + 30 + 250 + 79 + 450 + 200 + 60 + 10


def test_refunds_are_taken_off(shop):
    refunds = "refund_id,order_id,refunded_at,amount\nr1,o0,2026-11-10 12:00:00,60\n"
    s = shop(orders=orders(bought()), refunds=refunds)
    people = s.frame(rfm.members(s, GIVEN)).set_index("customer_id")
    assert people.loc["champion", "monetary"] == 180
    assert people.loc["champion", "segment"] == "loyal"


def test_every_triple_of_scores_belongs_to_one_group():
    for triple in itertools.product(range(1, 6), repeat=3):
        assert any(g.takes(*triple) for g in rfm.GROUPS), triple
    best = next(g.name for g in rfm.GROUPS if g.takes(5, 5, 5))
    assert best == "champions"
    worst = [g.name for g in rfm.GROUPS if g.takes(1, 1, 1)]
    assert worst == ["lost"]


def test_thresholds_are_drawn_from_the_customers(shop):
    # frequencies 1 1 1 1 1 2 3, money 10 20 30 40 50 60 60, days since 0 1 2 3 4 5 6
    buys = [(f"c{i}", AS_OF - timedelta(days=i), 10 * (i + 1)) for i in range(5)]
    buys += [("c5", AS_OF - timedelta(days=d), 30) for d in (5, 9)]
    buys += [("c6", AS_OF - timedelta(days=d), 20) for d in (6, 9, 10)]
    drawn = thresholds.draw(shop(orders=orders(buys)))
    assert drawn == Thresholds(
        recency=(1, 3, 4, 6),
        frequency=(2, 2, 2, 3),
        monetary=tuple(map(Decimal, (20, 40, 50, 60))),
        orders=2,  # of 2 and 3 orders, the lower
        spend_per_order=Decimal(30),  # 10 20 20 | 30 30 40 50
    )


def test_a_shop_where_nearly_all_bought_once_has_groups_that_make_sense(shop):
    buys = [(f"c{i}", AS_OF - timedelta(days=3 * i), 20 + i % 7) for i in range(97)]
    buys += [
        (f"d{i}", AS_OF - timedelta(days=9 * i + 30 * j), 20) for i in range(3) for j in (0, 1)
    ]
    s = shop(orders=orders(buys))
    people = s.frame(rfm.members(s, thresholds.draw(s)))
    assert set(people.loc[people["frequency"] == 1, "f"]) == {1}
    assert set(people.loc[people["frequency"] == 2, "f"]) == {5}
    groups = people.groupby("segment")["frequency"].unique().map(set).to_dict()
    assert groups == {
        "champions": {2},
        "promising": {1},
        "new": {1},
        "at risk": {1},
        "hibernating": {1},
        "lost": {1},
    }


def test_where_nobody_came_twice_or_all_came_today_nothing_is_invented(shop):
    s = shop(orders=orders([(f"c{i}", AS_OF, 10) for i in range(5)]))
    drawn = thresholds.draw(s)
    assert drawn == Thresholds(
        recency=(), frequency=(), monetary=(), orders=2, spend_per_order=None
    )
    assert rfm.rfm(s, drawn)[["segment", "customers"]].values.tolist() == [["new", 5]]


def test_money_in_cents_and_other_orders_of_rows_change_no_group(shop):
    buys = bought() + [("x", AS_OF - timedelta(days=i), 7 * i + 1) for i in range(20)]
    plain = shop(orders=orders(buys))
    expected = {
        r["customer_id"]: (r["r"], r["f"], r["m"], r["segment"])
        for r in plain.frame(rfm.members(plain, thresholds.draw(plain))).to_dict("records")
    }
    other = shop(orders=orders([(who, day, 100 * m) for who, day, m in reversed(buys)]))
    drawn = thresholds.draw(other)
    people = other.frame(rfm.members(other, drawn))
    assert {
        r["customer_id"]: (r["r"], r["f"], r["m"], r["segment"]) for r in people.to_dict("records")
    } == expected
    assert drawn.monetary == tuple(100 * m for m in thresholds.draw(plain).monetary)


def test_thresholds_are_shown_as_people_read_them():
    drawn = Thresholds(
        recency=(30, 60, 60, 120),
        frequency=(2, 2, 2, 3),
        monetary=(),
        orders=2,
        spend_per_order=None,
    )
    assert rfm.shown(drawn, currency="CNY").fillna("–").values.tolist() == [
        ["days since the last payment", "from 120", "from 60", "–", "from 30", "below 30"],
        ["purchases", "below 2", "–", "–", "from 2", "from 3"],
        ["settled money", "all", "–", "–", "–", "–"],
    ]


def test_the_sentence_names_the_best_and_those_who_stay_away(eight):
    groups = rfm.rfm(eight, GIVEN)
    assert str(rfm.find_rfm(groups, currency="CNY")) == (
        "12.50% of 8 customers are champions: they brought 18.62% of the money settled. "
        "1 customer who had bought often and for much, for ¥450 together, last paid 100 days ago "
        "at the median."
    )
    few = groups[~groups["segment"].isin(["champions", "cannot lose them"])]
    assert str(rfm.find_rfm(few, currency="CNY")) == (
        "None of 6 customers is a champion. None of the most frequent and best paying stays away."
    )


def test_a_shop_in_which_nobody_has_paid_says_so(shop):
    s = shop(orders=orders([]))
    groups = rfm.rfm(s, thresholds.draw(s))
    assert str(rfm.find_rfm(groups, currency="CNY")) == (
        "No customer has paid yet: there are no segments."
    )


def test_orders_without_customers_leave_it_unanswered(shop):
    s = shop(orders=orders([("", AS_OF, 10)]).replace(",ann,", ",,"))
    drawn = thresholds.draw(s)
    for answer in (drawn, rfm.rfm(s, drawn), rfm.shown(drawn, currency="CNY")):
        assert "no customer_id in orders" in str(answer)


RANKED = """
    WITH {people},
    counted AS (SELECT {value} AS value, count(*) AS n FROM people GROUP BY 1),
    shares AS (SELECT value, sum(n) OVER (ORDER BY value) - n AS below, sum(n) OVER () AS total
               FROM counted)
    SELECT arg_min(value, (abs(5 * below - j * total), value))
    FROM shares, range(1, 5) AS js(j) WHERE below > 0 GROUP BY j ORDER BY j
"""


def edges(people, value):
    return [v for (v,) in duckdb.sql(RANKED.format(people=people, value=value)).fetchall()]


def test_the_sample_agrees_with_sql(sample):
    people = f"""people AS (
        SELECT customer_id, DATE '2026-11-15' - max(paid_at)::DATE AS recency,
               count(DISTINCT paid_at::DATE) AS frequency,
               sum(paid_amount - coalesce(back, 0)) AS monetary
        FROM read_csv('{SAMPLE}/orders.csv.gz', types={{'paid_amount': 'DECIMAL(18,2)'}})
        LEFT JOIN (SELECT order_id, sum(amount) AS back
                   FROM read_csv('{SAMPLE}/refunds.csv.gz', types={{'amount': 'DECIMAL(18,2)'}})
                   GROUP BY 1) USING (order_id)
        WHERE paid_at IS NOT NULL GROUP BY 1)"""
    drawn = thresholds.draw(sample)
    assert list(drawn.recency) == edges(people, "recency")
    assert list(drawn.frequency) == edges(people, "frequency")
    assert list(drawn.monetary) == edges(people, "monetary")
    r, f, m = ([str(e) for e in getattr(drawn, n)] for n in ("recency", "frequency", "monetary"))
    theirs = duckdb.sql(f"""
        WITH {people}, scored AS (SELECT *,
            5 - (recency >= {r[0]})::INT - (recency >= {r[1]})::INT - (recency >= {r[2]})::INT
              - (recency >= {r[3]})::INT AS r,
            1 + (frequency >= {f[0]})::INT + (frequency >= {f[1]})::INT
              + (frequency >= {f[2]})::INT + (frequency >= {f[3]})::INT AS f,
            1 + (monetary >= {m[0]})::INT + (monetary >= {m[1]})::INT + (monetary >= {m[2]})::INT
              + (monetary >= {m[3]})::INT AS m FROM people)
        SELECT CASE WHEN r >= 4 AND f >= 4 AND m >= 4 THEN 'champions'
                    WHEN r >= 3 AND f >= 3 THEN 'loyal' WHEN r >= 3 AND m >= 4 THEN 'promising'
                    WHEN r >= 4 THEN 'new' WHEN f >= 4 AND m >= 4 THEN 'cannot lose them'
                    WHEN f >= 3 OR m >= 4 THEN 'at risk' WHEN r >= 2 THEN 'hibernating'
                    ELSE 'lost' END AS segment,
               count(*) AS customers, sum(frequency) AS purchases, sum(monetary) AS settled,
               median(recency) AS days
        FROM scored GROUP BY 1""").df()
    ours = rfm.rfm(sample, drawn).set_index("segment")
    theirs = theirs.set_index("segment").reindex(ours.index)
    assert ours["customers"].tolist() == theirs["customers"].tolist()
    assert ours["purchases"].tolist() == theirs["purchases"].tolist()
    assert ours["settled"].astype(float).tolist() == pytest.approx(theirs["settled"].tolist())
    assert ours["median_days"].tolist() == theirs["days"].tolist()


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.exists(), reason="the real data are not here")
def test_online_retail_agrees_with_sql(tmp_path):
    key = tmp_path / "key"
    key.write_text("a key of this test, long enough")
    file = SHARED / "online_retail" / "online_retail.parquet"
    import_files("online-retail", [file], tmp_path / "shop", key_file=key)
    s = open_shop(tmp_path / "shop", as_of="2011-12-09")
    drawn = thresholds.draw(s)
    people = f"""people AS (
        SELECT CustomerID AS who, DATE '2011-12-09' - max(InvoiceDate::DATE) AS recency,
               count(DISTINCT InvoiceDate::DATE) AS frequency
        FROM '{file}' WHERE CustomerID IS NOT NULL AND Quantity > 0 AND InvoiceNo NOT LIKE 'C%'
        AND UnitPrice > 0 AND regexp_matches(StockCode, '^[0-9]{{5}}') -- goods, not postage
        GROUP BY 1)"""
    assert list(drawn.recency) == edges(people, "recency")
    assert list(drawn.frequency) == edges(people, "frequency")
    ours = s.frame(rfm.members(s, drawn))
    theirs = duckdb.sql(f"WITH {people} SELECT recency, frequency FROM people").df()
    for column in ("recency", "frequency"):
        assert sorted(ours[column]) == sorted(theirs[column])
    assert set(rfm.rfm(s, drawn)["segment"]) == {g.name for g in rfm.GROUPS}


def test_the_order_of_rows_and_files_gives_the_same_frame(shop):
    buys = bought()
    frames = []
    for rows in (buys, buys[::-1]):
        s = shop(orders=orders(rows))
        frames.append(rfm.rfm(s, thresholds.draw(s)))
    pd.testing.assert_frame_equal(*frames)
