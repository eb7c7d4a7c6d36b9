"""What is proposed about search."""

import datetime as dt
from decimal import Decimal

import pandas as pd

from shophelm.shop.needs import Missing
from shophelm.store.image_clicks import image_clicks
from shophelm.store.keywords import keywords
from shophelm.store.paid_words import paid_words
from shophelm.store.search_actions import search_actions
from shophelm.store.search_lift import FELL, LIFTS, PATHS, SearchLift, search_lift
from shophelm.store.title_words import title_words
from tests.store.search_shop import ORDERS, text

PRODUCTS = """
    product_id,title,category,brand,list_price,unit_cost
    dress,Aster dress,apparel,Aster,100,40
    coat,Aster coat,apparel,Aster,100,40
"""
COLUMNS = "day,keyword,product_id,impressions,clicks,visitors,buyers,paid_amount,position,cost"
ROWS = [
    ("2026-11-10", "aster dress", "dress", 900, 60, 60, 6, 600, 1, 20),
    ("2026-11-10", "summer dress", "dress", 900, 10, 10, 2, 200, 4, ""),
    ("2026-11-10", "coat", "coat", 900, 40, 40, 0, 0, 4, 3000),
]


def proposed(shop, rows=ROWS, **tables):
    s = shop(orders=ORDERS, products=PRODUCTS, keywords=text(COLUMNS, rows), **tables)
    words = keywords(s)
    answers = (title_words(s, words), paid_words(s), image_clicks(s, words), search_lift(s))
    return search_actions(s, words, *answers)


def test_each_proposal_names_its_subject_owner_and_worth(shop):
    found = {(a.kind, a.subject): a for a in proposed(shop)}
    title = found["title", "product:dress"]
    assert "Put summer into the title of Aster dress" in title.action
    assert (title.owner_role, title.metric, title.worth_in) == (
        "merchandiser",
        "visitors",
        "margin",
    )
    assert title.worth_low == Decimal("0.0") < title.worth < title.worth_high
    trial = found["paid word", "keyword:aster dress"]
    assert (trial.worth, trial.worth_in, trial.owner_role) == (None, "unknown", "channel manager")
    assert "off for two weeks" in trial.action
    bid = found["bid", "keyword:coat"]
    assert 0 < bid.worth_low <= bid.worth <= bid.worth_high
    # the cost of 56 days, halved, is the most that can be saved
    assert bid.worth_high <= 1500


def test_a_missing_answer_takes_away_only_its_own(shop):
    free = [(*r[:-1], "") for r in ROWS]
    kinds = {a.kind for a in proposed(shop, free)}
    assert "paid word" not in kinds
    assert "title" in kinds


def test_where_nothing_is_wrong_nothing_is_proposed(shop):
    rows = [("2026-11-10", "dress", "dress", 900, 60, 60, 6, 600, 1, "")]
    assert proposed(shop, rows) == []


def test_what_lowered_search_is_to_be_taken_back(shop):
    row = {
        "product_id": "dress", "product": "Aster dress", "kind": "main_image", "days": 14,
        "done_on": dt.date(2026, 10, 1), "lift": -0.3, "verdict": FELL, "worth": -50.0,
        "worth_low": -80.0, "worth_high": -20.0, "worth_in": "margin",
    }  # fmt: skip
    lifts = SearchLift(pd.DataFrame([row], columns=LIFTS), pd.DataFrame(columns=PATHS))
    nothing = [Missing("", "keywords")] * 4
    (undo,) = search_actions(shop(orders=ORDERS), *nothing, lifts)
    assert (undo.kind, undo.subject) == ("undo main_image", "product:dress")
    # 14 days brought to 28
    assert (undo.worth_low, undo.worth, undo.worth_high) == (40, 100, 160)
    assert "moved by −30.0%" in undo.action
