from decimal import Decimal

import duckdb
import pytest

from shophelm.data.bundles import bundles, find_bundles
from tests.conftest import SAMPLE
from tests.data.visits import log

PRODUCTS = """
    product_id,title,category,list_price,unit_cost
    shirt,Shirt,apparel,100,60
    coat,Coat,apparel,100,60
    tie,Tie,ties,20,5
    cap,Cap,hats,10,12
"""
PRICE = {"shirt": 100, "coat": 100, "tie": 20, "cap": 10}


def orders(*baskets, day="2026-11-10"):
    """Paid orders from (products, times); each product once, at its price."""
    head = (
        "order_id,customer_id,created_at,paid_at,channel,goods_amount,discount_amount,"
        "shipping_amount,paid_amount"
    )
    heads, lines = (
        [head],
        ["order_id,line_no,product_id,quantity,list_price,unit_price,paid_amount"],
    )
    for products, times in baskets:
        names = products.split()
        total = sum(PRICE[n] for n in names)
        for _ in range(times):
            key, at = f"o{len(heads)}", f"{day} 10:00:00"
            heads.append(f"{key},{key},{at},{at},ads,{total},0,0,{total}")
            lines += [
                f"{key},{i},{n},1,{PRICE[n]},{PRICE[n]},{PRICE[n]}" for i, n in enumerate(names, 1)
            ]
    return {"orders": "\n".join(heads), "order_lines": "\n".join(lines)}


BASKETS = (
    ("shirt tie", 20),
    ("shirt", 20),
    ("coat tie", 4),
    ("coat", 36),
    ("shirt cap", 5),
    ("coat cap", 5),
)
STOCK = """
    day,product_id,on_hand
    2026-11-14,tie,30
    2026-11-14,shirt,10
    2026-11-15,tie,24
    2026-11-15,shirt,{shirt}
"""


def test_a_pair_is_counted_and_priced_by_hand(shop):
    found = bundles(shop(**orders(*BASKETS), products=PRODUCTS))
    row = found.iloc[0]
    assert (row["product"], row["companion"], row["together"]) == ("Shirt", "Tie", 20)
    # 90 orders, 45 with a shirt, 24 with a tie; of the 45 with a coat, 4 have a tie
    assert row["support"] == pytest.approx(20 / 90)
    assert row["confidence"] == pytest.approx(20 / 45)
    assert row["lift"] == pytest.approx((20 / 45) / (24 / 90))
    assert row["leverage"] == pytest.approx(20 / 90 - 45 / 90 * 24 / 90)
    assert row["anyway"] == pytest.approx(4 / 45)
    assert row["excess"] == pytest.approx(16 / 45)
    # 45 orders of the last 28 days, ¥15 of margin on a tie
    assert row["worth"] == pytest.approx(16 / 45 * 45 * 15)
    assert row["worth_low"] < row["worth"] < row["worth_high"]
    assert (row["found"], row["why"], row["worth_in"]) == (True, "", "margin")
    assert found.attrs["ids"][0] == ("shirt", "tie")


def test_what_would_have_been_bought_anyway_is_no_bundle(shop):
    # a cap goes with coats as often as with shirts; there are only five of it
    found = bundles(shop(**orders(*BASKETS), products=PRODUCTS))
    cap = found[(found["product"] == "Shirt") & (found["companion"] == "Cap")].iloc[0]
    assert (cap["together"], cap["found"]) == (5, False)
    assert cap["why"] == "not beyond chance; the companion earns no margin"
    assert cap["excess"] == pytest.approx(0)


def test_without_costs_the_worth_is_gmv(shop):
    products = "\n".join(line.rpartition(",")[0] for line in PRODUCTS.splitlines())
    row = bundles(shop(**orders(*BASKETS), products=products)).iloc[0]
    assert row["worth_in"] == "gmv"
    assert row["worth"] == pytest.approx(16 / 45 * 45 * 20)


def test_the_worth_is_of_the_last_28_days(shop):
    old, new = orders(*BASKETS, day="2026-09-10"), orders(("shirt", 3))
    tables = {}
    for name, text in new.items():
        _, *rows = text.splitlines()
        tables[name] = "\n".join([old[name], *(f"new-{row}" for row in rows)])
    row = bundles(shop(**tables, products=PRODUCTS)).iloc[0]
    assert row["worth"] == pytest.approx((20 / 48 - 4 / 45) * 3 * 15)


def test_stock_says_how_long_it_lasts_how_old_it_is_and_whether_it_is_there(shop):
    tables = orders(*BASKETS) | {"products": PRODUCTS}
    bought = """
        po_id,product_id,supplier_id,ordered_on,promised_on,received_on,quantity,received_quantity,unit_cost
        a,tie,s,2026-08-01,2026-09-01,2026-09-06,50,50,5
        b,tie,s,2026-10-01,2026-10-10,2026-10-06,10,10,5
        c,tie,s,2026-11-01,2026-11-10,2026-11-10,10,10,5
    """
    s = shop(**tables, stock=STOCK.format(shirt=1), purchase_orders=bought)
    row = bundles(s).iloc[0]
    # 24 sold in 28 days; of the 24 on the shelf, 20 came in October and November
    assert row["cover_days"] == pytest.approx(28)
    assert row["stock_age_days"] == 70
    assert row["why"] == ""
    row = bundles(shop(**tables, stock=STOCK.format(shirt=0))).iloc[0]
    assert row["why"] == "the product is out of stock"


def test_what_was_found_is_said(shop):
    tables = orders(*BASKETS) | {"products": PRODUCTS}
    assert str(find_bundles(bundles(shop(**tables)), currency="CNY")) == (
        "1 pair is bought together beyond what would have been bought anyway; worth most over 28 "
        "days: Shirt with Tie (44.4% instead of 8.9%, ¥240 margin)."
    )
    out = bundles(shop(**tables, stock=STOCK.format(shirt=0)))
    assert str(find_bundles(out, currency="CNY")) == (
        "1 pair is bought together beyond what would have been bought anyway. Not to be offered "
        "now: Shirt with Tie (the product is out of stock)."
    )
    none = bundles(shop(**orders(("shirt tie", 4)), products=PRODUCTS))
    assert str(find_bundles(none, currency="CNY")) == (
        "No two products are in five orders together: no pair can be judged."
    )
    anyway = bundles(shop(**orders(("shirt tie", 9), ("coat tie", 9)), products=PRODUCTS))
    assert str(find_bundles(anyway, currency="CNY")) == (
        "No pair is bought together beyond what would have been bought anyway."
    )


def test_views_of_one_session_are_counted(shop):
    visits = [
        "ann ads 2026-11-10 10:00 view:shirt view:tie view:shirt",
        "bob ads 2026-11-10 10:00 view:shirt +40 view:tie",
        "cat ads 2026-11-10 10:00 view:tie cart:shirt",
        "dan ads 2026-11-10 10:00 view:tie view:shirt",
    ]
    row = bundles(shop(**orders(*BASKETS), products=PRODUCTS, events=log(*visits))).iloc[0]
    assert row["viewed_together"] == 2


def test_scaling_money_changes_no_pair(shop):
    tables = orders(*BASKETS)
    plain = bundles(shop(**tables, products=PRODUCTS))
    lines = tables["order_lines"].splitlines()
    tables["order_lines"] = "\n".join([lines[0], *(line + "00" for line in lines[1:])])
    products = PRODUCTS.splitlines()
    dearer = "\n".join([*products[:2], *(p + "00" for p in products[2:])])
    hundred = bundles(shop(**tables, products=dearer))
    same = ["product", "companion", "together", "found", "why"]
    assert hundred[same].equals(plain[same])
    assert hundred["worth"].tolist() == pytest.approx((plain["worth"] * 100).tolist())


def test_pairs_of_the_sample_are_those_of_hand_written_sql(sample):
    rows = duckdb.sql(f"""
        WITH paid AS (SELECT order_id FROM read_csv('{SAMPLE / "orders.csv.gz"}')
            WHERE paid_at::DATE BETWEEN '2025-11-17' AND '2026-11-15'),
        l AS (SELECT DISTINCT order_id, product_id FROM read_csv('{SAMPLE / "order_lines.csv.gz"}')
            SEMI JOIN paid USING (order_id)),
        n AS (SELECT product_id, count(*) AS n FROM l GROUP BY 1)
        SELECT a.product_id, b.product_id, count(*) FROM l a JOIN l b USING (order_id)
        JOIN n na ON na.product_id = a.product_id JOIN n nb ON nb.product_id = b.product_id
        WHERE (na.n, b.product_id) > (nb.n, a.product_id)
        GROUP BY ALL HAVING count(*) >= 5""").fetchall()
    found = bundles(sample)
    pairs = [(*ids, n) for ids, n in zip(found.attrs["ids"], found["together"], strict=True)]
    assert sorted(pairs) == sorted(rows)


def test_the_margin_of_the_sample_is_that_of_hand_written_sql(sample):
    found = bundles(sample)
    (one, other), row = found.attrs["ids"][0], found.iloc[0]
    ((each, n),) = duckdb.sql(f"""
        WITH paid AS (SELECT order_id, paid_at::DATE AS day
            FROM read_csv('{SAMPLE / "orders.csv.gz"}')
            WHERE paid_at::DATE BETWEEN '2025-11-17' AND '2026-11-15'),
        l AS (SELECT * FROM read_csv('{SAMPLE / "order_lines.csv.gz"}') JOIN paid USING (order_id))
        SELECT (SELECT sum(paid_amount::DECIMAL(18,4) - quantity * unit_cost::DECIMAL(18,4))
                    / count(DISTINCT order_id)
                FROM l JOIN read_csv('{SAMPLE / "products.csv"}') USING (product_id)
                WHERE product_id = '{other}'),
            (SELECT count(DISTINCT order_id) FROM l
                WHERE product_id = '{one}' AND day > '2026-10-18')""").fetchall()
    assert row["worth"] == pytest.approx(row["excess"] * n * float(Decimal(str(each))))


def test_without_categories_it_says_what_is_missing(shop):
    found = bundles(shop(**orders(*BASKETS)))
    assert "no category in products" in str(find_bundles(found, currency="CNY"))
