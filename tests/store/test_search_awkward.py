"""Every question about search on shops that have next to nothing."""

import datetime as dt

import pandas as pd
import pytest

from shophelm.store.image_clicks import find_image_clicks, image_clicks
from shophelm.store.image_clicks import shown as images_shown
from shophelm.store.keywords import find_keywords, keywords
from shophelm.store.keywords import shown as words_shown
from shophelm.store.paid_words import find_paid_words, paid_words
from shophelm.store.position_ties import find_position_ties, position_ties
from shophelm.store.search_actions import search_actions
from shophelm.store.search_lift import search_lift
from shophelm.store.search_lift_told import find_search_lift
from shophelm.store.search_lift_told import shown as lifts_shown
from shophelm.store.search_market import find_share_trend, share_trend
from shophelm.store.title_words import title_words
from shophelm.store.title_words_told import coverage_shown, find_title_words, missing_shown
from tests.store.search_shop import LINES, ORDERS, PRODUCTS

WORD = "day,keyword,product_id,impressions,clicks,visitors,buyers,paid_amount,position,cost\n"
SHOPS = {
    "one order only": {"orders": ORDERS},
    "no row": {"orders": ORDERS, "keywords": WORD, "products": PRODUCTS},
    "all zero": {
        "orders": ORDERS,
        "products": PRODUCTS,
        "keywords": WORD + "2026-11-01,a,dress,0,0,0,0,0,1,0\n2026-11-02,b,skirt,0,0,0,0,0,1,0\n",
    },
    "never clicked": {
        "orders": ORDERS,
        "products": PRODUCTS,
        "keywords": WORD + "2026-11-01,a,dress,50,0,0,0,0,1,0\n2026-11-02,b,skirt,50,0,0,0,0,2,0\n",
    },
    "one product, no lines": {
        "orders": ORDERS,
        "keywords": WORD + "2026-11-01,a,dress,50,5,5,1,10,1,2\n",
        "products": "product_id,title,category\ndress,Dress,apparel\n",
    },
    "shop's words only": {
        "orders": ORDERS,
        "keywords": WORD + "2026-11-01,a,,50,5,5,1,10,1,2\n2026-11-01,b,,70,5,5,0,0,,\n",
    },
    "no price and no title": {
        "orders": ORDERS,
        "order_lines": LINES,
        "products": "product_id,title,category\nother,Other,hats\n",
        "keywords": WORD + "2026-11-01,a,dress,50,5,5,1,10,1,2\n2026-11-01,a,cap,70,5,,,,,\n",
    },
    "channels by other names": {
        "orders": ORDERS,
        "traffic": """
            day,product_id,channel,visitors,page_views
            2026-10-01,dress,Suche,40,40
            2026-10-20,dress,Suche,40,40
        """,
    },
    "rivals of a day": {
        "orders": ORDERS,
        "order_lines": LINES,
        "products": PRODUCTS,
        "rivals": """
            day,rival_id,rival_shop,title,category,price,sales_index
            2026-11-01,r,Them,t,hats,9,0
        """,
    },
}


BRIEFLY = ("one order only", "all zero", "no price and no title", "rivals of a day")
CASES = [
    pytest.param(tables, id=name, marks=() if name in BRIEFLY else pytest.mark.slow)
    for name, tables in SHOPS.items()
]


@pytest.mark.parametrize("tables", CASES)
def test_awkward_shops_are_answered_in_sentences(shop, tables):
    s = shop(**tables)
    words = keywords(s)
    titles, images = title_words(s, words), image_clicks(s, words)
    paid, ties, trend = paid_words(s), position_ties(s, words), share_trend(s)
    ledger = pd.DataFrame(
        [
            ("title", "product:dress", "done", dt.date(2026, 10, 16)),
            ("title", "shop", "done", None),
        ],
        columns=["kind", "subject", "status", "done_on"],
    )
    lifts = search_lift(s, ledger)
    told = [
        *_listed(find_keywords(words, currency="CNY")),
        *_listed(find_title_words(titles, currency="CNY")),
        *_listed(find_image_clicks(images)),
        *_listed(find_paid_words(paid, currency="CNY")),
        *_listed(find_position_ties(ties)),
        *_listed(find_share_trend(trend)),
        *_listed(find_search_lift(lifts, currency="CNY")),
    ]
    assert len(told) >= 7
    for said in map(str, told):
        assert said.endswith((".", ").")), said
        assert "nan" not in said.lower()
        assert "None" not in said
    tables = (words_shown(words), coverage_shown(titles), missing_shown(titles))
    assert all(t is not None for t in (*tables, images_shown(images), lifts_shown(lifts)))
    proposed = search_actions(s, words, titles, paid, images, lifts)
    assert all(a.worth is None or a.worth == a.worth for a in proposed)


def _listed(said):
    return said if isinstance(said, list) else [said]
