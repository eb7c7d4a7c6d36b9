from datetime import date
from decimal import Decimal

import duckdb
import pandas as pd
import pytest

from shophelm.data import opportunities as asked
from shophelm.data.conversion_gaps import (
    CART_NOT_PAID,
    VIEW_NOT_CARTED,
    carted_not_paid,
    viewed_not_carted,
)
from shophelm.data.landing_pages import PAGE_LOSES, pages_not_carting
from shophelm.data.price_bands import CHEAP, DEAR, priced_above, priced_below
from shophelm.data.return_gaps import HIGH_RETURNS, returned
from shophelm.data.shortages import OUT_OF_STOCK, wanted_out_of_stock
from shophelm.methods.empirical_bayes import shrink_rates
from shophelm.shop.definitions import TERMS
from shophelm.shop.refund_ages import ripe_age
from shophelm.words import rate
from tests.conftest import SAMPLE

AT = "2026-11-10 12:00:00"
PAID = {"a": 30, "b": 29, "c": 31, "d": 30, "e": 30, "f": 5}
"""Of 60 visitors who cart each product, how many pay: f stands apart."""


def products(**costs):
    rows = [f"{p},Title {p},hats,20,{costs.get(p, 12)}" for p in PAID]
    return "\n".join(["product_id,title,category,list_price,unit_cost", *rows])


def carts(scale=1):
    """Events and orders: 100 visitors a product, 60 cart, as many pay as `PAID` says, ¥20 each."""
    events = ["event_id,visitor_id,occurred_at,kind,product_id"]
    orders = [
        "order_id,created_at,paid_at,goods_amount,discount_amount,shipping_amount,paid_amount"
    ]
    lines = ["order_id,line_no,product_id,quantity,list_price,unit_price,paid_amount"]
    money = 20 * scale
    for product, paid in PAID.items():
        for i in range(100):
            who = f"{product}{i}"
            steps = ["view"] + ["cart"] * (i < 60) + ["pay"] * (i < paid)
            events += [f"{who}{s},{who},{AT},{s},{product}" for s in steps]
            if i < paid:
                orders.append(f"{who},{AT},{AT},{money},0,0,{money}")
                lines.append(f"{who},1,{product},1,{money},{money},{money}")
    tables = {"events": events, "orders": orders, "order_lines": lines}
    return {name: "\n".join(rows) for name, rows in tables.items()}


def by_subject(frame):
    return frame.set_index("subject")


def test_a_product_carted_and_not_paid_is_found_and_priced_in_margin(shop):
    rows = by_subject(carted_not_paid(shop(**carts(), products=products())))
    assert rows.index[rows["found"]].tolist() == ["product:f"]
    f = rows.loc["product:f"]
    assert (f["trials"], f["rate"], f["title"], f["worth_in"]) == (60, 5 / 60, "Title f", "margin")
    expected = shrink_rates(
        pd.DataFrame({"yes": PAID.values(), "trials": 60}, index=list(PAID))
    ).loc["f"]
    assert f["rate_shrunk"] == pytest.approx(expected["shrunk"])
    # 60 carts in 56 days are 30 in 28; a sale brings ¥20 less its cost of ¥12
    for name, gap in (("worth", "gap"), ("worth_low", "gap_low"), ("worth_high", "gap_high")):
        assert f[name] == pytest.approx(expected[gap] * 30 * 8)
    assert f["worth_low"] < f["worth"] < f["worth_high"]


def test_without_a_cost_worth_is_gmv_and_without_orders_it_is_unknown(shop):
    tables = carts() | {"products": products(f="")}
    f = by_subject(carted_not_paid(shop(**tables))).loc["product:f"]
    assert f["worth_in"] == "gmv"
    gap = f["peers_rate"] - f["rate_shrunk"]
    assert f["worth"] == pytest.approx(gap * 30 * 20)


def test_events_alone_name_no_worth(shop):
    f = by_subject(carted_not_paid(shop(events=carts()["events"]))).loc["product:f"]
    assert (f["found"], f["title"], f["worth_in"]) == (True, "f", "unknown")
    assert pd.isna(f["worth"])


def test_money_times_a_hundred_moves_no_find(shop):
    small, large = (
        asked.opportunities(shop(**carts(scale), products=products(**dict.fromkeys(PAID, ""))))
        for scale in (1, 100)
    )
    same = [c for c in small if not c.startswith("worth") or c == "worth_in"]
    pd.testing.assert_frame_equal(large[same], small[same])
    assert large["worth"].tolist() == pytest.approx((100 * small["worth"]).tolist(), nan_ok=True)


def test_the_order_of_rows_changes_nothing(shop):
    tables = carts()
    turned = {
        name: "\n".join([text.split("\n")[0], *text.split("\n")[:0:-1]])
        for name, text in tables.items()
    }
    one = asked.opportunities(shop(**tables, products=products()))
    other = asked.opportunities(shop(**turned, products=products()))
    pd.testing.assert_frame_equal(one, other)


def test_days_with_an_empty_shelf_are_left_out_of_the_rate_and_priced_by_themselves(shop):
    tables = carts()
    empty = [f"x{i}{s},x{i},2026-11-12 12:00:00,{s},a" for i in range(40) for s in ("view", "cart")]
    tables["events"] = "\n".join([tables["events"], *empty])
    stock = "day,product_id,on_hand\n2026-11-12,a,0\n2026-11-10,a,9"
    s = shop(**tables, products=products(), stock=stock)
    a = by_subject(carted_not_paid(s)).loc["product:a"]
    assert (a["trials"], a["rate"]) == (60, 0.5)
    (short,) = wanted_out_of_stock(s).to_dict("records")
    assert (short["subject"], short["trials"], short["rate"], short["found"]) == (
        "product:a", 40, 0.0, True,
    )  # fmt: skip
    # 40 visits of 56 days are 20 of 28; in stock, its visits buy at its own shrunk rate
    assert short["worth"] == pytest.approx(short["rate_shrunk"] * 20 * 8)
    assert 0.25 < short["rate_shrunk"] < 0.35


def test_daily_exports_give_the_same_rates(shop):
    rows = ["day,product_id,channel,visitors,page_views,cart_visitors,buyers"]
    rows += [f"2026-11-10,{p},,100,100,60,{paid}" for p, paid in PAID.items()]
    frame = carted_not_paid(shop(traffic="\n".join(rows)))
    assert by_subject(frame)["rate"].to_dict() == {
        f"product:{p}": paid / 60 for p, paid in PAID.items()
    }
    assert frame["found"].sum() == 1
    seen = by_subject(viewed_not_carted(shop(traffic="\n".join(rows))))
    assert set(seen["rate"]) == {0.6}
    assert not seen["found"].any()


def test_daily_exports_without_buyers_leave_the_worth_of_a_cart_unknown(shop):
    rows = ["day,product_id,visitors,page_views,cart_visitors"]
    # more carts than visitors: f's visitors came the day before
    rows += [f"2026-11-10,{p},100,100,{105 if p == 'f' else 60}" for p in PAID]
    tables = carts() | {"traffic": "\n".join(rows)}
    del tables["events"]
    seen = by_subject(viewed_not_carted(shop(**tables, products=products())))
    assert seen["rate"].to_dict() == {f"product:{p}": 1.0 if p == "f" else 0.6 for p in PAID}
    assert set(seen["worth_in"]) == {"unknown"}


def refunded():
    """Twelve paid lines a product; a refund of every second of a's, in full, after 5 days."""
    lines = carts()["order_lines"].split("\n")[1:]
    back = [x.split(",")[0] for x in lines if x.split(",")[2] == "a"][:15]
    rows = [f"r{o},{o},2026-11-15 12:00:00,20" for o in back]
    return "\n".join(["refund_id,order_id,refunded_at,amount", *rows])


def test_a_product_that_comes_back_is_found_once_its_lines_are_ripe(shop):
    s = shop(**carts(), products=products(), refunds=refunded(), as_of="2026-11-15")
    assert ripe_age(s) == 5
    rows = by_subject(returned(s))
    assert rows.index[rows["found"]].tolist() == ["product:a"]
    a = rows.loc["product:a"]
    assert (a["trials"], a["rate"]) == (30, 0.5)
    # a return costs its margin, 8 of 20, for the goods are back on the shelf
    gap = a["rate_shrunk"] - a["peers_rate"]
    assert a["worth"] == pytest.approx(gap * 30 * 28 / 364 * 8)


def test_lines_too_young_to_have_come_back_do_not_count(shop):
    orders = carts()
    late = "late,2026-11-14 12:00:00,2026-11-14 12:00:00,20,0,0,20"
    orders["orders"] += f"\n{late}"
    orders["order_lines"] += "\nlate,1,a,1,20,20,20"
    s = shop(**orders, products=products(), refunds=refunded(), as_of="2026-11-15")
    assert by_subject(returned(s)).loc["product:a", "trials"] == 30


def test_a_dear_product_is_named_and_priced_only_where_its_conversion_lags(shop):
    rivals = "day,rival_id,rival_shop,title,category,price,matched_product_id\n" + "\n".join(
        f"2026-11-10,r{p},shop,like {p},hats,{price},{p}"
        for p, price in (("a", 15), ("f", 15), ("b", 19.5))
    )
    rows = by_subject(priced_above(shop(**carts(), products=products(), rivals=rivals)))
    assert rows["found"].to_dict() == {"product:f": True, "product:a": False}
    assert rows.loc["product:f", ["price", "rivals_price"]].tolist() == [20, 15]
    assert rows["worth"].notna().tolist() == [True, False]


def test_a_cheap_product_is_named_where_its_low_price_buys_no_buyers(shop):
    rivals = "day,rival_id,rival_shop,title,category,price,matched_product_id\n" + "\n".join(
        f"2026-11-10,r{p},shop,like {p},hats,{price},{p}"
        for p, price in (("a", 25), ("f", 25), ("b", 20.5))
    )
    s = shop(**carts(), products=products(), rivals=rivals)
    rows = by_subject(priced_below(s))
    assert rows["found"].to_dict() == {"product:f": True, "product:a": False}
    assert rows.loc["product:f", ["price", "rivals_price"]].tolist() == [20, 25]
    assert rows["worth"].isna().all()
    f = rows.loc["product:f"]
    told = str(asked.find_opportunities(asked.opportunities(s), currency="CNY"))
    assert (
        f"Priced below its rivals: Title f ({rate(f['rate'])} for {rate(f['peers_rate'])}, worth "
        "unknown)."
    ) in told


def test_pages_are_held_against_their_likes_only(shop):
    events = ["event_id,visitor_id,occurred_at,kind,page,product_id"]
    for page, carting in (("/note/x", 5), ("/note/y", 30), ("/note/z", 31), ("/", 1), ("home", 1)):
        for i in range(60):
            who = f"{page}{i}"
            events.append(f"{who}l,{who},{AT},list,{page},")
            events += [f"{who}c,{who},{AT},cart,,a"] if i < carting else []
    rows = by_subject(pages_not_carting(shop(events="\n".join(events))))
    assert rows["rate"].to_dict() == {
        "page:/note/x": 5 / 60, "page:/note/y": 30 / 60, "page:/note/z": 31 / 60,
    }  # fmt: skip
    assert rows.index[0] == "page:/note/x"


def test_the_sentence_names_what_was_found_and_what_could_not_be_looked_for(shop):
    frame = asked.opportunities(shop(**carts(), products=products()))
    f = by_subject(frame).loc["product:f"]
    assert str(asked.find_opportunities(frame, currency="CNY")) == (
        f"Of 12 comparisons with peers 1 stands out beyond chance. High cart, low pay: Title f "
        f"(8.33% for {f['peers_rate'] * 100:.2f}%, ¥{f['worth']:.0f} over 28 days). For want of "
        f"tables nothing was looked for of: {HIGH_RETURNS}; {OUT_OF_STOCK}; {PAGE_LOSES}; "
        f"{DEAR}; {CHEAP}."
    )


def test_orders_alone_leave_nothing_to_compare(shop):
    frame = asked.opportunities(shop(orders=carts()["orders"]))
    assert frame.empty
    assert str(asked.find_opportunities(frame, currency="CNY")).startswith(
        "Nothing could be held against peers. For want of tables nothing was looked for of: "
    )


def daily():
    """The same shop, of which only daily exports are there."""
    rows = ["day,product_id,visitors,page_views,cart_visitors,buyers,orders,paid_amount"]
    day = AT.partition(" ")[0]
    rows += [f"{day},{p},100,100,60,{paid},{paid},{20 * paid}" for p, paid in PAID.items()]
    given = {name: text for name, text in carts().items() if name != "events"}
    return given | {"traffic": "\n".join(rows)}


def test_finds_become_actions_that_the_ledger_can_follow(shop):
    s = shop(**daily(), products=products())
    (action,) = asked.opportunity_actions(s, asked.opportunities(s))
    assert (action.kind, action.subject, action.metric) == (
        CART_NOT_PAID, "product:f", "pay_conversion",
    )  # fmt: skip
    assert action.due_on == date(2026, 12, 13)
    assert action.worth == action.worth.quantize(Decimal("0.01"))
    assert action.worth_low < action.worth < action.worth_high


def test_what_the_store_notebook_goes_into_is_proposed_there(shop):
    s = shop(**carts(), products=products())
    frame = asked.opportunities(s)
    assert frame["found"].any()
    assert asked.opportunity_actions(s, frame) == []


@pytest.fixture(scope="module")
def of_sample(sample):
    return asked.opportunities(sample)


def found(frame, kind):
    return {s.partition(":")[2] for s in frame[frame["found"] & (frame["kind"] == kind)]["subject"]}


def test_the_planted_causes_are_found_in_the_sample(of_sample):
    assert {"AP004", "SK003", "SH003"} <= found(of_sample, CART_NOT_PAID)
    assert "SN001" in found(of_sample, OUT_OF_STOCK)
    assert found(of_sample, DEAR) == {"SN004", "SK003"}
    # of six products with doubled returns, two have enough lines in a year to tell
    assert found(of_sample, HIGH_RETURNS) == {"AP007", "AP009"}
    assert found(of_sample, PAGE_LOSES) == set()


def test_actions_of_the_sample_concern_one_product_once_an_area(sample, of_sample):
    actions = asked.opportunity_actions(sample, of_sample)
    assert len(actions) == 10
    assert all(a.metric in TERMS for a in actions)
    assert all(a.subject.startswith(("product:", "page:")) for a in actions)
    assert len({(a.subject, a.kind in (OUT_OF_STOCK, HIGH_RETURNS)) for a in actions}) == 10
    assert [a.worth for a in actions] == sorted((a.worth for a in actions), reverse=True)


def test_rates_of_the_sample_agree_with_sql(sample):
    con = duckdb.connect()
    for name in ("events", "stock", "orders", "order_lines", "refunds"):
        (file,) = SAMPLE.glob(f"{name}.csv*")
        con.execute(f"CREATE VIEW {name} AS SELECT * FROM '{file}'")
    theirs = (
        con.sql("""
        WITH gone AS (SELECT DISTINCT product_id, day FROM stock WHERE on_hand = 0),
        people AS (
            SELECT e.product_id, visitor_id,
                bool_or(kind IN ('view', 'favourite', 'cart') AND gone.day IS NULL) AS seen,
                bool_or(kind = 'cart' AND gone.day IS NULL) AS carted, bool_or(kind = 'pay') AS paid
            FROM events e LEFT JOIN gone
                ON gone.product_id = e.product_id AND gone.day = occurred_at::DATE
            WHERE occurred_at >= '2026-09-21' AND e.product_id IS NOT NULL GROUP BY ALL)
        SELECT 'product:' || product_id AS subject, count(*) FILTER (seen) AS seen,
            count(*) FILTER (carted) AS carted, count(*) FILTER (carted AND paid) AS paid
        FROM people GROUP BY 1 ORDER BY 1""")
        .df()
        .set_index("subject")
    )
    for ours, yes, trials in (
        (carted_not_paid(sample), "paid", "carted"),
        (viewed_not_carted(sample), "carted", "seen"),
    ):
        ours = by_subject(ours).sort_index()
        some = theirs[theirs[trials] > 0]
        assert ours["trials"].to_dict() == some[trials].to_dict()
        assert ours["rate"].tolist() == pytest.approx((some[yes] / some[trials]).tolist())
    newest = date(2026, 11, 15) - pd.Timedelta(days=ripe_age(sample))
    lines = (
        con.sql(f"""
        SELECT 'product:' || product_id AS subject, count(*) AS trials, avg((line_no IN (
            SELECT coalesce(r.line_no, l.line_no) FROM refunds r WHERE r.order_id = l.order_id
            ))::INT) AS rate
        FROM order_lines l JOIN orders USING (order_id)
        WHERE paid_at::DATE BETWEEN DATE '{newest}' - 363 AND DATE '{newest}' GROUP BY 1 ORDER BY 1
        """)
        .df()
        .set_index("subject")
    )
    ours = by_subject(returned(sample)).sort_index()
    assert ours["trials"].to_dict() == lines["trials"].to_dict()
    assert ours["rate"].tolist() == pytest.approx(lines["rate"].tolist())


def test_kinds_have_something_to_do():
    kinds = {CART_NOT_PAID, VIEW_NOT_CARTED, OUT_OF_STOCK, DEAR, CHEAP, PAGE_LOSES, HIGH_RETURNS}
    assert set(asked.DO) == kinds
