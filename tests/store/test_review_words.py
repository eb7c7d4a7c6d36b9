"""Words that separate bad from good: by hand, by chance, and on the sample."""

import numpy as np
import pytest

from shophelm.methods.tokens import normalised
from shophelm.shop.needs import Missing
from shophelm.store.review_quotes import masked
from shophelm.store.review_texts import read_reviews
from shophelm.store.review_words import find_review_words, review_words, words_shown
from tests.store.review_shop import PRODUCTS, TRAFFIC, reviews

SHOES = [(5, "软底舒服")] * 20 + [(5, "好看")] * 20 + [(1, "开胶了")] * 15 + [(2, "磨脚")] * 4


def test_words_shares_and_quotes_by_hand(shop):
    made = reviews(A=[*SHOES, (1, "开胶了，难看，退了")])
    frame = review_words(shop(reviews=made, traffic=TRAFFIC), by="shop")
    row = frame[frame["word"] == "开胶"].iloc[0]
    # 16 of the 20 bad reviews, none of the 40 good ones; the shortest that holds it
    assert (row["side"], row["reviews"], row["side_share"], row["other_share"]) == (
        "bad",
        16,
        0.8,
        0,
    )
    assert (row["quote"], row["review_id"]) == ("开胶了", "R0040")
    assert "磨脚" not in set(frame["word"])  # four reviews are too few


def test_negation_is_shown_as_buyers_write_it(shop):
    made = reviews(A=[(5, "Soft and warm")] * 30 + [(1, "It isn't soft")] * 15)
    frame = review_words(shop(reviews=made, traffic=TRAFFIC), by="shop")
    assert "isn't soft" in set(frame.loc[frame["side"] == "bad", "word"])


def test_words_that_stand_together_are_one(shop):
    good = [(5, "面料舒服，颜色正，物流快，做工好")] * 9 + [
        (5, "软底舒服，好看，物流快，百搭")
    ] * 60
    made = reviews(A=good + [(1, "穿两天鞋底开胶")] * 15)
    frame = review_words(shop(reviews=made, traffic=TRAFFIC), by="shop")
    assert list(frame.loc[frame["side"] == "bad", "word"]) == ["穿两天鞋底开胶"]


def test_a_product_is_held_against_its_category(shop):
    others = {f"P{i}": [(5, "面料舒服")] * 20 + [(1, "起球")] * 2 for i in range(4)}
    odd = [(5, "面料舒服")] * 10 + [(1, "起球")] * 10
    titles = "".join(f"{p},{p} shirt,clothes\n" for p in [*others, "ODD"])
    made = reviews(**others, ODD=odd)
    opened = shop(reviews=made, products="product_id,title,category\n" + titles, traffic=TRAFFIC)
    frame = review_words(opened, by="product")
    assert list(frame["name"].unique()) == ["ODD shirt"]
    row = frame[frame["word"] == "起球"].iloc[0]
    assert (row["side"], row["reviews"], row["side_share"]) == ("bad", 10, 0.5)
    assert row["other_share"] == pytest.approx(8 / 88)


def test_reviews_rated_by_lot_name_nothing(shop):
    rng = np.random.default_rng(3)
    phrases = ["面料舒服", "颜色正", "物流快", "尺码准", "做工好", "味道香", "包装好", "价格高"]
    named = 0
    for _ in range(12):
        rows = [
            (int(rng.choice([1, 5])), "，".join(rng.choice(phrases, 2, replace=False)))
            for _ in range(150)
        ]
        frame = review_words(shop(reviews=reviews(A=rows), traffic=TRAFFIC), by="shop")
        named += len(frame) > 0
    # 5 % of the runs at most: three of twelve would come up once in fifty
    assert named <= 2


def test_every_word_shown_stands_in_reviews_and_every_quote_is_a_part_of_one(sample):
    texts = read_reviews(sample).frame.set_index("review_id")["text"]
    said = {normalised(t) for t in texts}
    for by in ("shop", "category", "product"):
        frame = review_words(sample, by=by)
        assert len(frame)
        for r in frame.itertuples():
            assert any(r.word in t for t in said)
            assert r.quote.strip("…") in masked(texts[r.review_id])


def test_the_samples_words_are_those_its_buyers_complain_in(sample):
    frame = review_words(sample)
    bad = frame[frame["side"] == "bad"].groupby("name")["word"].agg(set)
    assert {"偏小", "色差"} <= bad["apparel"]
    assert "开胶" in bad["shoes"]


def test_the_sentence_names_category_words_and_shares(sample):
    told = str(find_review_words(review_words(sample))[0])
    assert told.startswith("apparel: words of bad reviews are ")
    assert "against 0%, z " in told


def test_one_sided_and_awkward_shops_say_so(shop):
    all_good = review_words(shop(reviews=reviews(A=[(5, "好吃")] * 9), traffic=TRAFFIC))
    assert all_good.empty
    assert str(find_review_words(all_good)[-1]).startswith("All reviews are of one side")
    one = review_words(shop(reviews=reviews(A=[(1, "难吃")]), traffic=TRAFFIC), by="product")
    assert words_shown(one).empty


def test_an_unknown_way_to_group_is_an_error(sample):
    with pytest.raises(ValueError, match="by is 'brand'"):
        review_words(sample, by="brand")


def test_without_reviews_the_answer_is_missing(shop):
    frame = review_words(shop(traffic=TRAFFIC, products=PRODUCTS))
    assert isinstance(frame, Missing)
    assert isinstance(find_review_words(frame), Missing)
