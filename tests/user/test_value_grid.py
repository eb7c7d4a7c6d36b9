from datetime import date, timedelta
from decimal import Decimal

import duckdb
import pytest

from shophelm.errors import ParameterError
from shophelm.shop.buyers import order_worths
from shophelm.user import thresholds, value_grid
from tests.conftest import SAMPLE
from tests.user.segment_shop import orders
from tests.user.test_rfm import GIVEN

AS_OF = date(2026, 11, 15)
CELLS = [c.name for c in value_grid.CELLS]
BUYS = [
    *[("hh", AS_OF - timedelta(days=d), 60) for d in (0, 100, 363)],
    ("lh", AS_OF, 50),
    *[("hl", AS_OF - timedelta(days=d), 10) for d in (0, 0, 5, 9)],
    ("ll", AS_OF, "49.99"),
    # a day too long ago
    ("gone", AS_OF - timedelta(days=364), 500),
]


@pytest.fixture
def five(shop):
    return shop(orders=orders(BUYS))


def test_customers_of_a_year_are_put_in_their_cells(five):
    cells = value_grid.value_grid(five, GIVEN)
    assert cells["segment"].tolist() == CELLS
    assert cells["customers"].tolist() == [1, 1, 1, 1]
    assert cells["orders"].tolist() == [3, 1, 4, 1]
    assert cells["settled"].tolist() == [180, 50, 40, Decimal("49.99")]
    assert cells["spend_per_order"].tolist() == [60, 50, 10, 49.99]
    assert cells["share"].tolist() == [0.25] * 4
    assert cells["settled_share"].tolist() == pytest.approx(
        [s / 319.99 for s in (180, 50, 40, 49.99)]
    )
    # no costs are known
    assert cells["contribution"].isna().all()


def test_members_of_no_cell_are_named(five):
    people = five.frame(value_grid.members(five, GIVEN)).set_index("customer_id")
    assert people.loc["gone", "segment"] == value_grid.IDLE
    assert people.loc["hh", "segment"] == CELLS[0]


def test_the_margin_is_shown_where_costs_are_known(shop):
    lines = ["order_id,line_no,product_id,quantity,list_price,unit_price,paid_amount"]
    lines += [f"o{i},1,p,1,{m},{m},{m}" for i, (_, _, m) in enumerate(BUYS)]
    products = "product_id,title,category,unit_cost\np,Thing,things,4\n"
    s = shop(orders=orders(BUYS), order_lines="\n".join(lines), products=products)
    cells = value_grid.value_grid(s, GIVEN)
    assert cells["contribution"].tolist() == [168, 46, 24, Decimal("45.99")]


def test_the_customer_whose_spend_is_the_threshold_reaches_it(shop):
    # 437 in three orders is 145.6666… each: cut below it, at four decimals
    s = shop(orders=orders([("low", AS_OF, 10), *[("top", AS_OF, m) for m in (145, 145, 147)]]))
    drawn = thresholds.draw(s)
    assert drawn.spend_per_order == Decimal("145.6666")
    people = s.frame(value_grid.members(s, drawn)).set_index("customer_id")["segment"].to_dict()
    assert people == {"low": "low frequency, low spend", "top": "high frequency, high spend"}


def test_thresholds_can_be_set_in_the_shops_terms(five):
    drawn = thresholds.draw(five, orders=4, spend_per_order=200.5)
    assert (drawn.orders, drawn.spend_per_order) == (4, Decimal("200.5"))
    cells = value_grid.value_grid(five, drawn)
    assert cells["customers"].tolist() == [0, 0, 1, 3]
    assert cells["spend_per_order"].isna().tolist() == [True, True, False, False]


def test_a_threshold_below_nothing_is_refused(five):
    with pytest.raises(ParameterError) as error:
        thresholds.draw(five, orders=-1)
    assert str(error.value) == (
        "orders is -1. Give the value from which it counts as high, or 0 to have it drawn from the "
        "customers."
    )


def test_where_all_spend_the_same_nobody_spends_much(shop):
    s = shop(orders=orders([(who, AS_OF, 10) for who in ("a", "a", "b")]))
    drawn = thresholds.draw(s)
    cells = value_grid.value_grid(s, drawn)
    assert cells["customers"].tolist() == [0, 0, 1, 1]
    assert str(value_grid.find_value_grid(cells, drawn, currency="CNY")[0]) == (
        "Frequency is high from 2 orders in 364 days; all spend the same per order."
    )


def test_the_sentences_name_the_lines_and_the_corners(five):
    said = value_grid.find_value_grid(value_grid.value_grid(five, GIVEN), GIVEN, currency="CNY")
    assert [str(s) for s in said] == [
        "Frequency is high from 3 orders in 364 days, spend from ¥50 per order.",
        "Of 4 customers, 25.0% buy often and for much (56.3% of the money settled), 25.0% seldom "
        "and for much (15.6% of the money settled), 25.0% often and for little (12.5% of the money "
        "settled) and 25.0% seldom and for little (15.6% of the money settled).",
    ]


def test_a_year_without_customers_says_so(shop):
    s = shop(orders=orders([("a", date(2024, 1, 1), 10)]))
    drawn = thresholds.draw(s)
    said = value_grid.find_value_grid(value_grid.value_grid(s, drawn), drawn, currency="CNY")
    assert [str(x) for x in said] == [
        "No customer has paid in the last 364 days: the grid is empty."
    ]


def test_the_sample_agrees_with_sql(sample):
    drawn = thresholds.draw(sample)
    theirs = duckdb.sql(f"""
        WITH back AS (SELECT order_id, sum(amount) AS back
                      FROM read_csv('{SAMPLE}/refunds.csv.gz', types={{'amount': 'DECIMAL(18,2)'}})
                      GROUP BY 1),
        people AS (SELECT customer_id, count(*) AS orders,
                          sum(paid_amount - coalesce(back, 0)) AS settled
                   FROM read_csv('{SAMPLE}/orders.csv.gz', types={{'paid_amount': 'DECIMAL(18,2)'}})
                   LEFT JOIN back USING (order_id)
                   WHERE paid_at::DATE BETWEEN '2025-11-17' AND '2026-11-15' GROUP BY 1)
        SELECT orders >= {drawn.orders} AS often,
               settled / orders >= {drawn.spend_per_order} AS much,
               count(*) AS customers, sum(orders) AS orders, sum(settled) AS settled
        FROM people GROUP BY ALL ORDER BY much DESC, often DESC""").df()
    ours = value_grid.value_grid(sample, drawn)
    assert ours["customers"].tolist() == theirs["customers"].tolist()
    assert ours["orders"].tolist() == theirs["orders"].tolist()
    assert ours["settled"].astype(float).tolist() == pytest.approx(theirs["settled"].tolist())


def test_the_grids_margin_is_that_of_its_orders(sample):
    worths = order_worths(sample)
    worths = worths.filter(worths.day >= date(2025, 11, 17))
    whole = sample.frame(worths.aggregate(worth=worths.worth.sum()))["worth"].iloc[0]
    cells = value_grid.value_grid(sample, thresholds.draw(sample))
    assert cells["contribution"].sum() == whole
