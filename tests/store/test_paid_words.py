"""Words that cost money: what is known of them, and what is not."""

import numpy as np
import pytest

from shophelm.store.paid_words import find_paid_words, paid_words, shown
from tests.store.search_shop import ORDERS, days, text

PRODUCTS = """
    product_id,title,category,brand,list_price,unit_cost
    dress,Aster dress,apparel,Aster,100,40
    coat,Aster coat,apparel,Aster,100,40
"""
COLUMNS = "day,keyword,product_id,impressions,clicks,visitors,buyers,paid_amount,position,cost"


def trial(shop, *, lost, price=2.0, seed=0):
    """Half a year of a brand word whose spend is off for six weeks, and a word never paid for."""
    rng = np.random.default_rng(seed)
    rows = []
    for n, day in enumerate(days("2026-06-01", 168)):
        off = 60 <= n < 102
        free = rng.poisson(30)
        rows.append((day, "warm coat", "coat", 600, free, free, 3, 300, 3, ""))
        clicks = rng.poisson(12 * (1 - lost * off))
        cost = "" if off else rng.binomial(clicks, 0.5) * price
        rows.append((day, "aster dress", "dress", 300, clicks, clicks, 1, 100, 1.1, cost))
    return shop(orders=ORDERS, products=PRODUCTS, keywords=text(COLUMNS, rows))


def test_a_word_whose_clicks_come_anyway_saves_its_cost(shop):
    row = paid_words(trial(shop, lost=0.0)).iloc[0]
    assert row[["first_place", "brand_word"]].tolist() == [True, True]
    assert (row["days_on"], row["days_off"]) == (126, 42)
    assert row["lost_share_low"] <= 0 <= row["lost_share_high"]
    # half of twelve clicks a day at 2 each
    assert row["cost_month"] == pytest.approx(28 * 12, rel=0.08)
    assert row["stop_saves_low"] <= row["stop_saves"] <= row["stop_saves_high"]
    assert row["stop_saves_high"] == pytest.approx(row["cost_month"])


def test_a_word_that_brings_clicks_is_not_called_free(shop):
    s = trial(shop, lost=0.5)
    frame = paid_words(s)
    row = frame.iloc[0]
    assert row["lost_share_low"] < 0.5 < row["lost_share_high"]
    assert row["verdict"] == "brings clicks"
    # the clicks lost earn about 60 of every 100 paid, at a buyer for each twelve clicks
    lost = row["lost_share"] * 336 * (1 / 12) * 60
    assert row["stop_saves"] == pytest.approx(row["cost_month"] - lost, rel=0.4)
    assert "without the spend" in " ".join(map(str, find_paid_words(frame, currency="CNY")))


def test_dear_clicks_that_come_anyway_are_saved_beyond_doubt(shop):
    row = paid_words(trial(shop, lost=0.0, price=40.0, seed=1)).iloc[0]
    if row["lost_share_low"] <= 0:
        assert row["verdict"] == "would come anyway"
    assert row["stop_saves_low"] > 0


def test_a_word_never_switched_off_is_not_known(planted):
    shop, truth = planted
    found = paid_words(shop)
    assert sorted(found["product_id"]) == sorted(
        truth["search"]["words_paid_for_though_first_anyway"]
    )
    assert found["first_place"].all()
    assert found["brand_word"].all()
    assert (found["verdict"] == "probably anyway: untried").all()
    assert found[["stop_saves", "stop_saves_low", "lost_share"]].isna().all(axis=None)
    assert "no weeks without the spend" in str(find_paid_words(found, currency="CNY")[1])


def test_cost_is_added_up_by_hand(shop):
    rows = [
        ("2026-11-14", "aster dress", "dress", 10, 2, 2, 0, 0, 1, 3.0),
        ("2026-11-15", "aster dress", "dress", 10, 2, 2, 0, 0, 1, 1.0),
        ("2026-11-15", "dress", "dress", 10, 2, 2, 0, 0, 6, 0.5),
        ("2026-11-15", "coat", "", 10, 2, 2, 0, 0, 6, ""),
    ]
    s = shop(orders=ORDERS, products=PRODUCTS, keywords=text(COLUMNS, rows))
    found = paid_words(s, days=14)
    assert found["keyword"].tolist() == ["aster dress", "dress"]
    # by the days with spend, two and one of them
    assert found[["days_on", "days_off"]].values.tolist() == [[2, 12], [1, 13]]
    assert found["cost_month"].tolist() == pytest.approx([56, 14])
    assert found["clicks_on"].tolist() == [4, 2]
    assert found["brand_word"].tolist() == [True, False]
    assert found["verdict"].tolist() == [
        "probably anyway: untried", "not known: untried"
    ]  # fmt: skip
    assert "stop_saves" not in shown(found)


def test_a_shop_that_pays_for_no_word_says_so(shop):
    rows = [("2026-11-15", "coat", "coat", 10, 2, 2, 0, 0, 6, 0)]
    s = shop(orders=ORDERS, products=PRODUCTS, keywords=text(COLUMNS, rows))
    assert (
        str(find_paid_words(paid_words(s), currency="CNY")[0])
        == "No word cost money in this period."
    )
    bare = shop(orders=ORDERS, keywords="day,keyword,impressions,clicks\n2026-11-15,coat,5,1\n")
    assert "no cost in keywords" in str(paid_words(bare))
