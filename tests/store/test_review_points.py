"""What rivals' buyers praise and ours do not, by hand."""

import pytest

from shophelm.store.review_points import find_selling_points, points_shown, selling_points
from tests.store.review_shop import TRAFFIC, reviews

PRODUCTS = "product_id,title,category\nA,Boots,shoes\nB,Sandals,shoes\n"
RIVALS = """\
day,rival_id,rival_shop,title,category,price,matched_product_id
2026-03-01,RA,Other,Rival boots,shoes,90,A
2026-03-02,RA,Other,Rival boots,shoes,90,A
"""
BAD = [(1, "开胶")] * 5
OURS = [(5, "物流快")] * 20 + BAD
THEIRS = [(5, "物流快，脚感轻盈")] * 12 + [(5, "包装严实")] * 8 + BAD


def made(shop, **products):
    return shop(reviews=reviews(**products), products=PRODUCTS, rivals=RIVALS, traffic=TRAFFIC)


def test_aspects_and_words_that_only_rivals_are_praised_for(shop):
    frame = selling_points(made(shop, A=OURS, RA=THEIRS))
    rivals = frame[(frame["against"] == "rivals") & (frame["product"] == "Boots")]
    row = rivals[rivals["point"] == "packaging"].iloc[0]
    assert tuple(row[["reviews", "praised", "their_reviews", "their_praised"]]) == (25, 0, 25, 8)
    assert row["quote"] == "包装严实"
    words = rivals[rivals["kind"] == "word"]
    assert words["quote"].str.contains("脚感轻盈").any()
    # both are praised for delivery, ours more often
    assert "delivery" not in set(frame["point"])
    told = [str(s) for s in find_selling_points(frame)]
    assert any("32% of the 25 reviews of rivals praise packaging, 0% of ours" in t for t in told)


def test_the_category_is_held_against_all_its_rivals(shop):
    frame = selling_points(made(shop, A=OURS, B=OURS, RA=THEIRS))
    row = frame[(frame["product"] == "shoes") & (frame["point"] == "packaging")].iloc[0]
    assert tuple(row[["reviews", "their_reviews"]]) == (50, 25)


def test_a_product_is_held_against_its_categorys_others(shop):
    frame = selling_points(made(shop, A=OURS, B=THEIRS))
    row = frame[frame["point"] == "packaging"].iloc[0]
    assert (row["against"], row["product_id"], row["their_praised"]) == ("category", "A", 8)


def test_without_rivals_reviews_it_says_so(sample):
    frame = selling_points(sample)
    assert str(find_selling_points(frame)[0]).startswith("No rival's reviews are here")


def test_rivals_that_are_praised_alike_bring_nothing(shop):
    frame = selling_points(made(shop, A=OURS, RA=OURS))
    assert points_shown(frame).empty
    assert "praise nothing that ours do not" in str(find_selling_points(frame)[0])


@pytest.mark.parametrize("ours", [[], [(5, "物流快")], [(5, "👍")]])
def test_awkward_shops_bring_nothing(shop, ours):
    rows = {"A": ours} if ours else {}
    assert selling_points(made(shop, **rows, RA=[(5, "物流快")])).empty
