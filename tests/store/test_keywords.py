"""Words by worth: added up by hand, against SQL on the sample, and with half the columns gone."""

import duckdb
import numpy as np
import pandas as pd
import pytest

from shophelm.store.keywords import find_keywords, keywords, shown
from tests.conftest import SAMPLE
from tests.store.search_shop import LINES, ORDERS, PRODUCTS, WORDS, text


def hand(shop, words=WORDS, **tables):
    return shop(
        **{"orders": ORDERS, "order_lines": LINES, "products": PRODUCTS, "keywords": words} | tables
    )


def test_words_are_added_up_by_hand(shop):
    found = keywords(hand(shop), days=56).set_index("keyword")
    row = found.loc["red dress"]
    assert row[["impressions", "clicks", "visitors", "buyers", "gmv"]].tolist() == [
        400,
        30,
        28,
        4,
        400,
    ]
    # mean place by impressions: (300 × 2 + 100 × 4) / 400
    assert row["position"] == pytest.approx(2.5)
    assert row["click_rate"] == pytest.approx(0.075)
    assert row["uv_value"] == pytest.approx(400 / 28)
    # the dress earns 60 of 100, and its own word cost 5
    assert row["left"] == pytest.approx(400 * 0.6)
    assert found.loc["aster dress", "left"] == pytest.approx(180 * 0.6 - 5)
    # what the cap cost is not known
    assert found.loc["cheap cap", ["left", "worth_in"]].tolist() == [10, "gmv"]
    assert found.index[:2].tolist() == ["red dress", "aster dress"]
    assert found["product"].to_dict()["red dress"] == "Aster red summer dress"
    assert pd.isna(found.loc["hats", "product"])


def test_intervals_surround_what_they_are_of_and_narrow_with_visitors(shop):
    found = keywords(hand(shop), days=56)
    for name in ("conversion", "click_ratio"):
        assert (found[f"{name}_low"] < found[name]).all()
        assert (found[name] < found[f"{name}_high"]).all()
    known = found.set_index("keyword")
    width = np.log(known["uv_high"] / known["uv_low"])
    assert width["red dress"] < width["long skirt"]
    assert (found["uv_low"] < found["uv_shrunk"]).all()


def test_scaling_money_changes_no_rank(shop):
    plain = keywords(hand(shop), days=56)
    cents = []
    for line in WORDS.strip().splitlines()[1:]:
        cells = line.strip().split(",")
        cells[7] = str(float(cells[7]) * 100)
        cells[9] = cells[9] and str(float(cells[9]) * 100)
        cents.append(cells)
    big = keywords(hand(shop, text(WORDS.strip().splitlines()[0].strip(), cents)), days=56)
    assert big["keyword"].tolist() == plain["keyword"].tolist()
    assert big["left"].to_numpy() == pytest.approx(plain["left"].to_numpy() * 100)


def test_the_sample_agrees_with_sql(sample):
    found = keywords(sample, days=56)
    expected = duckdb.sql(
        f"""
        SELECT keyword, product_id, sum(impressions) i, sum(clicks) c, sum(buyers) b,
               sum(paid_amount) g, sum("cost") AS "cost",
               sum(position * impressions) / sum(impressions) p
        FROM read_csv('{SAMPLE}/keywords.csv.gz')
        WHERE day BETWEEN '2026-09-21' AND '2026-11-15' GROUP BY ALL
        """
    ).df().set_index(["keyword", "product_id"])  # fmt: skip
    ours = found.set_index(["keyword", "product_id"]).reindex(expected.index)
    assert len(found) == len(expected)
    names = ["impressions", "clicks", "buyers", "gmv", "cost", "position"]
    for name, column in zip(names, "icbg", strict=False):
        assert ours[name].tolist() == pytest.approx(expected[column].tolist(), rel=1e-12), name
    assert ours["cost"].fillna(0).tolist() == pytest.approx(expected["cost"].fillna(0).tolist())
    assert ours["position"].tolist() == pytest.approx(expected["p"].tolist(), rel=1e-6)


def clicked(shop, rates, *, shown_often=2000, position=None):
    rng = np.random.default_rng(4)
    place = position or (lambda i: 1 + i % 5)
    rows = [
        ("2026-11-01", f"w{i}", shown_often, rng.binomial(shown_often, r), place(i))
        for i, r in enumerate(rates)
    ]
    return keywords(hand(shop, text("day,keyword,impressions,clicks,position", rows)))


def test_a_word_clicked_less_than_its_place_explains_is_told_from_one_lower_down(shop):
    # at places 1 to 5: 10, 8, 6, 4, 2 per cent; w10 stands first and is clicked like the fifth
    rates = [0.10 - 0.02 * (i % 5) for i in range(100)]
    rates[10] = 0.02
    found = clicked(shop, rates)
    assert found.loc[found["clicked"] == "less often", "keyword"].tolist() == ["w10"]
    assert (found["clicked"] == "more often").sum() == 0
    fifth = found[(found["position"] == 5)]
    assert fifth["click_rate_expected"].to_numpy() == pytest.approx(np.full(20, 0.02), abs=0.006)


def test_where_all_words_are_clicked_as_their_place_explains_none_is_named(shop):
    found = clicked(shop, [0.05] * 40)
    assert (found["clicked"] == "as expected").all()
    assert "No word is clicked more or less often" in str(find_keywords(found, currency="CNY")[-1])


def test_without_positions_costs_or_impressions_it_still_ranks(shop):
    rows = [("2026-11-01", "a", "dress", 0, 5), ("2026-11-02", "b", "skirt", 0, 9)]
    # clicks without impressions break the promise, but the rows stay
    found = keywords(hand(shop, text("day,keyword,product_id,impressions,clicks", rows)))
    assert found["keyword"].tolist() == ["b", "a"]
    assert found[["click_rate", "clicked", "cost", "left", "conversion"]].isna().all(axis=None)
    assert (found["worth_in"] == "unknown").all()
    assert [str(s) for s in find_keywords(found, currency="CNY")] == [
        "2 words brought 14 clicks; what they bought is not in the export.",
        "Click rates are not known: the export has no impressions.",
    ]
    assert set(shown(found).columns) == {"keyword", "product", "clicks", "worth_in"}


def test_awkward_exports_are_survived(shop):
    nothing = hand(shop, "day,keyword,impressions,clicks\n2025-01-01,a,5,1\n")
    assert keywords(nothing).empty
    assert "Nobody was shown" in str(find_keywords(keywords(nothing), currency="CNY")[0])
    one = hand(shop, "day,keyword,impressions,clicks\n2026-11-01,a,5,0\n")
    assert keywords(one)["clicked"].isna().all()


def test_a_shop_without_search_words_says_where_to_get_them(shop):
    assert "no keywords" in str(keywords(shop(orders=ORDERS)))
