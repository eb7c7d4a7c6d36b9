"""The lift of organic search after a change: counted by hand, planted, and null."""

import datetime as dt

import duckdb
import numpy as np
import pandas as pd
import pytest

from shophelm.shop.calendar import Period
from shophelm.store.search_lift import LIFTED, search_lift
from shophelm.store.search_lift_told import find_search_lift, shown
from shophelm.store.search_panel import BY_CATEGORY, BY_RIVALS, BY_SHOP, panel
from shophelm.store.search_visits import search_days, sources
from tests.conftest import SAMPLE
from tests.store.search_shop import ORDERS, PRODUCTS, changed_shop, days, text

GIFTS = ("AP005", "AP006", "SK004", "SN005", "SH004", "FR002")
PAGES = ("AP002", "AP003", "SK002", "SN003", "SH001", "FR001")


def ledger(rows):
    frame = pd.DataFrame(rows, columns=["action_id", "kind", "subject", "status", "done_on"])
    frame["done_on"] = [dt.date.fromisoformat(d) for d in frame["done_on"]]
    return frame


def measured(shop, *, also=(), as_of="2026-10-08", **options):
    tables, done = changed_shop(also=also, **options)
    return search_lift(shop(as_of=as_of, **tables), ledger(done))


def test_a_lift_is_found_net_of_the_categorys_season(shop):
    row = measured(shop, lift=1.7, level=6.0).lifts.iloc[0]
    assert row[["product_id", "kind", "days", "counted_by"]].tolist() == [
        "p00", "title", 30, "keywords"
    ]  # fmt: skip
    assert row["net_of"] == BY_CATEGORY
    assert row["lift_low"] < 0.7 < row["lift_high"]
    assert row["verdict"] == LIFTED
    assert row["p_rank"] == pytest.approx(1 / 24)
    # what came: the visits of the 30 days, and of them those that the lift brought
    assert row["brought_visits"] == pytest.approx(
        row["search_visits"] * (1 - 1 / (1 + row["lift"])), rel=1e-9
    )
    assert row["buyers_lift_low"] < 0.7 < row["buyers_lift_high"]
    # price 50, cost 20
    assert row["worth"] == pytest.approx(row["brought"] * 0.6)
    assert row["worth_in"] == "margin"


@pytest.mark.parametrize("seed", [1, *(pytest.param(s, marks=pytest.mark.slow) for s in (2, 3, 4))])
def test_a_season_alone_is_no_lift(shop, seed):
    row = measured(shop, seed=seed).lifts.iloc[0]
    assert row["lift_low"] < 0 < row["lift_high"]
    assert row["verdict"] == "not known: within chance"


def test_visits_and_money_of_the_days_after_are_counted_by_hand(shop):
    tables, done = changed_shop(lift=1.5)
    row = search_lift(shop(as_of="2026-10-08", **tables), ledger(done)).lifts.iloc[0]
    lines = [line.split(",") for line in tables["keywords"].splitlines()[1:]]
    own = [c for c in lines if c[2] == "p00" and "2026-09-01" <= c[0] <= "2026-09-30"]
    assert row["search_visits"] == sum(int(c[4]) for c in own)
    gmv = sum(int(c[6]) for c in own)
    assert row["brought"] == pytest.approx(gmv * (1 - 1 / (1 + row["lift"])))


def test_what_was_touched_meanwhile_is_no_donor_and_tells_no_demand(shop):
    also = [(f"a{i}", "gift", f"product:p{i:02d}", "done", "2026-09-10") for i in range(2, 12)]
    calm = measured(shop, lift=1.7, level=6.0).lifts.iloc[0]
    row = measured(shop, lift=1.7, level=6.0, also=also).lifts
    # gifts are not asked for, so only the title's row is there
    assert row["product_id"].tolist() == ["p00"]
    assert (calm["placebos"], row["placebos"].iloc[0]) == (23, 13)
    # with thirteen placebos no rank can be below one in twenty
    assert row["verdict"].iloc[0] == "not known: too few untouched products"
    early = [(f"a{i}", "gift", f"product:p{i:02d}", "done", "2026-07-21") for i in range(2, 12)]
    assert measured(shop, also=early).lifts["placebos"].tolist() == [23]


@pytest.mark.slow
def test_at_most_sixty_donors_stand_beside_a_change(shop):
    row = measured(shop, products=130, level=1.0).lifts.iloc[0]
    assert row["placebos"] == 60


def test_a_change_of_last_week_is_too_early_and_one_of_tomorrow_is_not_there(shop):
    tables, _ = changed_shop()
    s = shop(as_of="2026-10-08", **tables)
    found = search_lift(s, changes={"p00": "2026-10-04", "p01": "2026-10-09"})
    assert found.lifts[["product_id", "verdict"]].values.tolist() == [
        ["p00", "too early to say"]
    ]  # fmt: skip
    assert found.paths.empty
    assert "0 can be measured" in str(find_search_lift(found, currency="CNY")[0])


def test_a_product_without_visits_cannot_be_measured(shop):
    tables, _ = changed_shop()
    found = search_lift(shop(as_of="2026-10-08", **tables), changes={"gone": "2026-09-01"})
    assert found.lifts["verdict"].tolist() == ["cannot be measured"]
    assert "cannot be measured" in shown(found)["verdict"].iloc[0]


def test_nothing_done_is_nothing_to_measure(shop):
    tables, _ = changed_shop()
    found = search_lift(shop(as_of="2026-10-08", **tables), ledger([]))
    assert str(find_search_lift(found, currency="CNY")[0]).startswith("No changed title")


def test_a_shop_that_counts_no_searches_says_where_to_get_them(shop):
    said = str(search_lift(shop(orders=ORDERS)))
    assert "This shop has no product_id in keywords" in said
    assert "Or traffic" in said


def test_without_products_margins_and_categories_are_not_known_but_the_lift_is(shop):
    tables, done = changed_shop(lift=1.7, level=6.0)
    del tables["products"]
    row = search_lift(shop(as_of="2026-10-08", **tables), ledger(done)).lifts.iloc[0]
    assert row["net_of"] == BY_SHOP
    assert row["worth_in"] == "gmv"
    assert row["worth"] == row["brought"]
    assert row["product"] == "p00"


def test_one_product_alone_has_nothing_beside_it(shop):
    tables, done = changed_shop(products=1)
    found = search_lift(shop(as_of="2026-10-08", **tables), ledger(done))
    assert found.lifts["verdict"].tolist() == ["cannot be measured"]


def test_paid_words_are_left_out_and_paid_clicks_taken_off(shop):
    s = shop(
        orders=ORDERS,
        products=PRODUCTS,
        keywords="""
            day,keyword,product_id,impressions,clicks,cost
            2026-11-01,red dress,dress,100,7,
            2026-11-01,aster,dress,100,4,2.00
            2026-11-02,aster,dress,100,3,
            2026-11-02,aster,skirt,100,5,
        """,
        traffic="""
            day,product_id,channel,visitors,page_views,buyers
            2026-11-01,dress,search,15,15,2
            2026-11-01,dress,ads,9,9,1
            2026-11-02,dress,search,2,2,0
            2026-11-02,,,99,99,9
        """,
        events="""
            event_id,visitor_id,occurred_at,kind,product_id,channel
            e1,v1,2026-11-01 10:00:00,view,dress,search
            e2,v1,2026-11-01 11:00:00,pay,dress,search
            e3,v2,2026-11-01 10:00:00,view,dress,search
            e4,v2,2026-11-01 10:00:00,view,dress,ads
        """,
    )
    two = Period(dt.date(2026, 11, 1), dt.date(2026, 11, 2))
    assert sources(s) == ["keywords", "traffic", "events"]
    words = search_days(s, two, source="keywords")
    assert words.products.tolist() == ["dress", "skirt"]
    # the word that cost money is gone on both days; the same word of another product is not
    assert words.visits.tolist() == [[7, 0], [0, 5]]
    assert np.isnan(words.buyers).all()
    traffic = search_days(s, two, source="traffic")
    # 15 less 4; 2 less 3, but not below nothing
    assert traffic.visits.tolist() == [[11, 0]]
    assert traffic.buyers.tolist() == [[2, 0]]
    log = search_days(s, two, source="events")
    assert log.visits.tolist() == [[2, 0]]
    assert log.buyers.tolist() == [[1, 0]]
    assert np.isnan(log.gmv).all()


def asked_panel(s, products, **options):
    category = pd.Series(dict.fromkeys(products, "hats"), dtype=object)
    return panel(
        s, day=dt.date(2026, 9, 29), before_days=28, after_days=14, touched=["a"],
        source="keywords", channels=("search",), category=category,
    )  # fmt: skip


def words_of(counts, **more):
    rows = [
        (day, f"w{p}", p, 1000, clicks)
        for day in days("2026-09-01", 42)
        for p, clicks in counts.items()
    ]
    return {
        "orders": ORDERS,
        "keywords": text("day,keyword,product_id,impressions,clicks", rows),
    } | more


def test_demand_is_the_rest_of_the_category_without_what_was_touched(shop):
    s = shop(as_of="2026-10-12", **words_of({"a": 2, "b": 3, "c": 4, "d": 0}))
    table = asked_panel(s, ["a", "b", "c", "d"])
    assert table.products.tolist() == ["a", "b", "c"]
    assert [len(w) for w in table.weeks] == [7] * 6
    assert table.before == 4
    # to a: b and c; to b: c alone, since a was touched
    assert table.demand[:, 0].tolist() == [49, 28, 21]
    assert table.net_of == [BY_CATEGORY, BY_CATEGORY, BY_CATEGORY]


def test_rivals_index_tells_demand_where_our_own_products_do_not(shop):
    rivals = [
        (day, r, "Them", "t", "hats", 10, 100 * (1.5 if n >= 28 else 1.0))
        for n, day in enumerate(days("2026-09-01", 42))
        for r in ("r1", "r2")
    ]
    index = text("day,rival_id,rival_shop,title,category,price,sales_index", rivals)
    s = shop(as_of="2026-10-12", **words_of({"a": 2, "b": 1}, rivals=index))
    table = asked_panel(s, ["a", "b"])
    # a has only b beside it, with 28 visits before: too few to tell demand
    assert table.net_of == [BY_RIVALS, BY_RIVALS]
    assert table.demand[0, -1] / table.demand[0, 0] == pytest.approx(1.5)


def test_without_rivals_the_whole_shop_tells_demand_or_nothing_does(shop):
    bare = shop(as_of="2026-10-12", **words_of({"a": 2, "b": 3, "c": 1}))
    # beside b stands only c, with 28 visits before
    assert asked_panel(bare, ["a"]).net_of == [BY_SHOP, "", BY_SHOP]


def test_days_of_a_burst_are_left_out_unless_little_would_be_left(shop):
    campaign = """
        campaign_id,name,kind,warmup_from,burst_from,afterglow_from,ends_on,mechanic
        c1,Sale,sale,2026-09-20,{first},{last},2026-10-20,flash
    """
    counts = {"a": 2, "b": 9, "c": 9}
    brief = campaign.format(first="2026-10-01", last="2026-10-03")
    s = shop(as_of="2026-10-12", **words_of(counts, campaigns=brief))
    table = asked_panel(s, counts)
    assert dt.date(2026, 10, 1) not in {d for w in table.weeks for d in w}
    assert [len(w) for w in table.weeks] == [7, 7, 7, 7, 12]
    long = campaign.format(first="2026-09-30", last="2026-10-11")
    s = shop(as_of="2026-10-12", **words_of(counts, campaigns=long))
    assert sum(map(len, asked_panel(s, counts).weeks)) == 42


def test_the_samples_visits_agree_with_sql(sample):
    found = search_lift(sample, changes={"AP001": "2026-08-10"}).lifts.iloc[0]
    visits, gmv = duckdb.sql(
        f"""
        SELECT sum(clicks), sum(paid_amount) FROM read_csv('{SAMPLE}/keywords.csv.gz')
        WHERE product_id = 'AP001' AND day BETWEEN '2026-08-10' AND '2026-09-08'
        """
    ).fetchone()
    assert found["search_visits"] == visits
    assert found["brought"] == pytest.approx(float(gmv) * (1 - 1 / (1 + found["lift"])))


def test_the_rewritten_title_is_recovered_and_nothing_is_made_of_pages_and_gifts(planted):
    shop, truth = planted
    actions = shop.frame(shop["actions"])
    found = search_lift(shop, actions, kinds=("title", "detail_page", "gift")).lifts
    own = found.set_index("product_id")
    title = own.loc["AP001"]
    lift = truth["search"]["organic_search_visits_multiplier"] - 1
    assert title["counted_by"] == "keywords"
    # of six shops one may well lie outside its 95% interval; none may lie far outside
    low, found_lift, high = np.log1p([title["lift_low"], title["lift"], title["lift_high"]])
    assert abs(found_lift - np.log1p(lift)) < 3.3 * (high - low) / 2 / 1.96
    assert title["lift"] > 0
    assert not title["bad_fit"]
    # planted on carts, or not at all: search is not claimed to have moved
    others = own.loc[list(PAGES + GIFTS)]
    assert not others["found"].any()
    if truth["shop"]["customers"] >= 20_000:
        assert title["verdict"] == LIFTED


def test_what_comes_after_the_window_changes_nothing(sample):
    actions = sample.frame(sample["actions"])
    then = search_lift(sample.at(dt.date(2026, 9, 8)), actions, kinds=("title",))
    now = search_lift(sample, actions, kinds=("title",))
    pd.testing.assert_frame_equal(then.lifts, now.lifts)
    pd.testing.assert_frame_equal(then.paths, now.paths)


def test_sentences_say_how_sure_they_are(sample):
    found = search_lift(sample, sample.frame(sample["actions"]))
    said = [str(s) for s in find_search_lift(found, currency=sample.currency)]
    assert said[0].startswith("Of 7 changes 7 can be measured: 0 lifted")
    assert "title of 2026-08-10: 56 organic search visits in 30 days" in said[1]
    assert "not known: within chance" in said[1]
    assert said[-1].startswith("Counted by clicks of its search words")


@pytest.mark.slow
def test_untouched_products_are_called_changed_one_time_in_twenty(planted):
    shop, _ = planted
    rng = np.random.default_rng(0)
    products = [f"{c}{n:03d}" for c in ("AP", "SH", "SK", "SN", "FR") for n in (1, 2, 3, 5, 6)]
    p = []
    for _ in range(20):
        day = dt.date(2025, 6, 1) + dt.timedelta(days=int(rng.integers(0, 380)))
        found = search_lift(
            shop, changes=dict.fromkeys(rng.choice(products, 5, replace=False), day)
        )
        p += found.lifts["p_value"].dropna().tolist()
    assert len(p) >= 60
    assert np.mean(np.array(p) <= 0.05) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / len(p))
