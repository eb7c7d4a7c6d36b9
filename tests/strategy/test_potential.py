"""Categories' potential: each factor by hand-written SQL, and what a young shop cannot tell."""

import duckdb
import numpy as np
import pytest

from shophelm.strategy.potential import FACTORS, find_potential, potential, shown
from tests.conftest import SAMPLE


@pytest.fixture(scope="module")
def found(sample):
    return potential(sample).set_index("category")


def test_money_share_and_margin_are_those_of_sql(found):
    rows = duckdb.sql(
        f"""
        SELECT category, sum(l.paid_amount)::DOUBLE,
            1 - (sum(unit_cost * quantity) / sum(l.paid_amount))::DOUBLE
        FROM '{SAMPLE}/order_lines.csv.gz' l JOIN '{SAMPLE}/orders.csv.gz' USING (order_id)
        JOIN '{SAMPLE}/products.csv' USING (product_id)
        WHERE paid_at >= '2026-08-17' AND paid_at < '2026-11-16' GROUP BY 1
        """
    ).fetchall()
    total = sum(row[1] for row in rows)
    for category, money, margin in rows:
        row = found.loc[category]
        assert row["gmv"] == pytest.approx(money)
        assert row["share"] == pytest.approx(money / total)
        assert row["margin_share"] == pytest.approx(margin)


def test_growth_is_the_money_of_the_same_week_days_a_year_before_by_sql(found):
    rows = duckdb.sql(
        f"""
        WITH line AS (
            SELECT category, paid_at::DATE AS day, l.paid_amount AS paid
            FROM '{SAMPLE}/order_lines.csv.gz' l JOIN '{SAMPLE}/orders.csv.gz' USING (order_id)
            JOIN '{SAMPLE}/products.csv' USING (product_id)
        )
        SELECT category,
            sum(paid) FILTER (day BETWEEN '2026-08-17' AND '2026-11-15')
            / sum(paid) FILTER (day BETWEEN '2025-08-18' AND '2025-11-16')
        FROM line GROUP BY 1
        """
    ).fetchall()
    assert found["growth"].to_dict() == pytest.approx({c: float(g) for c, g in rows})
    assert (found["growth_low"] < found["growth"]).all()


def test_stock_is_what_is_on_hand_beside_28_days_of_sales_by_sql(found):
    rows = duckdb.sql(
        f"""
        WITH hand AS (
            SELECT category, sum(on_hand) AS n FROM '{SAMPLE}/stock.csv.gz'
            JOIN '{SAMPLE}/products.csv' USING (product_id) WHERE day = '2026-11-15' GROUP BY 1
        ),
        sold AS (
            SELECT category, sum(quantity) AS n FROM '{SAMPLE}/order_lines.csv.gz'
            JOIN '{SAMPLE}/orders.csv.gz' USING (order_id)
            JOIN '{SAMPLE}/products.csv' USING (product_id)
            WHERE paid_at >= '2026-10-19' AND paid_at < '2026-11-16' GROUP BY 1
        )
        SELECT category, least(hand.n / sold.n, 1.0) FROM hand JOIN sold USING (category)
        """
    ).fetchall()
    assert found["stock_share"].to_dict() == pytest.approx({c: float(s) for c, s in rows})


def test_potential_is_the_product_of_the_factors(found):
    product = found[list(FACTORS)].prod(axis=1)
    assert found["potential"].to_numpy() == pytest.approx((product / product.sum()).to_numpy())
    assert found["potential"].is_monotonic_decreasing
    lean = found["potential"] / found["share"] - 1
    assert found["lean"].to_numpy() == pytest.approx(lean.to_numpy())
    said = [str(s) for s in find_potential(found.reset_index())]
    assert said[0].startswith(f"{lean.idxmax()} has ")
    assert "snacks (" in said[1]


def test_factors_that_are_not_known_are_left_out(sample):
    young = potential(sample.at(sample.first_day.replace(month=8)))
    assert young["growth"].isna().all()
    assert young["potential"].sum() == pytest.approx(1.0)
    assert "growth" not in shown(young)
    assert np.isfinite(young["lean"]).all()
