"""Since when complaints changed: planted by hand, beside the times, and in simulated shops."""

import datetime as dt

import pytest

from shophelm.store.review_changes import (
    changes_shown,
    complaints_by_month,
    find_review_changes,
    review_changes,
)
from shophelm.store.review_texts import read_reviews
from tests.store.review_shop import TRAFFIC, reviews

PRODUCTS = "product_id,title,category\nA,Boots,shoes\nB,Sandals,shoes\n"
GOOD, GLUE = (5, "面料舒服"), (1, "开胶")
USUAL = [GOOD] * 9 + [GLUE]


def day(number):
    """The day on which the review of that number was written."""
    return dt.date(2026, 3 + number // 28, 1 + number % 28)


def aligned(**products):
    """The reviews of several products, written side by side."""
    head, *_ = reviews().splitlines()
    tables = [reviews(**{p: rows}).splitlines()[1:] for p, rows in products.items()]
    rows = [r.replace("R", p, 1) for p, t in zip(products, tables, strict=True) for r in t]
    return "\n".join([head, *rows]) + "\n"


def test_a_bad_batch_is_dated_and_its_shares_are_those_counted(shop):
    bad = [GOOD] * 40 + [GLUE, GOOD, GLUE, GLUE] * 5
    opened = shop(reviews=aligned(A=bad, B=USUAL * 6), products=PRODUCTS, traffic=TRAFFIC)
    frame = review_changes(opened)
    row = frame[(frame["product_id"] == "A") & (frame["aspect"] == "material & make")].iloc[0]
    assert row["found"]
    assert row["moved"] == "worse"
    assert row["since"] == day(40)
    assert row["since_low"] <= row["since"] <= row["since_high"]
    assert (row["before_reviews"], row["after_reviews"]) == (40, 20)
    assert (row["before_share"], row["after_share"]) == (0, 0.75)
    # of the sandals' reviews of the same days, one in ten
    assert (row["peers_before_share"], row["peers_after_share"]) == (0.1, 0.1)
    assert (row["quote"], row["review_id"]) == ("开胶", "A0040")
    told = str(find_review_changes(frame)[0])
    assert f"in 75% of the reviews since {day(40)}" in told
    assert "0% before; in its category's others 10%, 10% before" in told


def test_what_happens_to_all_alike_is_no_change_of_the_goods(shop):
    late = [GOOD] * 40 + [(1, "物流慢"), GOOD] * 10
    opened = shop(reviews=aligned(A=late, B=late), products=PRODUCTS, traffic=TRAFFIC)
    frame = review_changes(opened)
    assert (frame["p_value"] < 0.001).any()
    assert not frame["found"].any()
    assert "No product's complaints changed" in str(find_review_changes(frame)[0])


def test_a_mended_product_is_better_since(shop):
    mended = [GLUE, GOOD, GLUE] * 10 + [GOOD] * 40
    opened = shop(reviews=aligned(A=mended, B=USUAL * 7), products=PRODUCTS, traffic=TRAFFIC)
    frame = changes_shown(review_changes(opened))
    assert set(frame["moved"]) == {"better"}
    assert set(frame["product"]) == {"Boots"}


def test_months_are_counted_by_hand(shop):
    bad = [GOOD] * 28 + [GLUE, GOOD, GOOD, GLUE] * 7
    opened = shop(reviews=aligned(A=bad, B=USUAL * 5), products=PRODUCTS, traffic=TRAFFIC)
    months = complaints_by_month(opened, review_changes(opened))
    first = months[months["aspect"] == months["aspect"].iloc[0]]
    assert list(first["month"]) == [dt.date(2026, 3, 1), dt.date(2026, 4, 1)]
    assert list(first["reviews"]) == [28, 28]
    assert list(first["complained"]) == [0, 14]
    # of the sandals' first 28 reviews two are bad, of the next 22 three
    assert list(first["peers_share"]) == pytest.approx([2 / 28, 3 / 22])


def test_months_of_nothing_are_empty(shop):
    opened = shop(reviews=reviews(A=[GOOD]), traffic=TRAFFIC)
    assert complaints_by_month(opened, review_changes(opened)).empty


def test_only_the_planted_batch_changed(planted):
    shop, truth = planted
    found = review_changes(shop)
    found = found[found["found"]]
    assert set(found["product_id"]) <= {"SH003"}
    since = dt.date.fromisoformat(truth["reviews"]["complaints"]["SH003"]["since"])
    texts = read_reviews(shop).frame
    own = texts[(texts["product_id"] == "SH003") & (texts["day"] >= since)]["text"]
    if own.str.contains("开胶|胶水味道|刺鼻的气味").sum() >= 8:
        row = found.iloc[0]
        assert abs((row["since"] - since).days) <= 21
        assert row["after_share"] > 3 * row["before_share"]
