"""What a season should begin with: shares by SQL, and the newsvendor's own quantile."""

import duckdb
import numpy as np
import pytest
from scipy import stats

from shophelm.shop.needs import Missing
from shophelm.shop.tables import open_shop
from shophelm.strategy.launch_plan import launch_plan
from shophelm.strategy.launch_quantity import find_launch_quantity, launch_quantity
from tests.conftest import SAMPLE

SALVAGE = 0.5


@pytest.fixture(scope="module")
def opened():
    return open_shop(SAMPLE, as_of="2026-11-15")


@pytest.fixture(scope="module")
def found(opened):
    return launch_quantity(opened, launch_plan(opened), salvage=SALVAGE)


def test_newcomers_are_those_launched_while_the_shop_was_seen_and_for_four_weeks(found):
    told = duckdb.sql(
        f"""
        SELECT category, count(*) FROM '{SAMPLE}/products.csv'
        WHERE launched_on > '2025-03-01' AND launched_on <= '2026-10-19'
        GROUP BY category
        """
    ).fetchall()
    assert dict(zip(found["category"], found["analogues"], strict=True)) == dict(told)


def test_the_quantity_is_the_newsvendors_quantile(found):
    """Demand is lognormal with Student's t: its ends give its spread, and any quantile of it."""
    degrees = found["analogues"].sum() - len(found)
    spread = np.log(found["demand_high"] / found["demand_low"]) / 2 / stats.t.ppf(0.9, degrees)
    under = found["list_price"] - found["unit_cost"]
    over = found["unit_cost"] * (1 - SALVAGE)
    due = found["demand"] * np.exp(spread * stats.t.ppf(under / (under + over), degrees))
    assert found["quantity"].to_numpy() == pytest.approx(due.to_numpy(), rel=0.05, abs=1.0)
    assert (found["profit"] > 0).all()


def test_a_share_of_the_shop_is_kept_between_a_newcomers_first_weeks_and_the_coming_ones(found):
    """Fruit's two newcomers by SQL, with two of all fourteen's mean, on the log."""
    sql = f"""
        WITH sold AS (
            SELECT product_id, paid_at::DATE AS day, quantity
            FROM '{SAMPLE}/order_lines.csv.gz' JOIN '{SAMPLE}/orders.csv.gz' USING (order_id)
            WHERE paid_at IS NOT NULL AND paid_at < '2026-11-16')
        SELECT p.product_id, category,
            sum(quantity) FILTER (sold.product_id = p.product_id) AS own, sum(quantity) AS every
        FROM '{SAMPLE}/products.csv' p JOIN sold
            ON day >= launched_on::DATE AND day < launched_on::DATE + 91
        WHERE launched_on > '2025-03-01' AND launched_on <= '2026-10-19'
        GROUP BY ALL
    """
    frame = duckdb.sql(
        sql.replace("SELECT product_id, category,", "SELECT p.product_id, category,")
    )
    rows = frame.df().fillna({"own": 0.0})
    share = np.log((rows["own"] + 0.5) / rows["every"])
    fruit = share[rows["category"] == "fruit"]
    log = (fruit.sum() + 2 * share.mean()) / (len(fruit) + 2)
    shoes = share[rows["category"] == "shoes"]
    other = (shoes.sum() + 2 * share.mean()) / (len(shoes) + 2)
    demand = found.set_index("category")["demand"]
    # the shop's units of the season are the same for both; empty days are not in the SQL
    assert demand["fruit"] / demand["shoes"] == pytest.approx(np.exp(log - other), rel=0.25)


def test_the_sentence_says_how_many_and_how_far_that_is_known(found):
    said = str(find_launch_quantity(found, currency="CNY")[0])
    first = found.iloc[0]
    assert f"{first['category']} {first['quantity']:,.0f} (" in said
    assert "before media and fees" in said


def test_without_a_launch_there_is_nothing_to_buy_for(opened):
    none = Missing("Will the season open?", "launches")
    assert launch_quantity(opened, none) is none
