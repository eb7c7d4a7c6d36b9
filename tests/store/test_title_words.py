"""Titles beside the words that bring buyers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shophelm.store.keywords import keywords
from shophelm.store.title_cutting import cutter, lacking, letters
from shophelm.store.title_words import title_words
from shophelm.store.title_words_told import find_title_words
from tests.store.search_shop import ORDERS, text

PRODUCTS = """
    product_id,title,category,brand,list_price,unit_cost
    d1,棠映 显瘦连衣裙2026新款,apparel,棠映,100,40
    d2,南屿 宽松连衣裙,apparel,南屿,100,40
    d3,棠映 宽松衬衫,apparel,棠映,100,40
    s1,驰野 厚底老爹鞋,shoes,驰野,200,90
"""
COLUMNS = "day,keyword,product_id,impressions,clicks,visitors,buyers,paid_amount,position"
WORDS = [
    ("2026-11-01", "连衣裙", "d1", 1000, 40, 40, 4, 400, 2),
    ("2026-11-01", "棠映连衣裙", "d1", 300, 20, 20, 3, 300, 1),
    ("2026-11-01", "碎花连衣裙", "d1", 500, 10, 10, 2, 200, 2),
    ("2026-11-01", "连衣裙", "d2", 800, 30, 30, 2, 200, 3),
    ("2026-11-01", "老爹鞋", "s1", 400, 16, 16, 2, 400, 2),
    ("2026-11-01", "红色 衬衫", "d3", 400, 16, 16, 0, 0, 2),
]


def asked(shop, words=WORDS, *, products=PRODUCTS, **options):
    tables = {"orders": ORDERS, "keywords": text(COLUMNS, words), "products": products}
    s = shop(**tables | {k: options.pop(k) for k in ("events",) if k in options})
    return title_words(s, keywords(s), **options)


def test_coverage_is_counted_by_hand(shop):
    found = asked(shop).coverage.set_index("product_id")
    assert found.loc["d1", ["words", "covered_words"]].tolist() == [3, 2]
    assert found.loc["d1", "covered_clicks"] == pytest.approx(60 / 70)
    assert found.loc["d1", "covered_buyers"] == pytest.approx(7 / 9)
    # the parts of a word may stand apart in the title; 红色 stands nowhere in it
    assert found.loc["d3", ["words", "covered_words"]].tolist() == [1, 0]
    # 棠映 显瘦连衣裙2026新款: nine Chinese letters, a space, four digits
    assert found.loc["d1", ["title_letters", "room"]].tolist() == [23, 37]


def test_a_word_with_buyers_that_the_title_lacks_is_proposed(shop):
    found = asked(shop).missing
    own = found[found["origin"] == "its own"]
    assert own[["keyword", "product_id", "adds"]].values.tolist() == [["碎花连衣裙", "d1", "碎花"]]
    row = own.iloc[0]
    # in 56 days: 500 impressions at the rate the others have, less the 10 clicks it has; half of it
    # in 28 days, and the interval begins at nothing
    assert row["extra_visitors_low"] == 0
    assert 0 < row["extra_visitors"] < row["extra_visitors_high"]
    assert row["extra_visitors"] == pytest.approx((500 * 0.035 - 10) / 2, abs=2)
    assert row["worth"] == pytest.approx(row["extra_visitors"] * row["uv_shrunk"] * 0.6)
    # no buyer came by 红色 衬衫
    assert "红色 衬衫" not in set(found["keyword"])


def test_a_categorys_word_belongs_where_the_thing_itself_is_and_no_other_brand_is_named(shop):
    found = asked(shop).missing
    kin = found[found["origin"] == "category"]
    # d2 is a dress, too; the brand's own word is not for it, and a shirt is no dress
    assert kin[["keyword", "product_id", "adds"]].values.tolist() == [["碎花连衣裙", "d2", "碎花"]]
    assert kin["extra_visitors"].tolist() == [pytest.approx(10 / 2)]


def test_what_does_not_fit_is_said_so(shop):
    tight = asked(shop, longest=24).missing.set_index(["keyword", "product_id"])
    assert not tight.loc[("碎花连衣裙", "d1"), "fits"]
    assert tight.loc[("碎花连衣裙", "d2"), "fits"]
    assert tight.loc[("碎花连衣裙", "d2"), "letters"] == 5


def test_title_words_that_nobody_searches_for_are_candidates_to_drop(shop):
    found = asked(shop)
    idle = found.idle.groupby("product_id")["idle_words"].agg(list).to_dict()
    assert idle["d1"] == ["显瘦", "2026新款"]
    assert idle["s1"] == ["驰野厚底"]
    assert not found.searched
    assert "does not list" in str(find_title_words(found, currency="CNY")[-1])


def test_words_of_the_event_log_are_searched_for_too(shop):
    log = """
        event_id,visitor_id,occurred_at,kind,keyword
        e1,v1,2026-11-01 10:00:00,search,显瘦连衣裙
    """
    found = asked(shop, events=log)
    idle = found.idle.groupby("product_id")["idle_words"].agg(list).to_dict()
    assert idle["d1"] == ["2026新款"]
    assert found.searched


def test_full_width_and_capital_letters_are_the_same_words(shop):
    products = "product_id,title,category\np,ＡＢＣ Running SHOE,shoes\n"
    found = asked(shop, [("2026-11-01", "abc shoe", "p", 10, 5, 5, 1, 9, 1)], products=products)
    assert found.coverage["covered_words"].tolist() == [1]


@given(st.text(alphabet="abc 裙鞋", max_size=12), st.text(alphabet="abc 裙鞋", max_size=12))
def test_a_title_holds_every_word_it_contains(before, after):
    def cut(text):
        return tuple(text.split())

    assert lacking("裙鞋", before + "裙鞋" + after, cut) == ()
    assert letters(before + after) == letters(before) + letters(after)


def test_brands_are_one_word_and_a_lone_letter_belongs_to_the_word_before(shop):
    s = shop(orders=ORDERS, products=PRODUCTS)
    cut = cutter(s)
    assert cut("驰野老爹鞋") == ("驰野", "老爹鞋")
    assert cut("red 连衣裙") == ("red", "连衣裙")
    assert cut("") == ()


def test_awkward_shops_are_survived(shop):
    empty = asked(shop, [("2025-01-01", "连衣裙", "d1", 10, 5, 5, 1, 9, 1)])
    assert empty.coverage.empty
    assert empty.missing.empty
    assert "No product has search words" in str(find_title_words(empty, currency="CNY")[0])
    strange = asked(shop, [("2026-11-01", "连衣裙", "gone", 10, 5, 5, 1, 9, 1)])
    assert strange.coverage.empty


def test_without_words_it_says_what_is_missing(shop):
    s = shop(orders=ORDERS)
    assert "no product_id in keywords" in str(
        find_title_words(title_words(s, keywords(s)), currency="CNY")
    )
