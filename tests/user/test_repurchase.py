from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd
import pytest

from shophelm.shop.calendar import last_days
from shophelm.shop.importers import import_files
from shophelm.shop.tables import open_shop
from shophelm.user import next_due, repurchase
from shophelm.user.purchases import paces, purchase_days, waits, worth_per_purchase
from tests.conftest import SAMPLE, SHARED
from tests.user.selling import bought, listed

PRODUCTS = listed("tea drinks 4", "jam food 4", "coat apparel 4")
HAND = (
    "ann 2026-10-01 tea",
    "ann 2026-10-01 tea jam",
    "ann 2026-10-11 tea",
    "ann 2026-11-10 jam",
    "bob 2026-11-05 tea",
    "guest 2026-11-06 tea",
)


def every(days, *, people=30, product="tea", since=date(2026, 1, 1), until=date(2026, 11, 15)):
    """Purchases of people who buy again every so many days, begun on different days."""
    said = []
    for i in range(people):
        day = since + timedelta(days=i % days)
        while day <= until:
            said.append(f"{product}{i} {day} {product}")
            day += timedelta(days=days)
    return said


def test_waits_run_from_a_purchase_to_the_next_of_the_same_category(shop):
    s = shop(**bought(*HAND), products=PRODUCTS)
    rows = s.frame(waits(s, "category").order_by("subject", "customer_id", "day"))
    told = rows[["customer_id", "subject", "wait", "ended"]].values.tolist()
    assert told == [
        ["ann", "drinks", 10, True],
        ["ann", "drinks", 35, False],
        ["bob", "drinks", 10, False],
        ["ann", "food", 40, True],
        ["ann", "food", 5, False],
    ]


def test_curves_count_waits_that_still_go_on(shop):
    curves = repurchase.repurchase_curves(shop(**bought(*HAND), products=PRODUCTS))
    drinks = curves[curves["category"] == "drinks"]
    assert drinks[["day", "happened", "at_risk"]].values.tolist() == [[10, 1, 3], [35, 0, 1]]
    assert drinks["share"].tolist() == pytest.approx([1 / 3, 1 / 3])


def test_a_category_bought_too_rarely_is_not_known(shop):
    summary = repurchase.repurchase(
        repurchase.repurchase_curves(shop(**bought(*HAND), products=PRODUCTS))
    )
    assert summary["bought_again"].tolist() == [1, 1]
    assert summary.drop(columns=["category", "bought_again"]).isna().all(axis=None)
    assert str(repurchase.find_repurchase(summary)) == (
        "No category has been bought again 20 times by the same customers: how long it takes is "
        "not known, and nobody can be said to be due."
    )


def test_what_is_bought_every_thirty_days_is_told(shop):
    sold = bought(*every(30), "ann 2026-03-01 coat", "bob 2026-04-01 coat")
    s = shop(**sold, products=PRODUCTS)
    summary = repurchase.repurchase(repurchase.repurchase_curves(s))
    drinks = summary.set_index("category").loc["drinks"]
    assert drinks[["quarter", "median", "share_28"]].tolist() == [30, 30, 0]
    # nobody has been followed for a year
    assert np.isnan(drinks["share_365"])
    assert str(repurchase.find_repurchase(summary)) == (
        "Of purchases, followed by another of the category: drinks 0% within 28 days (half by day "
        "30). Not known, for want of 20 repeat purchases: apparel."
    )


def test_who_is_due_is_due_when_the_own_rhythm_says(shop):
    s = shop(**bought(*every(30), *every(60, product="jam")), products=PRODUCTS)
    due = next_due.next_due(s)
    assert due.columns.tolist() == [
        "customer_id", "category", "last_day", "due_from", "due_to", "probability",
    ]  # fmt: skip
    tea = due[due["customer_id"] == "tea0"].iloc[0]
    # 1 January and every 30 days after: the last was on 28 October, the next is 27 November
    assert tea["last_day"] == date(2026, 10, 28)
    assert tea["due_from"] <= date(2026, 11, 27)
    assert (due["due_from"] <= due["due_to"]).all()
    fast, slow = (due[due["category"] == c]["probability"].mean() for c in ("drinks", "food"))
    assert fast > 1.5 * slow


def test_products_have_their_own_rhythm(shop):
    due = next_due.next_due(shop(**bought(*every(30)), products=PRODUCTS), by="product_id")
    assert due["product_id"].unique().tolist() == ["tea"]
    assert len(due) == 30


def test_the_calendar_counts_each_customer_once_and_adds_up_the_chances(shop):
    s = shop(**bought(*every(30)), products=PRODUCTS)
    calendar = next_due.due_calendar(s)
    weeks = [date(2026, 11, 16) + timedelta(days=7 * i) for i in range(4)]
    assert calendar["week_from"].tolist() == weeks
    assert calendar["week_to"].tolist() == [w + timedelta(days=6) for w in weeks]
    chances = next_due.next_due(s)["probability"].sum()
    assert calendar["purchases"].sum() == pytest.approx(chances)
    # a tea costs 4 and is sold for 10
    assert (calendar["purchases_worth"] / calendar["purchases"]).tolist() == pytest.approx(
        [6.0] * 4
    )
    assert calendar["worth_in"].unique().tolist() == ["margin"]
    assert (calendar["purchases_low"] < calendar["purchases"]).all()
    said = str(next_due.find_due_calendar(calendar, currency="CNY"))
    n = calendar["customers_due"].tolist()
    assert said.startswith(
        f"The next purchase of a category is due in the next week for {n[0]} customers, in the "
        f"next four weeks for {sum(n)} ("
    )
    assert 0 < sum(n) <= 30


def test_where_nothing_is_bought_again_nobody_is_due(shop):
    s = shop(**bought(*HAND), products=PRODUCTS)
    assert str(next_due.find_due_calendar(next_due.due_calendar(s), currency="CNY")) == (
        "Nobody can be said to be due: no category is bought again often enough."
    )
    assert next_due.next_due(s).empty
    assert str(next_due.find_due_checked(next_due.due_checked(s))) == (
        "28 days ago nobody could be said to be due: there is nothing to check."
    )


def test_an_order_of_two_categories_shares_its_worth_by_money(shop):
    s = shop(**bought("ann 2026-11-01 tea jam jam2"), products=PRODUCTS + "\njam2,J,food,10,10")
    each = worth_per_purchase(s, last_days(s.as_of, days=364), "category")
    # 30 paid, costs 4 + 4 + 10: 12 are left, a third of them the tea's
    assert each.to_dict() == pytest.approx({"drinks": 4, "food": 8})


def test_products_that_are_not_listed_have_no_category(shop):
    s = shop(**bought("ann 2026-11-01 tea new"), products=PRODUCTS)
    assert s.frame(purchase_days(s, "category"))["subject"].tolist() == ["drinks"]


def test_the_order_of_rows_changes_nothing(shop):
    tables = bought(*every(30), *every(60, product="jam"))
    turned = {n: "\n".join([t.split("\n")[0], *t.split("\n")[:0:-1]]) for n, t in tables.items()}
    one, other = (next_due.due_calendar(shop(**t, products=PRODUCTS)) for t in (tables, turned))
    pd.testing.assert_frame_equal(one, other, check_exact=True)


def test_money_times_a_hundred_moves_no_customer(shop):
    one, hundred = (
        next_due.due_calendar(
            shop(**bought(*every(30), price=p), products=PRODUCTS.replace(",4", ","))
        )
        for p in (10, 1000)
    )
    same = ["week_from", "customers_due", "purchases", "purchases_low"]
    assert one[same].equals(hundred[same])
    assert hundred["purchases_worth"].tolist() == pytest.approx(
        (one["purchases_worth"] * 100).tolist()
    )


def test_waits_of_the_sample_are_those_of_hand_written_sql(sample):
    rows = duckdb.sql(f"""
        WITH d AS (SELECT DISTINCT customer_id, category, paid_at::DATE AS day
            FROM read_csv('{SAMPLE / "order_lines.csv.gz"}', all_varchar=true)
            JOIN read_csv('{SAMPLE / "orders.csv.gz"}', all_varchar=true) USING (order_id)
            JOIN read_csv('{SAMPLE / "products.csv"}', all_varchar=true) USING (product_id)
            WHERE paid_at IS NOT NULL AND paid_at::DATE <= '2026-11-15'),
        g AS (SELECT *, lead(day) OVER (PARTITION BY customer_id, category ORDER BY day) AS nxt
            FROM d)
        SELECT category, count(nxt), median(nxt - day) FROM g GROUP BY 1""").fetchall()
    curves = repurchase.repurchase_curves(sample)
    for category, again, median in rows:
        curve = curves[curves["category"] == category]
        assert curve["happened"].sum() == again
        assert curve["day"].repeat(curve["happened"].astype(int)).median() == median


def test_last_months_purchases_of_the_sample_are_those_of_sql_and_near_the_expected(sample):
    checked = next_due.due_checked(sample)
    ((again,),) = duckdb.sql(f"""
        WITH d AS (SELECT DISTINCT customer_id, category, paid_at::DATE AS day
            FROM read_csv('{SAMPLE / "order_lines.csv.gz"}', all_varchar=true)
            JOIN read_csv('{SAMPLE / "orders.csv.gz"}', all_varchar=true) USING (order_id)
            JOIN read_csv('{SAMPLE / "products.csv"}', all_varchar=true) USING (product_id)
            WHERE paid_at::DATE <= '2026-11-15')
        SELECT count(*) FROM (SELECT customer_id, category FROM d GROUP BY ALL
            HAVING min(day) <= '2026-10-18' AND max(day) > '2026-10-18')""").fetchall()
    assert checked["bought"].sum() == again
    assert checked.attrs == {"first": date(2026, 10, 19), "last": date(2026, 11, 15)}
    # Double 11 lies in it, of which the model knows nothing: within a quarter
    assert checked["predicted"].sum() == pytest.approx(again, rel=0.25)
    # who was said to be likely did buy more often
    assert checked["share"].iloc[-1] > 3 * checked["share"].iloc[0]


@pytest.mark.parametrize("back", [1, 2, *(pytest.param(n, marks=pytest.mark.slow) for n in (3, 4))])
def test_in_months_without_double_11_the_expected_comes(sample, back):
    earlier = sample.at(sample.as_of - timedelta(days=28 * (back + 1)))
    checked = next_due.due_checked(earlier)
    expected = checked["predicted"].sum()
    # season and campaigns move all customers together: a sixth beside the chance of each
    assert abs(checked["bought"].sum() - expected) < 3 * np.sqrt(expected) + expected / 6


@pytest.mark.skipif(not SHARED.exists(), reason="the real data are not here")
def test_cdnow_customers_come_back_as_often_as_said(shop):
    """Nine months of 28 days, one after the other, on data without campaigns."""
    text = (SHARED / "cdnow" / "CDNOW_sample.txt").read_text()
    rows = [line.split() for line in text.splitlines()]
    said = [f"{r[1]} {r[2][:4]}-{r[2][4:6]}-{r[2][6:]} cd" for r in rows]
    s = shop(**bought(*said), products=listed("cd music"), as_of="1998-06-30")
    later = s.frame(purchase_days(s, ""))
    predicted, came = [], []
    for month in range(9):
        cut = date(1997, 9, 30) + timedelta(days=28 * month)
        pace = paces(s.at(cut), "")[""]
        assert len(pace.customers) == 2357
        bought_then = later[(later["day"] > cut) & (later["day"] <= cut + timedelta(days=28))]
        predicted.append(pace.within(28).sum())
        came.append(bought_then["customer_id"].nunique())
    assert sum(came) == pytest.approx(sum(predicted), rel=0.1)


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.exists(), reason="the real data are not here")
def test_online_retail_waits_are_those_of_sql(tmp_path):
    key = tmp_path / "key"
    key.write_text("a key of this test, long enough")
    file = SHARED / "online_retail" / "online_retail.parquet"
    import_files("online-retail", [file], tmp_path / "shop", key_file=key)
    s = open_shop(tmp_path / "shop", as_of="2011-12-09")
    ((customers, days),) = duckdb.sql(f"""
        SELECT count(DISTINCT CustomerID), count(DISTINCT (CustomerID, InvoiceDate::DATE))
        FROM '{file}' WHERE CustomerID IS NOT NULL AND Quantity > 0
        AND InvoiceNo NOT LIKE 'C%' AND UnitPrice > 0
        AND regexp_matches(StockCode, '^[0-9]{{5}}')""").fetchall()
    curves = repurchase.repurchase_curves(s)
    assert curves["happened"].sum() == days - customers
    (pace,) = paces(s, "category").values()
    assert len(pace.customers) == customers
