from datetime import date
from decimal import Decimal

import duckdb
import numpy as np
import pandas as pd
import pytest

from shophelm.data import retention
from shophelm.shop.importers import import_files
from shophelm.shop.measures import measure
from shophelm.shop.tables import open_shop
from tests.conftest import SAMPLE, SHARED

HEAD = (
    "order_id,customer_id,created_at,paid_at,goods_amount,discount_amount,shipping_amount,"
    "paid_amount"
)
# ann buys in January, twice in February (once more the same day) and in April; bob in January and
# March; cat first in February; dan first in April; a guest and an unpaid order count nowhere
BUYS = (
    ("ann", "2026-01-10"), ("ann", "2026-02-09"), ("ann", "2026-02-09"), ("ann", "2026-04-02"),
    ("bob", "2026-01-31"), ("bob", "2026-03-01"), ("cat", "2026-02-20"), ("dan", "2026-04-03"),
    ("", "2026-01-05"),
)  # fmt: skip


def orders(buys=BUYS):
    rows = [
        f"o{i},{who},{day} 12:00:00,{day} 12:00:00,10,0,0,10" for i, (who, day) in enumerate(buys)
    ]
    return "\n".join([HEAD, *rows, "unpaid,bob,2026-02-02 12:00:00,,10,0,0,10"])


@pytest.fixture
def april(shop):
    return shop(orders=orders(), as_of="2026-04-15")


def test_a_cohort_is_followed_and_months_that_are_not_over_are_empty(april):
    followed = retention.cohorts(april)
    wide = followed.pivot(index="cohort", columns="month", values="buyers")
    gone = float("nan")
    expected = [
        [2, 1, 1, gone],  # January: ann in February, bob in March, April is not over
        [1, 0, gone, gone],  # February: cat, who did not come in March
        [0, gone, gone, gone],  # March: nobody new
        [gone, gone, gone, gone],  # April is not over
    ]
    np.testing.assert_array_equal(wide, expected)
    assert wide.index.tolist() == [date(2026, m, 1) for m in (1, 2, 3, 4)]
    sizes = followed.drop_duplicates("cohort")["size"].tolist()
    assert sizes == pytest.approx([2, 1, 0, gone], nan_ok=True)
    january = followed[followed["cohort"] == date(2026, 1, 1)]["share"].tolist()
    assert january == pytest.approx([1, 0.5, 0.5, gone], nan_ok=True)


def test_a_month_is_over_on_its_last_day(shop):
    followed = retention.cohorts(shop(orders=orders(), as_of="2026-03-31"))
    january = followed[followed["cohort"] == date(2026, 1, 1)]["buyers"].tolist()
    assert january == [2, 1, 1]


def test_new_and_returning_buyers_of_whole_months(april):
    months = retention.new_and_returning(april)
    assert months["month"].tolist() == [date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]
    assert months[["new_buyers", "returning_buyers"]].values.tolist() == [[2, 0], [1, 1], [0, 1]]
    assert months[["new_orders", "returning_orders"]].values.tolist() == [[2, 0], [1, 2], [0, 1]]
    assert months["returning_gmv"].tolist() == [Decimal(0), Decimal(20), Decimal(10)]
    assert months["returning_share"].tolist() == pytest.approx([0, 2 / 3, 1])


def test_two_orders_of_one_day_are_one_purchase(april):
    one = retention.repurchase_interval(april).iloc[0]
    # ann 30 and 52 days, bob 29
    assert one.tolist() == pytest.approx([3, 29.5, 30, 41])


def test_who_has_not_come_back_counts_for_the_days_since(april):
    curve = retention.second_purchase(april).set_index("day")
    # waits: dan 12 and cat 54 days so far; bob came after 29, ann after 30
    assert curve["at_risk"].to_dict() == {12: 4, 29: 3, 30: 2, 54: 1}
    assert curve["share"].tolist() == pytest.approx([0, 1 / 3, 2 / 3, 2 / 3])


def test_the_sentences_say_what_was_found(april):
    assert str(retention.find_cohorts(retention.cohorts(april))) == (
        "Of 3 customers in 2 cohorts, 33.33% bought again in the month after their first; most of "
        "2026-01 (50.00%), fewest of 2026-02 (0.00%)."
    )
    months = retention.new_and_returning(april)
    assert str(retention.find_new_and_returning(months, currency="CNY")) == (
        "In 2026-03, 1 returning buyer brought ¥10, 100.00% of GMV paid by known customers; there "
        "were 0 new buyers."
    )
    curve, interval = retention.second_purchase(april), retention.repurchase_interval(april)
    assert str(retention.find_repurchase(curve, interval)) == (
        "Between two purchases of a customer lie 30 days at the median of 3 pairs (half of them "
        "between 30 and 41). Of all first buyers, counting those who may yet return, 66.67% "
        "bought again within 30 days."
    )


def test_a_shop_too_young_says_so(shop):
    s = shop(orders=orders([("ann", "2026-04-10")]), as_of="2026-04-15")
    assert str(retention.find_cohorts(retention.cohorts(s))) == (
        "No month after a cohort's first is over yet: there is nothing to follow."
    )
    assert str(
        retention.find_new_and_returning(retention.new_and_returning(s), currency="CNY")
    ) == ("No month is over yet: new and returning buyers cannot be compared.")
    curve, interval = retention.second_purchase(s), retention.repurchase_interval(s)
    assert str(retention.find_repurchase(curve, interval)) == (
        "No customer has bought twice yet: how long it takes is not known."
    )


def test_orders_without_customers_leave_it_unanswered(shop):
    s = shop(orders=orders([("", "2026-01-01")]).replace(",bob,", ",,"))
    answer = retention.find_cohorts(retention.cohorts(s))
    assert "no customer_id in orders" in str(answer)


def test_the_sample_agrees_with_sql(sample):
    file = SAMPLE / "orders.csv.gz"
    theirs = duckdb.sql(f"""
        WITH paid AS (SELECT customer_id, date_trunc('month', paid_at) AS month
                      FROM '{file}' WHERE paid_at IS NOT NULL),
             first AS (SELECT customer_id, min(month) AS cohort FROM paid GROUP BY 1)
        SELECT cohort::DATE AS cohort, date_diff('month', cohort, month) AS month,
               count(DISTINCT customer_id) AS buyers
        FROM paid JOIN first USING (customer_id) WHERE month < '2026-11-01'
        GROUP BY ALL ORDER BY ALL""").df()
    ours = retention.cohorts(sample).dropna(subset=["buyers"])
    ours = ours[ours["buyers"] > 0].reset_index(drop=True)
    assert ours["buyers"].tolist() == theirs["buyers"].tolist()
    assert ours["month"].tolist() == theirs["month"].tolist()


def test_new_and_returning_buyers_are_those_of_the_definitions(sample):
    months = retention.new_and_returning(sample)
    last = months.iloc[-1]
    assert last["month"] == date(2026, 10, 1)
    days = pd.date_range("2026-10-01", "2026-10-31").date
    counted = measure(sample, {"now": days}).iloc[0]
    for name in ("new_buyers", "returning_buyers"):
        assert last[name] == counted[name]
    assert last["new_gmv"] + last["returning_gmv"] == counted["gmv_paid"]


@pytest.mark.skipif(not SHARED.exists(), reason="the real data are not here")
def test_cdnow_customers_of_january_1997_come_back_as_published(shop):
    """781 customers, then 124, 95, 70, 65, 77 and 65 buyers: counted by others from the file."""
    text = (SHARED / "cdnow" / "CDNOW_sample.txt").read_text()
    rows = [line.split() for line in text.splitlines()]
    lines = [
        f"o{i},{r[1]},{r[2][:4]}-{r[2][4:6]}-{r[2][6:]} 12:00:00,"
        f"{r[2][:4]}-{r[2][4:6]}-{r[2][6:]} 12:00:00,{r[4]},0,0,{r[4]}"
        for i, r in enumerate(rows)
    ]
    s = shop(orders="\n".join([HEAD, *lines]), as_of="1998-06-30")
    january = retention.cohorts(s).query("cohort == @day", local_dict={"day": date(1997, 1, 1)})
    assert january["buyers"].head(7).tolist() == [781, 124, 95, 70, 65, 77, 65]
    assert january["size"].iloc[0] == 781


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.exists(), reason="the real data are not here")
def test_online_retail_customers_of_february_2011_come_back_as_sql_counts_them(tmp_path):
    key = tmp_path / "key"
    key.write_text("a key of this test, long enough")
    file = SHARED / "online_retail" / "online_retail.parquet"
    import_files("online-retail", [file], tmp_path / "shop", key_file=key)
    theirs = duckdb.sql(f"""
        WITH paid AS (SELECT CustomerID AS who, date_trunc('month', InvoiceDate::TIMESTAMP) AS month
                      FROM '{file}' WHERE CustomerID IS NOT NULL AND Quantity > 0
                      AND InvoiceNo NOT LIKE 'C%' AND UnitPrice > 0
                      AND regexp_matches(StockCode, '^[0-9]{{5}}')), -- goods, not postage
             first AS (SELECT who, min(month) AS cohort FROM paid GROUP BY 1)
        SELECT count(DISTINCT who) FROM paid JOIN first USING (who)
        WHERE cohort = '2011-02-01' AND month < '2011-12-01' GROUP BY month ORDER BY month
        """).fetchall()
    followed = retention.cohorts(open_shop(tmp_path / "shop", as_of="2011-12-09"))
    ours = followed[followed["cohort"] == date(2011, 2, 1)]["buyers"].dropna()
    assert ours.tolist() == [n for (n,) in theirs]
