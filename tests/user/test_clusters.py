from datetime import date, timedelta

import numpy as np
import pytest

from shophelm.user import clusters
from tests.user.segment_shop import HEAD, orders

AS_OF = date(2026, 11, 15)
KINDS = {  # purchases, money of each, days since the last
    "collectors": (12, 40, 20),
    "big tickets": (5, 900, 90),
    "one-timers": (1, 60, 400),
}


@pytest.fixture
def three_kinds(shop):
    rng = np.random.default_rng(5)
    buys = []
    for kind, (times, amount, last) in KINDS.items():
        for i in range(90):
            n = 1 if times == 1 else round(times * rng.lognormal(0, 0.25))
            back = round(last * rng.lognormal(0, 0.3))
            for j in range(n):
                day = AS_OF - timedelta(days=back + 7 * j)
                buys.append((f"{kind[0]}{i}", day, round(amount * rng.lognormal(0, 0.2), 2)))
    return shop(orders=orders(buys))


def test_planted_kinds_of_customers_are_found_and_described(three_kinds):
    kinds = clusters.clusters(three_kinds)
    groups = clusters.shown(kinds)
    assert groups["customers"].tolist() == [90, 90, 90]
    assert groups["cluster"].tolist() == [1, 2, 3]
    assert groups["settled_share"].is_monotonic_decreasing
    # a median of 90 is off by chance by less than 3.29 of its standard errors of .4
    assert groups["frequency"][1] == pytest.approx(12, abs=1.3)
    assert groups["frequency"][2] == 1
    assert groups["what"].tolist() == [
        "for much at a time",
        "often, lately and for little at a time",
        "seldom, long ago and for little at a time",
    ]
    said = str(clusters.find_clusters(kinds))
    assert said.startswith(
        "270 customers fall into 3 clusters, on which two halves of them agree to"
    )
    assert said.endswith("and 33% bought seldom, long ago and for little at a time.")


def test_few_customers_are_not_judged(shop):
    s = shop(orders=orders([("a", AS_OF, 10), ("b", AS_OF, 20)]))
    assert str(clusters.find_clusters(clusters.clusters(s))) == (
        "Whether there are clusters of customers cannot be told from 2 customers; it takes 200."
    )


def test_the_measures_are_those_of_the_orders(shop):
    rows = [
        "o1,ann,2026-11-01 12:00:00,2026-11-01 12:00:00,100,20,0,80",
        "o2,ann,2026-11-05 12:00:00,2026-11-05 12:00:00,100,0,0,100",
        "o3,bob,2026-11-05 12:00:00,2026-11-05 12:00:00,50,0,0,50",
    ]
    lines = """
        order_id,line_no,product_id,quantity,list_price,unit_price,paid_amount
        o1,1,tee,1,50,40,40
        o1,2,cap,1,50,40,40
        o2,1,tee,1,100,100,100
        o3,1,cap,1,50,50,50
    """
    products = "product_id,title,category\ntee,Tee,apparel\ncap,Cap,hats\n"
    s = shop(orders="\n".join([HEAD, *rows]), order_lines=lines, products=products)
    people = s.frame(clusters._measures(s)).set_index("customer_id")
    assert people.loc["ann"].to_dict() == {
        "recency": 10, "frequency": 2, "spend": 90, "settled": 180, "discount_share": 0.1,
        "categories": 2,
    }  # fmt: skip
    assert people.loc["bob", "categories"] == 1


def test_the_sample_has_none_and_says_so(sample):
    """Its customers are simulated by degrees: gamma rates, beta dropout, gamma spend."""
    kinds = clusters.clusters(sample)
    assert (kinds.customers, kinds.drawn) == (2924, 2000)
    assert kinds.groups.empty
    assert str(clusters.find_clusters(kinds)).startswith("No stable clusters here. Divided into")


def test_shops_without_customers_leave_it_unanswered(shop):
    s = shop(orders=orders([("", AS_OF, 10)]).replace(",ann,", ",,"))
    kinds = clusters.clusters(s)
    assert "no customer_id in orders" in str(clusters.shown(kinds))
    assert "no customer_id in orders" in str(clusters.find_clusters(kinds))
