"""What complaints cost by returns, by hand, and what is proposed."""

from decimal import Decimal

import duckdb
import pytest

from shophelm.shop.needs import Missing
from shophelm.store.review_actions import returns_above_category, review_actions
from shophelm.store.review_aspects import review_aspects
from shophelm.store.review_changes import review_changes
from shophelm.store.review_points import selling_points
from tests.conftest import SAMPLE
from tests.store.review_shop import TRAFFIC, reviews

ORDER = "order_id,customer_id,created_at,paid_at,status,goods_amount,discount_amount"
GOOD, SMALL = (5, "面料舒服"), (1, "尺码偏小")


def tables(*, cost="40"):
    """Three shirts of 50 orders each at 100, of which 20, 1 and 1 come back in full."""
    orders = [f"{ORDER},shipping_amount,paid_amount"]
    lines = ["order_id,line_no,product_id,quantity,list_price,unit_price,paid_amount"]
    refunds = ["refund_id,order_id,line_no,refunded_at,quantity,amount"]
    for p, back in (("A", 20), ("B", 1), ("C", 1)):
        for i in range(50):
            at = f"2026-{8 + i // 28:02d}-{1 + i % 28:02d} 10:00:00"
            orders.append(f"{p}{i},c{i},{at},{at},finished,100,0,0,100")
            lines.append(f"{p}{i},1,{p},1,100,100,100")
            if i < back:
                refunds.append(f"R{p}{i},{p}{i},1,{at},1,100")
    products = "product_id,title,category,unit_cost\n" + "".join(
        f"{p},Shirt {p},clothes,{cost}\n" for p in "ABC"
    )
    texts = [reviews(**{p: rows}).splitlines()[1:] for p, rows in
             (("A", [GOOD, SMALL] * 15), ("B", [GOOD] * 30), ("C", [GOOD] * 30))]  # fmt: skip
    head = reviews().splitlines()[0]
    rows = [r.replace("R", p, 1) for p, t in zip("ABC", texts, strict=True) for r in t]
    written = "\n".join([head, *rows]) + "\n"
    both = {"orders": orders, "order_lines": lines, "refunds": refunds}
    text = {name: "\n".join(rows) + "\n" for name, rows in both.items()}
    return text | {"products": products, "reviews": written}


def test_worth_is_the_gap_of_return_rates_times_the_margin_sent_back(shop):
    opened = shop(as_of="2026-09-22", **tables())
    worth = returns_above_category(opened)
    # 50 lines in the 53 days from the first order on, 60 of margin each: a gap of g is worth
    whole = 50 * 28 / 53 * 60
    row = worth.loc["A"]
    assert row["worth_in"] == "margin"
    # 20 of 50 come back, of its peers 1 of 50; shrunken, the gap is less than all of that
    assert 0.1 * whole < row["worth"] < 0.38 * whole
    assert row["worth_low"] < row["worth"] < row["worth_high"]
    without = returns_above_category(shop(as_of="2026-09-22", **tables(cost="")))
    assert without.loc["A", "worth_in"] == "gmv"
    # paid back in full, instead of 60 in 100
    assert without.loc["A", "worth"] == pytest.approx(row["worth"] / 0.6)


def test_the_product_complained_of_has_an_action_with_that_worth(shop):
    opened = shop(as_of="2026-09-22", **tables())
    answer, changes = review_aspects(opened), review_changes(opened)
    (action,) = review_actions(opened, answer, changes)
    assert action.subject == "product:A"
    assert "50% of the reviews complain of size & fit (“尺码偏小”)" in action.action
    assert action.owner_role == "merchandiser"
    assert action.worth == Decimal(str(round(returns_above_category(opened).loc["A", "worth"], 2)))
    assert action.worth_low < action.worth < action.worth_high


def test_without_returns_the_worth_is_not_known(shop):
    opened = shop(reviews=tables()["reviews"], products=tables()["products"], traffic=TRAFFIC)
    (action,) = review_actions(opened, review_aspects(opened), review_changes(opened))
    assert (action.worth, action.worth_in) == (None, "unknown")


def test_a_change_is_told_with_its_day(shop):
    head, *_ = reviews().splitlines()
    late = reviews(A=[GOOD] * 40 + [SMALL] * 15).splitlines()[1:]
    usual = [r.replace("R", "B", 1) for r in reviews(B=[GOOD] * 55).splitlines()[1:]]
    products = "product_id,title,category\nA,Shirt,clothes\nB,Vest,clothes\n"
    written = "\n".join([head, *late, *usual]) + "\n"
    opened = shop(reviews=written, products=products, traffic=TRAFFIC)
    (action,) = review_actions(opened, review_aspects(opened), review_changes(opened))
    assert (
        "since 2026-04-13 100% of the reviews (0% before) complain of size & fit" in action.action
    )


def test_a_selling_point_of_rivals_is_proposed(shop):
    rivals = (
        "day,rival_id,rival_shop,title,category,price,matched_product_id\n"
        "2026-03-01,RA,Other,Rival,clothes,90,A\n"
    )
    products = "product_id,title,category\nA,Shirt,clothes\n"
    bad = [SMALL] * 3
    written = reviews(A=[GOOD] * 20 + bad, RA=[(5, "包装严实")] * 20 + bad)
    opened = shop(reviews=written, products=products, rivals=rivals, traffic=TRAFFIC)
    points = selling_points(opened)
    actions = review_actions(opened, review_aspects(opened), review_changes(opened), points)
    assert {a.kind for a in actions} == {"show a selling point"}
    assert "product:A" in {a.subject for a in actions}


def test_missing_stays_missing(shop):
    opened = shop(traffic=TRAFFIC)
    answer, changes = review_aspects(opened), review_changes(opened)
    assert isinstance(review_actions(opened, answer, changes), Missing)


def test_the_samples_worths_have_the_sign_of_the_gap_that_sql_counts(sample):
    worth = returns_above_category(sample)
    rates = duckdb.sql(
        f"""select l.product_id, avg((r.order_id is not null)::int) as rate
        from '{SAMPLE}/order_lines.csv.gz' l join '{SAMPLE}/orders.csv.gz' o using (order_id)
        left join (select distinct order_id, line_no from '{SAMPLE}/refunds.csv.gz') r
        on r.order_id = l.order_id and r.line_no = l.line_no
        where o.paid_at is not null group by 1"""
    ).df()
    rates = rates.set_index("product_id")["rate"]
    # the planted ones come back twice as often as others of their category
    for product in ("AP007", "AP009"):
        others = [p for p in rates.index if p.startswith("AP") and p != product]
        assert rates[product] > rates[others].mean()
        assert worth.loc[product, "worth"] > 0
    assert set(worth["worth_in"]) == {"margin"}
