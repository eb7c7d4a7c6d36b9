"""Deposits and balances: by hand, by SQL, and forecasts held against what came."""

from datetime import date

import duckdb
import numpy as np
import pytest

from shophelm.promotion.presale import find_presale, presale, shown
from shophelm.promotion.presale_stock import find_presale_stock, presale_stock
from shophelm.promotion.presale_stock import shown as shown_stock
from shophelm.shop.needs import Missing
from shophelm.shop.tables import open_shop
from tests.conftest import SAMPLE


@pytest.fixture(scope="module")
def over(sample):
    return presale(sample)


def test_counts_are_those_of_sql(over):
    deposits, due, paid = duckdb.sql(
        f"""
        SELECT count(*), sum(balance_amount)::DOUBLE, count(balance_paid_at)
        FROM '{SAMPLE}/presales.csv' WHERE balance_due_from >= '2026-11-01'
        """
    ).fetchone()
    whole = over.tiers.iloc[-1]
    assert (whole["deposits"], whole["paid"]) == (deposits, paid)
    assert whole["due"] == pytest.approx(due)
    assert over.tiers.iloc[:-1][["deposits", "paid", "due"]].sum().tolist() == pytest.approx(
        [deposits, paid, due]
    )
    assert over.over
    assert over.before.campaign_id == "double11_2025"


def test_when_all_is_over_nothing_is_still_to_come(over):
    assert "balance_to_come" not in shown(over)
    assert not [s for s in find_presale(over, currency="CNY") if "at risk" in str(s)]


def test_hours_rise_to_the_share_paid(over):
    assert over.hours["now"].iloc[-1] == pytest.approx(over.tiers.iloc[-1]["paid_share"])
    assert (np.diff(over.hours["now"]) >= 0).all()


@pytest.mark.parametrize("as_of", ["2026-11-10", "2026-11-11"])
def test_what_was_to_come_is_what_came(as_of, over):
    """Before balances can be paid, and after their first day, the 80 % interval holds the rest."""
    then = presale(open_shop(SAMPLE, as_of=as_of)).tiers.iloc[-1]
    paid = duckdb.sql(
        f"""
        SELECT coalesce(sum(balance_amount), 0)::DOUBLE FROM '{SAMPLE}/presales.csv'
        WHERE balance_paid_at >= DATE '{as_of}' + INTERVAL 1 DAY
        """
    ).fetchone()[0]
    assert then["low"] <= paid <= then["high"]
    assert then["still"] == over.tiers.iloc[-1]["deposits"] - then["paid"]


def test_the_chance_of_a_balance_is_the_planted_one(planted):
    """As learnt from last year's deposits, within four standard errors of so many."""
    opened, truth = planted
    found = presale(opened.at(date(2026, 11, 10)))
    kept = 1 - truth["presale"]["unpaid_share"]
    rows = opened["presales"]
    then = rows.filter(rows.balance_due_from.year() == 2025).count().to_pyarrow().as_py()
    chance = found.tiers.iloc[-1]["chance"]
    assert chance == pytest.approx(kept, abs=4 * np.sqrt(kept * (1 - kept) / then))


def test_the_first_presale_has_no_forecast(sample):
    first = presale(open_shop(SAMPLE, as_of="2025-11-08"))
    said = [str(s) for s in find_presale(first, currency="CNY")]
    assert first.before is None
    assert said[1].startswith("What is still to come is not known: no presale of the year before")


def test_reminders_are_said_to_be_unknown(over):
    assert str(find_presale(over, currency="CNY")[-1]).startswith("Whether reminders help is not")


def test_a_shop_without_presales_is_told_where_to_get_them(shop):
    orders = """
        order_id,created_at,paid_at,goods_amount,discount_amount,shipping_amount,paid_amount
        o1,2026-10-01 10:00:00,2026-10-01 10:00:00,5,0,0,5
        """
    assert isinstance(presale(shop(orders=orders)), Missing)


def test_stock_to_hold_covers_what_was_called_for_by_sql(over):
    """On the eve of the balances: units by product, and enough of most products for what came."""
    opened = open_shop(SAMPLE, as_of="2026-11-10")
    rows = presale_stock(opened, presale(opened)).set_index("product_id")
    units = duckdb.sql(
        f"""
        SELECT product_id, sum(quantity), sum(quantity) FILTER (balance_paid_at IS NOT NULL)
        FROM '{SAMPLE}/presales.csv' JOIN '{SAMPLE}/order_lines.csv.gz' USING (order_id)
        WHERE balance_due_from >= '2026-11-01' GROUP BY 1
        """
    ).fetchall()
    assert rows["presold"].to_dict() == {p: n for p, n, _ in units}
    assert (rows["presold_open"] == rows["presold"]).all()
    enough = [rows.loc[p, "to_hold"] >= (paid or 0) for p, _, paid in units]
    assert np.mean(enough) >= 0.9 - 3 * np.sqrt(0.09 / len(enough))
    assert (rows["to_hold"] <= rows["presold"]).all()
    stock = duckdb.sql(
        f"""
        SELECT product_id, sum(on_hand) FROM '{SAMPLE}/stock.csv.gz' WHERE day = '2026-11-10'
        GROUP BY 1
        """
    ).fetchall()
    on_hand = dict(stock)
    assert rows["on_hand"].to_dict() == {p: on_hand[p] for p in rows.index}
    said = str(find_presale_stock(rows.reset_index()))
    assert said.startswith(f"Hold {round(rows['to_hold'].sum())} units of {len(rows)} products")
    assert shown_stock(rows.reset_index())["to_hold"].notna().all()


def test_no_stock_is_held_for_balances_that_are_over(sample, over):
    rows = presale_stock(sample, over)
    assert rows.empty
    assert str(find_presale_stock(rows)).startswith("No balance can be paid any more")


def test_without_a_year_before_the_stock_is_not_known():
    opened = open_shop(SAMPLE, as_of="2025-11-10")
    rows = presale_stock(opened, presale(opened))
    assert rows["to_hold"].isna().all()
    assert str(find_presale_stock(rows)).endswith("how many will be called for is not known.")
