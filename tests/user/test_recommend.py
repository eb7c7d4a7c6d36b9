import json
from datetime import date

import duckdb
import numpy as np
import pytest

from shophelm.shop.calendar import Period, last_days
from shophelm.shop.importers import import_files
from shophelm.shop.needs import Missing
from shophelm.shop.tables import open_shop
from shophelm.user import recommend
from shophelm.user.histories import histories
from shophelm.user.lists_judged import find_lists_judged, lists_judged
from shophelm.user.offering import AGAIN, AT_ONCE, LIKE, POPULAR, against, likeness, lists, waits
from tests.conftest import SAMPLE, SHARED
from tests.data.visits import log
from tests.user.selling import bought, listed

FILE = SHARED / "taobao_userbehavior" / "UserBehavior_first84k.csv"
YEAR = Period(date(2025, 11, 17), date(2026, 11, 15))
# the first purchase makes the shop old enough for lists to be judged on 28 days
TASTES = ["z 2026-01-01 old"]
TASTES += [f"h{i} 2026-10-{1 + i % 15:02} hat scarf" for i in range(20)]
TASTES += [f"s{i} 2026-10-{1 + i % 15:02} sock shoe" for i in range(25)]


def planted(truth):
    return json.loads(truth.read_text())["bundles"]["pairs"]


def first_in_the_cart(shop, judged):
    """What is offered first in the cart, by product."""
    beside = recommend.offers(shop, judged)
    firsts = ((beside["among"] == "orders") & (beside["place"] == 1)).tolist()
    return dict(pair for pair, first in zip(beside.attrs["ids"], firsts, strict=True) if first)


def later(pairs):
    """Purchases of the last 28 days: "h 12 scarf" is scarves for h0 to h11."""
    said = []
    for who, number, product in map(str.split, pairs):
        said += [f"{who}{i} 2026-11-{1 + i % 15:02} {product}" for i in range(int(number))]
    return said


def test_pairs_of_person_and_product_are_told_with_their_days(shop):
    visits = log(
        "va ads 2026-11-01 10:00 view:tee view:tee cart:tee",
        "va ads 2026-11-05 10:00 view:tee",
        "vb ads 2026-11-05 10:00 favourite:cap home",
    )
    sold = bought("ann 2026-11-02 tee", "ann 2026-11-12 tee cap", "guest 2026-11-12 tee")
    past = histories(shop(events=visits, **sold), YEAR)
    assert past.people.tolist() == ["ann", "visitor va", "visitor vb"]
    assert past.products.tolist() == ["cap", "tee"]
    told = past.pairs.assign(
        who=past.people[past.person], what=past.products[past.product]
    ).set_index(["who", "what"])
    row = told.loc[("ann", "tee")]
    assert row[["strength", "days", "age", "bought_age", "gap"]].tolist() == [5, 2, 3, 3, 10]
    assert told.loc[("visitor va", "tee"), ["strength", "days", "age"]].tolist() == [3, 2, 10]
    assert told["bought_age"].isna().tolist() == [False, False, True, True]
    assert past.baskets.toarray().sum(axis=0).tolist() == [1, 3]


def test_a_signed_in_visitor_is_the_customer(shop):
    events = (
        "event_id,visitor_id,customer_id,occurred_at,kind,product_id\n"
        "e1,va,,2026-11-01 10:00:00,view,tee\ne2,va,ann,2026-11-02 10:00:00,view,cap"
    )
    past = histories(shop(events=events), YEAR)
    assert past.people.tolist() == ["ann"]
    assert past.products[past.product].tolist() == ["cap", "tee"]


def test_what_people_met_together_is_offered(shop):
    s = shop(**bought(*TASTES), products=listed("hat a", "scarf a", "sock b", "shoe b", "old b"))
    judged = lists_judged(s)
    assert judged.empty
    beside = recommend.offers(s, judged)
    assert beside[["product", "among", "trials", "offer", "both", "share"]].values.tolist() == [
        [one, among, n, other, n, 1.0]
        for one, n, other in (("Shoe", 25, "Sock"), ("Sock", 25, "Shoe"), ("Hat", 20, "Scarf"),
                              ("Scarf", 20, "Hat"))
        for among in ("people", "orders")
    ]  # fmt: skip
    # 25 of 46 people met socks; a cosine of 1 with 25 people
    assert beside["lift"].iloc[0] == pytest.approx(46 / 25)
    assert beside["likeness"].iloc[0] == pytest.approx(25 / 30)
    assert str(recommend.find_offers(beside)) == (
        "Who looked at or bought Shoe is offered Sock (100% have both, 1.8 times as many as of "
        "all); Hat is offered Scarf (100% have both, 2.3 times as many as of all). In the cart, "
        "beside Shoe is offered Sock (100% have both, 1.8 times as many as of all); Hat is offered "
        "Scarf (100% have both, 2.3 times as many as of all). Not offered: 1 product (not looked "
        "at lately)."
    )


def test_the_rules_of_the_shelf(shop):
    products = (
        "product_id,title,category,list_price,unit_cost,launched_on\n"
        "hat,Hat,a,10,4,\nscarf,Scarf,a,10,10,\nsock,Sock,b,10,4,\nshoe,Shoe,b,10,4,2026-12-01\n"
        "old,Old,b,10,4,"
    )
    stock = "day,product_id,on_hand\n2026-11-14,sock,5\n2026-11-15,sock,0\n2026-11-15,hat,3"
    s = shop(**bought(*TASTES), products=products, stock=stock)
    past = histories(s, YEAR)
    why = dict(zip(past.products, against(s, past), strict=True))
    assert why == {
        "hat": "",
        "scarf": "earns no margin",
        "sock": "out of stock",
        "shoe": "not on sale yet",
        "old": "not looked at lately",
    }
    assert recommend.offers(s, lists_judged(s)).attrs["against"] == {
        "earns no margin": 1,
        "not looked at lately": 1,
        "not on sale yet": 1,
        "out of stock": 1,
    }


def test_what_was_just_bought_waits_until_it_is_due(shop):
    # tea is bought again after 20, 21 ... 28 days; nobody bought a hat twice
    again = [f"t{i} 2026-09-01 tea" for i in range(9)]
    again += [f"t{i} 2026-09-{21 + i:02} tea" for i in range(9)]
    sold = bought(*again, "ann 2026-11-01 tea hat", "bob 2026-10-01 tea hat")
    past = histories(shop(**sold), YEAR)
    wait = dict(zip(past.products, waits(past), strict=True))
    assert wait == {"tea": 22, "hat": 22}
    made = {"allowed": np.array([True, True]), "alike": likeness(past), "bought": True}
    people = np.array([past.people.tolist().index(w) for w in ("ann", "bob")])
    found = {m: lists(past, m, people, **made)[0][:, :2].tolist() for m in (AGAIN, AT_ONCE)}
    assert found[AGAIN][0] == [-1, -1]
    assert set(found[AGAIN][1]) == set(found[AT_ONCE][0]) == {0, 1}


def test_where_nothing_is_bought_again_it_is_never_due(shop):
    past = histories(shop(**bought(*TASTES)), YEAR)
    assert np.isinf(waits(past)).all()


def test_what_goes_together_beats_the_most_popular(shop):
    # who bought a hat or a sock buys what belongs to it; a crowd buys twelve popular things
    crowd = [f"c{i} 2026-10-{1 + i % 15:02} pop{i % 12}" for i in range(240)]
    alone = [f"{w}{i} 2026-10-{1 + i % 15:02} {p}" for w, p in (("a", "hat"), ("b", "sock"))
             for i in range(20)]  # fmt: skip
    judged = lists_judged(
        shop(**bought(*TASTES, *crowd, *alone, *later(["a 20 scarf", "b 20 shoe"])))
    )
    rows = judged.set_index("method")
    assert judged["method"].iloc[0] == LIKE
    assert rows.loc[LIKE, ["people", "hit_rate", "ndcg"]].tolist() == [40, 1, 1]
    # socks, hats, shoes, then of those that 20 bought the first ten names: scarves are not there
    assert rows.loc[[POPULAR, AGAIN, AT_ONCE], "hit_rate"].tolist() == [0.5] * 3
    assert rows.loc[[POPULAR, AGAIN], "ahead_low"].gt(0).all()
    assert str(find_lists_judged(judged)) == (
        "Of 40 people who bought in the last 28 days, 100.0% took one of the ten products that "
        "“item to item” would have listed before (“most popular” 50.0%, “same again” 50.0% and "
        "“same again, just bought or not” 50.0%). By NDCG (1.000) it is ahead of “most popular” "
        "and “same again” beyond chance; offers use it."
    )


def test_where_the_most_popular_wins_it_says_so_and_is_offered(shop):
    # hats and scarves were met together, yet whoever bought a hat comes for the star
    stars = [f"q{i} 2026-10-{1 + i % 15:02} star" for i in range(60)]
    hats = [f"p{i} 2026-10-{1 + i % 15:02} hat" for i in range(40)]
    s = shop(**bought(*TASTES, *stars, *hats, *later(["p 40 star"])))
    judged = lists_judged(s)
    rows = judged.set_index("method")
    assert judged["method"].iloc[0] == POPULAR
    assert rows.loc[POPULAR, "ndcg"] == 1
    # the scarf stood before the star; the hat just bought is left out, and the star comes first
    assert rows.loc[LIKE, "ndcg"] == pytest.approx(1 / np.log2(3))
    assert str(find_lists_judged(judged)).endswith(
        "it is ahead of “item to item” beyond chance, of “same again” not; offers use it. What a "
        "person did tells no more than what everybody buys."
    )
    beside = recommend.offers(s, judged)
    seen = beside[(beside["among"] == "people") & (beside["place"] == 1)]
    assert set(seen[seen["product"] != "star"]["offer"]) == {"star"}
    assert seen["likeness"].isna().all()
    # in the cart stands what is bought together all the same
    assert beside[beside["among"] == "orders"]["likeness"].notna().all()
    assert set(recommend.offers_by_customer(s, judged)["reason"]) == {"popular"}


def test_each_customer_gets_a_list_with_its_reason(shop):
    s = shop(**bought(*TASTES, "new 2026-11-10 hat"), products=listed("hat a", "scarf a", "sock b"))
    mine = recommend.offers_by_customer(s, lists_judged(s))
    row = mine[mine["customer_id"] == "new"].iloc[0]
    assert row[["product_id", "rank", "reason"]].tolist() == ["scarf", 1, "hat"]
    assert mine.columns.tolist() == ["customer_id", "product_id", "rank", "score", "reason"]
    assert not mine.duplicated(["customer_id", "product_id"]).any()


def test_nothing_to_go_by_is_said(shop):
    s = shop(**bought(*TASTES))
    assert str(find_lists_judged(lists_judged(s))) == (
        "Fewer than 30 people came back in the last 28 days: which offers suit them cannot be "
        "judged."
    )
    alone = shop(**bought("ann 2026-11-10 hat"))
    beside = recommend.offers(alone, lists_judged(alone))
    assert str(recommend.find_offers(beside)) == (
        "No two products are met by the same people: there is nothing to offer."
    )


def test_without_products_in_events_or_orders_it_is_missing(shop):
    s = shop(orders=bought("ann 2026-11-10 hat")["orders"])
    judged = lists_judged(s)
    assert isinstance(judged, Missing)
    assert find_lists_judged(judged) is judged


@pytest.fixture(scope="module")
def judged(sample):
    return lists_judged(sample)


def test_people_of_the_sample_are_those_of_hand_written_sql(sample, judged):
    beside = recommend.offers(sample, judged)
    (a, b), row = beside.attrs["ids"][0], beside.iloc[0]
    ((one, both),) = duckdb.sql(f"""
        WITH e AS (SELECT * FROM read_csv('{SAMPLE / "events.csv.gz"}', all_varchar=true)),
        known AS (SELECT visitor_id, max(customer_id) AS c FROM e GROUP BY 1),
        acts AS (
            SELECT coalesce(c, 'v' || visitor_id) AS who, product_id, occurred_at::DATE AS day
            FROM e JOIN known USING (visitor_id)
            WHERE kind IN ('view', 'favourite', 'cart', 'pay') AND product_id IS NOT NULL
            UNION ALL SELECT customer_id, product_id, paid_at::DATE
            FROM read_csv('{SAMPLE / "order_lines.csv.gz"}', all_varchar=true)
            JOIN read_csv('{SAMPLE / "orders.csv.gz"}', all_varchar=true) USING (order_id)
            WHERE paid_at IS NOT NULL AND customer_id IS NOT NULL),
        met AS (SELECT who, bool_or(product_id = '{a}') AS a, bool_or(product_id = '{b}') AS b
            FROM acts WHERE day BETWEEN '2025-11-17' AND '2026-11-15' GROUP BY 1)
        SELECT count(*) FILTER (a), count(*) FILTER (a AND b) FROM met""").fetchall()
    assert (row["among"], row["trials"], row["both"]) == ("people", one, both)


def test_on_the_sample_what_people_did_knows_them_better_than_what_they_did_last(judged):
    assert judged["method"].tolist()[0] == LIKE
    assert judged["method"].tolist()[-1] == AT_ONCE
    rows = judged.set_index("method")
    assert rows.loc[AGAIN, "ahead_low"] > 0
    assert (judged["hit_low"] < judged["hit_rate"]).all()
    assert (judged["hit_rate"] < judged["hit_high"]).all()


@pytest.fixture(scope="module")
def taobao(tmp_path_factory):
    if not FILE.exists():
        pytest.skip("the real data are not here")
    folder = tmp_path_factory.mktemp("taobao")
    key = folder / "key"
    key.write_text("a key of this test, long enough")
    import_files("taobao-events", [FILE], folder / "shop", key_file=key)
    return open_shop(folder / "shop", as_of="2017-12-03")


def test_on_taobao_the_same_again_is_judged_as_plain_python_judges_it(taobao):
    judged = lists_judged(taobao).set_index("method")
    rows = taobao.frame(
        taobao["events"].mutate(day=lambda t: t.occurred_at.date())
        .select("customer_id", "visitor_id", "product_id", "kind", "day").distinct()
    )  # fmt: skip
    rows["who"] = rows["customer_id"].fillna(rows["visitor_id"])
    # a log of nine days is judged on its last two
    cut = date(2017, 12, 1)
    old = rows[(rows["day"] <= cut) & (rows["day"] > date(2016, 12, 2))]
    new = rows[(rows["day"] > cut) & (rows["kind"] == "pay")]
    new = new[new["who"].isin(old["who"]) & new["product_id"].isin(old["product_id"])]
    last = old.groupby(["who", "product_id"])["day"].max()
    popular = old[old["kind"] == "pay"].groupby("product_id")["who"].nunique()
    hits = []
    for who, taken in new.groupby("who")["product_id"]:
        mine = [(-d.toordinal(), -popular.get(p, 0), p) for p, d in last[who].items()]
        hits.append(bool({p for *_, p in sorted(mine)[:10]} & set(taken)))
    assert judged.loc[AT_ONCE, "people"] == len(hits)
    assert judged.loc[AT_ONCE, "hit_rate"] == pytest.approx(np.mean(hits))
    assert judged.loc[POPULAR, "ahead_low"] > 0


def test_the_order_of_rows_changes_nothing(shop):
    tables = bought(*TASTES, *later(["h 12 scarf", "s 25 shoe", "h 8 hat"]))
    turned = {n: "\n".join([t.split("\n")[0], *t.split("\n")[:0:-1]]) for n, t in tables.items()}
    one, other = (lists_judged(shop(**t)) for t in (tables, turned))
    assert one.equals(other)
    assert len(one) == 4


def test_in_the_cart_the_planted_companion_is_offered_first_if_it_is_there(sample, judged):
    past = histories(sample, last_days(sample.as_of, days=364))
    why = dict(zip(past.products, against(sample, past), strict=True))
    pairs = planted(SAMPLE / "truth.json")
    expected = {one: other for one, other in pairs.items() if not why[other]}
    found = first_in_the_cart(sample, judged)
    assert {one: found.get(one) for one in expected} == expected
    assert len(expected) >= 5


def test_what_chance_may_have_put_together_is_not_offered(shop):
    # hats and stars are in two orders together, as are hats and anything else
    said = [f"c{i} 2026-10-{1 + i % 15:02} pop{i % 4} pop{(i * 7 + 1) % 4}" for i in range(40)]
    s = shop(**bought("z 2026-01-01 old", *said, "x 2026-11-01 hat pop0", "y 2026-11-01 hat pop0"))
    beside = recommend.offers(s, lists_judged(s))
    assert "hat" not in set(beside["product"])
