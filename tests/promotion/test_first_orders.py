"""First orders by depth of discount, against hand-written SQL and a slope drawn by hand."""

import duckdb
import numpy as np
import pandas as pd
import pytest

from shophelm.promotion.first_orders import DAYS, bars, find_first_orders, first_orders, shown
from tests.conftest import SAMPLE


@pytest.fixture(scope="module")
def found(sample):
    return first_orders(sample)


def test_customers_discounts_and_repurchase_are_those_of_sql(found):
    rows = duckdb.sql(
        f"""
        WITH paid AS (SELECT * FROM '{SAMPLE}/orders.csv.gz' WHERE paid_at IS NOT NULL),
        first AS (
            SELECT DISTINCT ON (customer_id) customer_id, paid_at::DATE AS day, discount_amount,
                discount_amount / goods_amount AS share
            FROM paid WHERE customer_id IS NOT NULL ORDER BY customer_id, paid_at, order_id
        ),
        everyday AS (
            -- the sample begins on 1 March 2025: who paid before is not known for half a year
            SELECT * FROM first WHERE day >= DATE '2025-03-01' + 182
                AND day <= DATE '2026-11-15' - {DAYS} AND NOT EXISTS (
                FROM '{SAMPLE}/campaigns.csv' c WHERE day BETWEEN c.warmup_from AND c.ends_on
            )
        )
        SELECT CASE WHEN share = 0 THEN 'none' WHEN share < .1 THEN 'below 10%'
                WHEN share < .2 THEN '10% to 20%' WHEN share < .3 THEN '20% to 30%' END,
            count(*), avg(discount_amount)::DOUBLE,
            avg((EXISTS (FROM paid p WHERE p.customer_id = e.customer_id
                AND p.paid_at::DATE > day AND p.paid_at::DATE <= day + {DAYS}))::INT)
        FROM everyday e GROUP BY 1
        """
    ).fetchall()
    table = found.bands.set_index("depth")
    for depth, customers, discount, again in rows:
        if depth is None:
            continue
        ours = table.loc[depth, ["newcomers", "first_discount", "back_again"]]
        assert ours.tolist() == pytest.approx([customers, discount, again])
    assert table.loc["all", "newcomers"] == sum(row[1] for row in rows)


def test_what_must_be_true_for_a_discount_to_pay_is_its_share_of_what_it_may_bring(found):
    """f · (first order before the discount + later) = discount."""
    rows = found.bands.set_index("depth").loc["20% to 30%"]
    value = rows["first_left"] + rows["first_discount"] + rows["later"]
    assert rows["needed_share"] * value == pytest.approx(rows["first_discount"])
    assert np.isnan(found.bands.set_index("depth").loc["none", "needed_share"])


def test_bands_of_few_customers_show_no_mean(found):
    few = found.bands[found.bands["newcomers"] < 30]
    assert few["later"].isna().all()
    assert set(bars(found)["part"]) == set(found.bands.loc[found.bands["newcomers"] >= 30, "depth"])
    assert len(shown(found)) == len(found.bands)


def test_no_dependence_on_depth_is_planted_and_none_is_said(planted):
    opened, _ = planted
    rows = first_orders(opened)
    assert rows.slope_low < 0 < rows.slope_high
    said = str(find_first_orders(rows, currency="CNY")[-1])
    assert said.endswith("no difference that chance would not give.")


def bargain_hunters(seed, customers=400):
    """Half get 30 % off a first order of 100; each ten points leave 20 less later, of 120."""
    rng = np.random.default_rng(seed)
    deep = rng.random(customers) < 0.5
    first = pd.DataFrame({"customer_id": [f"c{i}" for i in range(customers)], "goods_amount": 100})
    first = first.assign(paid_at="2026-01-10 10:00:00", discount_amount=np.where(deep, 30, 0))
    later = first.assign(paid_at="2026-02-10 10:00:00", discount_amount=0)
    later["goods_amount"] = np.round(120 - 60 * deep + rng.normal(0, 20, customers), 2)
    # the tables begin half a year before, so that first orders are believed to be the first
    guest = first.head(1).assign(customer_id=None, paid_at="2025-06-01 10:00:00")
    orders = pd.concat([guest, first, later], ignore_index=True)
    orders["order_id"] = [f"o{i}" for i in range(len(orders))]
    orders["paid_amount"] = orders["goods_amount"] - orders["discount_amount"]
    orders = orders.assign(created_at=orders["paid_at"], shipping_amount=0)
    return {"orders": orders.to_csv(index=False)}


def test_a_planted_slope_is_in_its_interval(shop):
    held = 0
    for seed in range(8):
        rows = first_orders(shop(**bargain_hunters(seed), as_of="2026-11-15"))
        held += rows.slope_low <= -20 <= rows.slope_high
    # fewer than six of eight happen once in 2,000
    assert held >= 6
    assert rows.slope_high < 0
    table = rows.bands.set_index("depth")
    assert table.loc["30% and more", "first_discount"] == 30
    # without costs it is settled money: of 70 paid, 30 off, and about 60 later
    assert table.loc["30% and more", "first_left"] == 70
    said = [str(s) for s in find_first_orders(rows, currency="CNY")]
    assert said[0].startswith("400 customers first came long enough ago.")
    assert said[-1].endswith("who waits for a discount may differ anyway.")


def test_who_came_too_late_is_left_out(shop):
    rows = first_orders(shop(**bargain_hunters(1), as_of="2026-03-01"))
    assert rows.bands.empty
    (said,) = map(str, find_first_orders(rows, currency="CNY"))
    assert said == "Fewer than 30 customers have been known for 182 days: nothing is said of them."
