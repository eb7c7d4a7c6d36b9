"""Click rates against peers at equal place and words."""

import numpy as np
import pytest

from shophelm.store.image_clicks import find_image_clicks, image_clicks, shown
from shophelm.store.keywords import keywords
from tests.store.search_shop import ORDERS, text

COLUMNS = "day,keyword,product_id,impressions,clicks,visitors,buyers,paid_amount,position"
PRODUCTS = text(
    "product_id,title,category,list_price,unit_cost",
    [(f"p{i}", f"Title {i}", "hats" if i < 12 else "bags", 10, 4) for i in range(24)],
)


def asked(shop, rate, *, seed=0, shown_often=1500, products=PRODUCTS, number=24):
    """Words of products at places 1 to 4, clicked by a rate of product and place."""
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(number):
        for word in range(2):
            place = 1 + (i + word) % 4
            clicks = rng.binomial(shown_often, rate(i, place))
            cells = (shown_often, clicks, clicks, clicks // 10, clicks, place)
            rows.append(("2026-11-01", f"w{i}{word}", f"p{i}", *cells))
    s = shop(orders=ORDERS, products=products, keywords=text(COLUMNS, rows))
    return image_clicks(s, keywords(s))


def test_a_dull_picture_is_told_from_a_low_place(shop):
    found = asked(shop, lambda i, place: 0.12 / place * (0.5 if i == 3 else 1))
    low = found[found["verdict"] == "below its peers"]
    assert low["product_id"].tolist() == ["p3"]
    row = low.iloc[0]
    assert row["ratio_low"] < 0.6 < 0.9 > row["ratio_high"]
    assert row["peers_rate"] == pytest.approx(2 * row["click_rate"], rel=0.25)
    assert row["peers"] == 11
    # half of what 3,000 impressions would bring, over 28 of 56 days
    assert row["extra_visitors"] == pytest.approx(3000 * row["click_rate"] / 2, rel=0.3)
    assert row["worth_low"] < row["worth"] < row["worth_high"]
    assert "Title 3" in str(find_image_clicks(found)[0])
    assert shown(found)["product"].tolist() == ["Title 3"]


def test_a_category_that_is_clicked_less_is_no_product_that_is(shop):
    found = asked(shop, lambda i, place: (0.12 if i < 12 else 0.05) / place, seed=1)
    assert (found["verdict"] == "like its peers").all()
    assert "none is clicked more or less often" in str(find_image_clicks(found)[0])


@pytest.mark.slow
def test_where_all_pictures_are_alike_hardly_ever_one_is_named(shop):
    named = [
        (asked(shop, lambda _, place: 0.1 / place, seed=s)["verdict"] != "like its peers").any()
        for s in range(20)
    ]
    # one shop in twenty, and sampling error
    assert sum(named) <= 4


def test_a_word_that_all_are_clicked_less_for_is_the_words_own_doing(shop):
    rng = np.random.default_rng(2)
    rows = []
    for i in range(12):
        for word, rate in (("hat", 0.10), ("cheap hat", 0.02)):
            # p0 is shown for the dull word only
            often = 2000 if i or word == "cheap hat" else 0
            clicks = rng.binomial(often, rate)
            rows.append(("2026-11-01", word, f"p{i}", often, clicks, clicks, 0, 0, 2))
    s = shop(orders=ORDERS, products=PRODUCTS, keywords=text(COLUMNS, rows))
    found = image_clicks(s, keywords(s)).set_index("product_id")
    assert found.loc["p0", "click_rate"] < 0.03
    assert found.loc["p0", "verdict"] == "like its peers"


def test_few_products_and_none_are_survived(shop):
    one = asked(shop, lambda *_: 0.1, number=1)
    assert one["verdict"].isna().all()
    assert "nothing to compare" in str(find_image_clicks(one)[0])
    bare = asked(shop, lambda *_: 0.1, products="product_id,title,category\n", number=5)
    assert (bare["worth_in"] == "unknown").all()
    rows = [("2025-11-01", "w", "p1", 10, 1, 1, 0, 0, 1)]
    s = shop(orders=ORDERS, keywords=text(COLUMNS, rows))
    assert image_clicks(s, keywords(s)).empty
